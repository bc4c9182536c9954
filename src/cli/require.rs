//! Gates: figures that must be reached.

use std::str::FromStr;

use netiquette::evaluate::Evaluation;

/// `LABEL.FIGURE >= X`, or `<=`.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    label: String,
    figure: String,
    at_least: bool,
    bound: f64,
}

impl FromStr for Requirement {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not of the form LABEL.FIGURE >= X, as in incivility.roc_auc >= 0.85");
        let (at_least, (name, bound)) = match text.split_once(">=") {
            Some(parts) => (true, parts),
            None => (false, text.split_once("<=").ok_or_else(wrong)?),
        };
        let (label, figure) = name.trim().rsplit_once('.').ok_or_else(wrong)?;
        let bound = bound.trim().parse().map_err(|_| wrong())?;
        Ok(Self { label: label.to_owned(), figure: figure.to_owned(), at_least, bound })
    }
}

impl Requirement {
    /// Why it is missed, if it is; an undefined or unknown figure is missed.
    pub fn missed(&self, evaluations: &[Evaluation]) -> Option<String> {
        let value = evaluations
            .iter()
            .filter(|e| e.label == self.label)
            .flat_map(|e| &e.figures)
            .find(|f| f.name == self.figure)
            .and_then(|f| f.value);
        let met = value.is_some_and(|v| if self.at_least { v >= self.bound } else { v <= self.bound });
        let sign = if self.at_least { ">=" } else { "<=" };
        let found = value.map_or_else(|| "undefined".to_owned(), |v| format!("{v:.4}"));
        (!met).then(|| {
            format!(
                "gate missed: {}.{} is {found}, required is {sign} {}",
                self.label, self.figure, self.bound
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_read_or_refused() {
        let r: Requirement = "incivility.roc_auc >= 0.85".parse().unwrap();
        assert_eq!(
            (r.label.as_str(), r.figure.as_str(), r.at_least, r.bound),
            ("incivility", "roc_auc", true, 0.85)
        );
        assert!("incivility.brier<=0.2".parse::<Requirement>().is_ok());
        for bad in ["", "roc_auc >= 0.8", "a.b > 1", "a.b >= x"] {
            assert!(bad.parse::<Requirement>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_unknown_figure_is_missed() {
        let r: Requirement = "a.b >= 0".parse().unwrap();
        assert!(r.missed(&[]).unwrap().contains("undefined"));
    }
}
