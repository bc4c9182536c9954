//! Percentile intervals by resampling rows (Efron 1979), seeded and independent of threads.

use super::{Estimate, SplitMix64};
use rayon::prelude::*;
use serde::Serialize;

/// How to resample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// Number of resamples; 1000 by default.
    pub replicates: u32,
    /// Seed; replicate `r` draws from [`SplitMix64::for_task`]`(seed, r)`.
    pub seed: u64,
}

/// The gain of a new model over an old one on the same rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PairedEstimate {
    /// New minus old.
    pub difference: Estimate,
    /// Share of resamples in which the new one is ahead, ties counting half.
    pub wins: f64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { replicates: 1000, seed: 0 }
    }
}

impl Bootstrap {
    /// The 2.5 % to 97.5 % percentiles of `statistic` over resamples of `rows` rows.
    ///
    /// `statistic` gets how often each row is drawn (length `rows`, sum `rows`; all ones for the
    /// value itself). `None` when the value is undefined, or undefined in more than one resample
    /// in twenty (too few of one class to say anything).
    ///
    /// Where rows hang together (comments of one article, one author), let `rows` be the number of
    /// such groups and give every row the count of its group: else the interval is too narrow.
    pub fn estimate<F>(&self, rows: usize, statistic: F) -> Option<Estimate>
    where
        F: Fn(&[u32]) -> Option<f64> + Sync,
    {
        let value = statistic(&vec![1; rows])?;
        let sorted = self.defined(self.resample(rows, &statistic))?;
        Some(percentiles(value, &sorted))
    }

    /// [`estimate`](Self::estimate) of `new - old`, both on the same resamples, so that what makes
    /// a resample hard for both cancels.
    pub fn paired<A, B>(&self, rows: usize, old: A, new: B) -> Option<PairedEstimate>
    where
        A: Fn(&[u32]) -> Option<f64> + Sync,
        B: Fn(&[u32]) -> Option<f64> + Sync,
    {
        let gain = |counts: &[u32]| Some(new(counts)? - old(counts)?);
        let value = gain(&vec![1; rows])?;
        let sorted = self.defined(self.resample(rows, &gain))?;
        let twice_won: usize = sorted.iter().map(|g| usize::from(*g > 0.0) + usize::from(*g >= 0.0)).sum();
        let wins = twice_won as f64 / (2 * sorted.len()) as f64;
        Some(PairedEstimate { difference: percentiles(value, &sorted), wins })
    }

    /// The statistic of every replicate, in their order.
    fn resample<F>(&self, rows: usize, statistic: &F) -> Vec<Option<f64>>
    where
        F: Fn(&[u32]) -> Option<f64> + Sync,
    {
        let replicate = |counts: &mut Vec<u32>, index: u32| {
            let mut random = SplitMix64::for_task(self.seed, index.into());
            counts.fill(0);
            (0..rows).for_each(|_| counts[random.below(rows)] += 1);
            statistic(counts)
        };
        (0..self.replicates).into_par_iter().map_init(|| vec![0; rows], replicate).collect()
    }

    /// The defined values, sorted, if there are enough.
    fn defined(&self, values: Vec<Option<f64>>) -> Option<Vec<f64>> {
        let mut sorted: Vec<f64> = values.into_iter().flatten().collect();
        sorted.sort_by(f64::total_cmp);
        let enough = sorted.len() * 20 >= self.replicates as usize * 19;
        (enough && !sorted.is_empty()).then_some(sorted)
    }
}

fn percentiles(value: f64, sorted: &[f64]) -> Estimate {
    Estimate { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) }
}

/// Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, numpy's default).
fn quantile(sorted: &[f64], level: f64) -> f64 {
    let place = level * (sorted.len() - 1) as f64;
    let below = sorted[place.floor() as usize];
    let above = sorted[place.ceil() as usize];
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_close, coarse, fine, sample};
    use super::super::{Confusion, Ranking};
    use super::*;

    const TWO_HUNDRED: Bootstrap = Bootstrap { replicates: 200, seed: 7 };

    #[test]
    fn intervals_equal_numpy_over_scikit_learn() {
        // The same draws in Python; scikit-learn 1.9.1 roc_auc_score and average_precision_score
        // with sample_weight = counts; numpy 2.4.6 percentile(…, [2.5, 97.5]).
        let (scores, labels) = coarse();
        let ranking = Ranking::new(&scores, &labels).unwrap();
        let auc = TWO_HUNDRED.estimate(200, |counts| ranking.roc_auc_of(counts)).unwrap();
        assert_close("auc low", Some(auc.low), 0.7238515015536264);
        assert_close("auc high", Some(auc.high), 0.8468289041682528);
        let precision = TWO_HUNDRED.estimate(200, |counts| ranking.average_precision_of(counts)).unwrap();
        assert_close("precision low", Some(precision.low), 0.4844031125456155);
        assert_close("precision high", Some(precision.high), 0.7021348784071794);
        assert_eq!(Some(precision.value), ranking.average_precision());
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let (scores, labels) = sample(5, 1500);
        let ranking = Ranking::new(&scores, &labels).unwrap();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| TWO_HUNDRED.estimate(1500, |counts| ranking.average_precision_of(counts)))
        };
        assert_eq!(with(1), with(4));
        let other_seed = Bootstrap { seed: 8, ..TWO_HUNDRED };
        assert_ne!(with(1), other_seed.estimate(1500, |counts| ranking.average_precision_of(counts)));
    }

    #[test]
    fn pairing_sees_a_gain_that_two_intervals_hide() {
        // The new model repeats the old one's flags and drops 12 false ones.
        let (scores, labels) = fine();
        let old: Vec<bool> = scores.iter().map(|&score| score >= 0.5).collect();
        let mut new = old.clone();
        let mistakes = (0..200).filter(|&i| old[i] && !labels[i]).take(12);
        mistakes.for_each(|i| new[i] = false);
        let f1 = |flags: &[bool], counts: &[u32]| Confusion::resampled(flags, &labels, counts).f1();
        let alone = |flags: &[bool]| TWO_HUNDRED.estimate(200, |counts| f1(flags, counts)).unwrap();
        let gain = TWO_HUNDRED.paired(200, |c| f1(&old, c), |c| f1(&new, c)).unwrap();
        assert!(alone(&new).low < alone(&old).high, "the single intervals overlap");
        assert!(gain.difference.low > 0.0 && gain.wins == 1.0, "{gain:?}");
        let none = TWO_HUNDRED.paired(200, |c| f1(&old, c), |c| f1(&old, c)).unwrap();
        assert_eq!((none.difference, none.wins), (Estimate { value: 0.0, low: 0.0, high: 0.0 }, 0.5));
    }

    #[test]
    fn what_is_mostly_undefined_has_no_interval() {
        // One problem in five rows is absent from a third of the resamples.
        let ranking = Ranking::new(&[0.1, 0.2, 0.3, 0.4, 0.5], &[false, true, false, false, false]).unwrap();
        assert!(ranking.roc_auc().is_some());
        assert_eq!(TWO_HUNDRED.estimate(5, |counts| ranking.roc_auc_of(counts)), None);
        assert_eq!(TWO_HUNDRED.estimate(0, |_| Some(1.0)).map(|e| e.low), Some(1.0));
        assert_eq!(Bootstrap { replicates: 0, seed: 0 }.estimate(5, |_| Some(1.0)), None);
    }

    #[test]
    fn the_interval_covers_the_truth_as_often_as_it_says() {
        // Means of 60 uniform draws: the truth 0.5 is inside in about 95 of 100 cases.
        let covered = (0..400).filter(|&case| {
            let mut random = SplitMix64::for_task(99, case);
            let drawn: Vec<f64> = (0..60).map(|_| random.next_f64()).collect();
            let mean =
                |c: &[u32]| Some(drawn.iter().zip(c).map(|(x, &n)| x * f64::from(n)).sum::<f64>() / 60.0);
            let interval = Bootstrap { replicates: 400, seed: case }.estimate(60, mean).unwrap();
            interval.low <= 0.5 && 0.5 <= interval.high
        });
        let covered = covered.count();
        assert!((366..=394).contains(&covered), "{covered} of 400");
    }
}
