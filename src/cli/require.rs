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

/// `LABEL.FIGURE >= old - X`: a figure of a new model, held against that of the old one.
#[derive(Clone, Debug, PartialEq)]
pub struct RelativeRequirement {
    text: String,
    label: String,
    figure: String,
    at_least: bool,
    /// Whether the bound is added to the figure of the old model.
    to_old: bool,
    bound: f64,
}

impl FromStr for RelativeRequirement {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not of the form LABEL.FIGURE >= old - X or LABEL.FIGURE >= X, as in \
                 incivility.average_precision >= old - 0.01"
            )
        };
        let (name, sign, bound) = match (text.split_once(">="), text.split_once("<=")) {
            (Some((name, bound)), _) => (name, ">=", bound),
            (None, Some((name, bound))) => (name, "<=", bound),
            (None, None) => return Err(wrong()),
        };
        let bound: String = bound.split_whitespace().collect();
        let (to_old, number) = match bound.strip_prefix("old") {
            Some("") => (true, "0"),
            Some(rest) if rest.starts_with(['+', '-']) => (true, rest),
            Some(_) => return Err(wrong()),
            None => (false, bound.as_str()),
        };
        let bound: f64 = number.parse().map_err(|_| wrong())?;
        let (label, figure) = name.trim().rsplit_once('.').ok_or_else(wrong)?;
        let own = str::to_owned;
        let at_least = sign == ">=";
        bound
            .is_finite()
            .then(|| Self {
                text: own(text.trim()),
                label: own(label),
                figure: own(figure),
                at_least,
                to_old,
                bound,
            })
            .ok_or_else(wrong)
    }
}

impl RelativeRequirement {
    /// The label and the figure it is about.
    pub fn subject(&self) -> (&str, &str) {
        (&self.label, &self.figure)
    }

    /// Why it is missed, if it is; an undefined figure is missed.
    pub fn missed(&self, old: Option<f64>, new: Option<f64>) -> Option<String> {
        let bound = if self.to_old { old.map(|old| old + self.bound) } else { Some(self.bound) };
        // Differences of decimals such as 0.7 - 0.01 are off in the last bits.
        let met = new.zip(bound).is_some_and(|(new, bound)| match self.at_least {
            true => new >= bound - 1e-12,
            false => new <= bound + 1e-12,
        });
        let said = |value: Option<f64>| value.map_or_else(|| "undefined".to_owned(), |v| format!("{v:.4}"));
        (!met).then(|| format!("gate missed: `{}`: old {}, new {}", self.text, said(old), said(new)))
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

    #[test]
    fn a_figure_is_held_against_the_old_one() {
        for (text, old, new, met) in [
            ("a.f1 >= old - 0.01", Some(0.70), Some(0.69), true),
            ("a.f1 >= old - 0.01", Some(0.70), Some(0.68), false),
            ("a.f1>=old", Some(0.7), Some(0.7), true),
            ("a.brier <= old+0.02", Some(0.1), Some(0.13), false),
            ("a.brier <= old + 0.02", Some(0.1), Some(0.12), true),
            ("a.f1 >= 0.5", None, Some(0.6), true),
            ("a.f1 >= old", None, Some(0.6), false),
            ("a.f1 >= 0.5", Some(0.6), None, false),
        ] {
            let gate: RelativeRequirement = text.parse().unwrap();
            assert_eq!(gate.missed(old, new).is_none(), met, "{text}");
        }
        for bad in [
            "",
            "f1 >= old",
            "a.f1 > old",
            "a.f1 >= older",
            "a.f1 >= old * 2",
            "a.f1 >= old - x",
            "a.b >= inf",
        ] {
            assert!(bad.parse::<RelativeRequirement>().is_err(), "{bad}");
        }
    }
}
