//! What share of the comments are problems: asked of judged rows, or of scores alone.
//!
//! Scores answer by the mixture they are: the stream's scores are `π` parts those of problems and
//! `1 − π` parts those of fine comments, and `π` is chosen to make the scores seen most likely. That
//! is the fixed point of Saerens, Latinne and Decaestecker's EM (2002), found here by bisection. It
//! assumes that problems score as they did where they were judged; after a change of topic or of
//! habits they may not.

use serde::Serialize;

use crate::metrics::{Bootstrap, Estimate, quantile_edges, wilson};

/// Classes of scores in which judged rows are compared with unjudged ones.
const CLASSES: usize = 10;

/// Where a prevalence comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The user said so.
    Given,
    /// The judged rows as they are.
    Sample,
    /// The judged rows by their sampling weights.
    Weights,
    /// Scores nobody judged.
    Scores,
}

/// The share of problems among judged rows, each standing for `weights[i]` comments, with a Wilson
/// interval over the effective number of rows `(Σw)² / Σw²`. `None` without rows.
///
/// # Panics
/// If the lengths differ.
pub fn counted(labels: &[bool], weights: &[f64]) -> Option<Estimate> {
    assert_eq!(labels.len(), weights.len(), "one weight per row");
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    let problems: f64 = weights.iter().zip(labels).filter(|(_, l)| **l).map(|(w, _)| w).sum();
    let scale = sum / squares;
    wilson((problems * scale).min(sum * scale), sum * scale)
}

/// A share of problems told from scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FromScores {
    /// The share.
    pub share: Estimate,
    /// Whether a mixture of problems and fine comments as judged could give these scores: χ² over
    /// the classes, noise of all three samples counted, below its 99.9 % quantile. Where not,
    /// problems or fine comments score differently in the stream, and the share means little.
    pub fits: bool,
}

/// The share of problems among `scores`, told from how judged rows score (`judged` scores and
/// labels, in any range), with a bootstrap interval over both. `None` unless both classes were
/// judged, there are scores, and they tell something.
pub fn from_scores(
    judged: &[f64],
    labels: &[bool],
    scores: &[f64],
    bootstrap: Bootstrap,
) -> Option<FromScores> {
    if scores.is_empty() || !labels.contains(&true) || !labels.contains(&false) {
        return None;
    }
    let edges = quantile_edges(judged, CLASSES)?;
    let class_of = |score: &f64| edges.partition_point(|edge| edge < score);
    // Column 0: problems, 1: fine rows, 2: rows nobody judged.
    let cells: Vec<(usize, usize)> = judged
        .iter()
        .zip(labels)
        .map(|(score, &label)| (class_of(score), usize::from(!label)))
        .chain(scores.iter().map(|score| (class_of(score), 2)))
        .collect();
    let table = |counts: &[u32]| {
        let mut table = vec![[0.0; 3]; edges.len() + 1];
        cells.iter().zip(counts).for_each(|(&(class, column), &n)| table[class][column] += f64::from(n));
        table
    };
    let share = bootstrap.estimate(cells.len(), |counts| most_likely_share(&likelihoods(&table(counts))))?;
    let fits = fits(&table(&vec![1; cells.len()]), share.value);
    // None or all of them problems, and not even that gives these scores: no answer at all.
    let at_an_end = share.high < 1e-6 || share.low > 1.0 - 1e-6;
    (fits || !at_an_end).then_some(FromScores { share, fits })
}

/// Counts of problems and of fine rows as shares, each raised by a half so that none is 0.
fn likelihoods(table: &[[f64; 3]]) -> Vec<[f64; 3]> {
    let total = |column: usize| table.iter().map(|row| row[column] + 0.5).sum::<f64>();
    let totals = [total(0), total(1)];
    table.iter().map(|[p, f, n]| [(p + 0.5) / totals[0], (f + 0.5) / totals[1], *n]).collect()
}

/// `Σ (nᵢ − N mᵢ)² / varᵢ` against its 99.9 % quantile, `m` the mixture.
fn fits(table: &[[f64; 3]], share: f64) -> bool {
    let sum = |column: usize| table.iter().map(|row| row[column]).sum::<f64>();
    let [problems, fine, rows] = [0, 1, 2].map(sum);
    let misfit = |[a, b, n]: &[f64; 3]| {
        let mixed = share * a + (1.0 - share) * b;
        let noise = share.powi(2) * a * (1.0 - a) / problems + (1.0 - share).powi(2) * b * (1.0 - b) / fine;
        (n / rows - mixed).powi(2) / (mixed / rows + noise)
    };
    let chi: f64 = likelihoods(table).iter().map(misfit).sum();
    chi <= chi_square_quantile(table.len().saturating_sub(2).max(1) as f64)
}

/// The 99.9 % quantile of χ² by Wilson and Hilferty's cube (1931), right to two per cent from 3 degrees on.
fn chi_square_quantile(freedom: f64) -> f64 {
    const Z: f64 = 3.090_232_306_167_813;
    let spread = 2.0 / (9.0 * freedom);
    freedom * (1.0 - spread + Z * spread.sqrt()).powi(3)
}

/// The share of problems among probabilities that were calibrated where a share `base` (above 0,
/// below 1) were problems. Entries are (probability, how often). `None` without any.
pub fn adjusted(probabilities: &[(f64, f64)], base: f64) -> Option<f64> {
    let kept = |p: f64| p.clamp(1e-4, 1.0 - 1e-4);
    let likelihoods = probabilities.iter().map(|&(p, n)| [kept(p) / base, (1.0 - kept(p)) / (1.0 - base), n]);
    most_likely_share(&likelihoods.collect::<Vec<_>>())
}

/// `argmax_π Σ nᵢ ln(π aᵢ + (1 − π) bᵢ)` over `0..=1` for rows `[a, b, n]`: `a` and `b`, above 0, say
/// how likely a problem and a fine comment are there. The sum is concave, so its slope has one sign
/// change at most. `None` without rows.
pub fn most_likely_share(rows: &[[f64; 3]]) -> Option<f64> {
    if !rows.iter().any(|[_, _, n]| *n > 0.0) {
        return None;
    }
    let slope = |share: f64| -> f64 {
        rows.iter().map(|[a, b, n]| n * (a - b) / (share * a + (1.0 - share) * b)).sum()
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if slope(middle) > 0.0 { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::fixture::{assert_close, sample};

    const FEW: Bootstrap = Bootstrap { replicates: 200, seed: 3 };

    #[test]
    fn the_most_likely_share_equals_scipy() {
        // scipy 1.17.1: minimize_scalar(-sum(n * log(pi * a + (1 - pi) * b)), bounds=(0, 1),
        // method="bounded", options={"xatol": 1e-12}).
        for (rows, share) in [
            ([[0.7, 0.2, 30.0], [0.2, 0.3, 50.0], [0.1, 0.5, 20.0]], 0.3372775344054547),
            ([[0.6, 0.1, 3.0], [0.3, 0.3, 40.0], [0.1, 0.6, 57.0]], 4.2300630066830894e-13),
        ] {
            let found = most_likely_share(&rows).unwrap();
            assert!((found - share).abs() < 1e-6, "{rows:?}: {found}");
        }
        assert_eq!(most_likely_share(&[[0.5, 0.5, 0.0]]), None);
    }

    #[test]
    fn scores_unlike_all_judged_ones_tell_nothing() {
        // Problems score around 0.8, fine rows around 0.5, the stream below both.
        let judged: Vec<f64> =
            (0..200).map(|i| f64::from(i % 100) / 500.0 + if i < 100 { 0.7 } else { 0.4 }).collect();
        let labels: Vec<bool> = (0..200).map(|i| i < 100).collect();
        let stream: Vec<f64> = (0..3000).map(|i| 0.3 + f64::from(i % 100) / 700.0).collect();
        assert_eq!(from_scores(&judged, &labels, &stream, FEW), None);
        let found = from_scores(&judged, &labels, &judged, FEW).unwrap();
        assert!(found.fits && (found.share.value - 0.5).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn em_of_saerens_ends_where_the_bisection_does() {
        let probabilities: Vec<(f64, f64)> =
            (1..10).map(|i| (f64::from(i) / 10.0, f64::from(12 - i))).collect();
        let base = 0.4;
        let mut share: f64 = base;
        for _ in 0..20_000 {
            let (mut sum, mut total) = (0.0, 0.0);
            for &(p, n) in &probabilities {
                let [a, b] = [share / base * p, (1.0 - share) / (1.0 - base) * (1.0 - p)];
                sum += n * a / (a + b);
                total += n;
            }
            share = sum / total;
        }
        assert!((adjusted(&probabilities, base).unwrap() - share).abs() < 1e-9, "{share}");
    }

    /// Scores of a stream: those of a judged sample, but only every seventh of its problems.
    fn thinned(seed: u64, rows: usize) -> Vec<f64> {
        let (scores, truth) = sample(seed, rows);
        let mut problems = 0;
        let mut kept = |label: bool| {
            problems += usize::from(label);
            !label || problems % 7 == 0
        };
        scores.into_iter().zip(truth).filter(|(_, label)| kept(*label)).map(|(score, _)| score).collect()
    }

    #[test]
    fn the_interval_covers_the_stream_as_often_as_it_says() {
        // 30 % problems among the judged; 0.3 / 7 to 0.7 in the stream.
        let truth = 0.3 / 7.0 / (0.7 + 0.3 / 7.0);
        let found: Vec<FromScores> = (0..100)
            .map(|case| {
                let (judged, labels) = sample(1000 + 17 * case, 600);
                from_scores(&judged, &labels, &thinned(500_000 + 17 * case, 2000), FEW).unwrap()
            })
            .collect();
        let covered = found.iter().filter(|f| f.share.low <= truth && truth <= f.share.high).count();
        assert!(covered >= 88, "{covered} of 100");
        assert!(found.iter().filter(|f| f.fits).count() >= 97);
        assert!(found.iter().all(|f| f.share.high < 0.3), "the stream has fewer problems than the rows");
    }

    #[test]
    fn scores_that_are_no_mixture_are_told() {
        let (judged, labels) = sample(1, 600);
        let middling = vec![0.5; 400];
        assert!(!from_scores(&judged, &labels, &middling, FEW).unwrap().fits);
        assert_eq!(from_scores(&judged, &[false; 600], &middling, FEW), None);
        assert_eq!(from_scores(&judged, &labels, &[], FEW), None);
    }

    #[test]
    fn the_quantile_is_near_that_of_scipy() {
        // scipy 1.17.1: chi2.ppf(0.999, k).
        for (freedom, quantile) in [(3.0, 16.26623619623813), (8.0, 26.12448155837614)] {
            assert!((chi_square_quantile(freedom) / quantile - 1.0).abs() < 0.02, "{freedom}");
        }
    }

    #[test]
    fn weights_count_comments() {
        // 2 of 4 rows are problems, but the fine ones stand for three comments each.
        let labels = [true, true, false, false];
        assert_close("plain", counted(&labels, &[1.0; 4]).map(|e| e.value), 0.5);
        let weighted = counted(&labels, &[1.0, 1.0, 3.0, 3.0]).unwrap();
        assert_close("weighted", Some(weighted.value), 0.25);
        // Wilson of 0.25 over Kish's 64 / 20 rows.
        assert_eq!(Some(weighted), wilson(0.8, 3.2));
        assert_eq!(counted(&[], &[]), None);
    }
}
