//! Do two models, or several annotators, decide alike?

use super::quotient;
use serde::Serialize;
use std::collections::BTreeMap;

/// McNemar's test (1947): are two decisions on the same rows right equally often? Only rows on
/// which exactly one of the two is right can tell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct McNemar {
    /// Two-sided binomial probability; never rejects too often, mostly too seldom.
    pub exact_p: f64,
    /// The exact one less half the probability of what was observed, twice (Lancaster 1961): the
    /// one to report (Fagerland, Lydersen, Laake 2013).
    pub mid_p: f64,
}

/// The test for `only_old` rows that only the old model has right and `only_new` rows that only
/// the new one has right. Without such rows both probabilities are 1.
pub fn mcnemar(only_old: u64, only_new: u64) -> McNemar {
    let (few, rows) = (only_old.min(only_new), only_old + only_new);
    let at = fair_binomial(few, rows);
    // Each term from the next: P(i − 1) = P(i) i / (rows − i + 1).
    let mut term = at;
    let mut tail = at;
    for i in (1..=few).rev() {
        term *= i as f64 / (rows - i + 1) as f64;
        tail += term;
    }
    McNemar { exact_p: (2.0 * tail).min(1.0), mid_p: (2.0 * tail - at).min(1.0) }
}

/// `C(n, k) / 2ⁿ`, by logarithms, so that thousands of rows do not underflow halfway.
fn fair_binomial(k: u64, n: u64) -> f64 {
    let choose: f64 = (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum();
    (choose - n as f64 * std::f64::consts::LN_2).exp()
}

/// Krippendorff's alpha for nominal categories: 1 is perfect agreement, 0 is what chance gives,
/// below 0 is systematic disagreement.
///
/// `units[u][a]` is the category that annotator `a` gave to row `u`, `None` where not judged; rows
/// may differ in length. `α = 1 − (n − 1) Σᵤ dᵤ / (mᵤ − 1) / Σ n_c (n − n_c)` over rows with at
/// least two judgements, where `dᵤ` counts the ordered pairs that differ among the `mᵤ` judgements
/// of a row (Krippendorff 2011). `None` when no row is judged twice, or only one category occurs:
/// agreement on a constant proves nothing.
pub fn krippendorff_alpha<C: Ord + Copy>(units: &[Vec<Option<C>>]) -> Option<f64> {
    let (mut observed, mut judgements) = (0.0, 0.0);
    let mut overall: BTreeMap<C, f64> = BTreeMap::new();
    for unit in units {
        let counts = tally(unit);
        let judged: f64 = counts.values().sum();
        if judged < 2.0 {
            continue;
        }
        observed += differing_pairs(&counts, judged) / (judged - 1.0);
        judgements += judged;
        counts.into_iter().for_each(|(category, count)| *overall.entry(category).or_default() += count);
    }
    let expected = differing_pairs(&overall, judgements);
    quotient((judgements - 1.0) * observed, expected).map(|disagreement| 1.0 - disagreement)
}

fn tally<C: Ord + Copy>(unit: &[Option<C>]) -> BTreeMap<C, f64> {
    let mut counts = BTreeMap::new();
    unit.iter().flatten().for_each(|&category| *counts.entry(category).or_default() += 1.0);
    counts
}

/// Ordered pairs of different categories among `total` judgements.
fn differing_pairs<C>(counts: &BTreeMap<C, f64>, total: f64) -> f64 {
    counts.values().map(|count| count * (total - count)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::SplitMix64;
    use super::super::fixture::assert_close;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mcnemar_equals_scipy() {
        // scipy 1.17.1: exact binomtest(k, n, 0.5).pvalue (statsmodels 0.15.0 mcnemar(exact=True)
        // agrees); mid 2 * binom.cdf(k, n, 0.5) - binom.pmf(k, n, 0.5), k the smaller count.
        for (only_old, only_new, exact_p, mid_p) in [
            (1, 1, 1.0, 0.9999999999999998),
            (0, 6, 0.03125, 0.015624999999999879),
            (10, 2, 0.03857421875, 0.022460937499999976),
            (15, 28, 0.0659940344557981, 0.04876676590447458),
            (120, 121, 1.0, 0.9487629958476215),
            (1500, 1700, 0.00043334035939974455, 0.0004061715610460277),
            (3, 400, 1.056134041536089e-114, 5.320077218931791e-115),
        ] {
            let test = mcnemar(only_old, only_new);
            let close = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-10;
            assert!(
                close(test.exact_p, exact_p) && close(test.mid_p, mid_p),
                "{only_old}, {only_new}: {test:?}"
            );
            assert_eq!(test, mcnemar(only_new, only_old));
        }
    }

    #[test]
    fn rows_nobody_disagrees_on_decide_nothing() {
        assert_eq!(mcnemar(0, 0), McNemar { exact_p: 1.0, mid_p: 1.0 });
    }

    #[test]
    fn alpha_equals_krippendorff() {
        // krippendorff 0.9.0: alpha(reliability_data, level_of_measurement="nominal").
        // Krippendorff's own example (2011, C): 4 annotators, 12 units, gaps.
        let columns: [[u8; 12]; 4] = [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
            [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
        ];
        let judged = |unit: usize| columns.iter().map(|c| Some(c[unit]).filter(|&c| c > 0)).collect();
        let units: Vec<Vec<Option<u8>>> = (0..12).map(judged).collect();
        assert_close("textbook", krippendorff_alpha(&units), 0.743421052631579);
        // 3 annotators, 50 units: 3 draws per judgement, u < 0.2 blank, v < 0.7 the row's truth
        // (one draw before, < 0.4), else w < 0.5.
        let mut random = SplitMix64::new(11);
        let units: Vec<Vec<Option<bool>>> = (0..50)
            .map(|_| {
                let truth = random.next_f64() < 0.4;
                let mut judge = || {
                    let [u, v, w] = [0; 3].map(|_| random.next_f64());
                    (u >= 0.2).then_some(if v < 0.7 { truth } else { w < 0.5 })
                };
                vec![judge(), judge(), judge()]
            })
            .collect();
        assert_close("drawn", krippendorff_alpha(&units), 0.45156482861400893);
    }

    #[test]
    fn agreement_on_nothing_is_none() {
        let none: &[Vec<Option<bool>>] = &[];
        assert_eq!(krippendorff_alpha(none), None);
        assert_eq!(krippendorff_alpha(&[vec![Some(true), None], vec![None, Some(false)]]), None);
        assert_eq!(krippendorff_alpha(&[vec![Some(true), Some(true)]]), None);
        assert_eq!(krippendorff_alpha(&[vec![Some(1), Some(1)], vec![Some(2), Some(2)]]), Some(1.0));
    }

    proptest! {
        #[test]
        fn annotators_and_rows_have_no_order(
            units in prop::collection::vec(prop::collection::vec(prop::option::of(0..3_u8), 3), 1..20),
        ) {
            let mut mixed: Vec<Vec<Option<u8>>> = units.iter().map(|u| u.iter().rev().copied().collect()).collect();
            mixed.reverse();
            let (alpha, other) = (krippendorff_alpha(&units), krippendorff_alpha(&mixed));
            prop_assert_eq!(alpha.is_some(), other.is_some());
            prop_assert!((alpha.unwrap_or(0.0) - other.unwrap_or(0.0)).abs() < 1e-12);
            prop_assert!(alpha.unwrap_or(0.0) <= 1.0);
        }
    }
}
