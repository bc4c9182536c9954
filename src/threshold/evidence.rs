//! What judged rows say about every possible cut, each row counted once or by its weight.

use crate::error::{Error, Result};
use crate::metrics::{Confusion, Ranking};

/// The cells of every cut, the highest first.
///
/// Rows that were not drawn alike (see [`crate::sample`]) carry a weight: how many comments of the
/// stream each stands for. Within each class the weights are scaled to sum to the effective number
/// of rows `(Σw)² / Σw²` (Kish 1965), so that intervals are as wide as the weighting makes them.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Score, problems and fine rows at or above it, by falling score.
    steps: Vec<(f64, [f64; 2])>,
    totals: [f64; 2],
    prevalence: Option<f64>,
}

impl From<&Ranking> for Evidence {
    fn from(ranking: &Ranking) -> Self {
        let steps = ranking.steps().into_iter().map(|s| (s.score, [s.tp as f64, s.fp as f64])).collect();
        let totals = [ranking.positives() as f64, ranking.negatives() as f64];
        Self { steps, totals, prevalence: None }
    }
}

impl Evidence {
    /// Rows with weights; their share of problems is the weighted one.
    ///
    /// # Errors
    /// [`Kind::Parameter`](crate::error::Kind::Parameter) when a score is not a number or a weight
    /// is not a number above 0.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn weighted(scores: &[f64], labels: &[bool], weights: &[f64]) -> Result<Self> {
        assert!(scores.len() == labels.len() && labels.len() == weights.len(), "one row, three columns");
        if let Some(row) = weights.iter().position(|w| !(*w > 0.0 && w.is_finite())) {
            return Err(Error::parameter(format!("the weight of row {row} (from 0) is no number above 0")));
        }
        let ranking = Ranking::new(scores, labels)?;
        let sum = |class: bool, power: i32| -> f64 {
            weights.iter().zip(labels).filter(|(_, l)| **l == class).map(|(w, _)| w.powi(power)).sum()
        };
        let [positive, negative] = [true, false].map(|class| (sum(class, 1), sum(class, 2)));
        let scale = |(sum, squares): (f64, f64)| if squares > 0.0 { sum / squares } else { 0.0 };
        let scales = [scale(positive), scale(negative)];
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        let (mut at, mut cells) = (0, [0.0; 2]);
        let steps = ranking.steps().into_iter().map(|step| {
            while at < order.len() && scores[order[at]] >= step.score {
                let class = usize::from(!labels[order[at]]);
                cells[class] += weights[order[at]] * scales[class];
                at += 1;
            }
            (step.score, cells)
        });
        Ok(Self {
            steps: steps.collect(),
            totals: [positive.0 * scales[0], negative.0 * scales[1]],
            prevalence: Some(positive.0 / (positive.0 + negative.0)).filter(|p| *p > 0.0 && *p < 1.0),
        })
    }

    /// Problems and fine rows; effective numbers where rows have weights.
    pub fn totals(&self) -> [f64; 2] {
        self.totals
    }

    /// The weighted share of problems; `None` without weights or with one class only.
    pub fn prevalence(&self) -> Option<f64> {
        self.prevalence
    }

    /// Number of distinct scores.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// The score of cut `at`, counted from the highest.
    pub(super) fn score(&self, at: usize) -> Option<f64> {
        self.steps.get(at).map(|step| step.0)
    }

    /// The cells when everything from the score of cut `at` is flagged.
    pub(super) fn cells(&self, at: usize) -> Confusion {
        let [tp, fp] = self.steps[at].1;
        self.with_flagged([tp, fp])
    }

    /// Problems and fine rows with `score >= cut`.
    pub(super) fn at_or_above(&self, cut: f64) -> [f64; 2] {
        let reached = self.steps.partition_point(|step| step.0 >= cut);
        reached.checked_sub(1).map_or([0.0; 2], |last| self.steps[last].1)
    }

    /// What a given cut does.
    pub fn confusion(&self, cut: f64) -> Confusion {
        self.with_flagged(self.at_or_above(cut))
    }

    /// Rounding must not make a cell negative.
    fn with_flagged(&self, [tp, fp]: [f64; 2]) -> Confusion {
        Confusion { tp, fp, fn_: (self.totals[0] - tp).max(0.0), tn: (self.totals[1] - fp).max(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::fixture::{assert_close, fine};

    #[test]
    fn equal_weights_are_none() {
        let (scores, labels) = fine();
        let plain = Evidence::from(&Ranking::new(&scores, &labels).unwrap());
        let weighted = Evidence::weighted(&scores, &labels, &vec![7.0; 200]).unwrap();
        for cut in [0.1, 0.4, 0.9] {
            let (a, b) = (plain.confusion(cut), weighted.confusion(cut));
            assert_close("tp", Some(b.tp), a.tp);
            assert_close("fp", Some(b.fp), a.fp);
            assert_close("tn", Some(b.tn), a.tn);
        }
    }

    #[test]
    fn weighted_rates_equal_scikit_learn() {
        // scikit-learn 1.9.1 on fixture::fine() with sample_weight = 1 + i % 5, flags score >= 0.5:
        // recall_score; recall_score(pos_label=0); numpy 2.4.6: average(labels, weights).
        let (scores, labels) = fine();
        let weights: Vec<f64> = (0..200).map(|i| f64::from(1 + i % 5)).collect();
        let evidence = Evidence::weighted(&scores, &labels, &weights).unwrap();
        let cells = evidence.confusion(0.5);
        assert_close("recall", cells.recall(), 0.6923076923076923);
        assert_close("specificity", cells.false_positive_rate().map(|r| 1.0 - r), 0.7122969837587007);
        assert_close("prevalence", evidence.prevalence(), 0.2816666666666667);
        // Kish: (Σw)² / Σw² per class.
        assert_close("positives", Some(evidence.totals()[0]), 49.32815198618307);
    }

    #[test]
    fn a_weight_of_nothing_is_refused() {
        for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Evidence::weighted(&[0.5, 0.4], &[true, false], &[1.0, weight]).is_err(), "{weight}");
        }
    }
}
