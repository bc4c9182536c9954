//! The most expensive wrong decisions, with what tipped them.

use serde::Serialize;

use super::Scored;
use crate::corpus::Corpus;
use crate::explain::{Explanation, explain};
use crate::metrics::log_loss;
use crate::model::Model;
use crate::prepared::Prepared;

/// Mistakes of each kind that are kept.
pub const KEPT: usize = 8;

/// A wrong decision.
#[derive(Clone, Debug, Serialize)]
pub struct Mistake {
    /// Row of the corpus.
    pub row: u32,
    /// The score, 0–1.
    pub score: f64,
    /// The judgement.
    pub target: bool,
    /// The threshold that was in force.
    pub threshold: f64,
    /// What it costs: the negative natural logarithm of the probability given to the truth.
    pub loss: f64,
    /// Why the score is what it is.
    pub explanation: Option<Explanation>,
}

/// The most expensive mistakes of `model` on what it scored, per label: eight false flags
/// and as many misses, the dearest first.
pub fn mistakes(model: &Model, scored: &[Scored], prepared: &Prepared, corpus: &Corpus) -> Vec<Vec<Mistake>> {
    let levels = prepared.levels(&model.background);
    let of_label = |scored: &Scored| {
        let mut found = dearest(wrong(scored));
        for mistake in &mut found {
            let row = mistake.row as usize;
            let text = &corpus.examples[row].comment.text;
            let all = explain(model, text, &prepared.context(row, &levels));
            mistake.explanation = all.into_iter().find(|e| e.label == scored.label);
        }
        found
    };
    scored.iter().map(of_label).collect()
}

/// The dearest of two lists.
pub fn merge(mut some: Vec<Mistake>, others: Vec<Mistake>) -> Vec<Mistake> {
    some.extend(others);
    dearest(some)
}

fn wrong(scored: &Scored) -> Vec<Mistake> {
    let threshold = scored.thresholds.first().copied().unwrap_or(0.5);
    let mistake = |k: &usize| {
        let (score, target) = (scored.scores[*k], scored.targets[*k]);
        let loss = log_loss(&[score], &[target]).unwrap_or(0.0);
        Mistake { row: scored.rows[*k], score, target, threshold, loss, explanation: None }
    };
    let is_wrong = |k: &usize| scored.flagged[*k] != scored.targets[*k];
    (0..scored.rows.len()).filter(is_wrong).map(|k| mistake(&k)).collect()
}

fn dearest(mut mistakes: Vec<Mistake>) -> Vec<Mistake> {
    mistakes.sort_by(|a, b| b.loss.total_cmp(&a.loss).then(a.row.cmp(&b.row)));
    let mut left = [KEPT; 2];
    mistakes.retain(|m| {
        let left = &mut left[usize::from(m.target)];
        let keep = *left > 0;
        *left = left.saturating_sub(1);
        keep
    });
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dearest_of_each_kind_are_kept() {
        let n = 3 * KEPT;
        let scores: Vec<f64> = (0..2 * n).map(|i| (i + 1) as f64 / (2 * n + 1) as f64).collect();
        let scored = Scored {
            rows: (0..2 * n as u32).collect(),
            targets: (0..2 * n).map(|i| i < n).collect(),
            flagged: (0..2 * n).map(|i| i >= n).collect(),
            thresholds: vec![0.5],
            scores,
            ..Scored::default()
        };
        let (first, second) = wrong(&scored).into_iter().partition(|m| m.row % 2 == 0);
        let kept = merge(dearest(first), dearest(second));
        let mut rows: Vec<u32> = kept.iter().map(|m| m.row).collect();
        rows.sort_unstable();
        let expected: Vec<u32> = (0..KEPT as u32).chain((2 * n - KEPT) as u32..2 * n as u32).collect();
        assert_eq!(rows, expected);
        assert!(kept.windows(2).all(|pair| pair[0].loss >= pair[1].loss));
    }
}
