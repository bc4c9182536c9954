//! Are the scores probabilities? Among rows scored 0.3, are three in ten problems?

use super::{Estimate, quotient, wilson};
use serde::Serialize;

/// Bins of the reported calibration error and of the reliability diagram.
const BINS: usize = 10;

/// How scores are put into bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binning {
    /// `(0, 0.1]`, `(0.1, 0.2]`, …; 0 itself is in the first bin (Guo et al. 2017).
    EqualWidth,
    /// As equally filled as ties permit; equal scores are never torn apart (Nixon et al. 2019).
    EqualMass,
}

/// Rows of similar score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Number of rows, at least 1.
    pub rows: u64,
    /// Their mean score: what was promised.
    pub mean_score: f64,
    /// Their share of problems with its Wilson interval: what came.
    pub positive_share: Estimate,
}

/// Mean squared distance between score and outcome (Brier 1950); 0 is perfect. `None` without rows
/// or with a score that is not a number.
///
/// # Panics
/// If `scores` and `labels` differ in length.
pub fn brier(scores: &[f64], labels: &[bool]) -> Option<f64> {
    mean_of(scores, labels, |score, label| (score - f64::from(u8::from(label))).powi(2))
}

/// Mean negative natural logarithm of the probability given to what happened. Scores are clipped
/// to `ε..=1 − ε` with the ε of f64, as scikit-learn does, so one certain mistake costs 36, not
/// infinity. `None` without rows or with a score that is not a number.
///
/// # Panics
/// If `scores` and `labels` differ in length.
pub fn log_loss(scores: &[f64], labels: &[bool]) -> Option<f64> {
    mean_of(scores, labels, |score, label| {
        let score = score.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        -(if label { score } else { 1.0 - score }).ln()
    })
}

/// The non-empty bins by rising score; probabilities outside `0..=1` fall into the outermost bin.
/// Empty when there are no rows, no bins, or a score is not a number.
///
/// # Panics
/// If `scores` and `labels` differ in length.
pub fn reliability(scores: &[f64], labels: &[bool], binning: Binning, bins: usize) -> Vec<ReliabilityBin> {
    assert_eq!(scores.len(), labels.len(), "one label per score");
    if bins == 0 || scores.iter().any(|score| score.is_nan()) {
        return Vec::new();
    }
    let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(labels.iter().copied()).collect();
    // Tied rows in a fixed order too: a sum of floats then ignores the order of the input.
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let bin_of = bin_numbers(&rows, binning, bins);
    let numbered: Vec<(usize, (f64, bool))> = bin_of.into_iter().zip(rows).collect();
    numbered.chunk_by(|a, b| a.0 == b.0).filter_map(bin).collect()
}

/// The mean distance between promise and outcome over `bins`, weighted by their rows.
pub fn calibration_error(bins: &[ReliabilityBin]) -> Option<f64> {
    let rows: u64 = bins.iter().map(|bin| bin.rows).sum();
    let gap = |bin: &ReliabilityBin| (bin.mean_score - bin.positive_share.value).abs() * bin.rows as f64;
    quotient(bins.iter().map(gap).sum(), rows as f64)
}

/// The calibration error this project reports: ten bins of **equal mass**. Problems are rare, so
/// nearly all scores crowd below 0.1, where ten bins of equal width would see only one.
/// `None` without rows or with a score that is not a number.
///
/// # Panics
/// If `scores` and `labels` differ in length.
pub fn expected_calibration_error(scores: &[f64], labels: &[bool]) -> Option<f64> {
    calibration_error(&reliability(scores, labels, Binning::EqualMass, BINS))
}

fn mean_of(scores: &[f64], labels: &[bool], loss: impl Fn(f64, bool) -> f64) -> Option<f64> {
    assert_eq!(scores.len(), labels.len(), "one label per score");
    let sum: f64 = scores.iter().zip(labels).map(|(&score, &label)| loss(score, label)).sum();
    quotient(sum, scores.len() as f64)
}

/// The bin of each row, never falling along the rising scores.
fn bin_numbers(rows: &[(f64, bool)], binning: Binning, bins: usize) -> Vec<usize> {
    match binning {
        Binning::EqualWidth => rows.iter().map(|&(score, _)| width_bin(score, bins)).collect(),
        Binning::EqualMass => mass_bins(rows, bins),
    }
}

/// The first bin whose upper edge, `(b + 1) / bins`, is not below the score.
fn width_bin(score: f64, bins: usize) -> usize {
    (0..bins - 1).find(|&bin| score <= (bin + 1) as f64 / bins as f64).unwrap_or(bins - 1)
}

/// A tied group goes where its middle row belongs.
fn mass_bins(rows: &[(f64, bool)], bins: usize) -> Vec<usize> {
    let mut numbers = Vec::with_capacity(rows.len());
    for tied in rows.chunk_by(|a, b| a.0 == b.0) {
        let middle = numbers.len() + (tied.len() - 1) / 2;
        numbers.extend(std::iter::repeat_n(middle * bins / rows.len(), tied.len()));
    }
    numbers
}

fn bin(rows: &[(usize, (f64, bool))]) -> Option<ReliabilityBin> {
    let positives = rows.iter().filter(|(_, (_, label))| *label).count();
    let sum: f64 = rows.iter().map(|(_, (score, _))| score).sum();
    let positive_share = wilson(positives as f64, rows.len() as f64)?;
    Some(ReliabilityBin { rows: rows.len() as u64, mean_score: sum / rows.len() as f64, positive_share })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_close, coarse, fine};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn losses_equal_scikit_learn() {
        // scikit-learn 1.9.1 on fixture::fine(): brier_score_loss, log_loss.
        let (scores, labels) = fine();
        assert_close("brier", brier(&scores, &labels), 0.1865302260089122);
        assert_close("log loss", log_loss(&scores, &labels), 0.5504178108636867);
        // log_loss([1, 0, 1], [0.0, 0.5, 1.0])
        assert_close("clipped", log_loss(&[0.0, 0.5, 1.0], &[true, false, true]), 12.245600189892366);
    }

    #[test]
    fn bins_equal_scikit_learn() {
        // scikit-learn 1.9.1 on fixture::fine(): calibration_curve(n_bins=10, strategy="uniform"
        // and "quantile") as (share of problems, mean score); the error weighted by numpy.
        let (scores, labels) = fine();
        let uniform: &[(f64, f64)] = &[
            (0.0, 0.07132980887121106),
            (0.0, 0.16237330443377582),
            (0.0, 0.2550206634883754),
            (0.16666666666666666, 0.3602574705224432),
            (0.2857142857142857, 0.4535629587573849),
            (0.3870967741935484, 0.5513871222011167),
            (0.4166666666666667, 0.6448111866228493),
            (0.6666666666666666, 0.7490981092527347),
            (1.0, 0.8477236908542249),
        ];
        let quantile: &[(f64, f64)] = &[
            (0.0, 0.12996368837655248),
            (0.0, 0.2539977501420731),
            (0.1, 0.3324261905577236),
            (0.15, 0.3950426218159667),
            (0.35, 0.43917156690248643),
            (0.3, 0.4796384658914339),
            (0.4, 0.5285194899744415),
            (0.4, 0.5908324508152866),
            (0.45, 0.6662712819262135),
            (0.8, 0.7935828751033126),
        ];
        for (binning, expected, error) in [
            (Binning::EqualWidth, uniform, 0.17812674288221106),
            (Binning::EqualMass, quantile, 0.16722806312988653),
        ] {
            let bins = reliability(&scores, &labels, binning, 10);
            assert_eq!(bins.len(), expected.len());
            for (bin, (share, mean)) in bins.iter().zip(expected) {
                assert_close("share", Some(bin.positive_share.value), *share);
                assert_close("mean", Some(bin.mean_score), *mean);
            }
            assert_close("error", calibration_error(&bins), error);
        }
        assert_close("reported", expected_calibration_error(&scores, &labels), 0.16722806312988653);
    }

    #[test]
    fn an_edge_belongs_to_the_bin_below() {
        for (score, bin) in [
            (0.0, 0),
            (0.1, 0),
            (0.3, 2),
            (0.300_000_1, 3),
            (0.7, 6),
            (0.9, 8),
            (1.0, 9),
            (-0.5, 0),
            (1.5, 9),
        ] {
            assert_eq!(width_bin(score, 10), bin, "{score}");
        }
    }

    #[test]
    fn nothing_has_no_error() {
        assert_eq!((brier(&[], &[]), log_loss(&[], &[])), (None, None));
        assert_eq!(expected_calibration_error(&[], &[]), None);
        assert_eq!(brier(&[f64::NAN], &[true]), None);
        assert_eq!(expected_calibration_error(&[f64::NAN], &[true]), None);
        assert!(reliability(&[0.5], &[true], Binning::EqualWidth, 0).is_empty());
    }

    #[test]
    fn equal_scores_share_a_bin() {
        let (scores, labels) = coarse();
        let bins = reliability(&scores, &labels, Binning::EqualMass, 10);
        for bin in &bins {
            let inside = scores.iter().filter(|&&score| score == bin.mean_score).count() as u64;
            assert!(inside == bin.rows || inside == 0, "a torn group at {}", bin.mean_score);
        }
        assert_eq!(bins.iter().map(|bin| bin.rows).sum::<u64>(), 200);
        assert_eq!(reliability(&[0.5; 9], &[true; 9], Binning::EqualMass, 10).len(), 1);
    }

    proptest! {
        #[test]
        fn the_order_of_rows_does_not_matter(turn in 0..200_usize, ties in any::<bool>()) {
            let (mut scores, mut labels) = if ties { coarse() } else { fine() };
            let before = [Binning::EqualWidth, Binning::EqualMass].map(|b| reliability(&scores, &labels, b, 10));
            scores.rotate_left(turn);
            labels.rotate_left(turn);
            let after = [Binning::EqualWidth, Binning::EqualMass].map(|b| reliability(&scores, &labels, b, 10));
            prop_assert_eq!(before, after);
        }
    }
}
