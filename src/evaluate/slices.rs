//! The same figures for parts of the rows: on whose comments is the model worse?

use std::collections::BTreeMap;

use serde::Serialize;

use super::Scored;
use super::dimension::{Dimension, Value};
use crate::corpus::Corpus;
use crate::metrics::{Confusion, Estimate, expected_calibration_error, roc_auc, wilson};

/// Slices of one dimension that are shown; the others are counted.
const SHOWN: usize = 24;
/// Rows and problems from which a slice may be called worse.
const SUPPORT: (usize, usize) = (20, 5);
/// Worst slices that are named.
const NAMED: usize = 6;

/// The rows of one value. `None`: undefined.
#[derive(Clone, Debug, Serialize)]
pub struct Slice {
    /// The value.
    pub value: Value,
    /// Judged and scored rows.
    pub n: usize,
    /// Of them judged 1.
    pub positives: usize,
    /// Share judged 1, with its Wilson interval.
    pub prevalence: Option<Estimate>,
    /// Mean score: the share that the model expects.
    pub mean_score: Option<f64>,
    /// Whether `mean_score` lies inside the interval of `prevalence`.
    pub calibrated: Option<bool>,
    /// Mean distance of score and share over ten bins; only from 100 rows on.
    pub calibration_error: Option<f64>,
    /// Decisions against judgements.
    pub confusion: Confusion,
    /// F1; its interval is Wilson's of `J = tp / (tp + fp + fn)`, through `F1 = 2 J / (1 + J)`.
    pub f1: Option<Estimate>,
    /// Area under the ROC curve.
    pub roc_auc: Option<f64>,
}

/// All slices of one dimension.
#[derive(Clone, Debug, Serialize)]
pub struct Slicing {
    /// The dimension.
    pub dimension: Dimension,
    /// At most 24: by value where values have an order, else the largest first.
    pub slices: Vec<Slice>,
    /// How many are not among them.
    pub more: usize,
    /// Their rows.
    pub more_rows: usize,
}

/// A slice with a lower F1 than all rows together.
#[derive(Clone, Debug, Serialize)]
pub struct Worst {
    /// The dimension.
    pub dimension: Dimension,
    /// The slice.
    pub slice: Slice,
    /// Whether chance would give so low an F1 to any of the slices in less than 1 of 40 cases.
    pub clearly: bool,
}

/// The rows of `scored` by `dimension`.
pub fn slice(scored: &Scored, corpus: &Corpus, dimension: &Dimension) -> Slicing {
    let mut by_value: BTreeMap<Value, Vec<usize>> = BTreeMap::new();
    for (k, &row) in scored.rows.iter().enumerate() {
        by_value.entry(dimension.value(corpus, row as usize)).or_default().push(k);
    }
    let mut slices: Vec<Slice> =
        by_value.into_iter().map(|(value, members)| measure(scored, value, &members)).collect();
    if matches!(dimension, Dimension::Article | Dimension::Column(_)) {
        slices.sort_by_key(|s| std::cmp::Reverse(s.n));
    }
    let rest = slices.split_off(slices.len().min(SHOWN));
    Slicing {
        dimension: dimension.clone(),
        slices,
        more: rest.len(),
        more_rows: rest.iter().map(|s| s.n).sum(),
    }
}

/// The slices below `overall` in F1 that have 20 rows and 5 problems, the least likely to be so by
/// chance first, at most 6.
///
/// Chance is the binomial probability of as few hits among the flagged and the problems of the
/// slice, times the number of slices looked at (Bonferroni): of a hundred articles some are always
/// bad.
pub fn worst(slicings: &[Slicing], overall: &Confusion) -> Vec<Worst> {
    let all = overall.tp + overall.fp + overall.fn_;
    let Some(f1) = overall.f1() else { return Vec::new() };
    let supported = |s: &&Slice| s.n >= SUPPORT.0 && s.positives >= SUPPORT.1;
    let several = slicings.iter().filter(|s| s.slices.len() > 1);
    let looked_at: Vec<(&Dimension, &Slice)> =
        several.flat_map(|s| s.slices.iter().filter(supported).map(|slice| (&s.dimension, slice))).collect();
    let is_worse = |s: &Slice| s.f1.is_some_and(|own| own.value < f1);
    let chance = |s: &Slice| {
        let c = &s.confusion;
        at_most(c.tp, c.tp + c.fp + c.fn_, overall.tp / all) * looked_at.len() as f64
    };
    let mut found: Vec<(f64, &Dimension, &Slice)> =
        looked_at.iter().filter(|(_, s)| is_worse(s)).map(|&(d, s)| (chance(s), d, s)).collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let named = |(chance, d, s): (f64, &Dimension, &Slice)| Worst {
        dimension: d.clone(),
        slice: s.clone(),
        clearly: chance <= 0.025,
    };
    found.into_iter().take(NAMED).map(named).collect()
}

/// The binomial probability of at most `hits` of `n` at the rate `p`, inside `0..1`.
fn at_most(hits: f64, n: f64, p: f64) -> f64 {
    let odds = (p / (1.0 - p)).ln();
    let mut term = n * (-p).ln_1p();
    let mut sum = term.exp();
    for k in 0..hits as u64 {
        let k = k as f64;
        term += ((n - k) / (k + 1.0)).ln() + odds;
        sum += term.exp();
    }
    sum.min(1.0)
}

fn measure(scored: &Scored, value: Value, members: &[usize]) -> Slice {
    let scores: Vec<f64> = members.iter().map(|&k| scored.scores[k]).collect();
    let targets: Vec<bool> = members.iter().map(|&k| scored.targets[k]).collect();
    let flagged: Vec<bool> = members.iter().map(|&k| scored.flagged[k]).collect();
    let (n, positives) = (members.len(), targets.iter().filter(|t| **t).count());
    let prevalence = wilson(positives as f64, n as f64);
    let mean_score = (n > 0).then(|| scores.iter().sum::<f64>() / n as f64);
    let confusion = Confusion::resampled(&flagged, &targets, &vec![1; n]);
    Slice {
        value,
        n,
        positives,
        prevalence,
        mean_score,
        calibrated: prevalence.zip(mean_score).map(|(p, mean)| (p.low..=p.high).contains(&mean)),
        calibration_error: expected_calibration_error(&scores, &targets).filter(|_| n >= 100),
        f1: f1(&confusion),
        roc_auc: roc_auc(&scores, &targets),
        confusion,
    }
}

fn f1(cells: &Confusion) -> Option<Estimate> {
    let jaccard = wilson(cells.tp, cells.tp + cells.fp + cells.fn_)?;
    let dice = |j: f64| 2.0 * j / (1.0 + j);
    Some(Estimate { value: dice(jaccard.value), low: dice(jaccard.low), high: dice(jaccard.high) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comment::Example;

    #[test]
    fn f1_of_a_slice_is_that_of_its_cells() {
        let cells = Confusion { tp: 40.0, fp: 38.0, fn_: 19.0, tn: 103.0 };
        let estimate = f1(&cells).unwrap();
        assert!((estimate.value - 0.583941605839416).abs() < 1e-12, "scikit-learn 1.9.1: {estimate:?}");
        assert!(estimate.low < estimate.value && estimate.value < estimate.high);
    }

    /// Rows of the desks `a` (all right) and `b` (all wrong), half of them problems.
    fn two_desks() -> (Scored, Corpus) {
        let example = |desk: &str| Example { extra: vec![desk.to_owned()], ..Example::default() };
        let desks = (0..80).map(|i| example(if i < 40 { "a" } else { "b" }));
        let corpus =
            Corpus { columns: vec!["desk".to_owned()], examples: desks.collect(), ..Corpus::default() };
        let targets: Vec<bool> = (0..80).map(|i| i % 2 == 0).collect();
        let flagged: Vec<bool> = (0..80).map(|i| (i % 2 == 0) == (i < 40)).collect();
        let scores = flagged.iter().map(|f| f64::from(u8::from(*f))).collect();
        (Scored { rows: (0..80).collect(), scores, targets, flagged, ..Scored::default() }, corpus)
    }

    #[test]
    fn the_worse_desk_is_named() {
        let (scored, corpus) = two_desks();
        let slicing = slice(&scored, &corpus, &Dimension::Column("desk".to_owned()));
        assert_eq!(slicing.slices.iter().map(|s| s.n).collect::<Vec<_>>(), [40, 40]);
        let overall = Confusion::resampled(&scored.flagged, &scored.targets, &[1; 80]);
        let worst = worst(&[slicing], &overall);
        let named: Vec<_> = worst.iter().map(|w| (w.slice.value.clone(), w.clearly)).collect();
        assert_eq!(named, [(Value::Text("b".to_owned()), true)]);
    }

    #[test]
    fn chance_is_that_of_scipy() {
        // scipy 1.17.1: binom.cdf(k, n, p).
        let cases = [(3.0, 10.0, 0.5, 0.171875), (0.0, 5.0, 0.2, 0.32768), (10.0, 10.0, 0.9, 1.0)];
        for (hits, n, p, expected) in cases {
            assert!((at_most(hits, n, p) - expected).abs() < 1e-12, "{hits} of {n} at {p}");
        }
    }

    #[test]
    fn a_lone_slice_is_not_worse_than_itself() {
        let (scored, corpus) = two_desks();
        let slicing = slice(&scored, &corpus, &Dimension::Length);
        assert!(worst(&[slicing], &Confusion { tp: 1.0, ..Confusion::default() }).is_empty());
    }

    #[test]
    fn calibration_of_a_slice_compares_promise_and_share() {
        let (mut scored, corpus) = two_desks();
        scored.scores = vec![0.9; 80];
        let slices = slice(&scored, &corpus, &Dimension::Length).slices;
        assert_eq!((slices[0].n, slices[0].calibrated), (80, Some(false)));
        scored.scores = vec![0.5; 80];
        assert_eq!(slice(&scored, &corpus, &Dimension::Length).slices[0].calibrated, Some(true));
    }
}
