//! Do two samples come from the same source? Distances that need no labels.

use super::quotient;
use serde::Serialize;

/// Up to this many pairs (rows × rows) the p-value is exact; beyond, the limit is good enough and
/// the exact count would take more than a blink.
const EXACT_PAIRS: u64 = 4_000_000;

/// The two-sample Kolmogorov-Smirnov test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct KolmogorovSmirnov {
    /// The largest distance between the two cumulative distributions, in `0..=1`.
    pub statistic: f64,
    /// The two-sided probability of such a distance or a larger one without a shift. Exact for
    /// small samples without ties (with ties it errs on the side of no shift), otherwise from
    /// Kolmogorov's limit.
    pub p_value: f64,
}

/// Compares the distributions of two samples of numbers. `None` when one is empty or holds a NaN.
pub fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> Option<KolmogorovSmirnov> {
    let (a, b) = (sorted(a)?, sorted(b)?);
    let (m, n) = (a.len() as u64, b.len() as u64);
    let gap = largest_gap(&a, &b);
    let statistic = gap as f64 / (m as f64 * n as f64);
    let p_value = match m * n <= EXACT_PAIRS {
        true => exact_p(m, n, gap),
        false => limit_p(statistic * (m as f64 * n as f64 / (m + n) as f64).sqrt()),
    };
    Some(KolmogorovSmirnov { statistic, p_value })
}

/// The population stability index of `current` against `baseline`, over `bins` classes that the
/// baseline fills as equally as its ties permit. `None` when a sample is empty or holds a NaN, or
/// without bins. See [`psi_of_counts`] for the formula and how to read it.
pub fn population_stability_index(baseline: &[f64], current: &[f64], bins: usize) -> Option<f64> {
    let (baseline, current) = (sorted(baseline)?, sorted(current)?);
    let edges = edges(&baseline, bins);
    let (baseline, current) = (histogram(&baseline, &edges), histogram(&current, &edges));
    (bins > 0).then(|| psi_of_counts(&baseline, &current))?
}

/// The upper edges of all but the last of `bins` classes that the values fill as equally as their
/// ties permit; a class is `(before, edge]`. `None` without values or with a NaN.
pub fn quantile_edges(values: &[f64], bins: usize) -> Option<Vec<f64>> {
    sorted(values).map(|values| edges(&values, bins))
}

fn edges(sorted: &[f64], bins: usize) -> Vec<f64> {
    let mut edges: Vec<f64> = (1..bins).map(|i| sorted[(i * sorted.len()).div_ceil(bins) - 1]).collect();
    edges.dedup();
    edges
}

/// `Σ (cᵢ − bᵢ) ln(cᵢ / bᵢ)` over the shares of matching classes, each count raised by ½ so that
/// an empty class does not make it infinite. `None` without classes or when a side has no rows.
///
/// Below 0.1 counts as stable, above 0.25 as shifted, but only for large samples: without any
/// shift its mean is about `(classes − 1) (1 / rows_a + 1 / rows_b)`.
///
/// # Panics
/// If the sides differ in length.
pub fn psi_of_counts(baseline: &[u64], current: &[u64]) -> Option<f64> {
    assert_eq!(baseline.len(), current.len(), "the same classes on both sides");
    let (from, to) = (smoothed_shares(baseline)?, smoothed_shares(current)?);
    Some(from.iter().zip(&to).map(|(b, c)| (c - b) * (c / b).ln()).sum())
}

fn smoothed_shares(counts: &[u64]) -> Option<Vec<f64>> {
    let rows = counts.iter().sum::<u64>() as f64;
    let total = rows + 0.5 * counts.len() as f64;
    let share = |&count: &u64| quotient(count as f64 + 0.5, total);
    if rows > 0.0 { counts.iter().map(share).collect() } else { None }
}

/// Counts per class: `(−∞, e₀]`, `(e₀, e₁]`, …, `(eₖ, ∞)`.
fn histogram(values: &[f64], edges: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; edges.len() + 1];
    values.iter().for_each(|value| counts[edges.partition_point(|edge| edge < value)] += 1);
    counts
}

fn sorted(values: &[f64]) -> Option<Vec<f64>> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    (!values.is_empty() && !values.iter().any(|value| value.is_nan())).then_some(values)
}

/// `max |i n − j m|`, the statistic in whole numbers: `i` of the `m` rows of `a` and `j` of the
/// `n` rows of `b` are at or below a value.
fn largest_gap(a: &[f64], b: &[f64]) -> u64 {
    let (mut i, mut j, mut gap) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let value = a[i].min(b[j]);
        i += a[i..].iter().take_while(|x| **x <= value).count();
        j += b[j..].iter().take_while(|x| **x <= value).count();
        gap = gap.max((i * b.len()).abs_diff(j * a.len()));
    }
    gap as u64
}

/// The probability that a random merge of `m` and `n` rows ever has a gap of `gap` or more
/// (Hodges 1958): all merges as paths through a grid, each path stopped where it first does.
/// Only positive numbers are added, so a tiny probability keeps its digits.
fn exact_p(m: u64, n: u64, gap: u64) -> f64 {
    if gap == 0 {
        return 1.0;
    }
    let mut reach = vec![0.0; n as usize + 1];
    let mut stopped = 0.0;
    for i in 0..=m {
        let mut left = 0.0;
        for j in 0..=n {
            // From (i − 1, j) with one of its remaining rows of a, from (i, j − 1) with one of b.
            let remaining = (m + n + 1 - i - j) as f64;
            let up = if i > 0 { reach[j as usize] * (m + 1 - i) as f64 / remaining } else { 0.0 };
            let along = if j > 0 { left * (n + 1 - j) as f64 / remaining } else { 0.0 };
            let mut mass = if i + j == 0 { 1.0 } else { up + along };
            if (i * n).abs_diff(j * m) >= gap {
                stopped += mass;
                mass = 0.0;
            }
            reach[j as usize] = mass;
            left = mass;
        }
    }
    stopped.min(1.0)
}

/// Kolmogorov's limit, `2 Σ (−1)ᵏ⁻¹ exp(−2 k² x²)`; for small x by its theta-function twin,
/// `1 − √(2π)/x Σ exp(−(2k − 1)² π² / 8x²)`, which converges there.
fn limit_p(x: f64) -> f64 {
    use std::f64::consts::PI;
    if x <= 0.0 {
        return 1.0;
    }
    if x < 1.0 {
        let term = |k: i32| (-f64::from(2 * k - 1).powi(2) * PI * PI / (8.0 * x * x)).exp();
        return 1.0 - (2.0 * PI).sqrt() / x * (1..=20).map(term).sum::<f64>();
    }
    let term = |k: i32| f64::from(if k % 2 == 1 { 2 } else { -2 }) * (-2.0 * f64::from(k * k) * x * x).exp();
    (1..=20).map(term).sum()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_close, coarse, fine, sample};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn kolmogorov_smirnov_equals_scipy() {
        // scipy 1.17.1: ks_2samp(a, b, method="exact").
        let all = fine().0;
        let shifted =
            |seed, rows, by: f64| -> Vec<f64> { sample(seed, rows).0.iter().map(|x| x + by).collect() };
        let rounded = coarse().0;
        for (name, a, b, statistic, p_value) in [
            ("same source", &all, sample(9, 150).0, 0.07333333333333333, 0.7215964574536263),
            ("shifted", &all, shifted(9, 150, 0.1), 0.22, 0.00041873802440024684),
            ("far", &all, shifted(9, 90, 0.4), 0.7155555555555555, 2.154039531207805e-31),
            ("few", &all, shifted(4, 3, 0.2), 0.485, 0.3800958141546084),
            ("tied", &rounded, sample(9, 150).0, 0.2633333333333333, 1.0568261681316159e-05),
        ] {
            let test = kolmogorov_smirnov(a, &b).unwrap();
            assert_close(name, Some(test.statistic), statistic);
            let relative = (test.p_value / p_value - 1.0).abs();
            assert!(relative < 1e-9, "{name}: {} for {p_value}", test.p_value);
        }
    }

    #[test]
    fn the_limit_equals_scipy() {
        // scipy 1.17.1: special.kolmogorov(x).
        for (x, p) in [
            (0.3, 0.9999906941986655),
            (0.7, 0.7112351950296893),
            (0.999, 0.27107316411506394),
            (1.0, 0.26999967167735456),
            (1.36, 0.049485876755377876),
            (2.5, 7.453306344157342e-06),
            (5.0, 3.8574996959278356e-22),
        ] {
            assert!((limit_p(x) / p - 1.0).abs() < 1e-10, "{x}: {} for {p}", limit_p(x));
        }
        assert_eq!(limit_p(0.0), 1.0);
    }

    #[test]
    fn large_samples_go_by_the_limit() {
        // scipy 1.17.1: ks_2samp statistic; special.kolmogorov(statistic * sqrt(1500 * 3000 / 4500)).
        let test = kolmogorov_smirnov(&sample(1, 1500).0, &sample(2, 3000).0).unwrap();
        assert_close("statistic", Some(test.statistic), 0.025333333333333333);
        assert_close("p", Some(test.p_value), 0.5423369245108642);
    }

    #[test]
    fn stability_equals_scipy() {
        // scipy 1.17.1: entropy(c, b) + entropy(b, c) over shares of counts + 0.5.
        assert_close("counts", psi_of_counts(&[10, 0, 30, 60], &[5, 5, 50, 140]), 0.16405995848673965);
        // Classes by numpy 2.4.6: quantile(fine, i / 10, method="inverted_cdf"), searchsorted.
        let moved: Vec<f64> = sample(3, 500).0.iter().map(|x| x + 0.1).collect();
        assert_close("scores", population_stability_index(&fine().0, &moved, 10), 0.21734213648444545);
    }

    #[test]
    fn nothing_cannot_shift() {
        assert_eq!(kolmogorov_smirnov(&[], &[1.0]), None);
        assert_eq!(kolmogorov_smirnov(&[1.0], &[f64::NAN]), None);
        assert_eq!(population_stability_index(&[1.0], &[], 10), None);
        assert_eq!(population_stability_index(&[1.0], &[1.0], 0), None);
        assert_eq!((psi_of_counts(&[], &[]), psi_of_counts(&[0, 0], &[1, 2])), (None, None));
    }

    #[test]
    fn no_shift_seldom_alarms() {
        // Two draws of one source, 500 times: p <= 0.05 in about 25 of them.
        let alarms = (0..500).filter(|&case| {
            let (a, b) = (sample(1000 + case, 60).0, sample(9000 + case, 80).0);
            kolmogorov_smirnov(&a, &b).unwrap().p_value <= 0.05
        });
        let alarms = alarms.count();
        assert!((8..=40).contains(&alarms), "{alarms} of 500");
    }

    proptest! {
        #[test]
        fn both_distances_are_symmetric_and_vanish_at_equality(
            a in prop::collection::vec(0..9_u8, 1..40), b in prop::collection::vec(0..9_u8, 1..40),
        ) {
            let [x, y] = [a, b].map(|values| values.into_iter().map(f64::from).collect::<Vec<f64>>());
            let (there, back) = (kolmogorov_smirnov(&x, &y).unwrap(), kolmogorov_smirnov(&y, &x).unwrap());
            prop_assert_eq!(there.statistic, back.statistic);
            prop_assert!((there.p_value - back.p_value).abs() < 1e-9);
            prop_assert!(there.p_value > 0.0 && there.p_value <= 1.0);
            prop_assert_eq!(kolmogorov_smirnov(&x, &x), Some(KolmogorovSmirnov { statistic: 0.0, p_value: 1.0 }));
            prop_assert!(population_stability_index(&x, &y, 5).unwrap() >= 0.0);
            prop_assert_eq!(population_stability_index(&x, &x, 5), Some(0.0));
        }
    }
}
