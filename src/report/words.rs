//! What the page says, in German and in English.

/// Language of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// German, with a decimal comma.
    De,
    /// English.
    En,
}

impl Lang {
    /// Code for the `lang` attribute.
    pub fn code(self) -> &'static str {
        match self {
            Lang::De => "de",
            Lang::En => "en",
        }
    }

    /// `value` with `decimals`.
    pub fn number(self, value: f64, decimals: usize) -> String {
        let written = format!("{value:.decimals$}");
        match self {
            Lang::De => written.replace('.', ",").replace('-', "\u{2212}"),
            Lang::En => written.replace('-', "\u{2212}"),
        }
    }

    /// A share in percent; the blank before the sign does not break.
    pub fn percent(self, share: f64, decimals: usize) -> String {
        match self {
            Lang::De => format!("{}\u{a0}%", self.number(100.0 * share, decimals)),
            Lang::En => format!("{}%", self.number(100.0 * share, decimals)),
        }
    }

    /// All sentences.
    pub fn words(self) -> &'static Words {
        match self {
            Lang::De => &super::german::WORDS,
            Lang::En => &super::english::WORDS,
        }
    }
}

/// The sentences of a page. `{}` stands for what is filled in.
#[allow(missing_docs, reason = "each is what stands at the place of that name")]
pub struct Words {
    pub title: &'static str,
    pub model: &'static str,
    pub cross_validated: &'static str,
    pub tables: &'static str,
    pub rows_of: &'static str,
    pub intro: &'static str,
    pub contents: &'static str,
    pub labels: &'static [(&'static str, &'static str)],
    pub summary: &'static str,
    /// Takes the number of rows of the rarer class, and how many it takes.
    pub few_rows: &'static str,
    pub no_rows: &'static str,
    pub figures: &'static str,
    pub figures_note: &'static str,
    pub figure: &'static str,
    pub value: &'static str,
    pub interval: &'static str,
    pub baseline: &'static str,
    pub figure_names: &'static [(&'static str, &'static str)],
    pub undefined: &'static str,
    pub to: &'static str,
    pub as_table: &'static str,
    pub confusion: &'static str,
    pub confusion_note: &'static str,
    pub judged_problem: &'static str,
    pub judged_fine: &'static str,
    pub flagged: &'static str,
    pub not_flagged: &'static str,
    pub sum: &'static str,
    pub curves: &'static str,
    pub precision_recall: &'static str,
    pub precision_recall_is: &'static str,
    pub roc: &'static str,
    pub roc_is: &'static str,
    pub reliability: &'static str,
    pub reliability_is: &'static str,
    pub histogram: &'static str,
    pub histogram_is: &'static str,
    pub workload: &'static str,
    pub workload_is: &'static str,
    pub precision: &'static str,
    pub recall: &'static str,
    pub false_positive_rate: &'static str,
    pub score: &'static str,
    pub share_of_problems: &'static str,
    pub comments: &'static str,
    pub problems: &'static str,
    pub fine: &'static str,
    pub share_read: &'static str,
    pub share_caught: &'static str,
    pub this_model: &'static str,
    pub by_chance: &'static str,
    pub perfect: &'static str,
    pub observed: &'static str,
    pub in_force: &'static str,
    pub explorer: &'static str,
    pub explorer_note: &'static str,
    pub cut: &'static str,
    pub flagged_share: &'static str,
    pub caught: &'static str,
    pub missed: &'static str,
    pub false_flags: &'static str,
    pub slices: &'static str,
    pub slices_note: &'static str,
    pub worst: &'static str,
    pub worst_line: &'static str,
    pub worst_clearly: &'static str,
    pub worst_chance: &'static str,
    pub worst_none: &'static str,
    pub dimension_length: &'static str,
    pub dimension_hour: &'static str,
    pub dimension_author: &'static str,
    pub dimension_article: &'static str,
    pub dimension_column: &'static str,
    pub characters: &'static str,
    pub and_more: &'static str,
    pub hour: &'static str,
    pub named: &'static str,
    pub anonymous: &'static str,
    pub blank: &'static str,
    pub slice: &'static str,
    pub support: &'static str,
    pub more_slices: &'static str,
    pub calibration: &'static str,
    pub calibration_note: &'static str,
    pub expected: &'static str,
    pub fits: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub calibration_error: &'static str,
    pub mistakes: &'static str,
    pub mistakes_note: &'static str,
    pub mistakes_none: &'static str,
    pub false_flag: &'static str,
    pub miss: &'static str,
    pub row: &'static str,
    pub verdict: &'static str,
    pub tipped: &'static str,
    pub part: &'static str,
    pub log_odds: &'static str,
    pub footer: &'static str,
}

/// `pattern` with each `{}` replaced in turn.
pub fn fill(pattern: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut parts = pattern.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(values.next().copied().unwrap_or_default());
        out.push_str(part);
    }
    out
}

/// What `name` is called in `names`; itself if nothing else.
pub fn called<'a>(names: &[(&'a str, &'a str)], name: &'a str) -> &'a str {
    names.iter().find(|(known, _)| *known == name).map_or(name, |(_, called)| called)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_of_the_language_do() {
        assert_eq!((Lang::De.number(-0.25, 2), Lang::En.number(0.25, 2)), ("−0,25".into(), "0.25".into()));
        assert_eq!(
            (Lang::De.percent(0.125, 1), Lang::En.percent(0.125, 1)),
            ("12,5\u{a0}%".into(), "12.5%".into())
        );
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(fill("{} und {}.", &["{}", "b"]), "{} und b.");
    }

    #[test]
    fn both_languages_fill_in_the_same_number_of_things() {
        let (de, en) = (Lang::De.words(), Lang::En.words());
        let pairs = [
            (de.summary, en.summary),
            (de.few_rows, en.few_rows),
            (de.rows_of, en.rows_of),
            (de.worst_line, en.worst_line),
            (de.more_slices, en.more_slices),
            (de.verdict, en.verdict),
            (de.cross_validated, en.cross_validated),
            (de.dimension_column, en.dimension_column),
            (de.footer, en.footer),
        ];
        for (de, en) in pairs {
            assert_eq!(de.matches("{}").count(), en.matches("{}").count(), "{de} | {en}");
            assert!(de.contains("{}"), "{de}");
        }
        let names = |words: &Words| words.figure_names.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        assert_eq!(names(de), names(en));
    }
}
