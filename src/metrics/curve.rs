//! The curves: what every possible cut would do.

use super::{Ranking, Step};
use serde::Serialize;

/// A point of the precision-recall curve, and of the workload curve (share read, share caught).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PrecisionRecallPoint {
    /// Rows with `score >= cut` are flagged.
    pub cut: f64,
    /// Problems among the flagged.
    pub precision: f64,
    /// Flagged among the problems.
    pub recall: f64,
    /// Flagged among all rows.
    pub flagged_share: f64,
}

/// A point of the receiver operating characteristic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RocPoint {
    /// Rows with `score >= cut` are flagged.
    pub cut: f64,
    /// Flagged among the fine rows.
    pub false_positive_rate: f64,
    /// Flagged among the problems.
    pub true_positive_rate: f64,
}

impl Ranking {
    /// One point per distinct score, by falling cut, thus by growing recall. The end at recall 0
    /// is left out: without a flag there is no precision. `None` without problems.
    pub fn precision_recall_curve(&self) -> Option<Vec<PrecisionRecallPoint>> {
        let (positives, rows) = (self.positives() as f64, self.len() as f64);
        let point = |step: Step| PrecisionRecallPoint {
            cut: step.score,
            precision: step.tp as f64 / (step.tp + step.fp) as f64,
            recall: step.tp as f64 / positives,
            flagged_share: (step.tp + step.fp) as f64 / rows,
        };
        (positives > 0.0).then(|| self.steps().into_iter().map(point).collect())
    }

    /// One point per distinct score, by falling cut. The origin is left out: no score is its cut.
    /// `None` unless both classes are present.
    pub fn roc_curve(&self) -> Option<Vec<RocPoint>> {
        let (positives, negatives) = (self.positives() as f64, self.negatives() as f64);
        let point = |step: Step| RocPoint {
            cut: step.score,
            false_positive_rate: step.fp as f64 / negatives,
            true_positive_rate: step.tp as f64 / positives,
        };
        (positives > 0.0 && negatives > 0.0).then(|| self.steps().into_iter().map(point).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_close, coarse};
    use super::*;

    #[test]
    fn curves_equal_scikit_learn() {
        // scikit-learn 1.9.1 on fixture::coarse(): precision_recall_curve (reversed, without its
        // added end), roc_curve(drop_intermediate=False) (without its added start).
        let (scores, labels) = coarse();
        let ranking = Ranking::new(&scores, &labels).unwrap();
        let (pr, roc) = (ranking.precision_recall_curve().unwrap(), ranking.roc_curve().unwrap());
        let expected: &[[f64; 5]] = &[
            // cut, precision, recall, false-positive rate, true-positive rate
            [0.875, 1.0, 0.03389830508474576, 0.0, 0.03389830508474576],
            [0.75, 0.9333333333333333, 0.23728813559322035, 0.0070921985815602835, 0.23728813559322035],
            [0.625, 0.625, 0.423728813559322, 0.10638297872340426, 0.423728813559322],
            [0.5, 0.5128205128205128, 0.6779661016949152, 0.2695035460992908, 0.6779661016949152],
            [0.375, 0.4057971014492754, 0.9491525423728814, 0.5815602836879432, 0.9491525423728814],
            [0.25, 0.34502923976608185, 1.0, 0.7943262411347518, 1.0],
            [0.125, 0.3105263157894737, 1.0, 0.9290780141843972, 1.0],
            [0.0, 0.295, 1.0, 1.0, 1.0],
        ];
        assert_eq!((pr.len(), roc.len()), (expected.len(), expected.len()));
        for (i, [cut, precision, recall, fpr, tpr]) in expected.iter().enumerate() {
            assert_eq!((pr[i].cut, roc[i].cut), (*cut, *cut));
            assert_close("precision", Some(pr[i].precision), *precision);
            assert_close("recall", Some(pr[i].recall), *recall);
            assert_close("fpr", Some(roc[i].false_positive_rate), *fpr);
            assert_close("tpr", Some(roc[i].true_positive_rate), *tpr);
        }
        assert_eq!(pr.last().map(|p| (p.recall, p.flagged_share)), Some((1.0, 1.0)));
    }

    #[test]
    fn one_class_draws_no_curve() {
        let drawn = |labels: &[bool]| {
            let ranking = Ranking::new(&[0.1, 0.9], labels).unwrap();
            (ranking.precision_recall_curve().map(|c| c.len()), ranking.roc_curve().map(|c| c.len()))
        };
        assert_eq!(drawn(&[false, true]), (Some(2), Some(2)));
        assert_eq!(drawn(&[true, true]), (Some(2), None));
        assert_eq!(drawn(&[false, false]), (None, None));
    }
}
