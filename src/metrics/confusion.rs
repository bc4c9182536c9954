//! The four cells of a yes/no decision, and the rates read from them.

use super::quotient;
use serde::Serialize;

/// Counts of rows (or sums of their weights) by truth and decision. Cells are never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Confusion {
    /// Problems flagged.
    pub tp: f64,
    /// Fine rows flagged.
    pub fp: f64,
    /// Problems not flagged.
    #[serde(rename = "fn")]
    pub fn_: f64,
    /// Fine rows not flagged.
    pub tn: f64,
}

impl Confusion {
    /// The cells when rows with `score >= cut` are flagged.
    ///
    /// # Panics
    /// If `scores` and `labels` differ in length.
    pub fn at_cut(scores: &[f64], labels: &[bool], cut: f64) -> Self {
        assert_eq!(scores.len(), labels.len(), "one label per score");
        scores.iter().zip(labels).map(|(&score, &label)| (score >= cut, label, 1.0)).collect()
    }

    /// The cells of a resample in which row `i` is drawn `counts[i]` times, as a
    /// [`Bootstrap`](super::Bootstrap) asks for.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn resampled(flagged: &[bool], labels: &[bool], counts: &[u32]) -> Self {
        assert!(flagged.len() == labels.len() && labels.len() == counts.len(), "one row, three columns");
        let drawn = flagged.iter().zip(labels).zip(counts);
        drawn.map(|((&flag, &label), &count)| (flag, label, f64::from(count))).collect()
    }

    /// The cells with everything flagged: the trivial baseline a useful model beats.
    pub fn all_positive(&self) -> Self {
        Self { tp: self.positives(), fp: self.negatives(), ..Self::default() }
    }

    /// The cells as shares of a stream in which `prevalence` (in `0..=1`) of the rows are problems,
    /// keeping the rates within each class. `None` when a class is empty: its rate is unknown.
    pub fn at_prevalence(&self, prevalence: f64) -> Option<Self> {
        let positive = quotient(prevalence, self.positives())?;
        let negative = quotient(1.0 - prevalence, self.negatives())?;
        Some(Self {
            tp: self.tp * positive,
            fn_: self.fn_ * positive,
            fp: self.fp * negative,
            tn: self.tn * negative,
        })
    }

    /// The same decisions with "fine" as the class looked for.
    pub fn swapped(&self) -> Self {
        Self { tp: self.tn, fp: self.fn_, fn_: self.fp, tn: self.tp }
    }

    /// All rows.
    pub fn total(&self) -> f64 {
        self.positives() + self.negatives()
    }

    /// Problems, flagged or not.
    pub fn positives(&self) -> f64 {
        self.tp + self.fn_
    }

    /// Fine rows, flagged or not.
    pub fn negatives(&self) -> f64 {
        self.fp + self.tn
    }

    /// Flagged rows.
    pub fn flagged(&self) -> f64 {
        self.tp + self.fp
    }

    /// Problems among all rows.
    pub fn prevalence(&self) -> Option<f64> {
        quotient(self.positives(), self.total())
    }

    /// Flagged among all rows.
    pub fn flagged_share(&self) -> Option<f64> {
        quotient(self.flagged(), self.total())
    }

    /// Problems among the flagged.
    pub fn precision(&self) -> Option<f64> {
        quotient(self.tp, self.flagged())
    }

    /// Flagged among the problems (sensitivity, true-positive rate).
    pub fn recall(&self) -> Option<f64> {
        quotient(self.tp, self.positives())
    }

    /// Flagged among the fine rows.
    pub fn false_positive_rate(&self) -> Option<f64> {
        quotient(self.fp, self.negatives())
    }

    /// Right decisions among all.
    pub fn accuracy(&self) -> Option<f64> {
        quotient(self.tp + self.tn, self.total())
    }

    /// `(1 + β²) tp / ((1 + β²) tp + β² fn + fp)` (van Rijsbergen 1979): recall counts β times as
    /// much as precision. `None` when there is neither a problem nor a flag.
    pub fn f_beta(&self, beta: f64) -> Option<f64> {
        let square = beta * beta;
        let hits = (1.0 + square) * self.tp;
        quotient(hits, hits + square * self.fn_ + self.fp)
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> Option<f64> {
        self.f_beta(1.0)
    }

    /// Mean of the F1 of both classes.
    pub fn macro_f1(&self) -> Option<f64> {
        Some((self.f1()? + self.swapped().f1()?) / 2.0)
    }

    /// Mean of the precision of both classes.
    pub fn macro_precision(&self) -> Option<f64> {
        Some((self.precision()? + self.swapped().precision()?) / 2.0)
    }

    /// Mean of the recall of both classes (balanced accuracy).
    pub fn macro_recall(&self) -> Option<f64> {
        Some((self.recall()? + self.swapped().recall()?) / 2.0)
    }

    /// Harmonic mean of macro-precision and macro-recall, the ranking figure of the GermEval 2018
    /// and 2019 shared tasks. Not the macro-F1, which it usually exceeds by a little.
    pub fn germeval_f1(&self) -> Option<f64> {
        let (precision, recall) = (self.macro_precision()?, self.macro_recall()?);
        quotient(2.0 * precision * recall, precision + recall)
    }
}

/// Collects (flagged, is a problem, weight).
impl FromIterator<(bool, bool, f64)> for Confusion {
    fn from_iter<I: IntoIterator<Item = (bool, bool, f64)>>(rows: I) -> Self {
        let mut cells = Self::default();
        for (flagged, label, weight) in rows {
            *match (flagged, label) {
                (true, true) => &mut cells.tp,
                (true, false) => &mut cells.fp,
                (false, true) => &mut cells.fn_,
                (false, false) => &mut cells.tn,
            } += weight;
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_close, coarse, fine};
    use super::*;
    use proptest::prelude::*;

    type Rate = fn(&Confusion) -> Option<f64>;

    #[test]
    fn rates_equal_scikit_learn() {
        // scikit-learn 1.9.1 on fixture::coarse(), flagged = score >= 0.5:
        // confusion_matrix, precision_score, recall_score, fbeta_score, … (average="macro" where named).
        let (scores, labels) = coarse();
        let cells = Confusion::at_cut(&scores, &labels, 0.5);
        assert_eq!([cells.tp, cells.fp, cells.fn_, cells.tn], [40.0, 38.0, 19.0, 103.0]);
        let table: &[(&str, Rate, f64)] = &[
            ("precision", Confusion::precision, 0.5128205128205128),
            ("recall", Confusion::recall, 0.6779661016949152),
            ("f1", Confusion::f1, 0.583941605839416),
            ("f2", |c| c.f_beta(2.0), 0.6369426751592356),
            ("f0.5", |c| c.f_beta(0.5), 0.5390835579514824),
            ("macro_f1", Confusion::macro_f1, 0.6836057839083012),
            ("macro_precision", Confusion::macro_precision, 0.6785414039512401),
            ("macro_recall", Confusion::macro_recall, 0.7042312777978122),
            ("germeval_f1", Confusion::germeval_f1, 0.6911477009205541),
            ("accuracy", Confusion::accuracy, 0.715),
            ("false_positive_rate", Confusion::false_positive_rate, 0.2695035460992907),
            ("all_positive f1", |c| c.all_positive().f1(), 0.4555984555984556),
            ("all_positive macro_f1", |c| c.all_positive().macro_f1(), 0.2277992277992278),
        ];
        for (name, rate, expected) in table {
            assert_close(name, rate(&cells), *expected);
        }
    }

    #[test]
    fn a_rate_of_nothing_is_none() {
        let (none, fine) = (Confusion::default(), Confusion { tn: 4.0, ..Confusion::default() });
        let quiet = Confusion { fn_: 1.0, tn: 3.0, ..Confusion::default() };
        let table: &[(&str, Rate, [Option<f64>; 3])] = &[
            // no rows; only fine rows, none flagged; one problem, none flagged
            ("precision", Confusion::precision, [None, None, None]),
            ("recall", Confusion::recall, [None, None, Some(0.0)]),
            ("f1", Confusion::f1, [None, None, Some(0.0)]),
            ("macro_f1", Confusion::macro_f1, [None, None, Some(6.0 / 14.0)]),
            ("germeval_f1", Confusion::germeval_f1, [None, None, None]),
            ("accuracy", Confusion::accuracy, [None, Some(1.0), Some(0.75)]),
            ("flagged_share", Confusion::flagged_share, [None, Some(0.0), Some(0.0)]),
            ("false_positive_rate", Confusion::false_positive_rate, [None, Some(0.0), Some(0.0)]),
        ];
        for (name, rate, expected) in table {
            assert_eq!([none, fine, quiet].map(|cells| rate(&cells)), *expected, "{name}");
        }
    }

    #[test]
    fn flagging_everything_has_the_prevalence_as_precision() {
        let cells = Confusion { tp: 3.0, fp: 2.0, fn_: 1.0, tn: 10.0 }.all_positive();
        assert_eq!((cells.precision(), cells.recall()), (Some(0.25), Some(1.0)));
    }

    #[test]
    fn another_prevalence_keeps_the_rates_within_a_class() {
        // Recall 0.8, false-positive rate 0.1; at 5 % problems precision is 0.04 / (0.04 + 0.095).
        let cells = Confusion { tp: 80.0, fp: 10.0, fn_: 20.0, tn: 90.0 };
        let rare = cells.at_prevalence(0.05).unwrap();
        assert_close("recall", rare.recall(), 0.8);
        assert_close("precision", rare.precision(), 0.04 / 0.135);
        assert_close("flagged share", rare.flagged_share(), 0.135);
        assert_eq!(cells.all_positive().swapped().at_prevalence(0.05).map(|c| c.tp), Some(0.0));
        assert_eq!(Confusion { tp: 1.0, ..Confusion::default() }.at_prevalence(0.05), None);
    }

    #[test]
    fn a_resample_repeats_rows() {
        let (flagged, labels) = ([true, true, false], [true, false, true]);
        let cells = Confusion::resampled(&flagged, &labels, &[2, 0, 1]);
        assert_eq!(cells, Confusion { tp: 2.0, fn_: 1.0, ..Confusion::default() });
    }

    proptest! {
        #[test]
        fn cells_sum_to_the_rows_and_a_higher_cut_flags_no_more(cut in 0.0..1.0_f64, step in 0.0..0.5_f64) {
            let (scores, labels) = fine();
            let low = Confusion::at_cut(&scores, &labels, cut);
            let high = Confusion::at_cut(&scores, &labels, cut + step);
            prop_assert_eq!(low.total(), scores.len() as f64);
            prop_assert!(high.tp <= low.tp && high.fp <= low.fp);
            prop_assert_eq!(low.swapped().macro_f1(), low.macro_f1());
        }
    }
}
