//! What a decision does to a stream of comments, with 95 % intervals.

use crate::metrics::{Confusion, Estimate, ratio, weighted_sum, wilson};
use serde::Serialize;

/// The rates of one decision (or of one band of scores, read as "flagged").
///
/// Multiply the shares by the day's volume for flags and misses a day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OperatingPoint {
    /// The labelled rows, as counted.
    pub counts: Confusion,
    /// Share of problems in the stream the rates below are for: as asked, or that of the rows.
    pub prevalence: Option<f64>,
    /// Problems among the flagged.
    pub precision: Option<Estimate>,
    /// Flagged among the problems.
    pub recall: Option<Estimate>,
    /// Flagged among all comments: the workload.
    pub flagged_share: Option<Estimate>,
    /// Problems not flagged, among all comments: what slips.
    pub missed_share: Option<Estimate>,
}

impl OperatingPoint {
    /// The rates of `counts` in a stream with the same prevalence: each a Wilson interval.
    pub fn as_sampled(counts: Confusion) -> Self {
        Self {
            counts,
            prevalence: counts.prevalence(),
            precision: wilson(counts.tp, counts.flagged()),
            recall: wilson(counts.tp, counts.positives()),
            flagged_share: wilson(counts.flagged(), counts.total()),
            missed_share: wilson(counts.fn_, counts.total()),
        }
    }

    /// The rates of `counts` in a stream in which `prevalence` (in `0..=1`) of the comments are
    /// problems. Recall and false-positive rate are Wilson intervals, combined by MOVER (Zou and
    /// Donner 2008): unlike a bootstrap's, the interval of the precision stays honest when not one
    /// fine row was flagged. `prevalence` counts as known; for an estimate, look at both its ends.
    pub fn at_prevalence(counts: Confusion, prevalence: f64) -> Self {
        let recall = wilson(counts.tp, counts.positives());
        let false_alarm = wilson(counts.fp, counts.negatives());
        let both = recall.zip(false_alarm);
        Self {
            counts,
            prevalence: Some(prevalence),
            precision: both
                .and_then(|(hit, alarm)| precision(hit.scaled(prevalence), alarm.scaled(1.0 - prevalence))),
            recall,
            flagged_share: both
                .map(|(hit, alarm)| weighted_sum((prevalence, hit), (1.0 - prevalence, alarm))),
            missed_share: recall.map(|hit| hit.through_falling(|hit| prevalence * (1.0 - hit))),
        }
    }

    /// [`at_prevalence`](Self::at_prevalence) if one is given, else [`as_sampled`](Self::as_sampled).
    pub fn of(counts: Confusion, prevalence: Option<f64>) -> Self {
        match prevalence {
            Some(prevalence) => Self::at_prevalence(counts, prevalence),
            None => Self::as_sampled(counts),
        }
    }

    /// The same values, each interval also covering that of the `others`.
    pub(super) fn widened(self, others: &[Self]) -> Self {
        let wide = |rate: fn(&Self) -> Option<Estimate>| {
            others.iter().filter_map(rate).fold(rate(&self), |wide, other| wide.map(|e| e.covering(other)))
        };
        Self {
            precision: wide(|p| p.precision),
            recall: wide(|p| p.recall),
            flagged_share: wide(|p| p.flagged_share),
            missed_share: wide(|p| p.missed_share),
            ..self
        }
    }
}

/// `hits / (hits + alarms)` by the ratio of the two that has something to divide by.
fn precision(hits: Estimate, alarms: Estimate) -> Option<Estimate> {
    if hits.low > 0.0 {
        return Some(ratio(alarms, hits).through_falling(|odds| 1.0 / (1.0 + odds)));
    }
    let share = |odds: f64| odds / (1.0 + odds);
    let odds = (alarms.low > 0.0).then(|| ratio(hits, alarms))?;
    Some(Estimate { value: share(odds.value), low: share(odds.low), high: share(odds.high) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::SplitMix64;
    use crate::metrics::fixture::assert_close;
    use proptest::prelude::*;

    fn counts(tp: f64, fp: f64, fn_: f64, tn: f64) -> Confusion {
        Confusion { tp, fp, fn_, tn }
    }

    #[test]
    fn rates_as_sampled_are_wilson_intervals() {
        let point = OperatingPoint::as_sampled(counts(30.0, 10.0, 20.0, 140.0));
        assert_eq!(point.precision, wilson(30.0, 40.0));
        assert_eq!(point.recall, wilson(30.0, 50.0));
        assert_eq!(point.flagged_share, wilson(40.0, 200.0));
        assert_eq!(point.missed_share, wilson(20.0, 200.0));
        assert_eq!(point.prevalence, Some(0.25));
    }

    #[test]
    fn rescaled_values_equal_the_rescaled_counts() {
        let rows = counts(80.0, 10.0, 20.0, 90.0);
        let (point, rare) = (OperatingPoint::of(rows, Some(0.05)), rows.at_prevalence(0.05).unwrap());
        assert_close("precision", point.precision.map(|e| e.value), rare.precision().unwrap());
        assert_close("flagged", point.flagged_share.map(|e| e.value), rare.flagged_share().unwrap());
        assert_close("missed", point.missed_share.map(|e| e.value), rare.fn_);
        assert_close("recall", point.recall.map(|e| e.value), 0.8);
    }

    #[test]
    fn no_false_flag_in_the_sample_does_not_prove_there_is_none() {
        let point = OperatingPoint::at_prevalence(counts(40.0, 0.0, 60.0, 1000.0), 0.03);
        let precision = point.precision.unwrap();
        assert_eq!((precision.value, precision.high), (1.0, 1.0));
        assert!((0.7..0.8).contains(&precision.low), "{precision:?}");
        let none_right = OperatingPoint::at_prevalence(counts(0.0, 4.0, 10.0, 90.0), 0.03).precision.unwrap();
        assert!(none_right.value == 0.0 && none_right.low == 0.0 && none_right.high > 0.0);
    }

    #[test]
    fn what_cannot_be_known_is_none() {
        let unflagged = OperatingPoint::at_prevalence(counts(0.0, 0.0, 5.0, 5.0), 0.1);
        assert_eq!(unflagged.precision, None);
        assert_eq!(unflagged.missed_share.map(|e| e.value), Some(0.1));
        let no_problem = OperatingPoint::at_prevalence(counts(0.0, 2.0, 0.0, 5.0), 0.1);
        assert_eq!((no_problem.recall, no_problem.precision, no_problem.flagged_share), (None, None, None));
    }

    #[test]
    fn rescaled_intervals_cover_the_truth_as_often_as_they_say() {
        // 80 problems flagged with 0.6, 300 fine rows with 0.05; a stream with 3 % problems.
        let (hit, alarm, prevalence) = (0.6, 0.05, 0.03);
        let flagged = prevalence * hit + (1.0 - prevalence) * alarm;
        let truth = [prevalence * hit / flagged, flagged];
        let mut covered = [0; 2];
        for case in 0..2000 {
            let mut random = SplitMix64::for_task(5, case);
            let mut draw = |rows: u32, rate| (0..rows).filter(|_| random.next_f64() < rate).count() as f64;
            let (tp, fp) = (draw(80, hit), draw(300, alarm));
            let point = OperatingPoint::at_prevalence(counts(tp, fp, 80.0 - tp, 300.0 - fp), prevalence);
            let found = [point.precision.unwrap(), point.flagged_share.unwrap()];
            (0..2)
                .for_each(|i| covered[i] += u32::from(found[i].low <= truth[i] && truth[i] <= found[i].high));
        }
        assert!(covered.iter().all(|n| (1860..=1950).contains(n)), "{covered:?} of 2000");
    }

    proptest! {
        #[test]
        fn intervals_hold_their_values(
            tp in 0..30_u8, fp in 0..30_u8, fn_ in 1..30_u8, tn in 1..30_u8, share in 0.001..0.999_f64,
        ) {
            let rows = counts(tp.into(), fp.into(), fn_.into(), tn.into());
            for point in [OperatingPoint::as_sampled(rows), OperatingPoint::at_prevalence(rows, share)] {
                let rates = [point.precision, point.recall, point.flagged_share, point.missed_share];
                for rate in rates.into_iter().flatten() {
                    prop_assert!(-1e-12 <= rate.low && rate.low <= rate.value, "{:?}", rate);
                    prop_assert!(rate.value <= rate.high && rate.high <= 1.0 + 1e-12, "{:?}", rate);
                }
            }
        }
    }
}
