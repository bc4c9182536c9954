//! Figures that need only the order of the scores: ROC-AUC, average precision.

use super::quotient;
use crate::error::{Error, Result};

/// Judged rows in descending order of score, ties grouped. Sorted once, so that each of a
/// bootstrap's resamples costs one pass.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// (row in the caller's order, is a problem), by falling score.
    rows: Vec<(u32, bool)>,
    /// Tied groups, by falling score: the score, and the end of the group in `rows`.
    groups: Vec<(f64, usize)>,
}

/// The state after flagging every row at or above one of the distinct scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The lowest score flagged.
    pub score: f64,
    /// Problems flagged.
    pub tp: u64,
    /// Fine rows flagged.
    pub fp: u64,
}

impl Ranking {
    /// Sorts the rows.
    ///
    /// # Errors
    /// [`Kind::Parameter`](crate::error::Kind::Parameter) when a score is not a number.
    ///
    /// # Panics
    /// If `scores` and `labels` differ in length, or number 2^32 or more.
    pub fn new(scores: &[f64], labels: &[bool]) -> Result<Self> {
        assert_eq!(scores.len(), labels.len(), "one label per score");
        assert!(scores.len() <= u32::MAX as usize, "at most 2^32 - 1 rows");
        if let Some(row) = scores.iter().position(|score| score.is_nan()) {
            return Err(Error::parameter(format!("the score of row {row} (from 0) is not a number")));
        }
        let mut order: Vec<u32> = (0..scores.len() as u32).collect();
        order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
        let mut groups: Vec<(f64, usize)> = Vec::new();
        for (rank, &row) in order.iter().enumerate() {
            let score = scores[row as usize];
            match groups.last_mut() {
                Some((last, end)) if *last == score => *end = rank + 1,
                _ => groups.push((score, rank + 1)),
            }
        }
        let rows = order.into_iter().map(|row| (row, labels[row as usize])).collect();
        Ok(Self { rows, groups })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Number of problems.
    pub fn positives(&self) -> u64 {
        self.rows.iter().filter(|(_, label)| *label).count() as u64
    }

    /// Number of fine rows.
    pub fn negatives(&self) -> u64 {
        self.len() as u64 - self.positives()
    }

    /// The probability that a problem scores above a fine row, ties counting half (Mann-Whitney).
    /// `None` unless both classes are present.
    pub fn roc_auc(&self) -> Option<f64> {
        self.roc_auc_by(|_| 1)
    }

    /// [`roc_auc`](Self::roc_auc) of a resample in which row `i` is drawn `counts[i]` times.
    ///
    /// # Panics
    /// If `counts` is shorter than the rows.
    pub fn roc_auc_of(&self, counts: &[u32]) -> Option<f64> {
        self.roc_auc_by(|row| counts[row].into())
    }

    /// Average precision, `Σ (Rₙ − Rₙ₋₁) Pₙ` over the distinct scores, without interpolation
    /// (scikit-learn's definition). `None` without problems.
    pub fn average_precision(&self) -> Option<f64> {
        self.average_precision_by(|_| 1)
    }

    /// [`average_precision`](Self::average_precision) of a resample in which row `i` is drawn
    /// `counts[i]` times.
    ///
    /// # Panics
    /// If `counts` is shorter than the rows.
    pub fn average_precision_of(&self, counts: &[u32]) -> Option<f64> {
        self.average_precision_by(|row| counts[row].into())
    }

    /// One step per distinct score, by falling score.
    pub fn steps(&self) -> Vec<Step> {
        let (mut tp, mut fp, mut steps) = (0, 0, Vec::with_capacity(self.groups.len()));
        self.each_group(
            |_| 1,
            |score, positives, negatives| {
                tp += positives;
                fp += negatives;
                steps.push(Step { score, tp, fp });
            },
        );
        steps
    }

    /// Whole-number sums, so the result does not depend on the order of tied rows.
    fn roc_auc_by(&self, weight: impl Fn(usize) -> u64) -> Option<f64> {
        let (mut above, mut fine, mut twice_won) = (0, 0, 0);
        self.each_group(weight, |_, positives, negatives| {
            twice_won += negatives * (2 * above + positives);
            above += positives;
            fine += negatives;
        });
        quotient(twice_won as f64, 2.0 * above as f64 * fine as f64)
    }

    fn average_precision_by(&self, weight: impl Fn(usize) -> u64) -> Option<f64> {
        let (mut tp, mut fp, mut sum) = (0, 0, 0.0);
        self.each_group(weight, |_, positives, negatives| {
            tp += positives;
            fp += negatives;
            if positives > 0 {
                sum += positives as f64 * (tp as f64 / (tp + fp) as f64);
            }
        });
        quotient(sum, tp as f64)
    }

    /// Visits (score, problems, fine rows) of each tied group, by falling score; a row in the
    /// caller's order counts `weight(row)` times.
    fn each_group(&self, weight: impl Fn(usize) -> u64, mut visit: impl FnMut(f64, u64, u64)) {
        let mut start = 0;
        for &(score, end) in &self.groups {
            let mut sums = [0; 2];
            for &(row, label) in &self.rows[start..end] {
                sums[usize::from(label)] += weight(row as usize);
            }
            visit(score, sums[1], sums[0]);
            start = end;
        }
    }
}

/// [`Ranking::roc_auc`]; also `None` when a score is not a number.
pub fn roc_auc(scores: &[f64], labels: &[bool]) -> Option<f64> {
    Ranking::new(scores, labels).ok()?.roc_auc()
}

/// [`Ranking::average_precision`]; also `None` when a score is not a number.
pub fn average_precision(scores: &[f64], labels: &[bool]) -> Option<f64> {
    Ranking::new(scores, labels).ok()?.average_precision()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_close, coarse, fine};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn areas_equal_scikit_learn() {
        // scikit-learn 1.9.1: roc_auc_score, average_precision_score.
        for (name, (scores, labels), auc, precision) in [
            ("fine", fine(), 0.803942781584325, 0.6685514149388349),
            ("coarse", coarse(), 0.7905397283327323, 0.5982228649965142),
        ] {
            assert_close(name, roc_auc(&scores, &labels), auc);
            assert_close(name, average_precision(&scores, &labels), precision);
        }
    }

    #[test]
    fn one_class_has_no_area() {
        let scores = [0.1, 0.9];
        let both = |labels: &[bool]| (roc_auc(&scores, labels), average_precision(&scores, labels));
        assert_eq!(both(&[false, false]), (None, None));
        assert_eq!(both(&[true, true]), (None, Some(1.0)));
        assert_eq!(both(&[false, true]), (Some(1.0), Some(1.0)));
        assert_eq!(roc_auc(&[], &[]), None);
        let empty = Ranking::new(&[], &[]).unwrap();
        assert!(empty.is_empty() && empty.steps().is_empty());
    }

    #[test]
    fn a_score_that_is_no_number_is_refused_and_both_zeros_tie() {
        let refused = Ranking::new(&[0.5, f64::NAN], &[true, false]).unwrap_err();
        assert_eq!(refused.to_string(), "the score of row 1 (from 0) is not a number");
        assert_eq!(roc_auc(&[0.0, -0.0], &[true, false]), Some(0.5));
    }

    /// Up to 60 rows with many ties and both classes.
    fn rows() -> impl Strategy<Value = Vec<(f64, bool)>> {
        let row = (0..12_u8, any::<bool>()).prop_map(|(score, label)| (f64::from(score) / 12.0, label));
        let both = |rows: &Vec<(f64, bool)>| rows.iter().any(|r| r.1) && rows.iter().any(|r| !r.1);
        prop::collection::vec(row, 2..60).prop_filter("both classes", both)
    }

    fn areas(rows: &[(f64, bool)], score: impl Fn(f64) -> f64) -> (f64, f64) {
        let (scores, labels): (Vec<f64>, Vec<bool>) = rows.iter().map(|&(s, l)| (score(s), l)).unzip();
        (roc_auc(&scores, &labels).unwrap(), average_precision(&scores, &labels).unwrap())
    }

    proptest! {
        #[test]
        fn reversed_scores_have_the_complement(rows in rows()) {
            let sum = areas(&rows, |s| s).0 + areas(&rows, |s| -s).0;
            prop_assert!((sum - 1.0).abs() < 1e-12);
        }

        #[test]
        fn only_the_order_of_the_scores_counts(rows in rows(), turn in 0..60_usize) {
            let mut turned = rows.clone();
            turned.rotate_left(turn % rows.len());
            turned.reverse();
            prop_assert_eq!(areas(&rows, |s| s), areas(&turned, |s| s));
            prop_assert_eq!(areas(&rows, |s| s), areas(&rows, |s| (3.0 * s).exp() - 7.0));
        }

        #[test]
        fn constant_scores_know_nothing(rows in rows()) {
            let prevalence = rows.iter().filter(|r| r.1).count() as f64 / rows.len() as f64;
            let (auc, precision) = areas(&rows, |_| 0.5);
            prop_assert_eq!(auc, 0.5);
            prop_assert!((precision - prevalence).abs() < 1e-12);
        }

        #[test]
        fn a_resample_is_its_rows_written_out(
            drawn in prop::collection::vec((0..12_u8, any::<bool>(), 0..3_u32), 1..40),
        ) {
            let scores: Vec<f64> = drawn.iter().map(|d| d.0.into()).collect();
            let labels: Vec<bool> = drawn.iter().map(|d| d.1).collect();
            let counts: Vec<u32> = drawn.iter().map(|d| d.2).collect();
            let repeated: Vec<usize> = (0..drawn.len()).flat_map(|i| vec![i; counts[i] as usize]).collect();
            let written: Vec<f64> = repeated.iter().map(|&i| scores[i]).collect();
            let judged: Vec<bool> = repeated.iter().map(|&i| labels[i]).collect();
            let ranking = Ranking::new(&scores, &labels).unwrap();
            prop_assert_eq!(ranking.roc_auc_of(&counts), roc_auc(&written, &judged));
            let (lazy, direct) = (ranking.average_precision_of(&counts), average_precision(&written, &judged));
            prop_assert_eq!(lazy.is_some(), direct.is_some());
            prop_assert!((lazy.unwrap_or(0.0) - direct.unwrap_or(0.0)).abs() < 1e-12);
        }
    }
}
