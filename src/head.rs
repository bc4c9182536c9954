//! The second stage: one `linfa-logistic` regression over the dense row of a label.
//!
//! linfa-logistic calls the more frequent class positive, so the sign of its
//! parameters depends on the data. That is put right here and nowhere else.

use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::logistic::sigmoid;

/// How much larger than a standardised column the log-odds of a base enter the fit: few
/// rows are enough to trust them (3 is worse at 100 rows, 30 the same).
const BASE_RELIEF: f64 = 10.0;
/// How much stronger the penalty of every other column is with a base than without: what
/// contradicts it must show in more rows.
const BASE_PENALTY: f64 = 3.0;

/// `logit(x) = intercept + Σ_k weights_k · (x_k − means_k)`: the intercept is the
/// log-odds of the average training comment, a term is what differs from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Log-odds of the average comment.
    pub intercept: f64,
    /// One weight per dense column, in its own unit.
    pub weights: Vec<f64>,
    /// Average of each column over the training rows.
    pub means: Vec<f64>,
}

impl Head {
    /// Fits on `rows` (n × columns) and `targets` (n). Columns are standardised for the
    /// L2 penalty `alpha / 2 · |w|²`; a column without variance gets weight 0.
    ///
    /// On top of a `base`, whose columns are the first of `rows`, its log-odds are a column
    /// more, with far less penalty. They are a sum over the same columns, so
    /// their weight is dealt out to those: the result is a head like any other.
    ///
    /// # Errors
    /// If the targets are of one class only or a value is not finite.
    pub fn fit(rows: &Array2<f64>, targets: &[bool], alpha: f64, base: Option<&Head>) -> Result<Self> {
        let means = rows.mean_axis(Axis(0)).ok_or_else(|| Error::labels("no rows to fit"))?;
        let deviations = rows.std_axis(Axis(0), 0.0);
        let inverse = deviations.mapv(|sd| if sd > 1e-9 { 1.0 / sd } else { 0.0 });
        let mut standardised = (rows - &means) * &inverse;
        // One unit of the appended column in log-odds of the base.
        let mut unit = 0.0;
        if let Some(base) = base {
            let logits = (rows - &means).map_axis(Axis(1), |row| dot(&base.weights, row.iter()));
            let deviation = logits.std(0.0);
            unit = if deviation > 1e-9 { BASE_RELIEF / deviation } else { 0.0 };
            standardised.push_column((logits * unit).view()).map_err(|e| Error::parameter(e.to_string()))?;
        }
        let dataset = DatasetBase::new(standardised, Array1::from_vec(targets.to_vec()));
        let fitted = LogisticRegression::default()
            .alpha(if base.is_some() { BASE_PENALTY * alpha } else { alpha })
            .max_iterations(300)
            .gradient_tolerance(1e-4)
            .fit(&dataset)
            .map_err(|e| Error::labels(format!("the head cannot be fitted: {e}")))?;
        let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
        let weights = fitted.params().iter().zip(&inverse).map(|(w, inverse)| sign * w * inverse);
        let mut weights: Vec<f64> = weights.collect();
        if let Some(base) = base {
            let of_base = sign * unit * fitted.params()[rows.ncols()];
            weights.iter_mut().zip(&base.weights).for_each(|(w, base)| *w += of_base * base);
        }
        Ok(Self { intercept: sign * fitted.intercept(), weights, means: means.to_vec() })
    }

    /// Drops the last `columns` columns, as if they were 0 in every comment to come.
    pub fn forget_last(&mut self, columns: usize) {
        for _ in 0..columns {
            let (weight, mean) = (self.weights.pop().unwrap_or(0.0), self.means.pop().unwrap_or(0.0));
            self.intercept -= weight * mean;
        }
    }

    /// Log-odds of the positive class.
    pub fn logit(&self, row: &[f64]) -> f64 {
        self.intercept + self.terms(row).sum::<f64>()
    }

    /// Probability of the positive class, 0–1.
    pub fn probability(&self, row: &[f64]) -> f64 {
        sigmoid(self.logit(row))
    }

    /// What each column adds to the intercept.
    pub fn terms<'a>(&'a self, row: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        self.weights.iter().zip(&self.means).zip(row).map(|((w, m), x)| w * (x - m))
    }
}

/// Sum of products, as far as the shorter one reaches.
fn dot<'a>(weights: &[f64], row: impl Iterator<Item = &'a f64>) -> f64 {
    weights.iter().zip(row).map(|(w, x)| w * x).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(positives: usize, negatives: usize) -> (Array2<f64>, Vec<bool>) {
        let n = positives + negatives;
        let targets: Vec<bool> = (0..n).map(|i| i < positives).collect();
        let noise = |i: usize| ((i * 7919) % 13) as f64 / 13.0;
        let rows = Array2::from_shape_fn((n, 3), |(i, j)| match j {
            0 => f64::from(u8::from(targets[i])) + noise(i),
            1 => noise(i + 5),
            _ => 4.0,
        });
        (rows, targets)
    }

    #[test]
    fn the_positive_class_is_the_positive_one_whichever_is_rarer() {
        for (positives, negatives) in [(10, 90), (50, 50), (90, 10)] {
            let (x, y) = rows(positives, negatives);
            let head = Head::fit(&x, &y, 1.0, None).unwrap();
            assert!(head.weights[0] > 0.0, "{positives}:{negatives}");
            let mean = |class| {
                let p: Vec<f64> = (0..y.len())
                    .filter(|&i| y[i] == class)
                    .map(|i| head.probability(x.row(i).as_slice().unwrap()))
                    .collect();
                p.iter().sum::<f64>() / p.len() as f64
            };
            assert!(mean(true) > mean(false));
        }
    }

    #[test]
    fn a_constant_column_says_nothing() {
        let (x, y) = rows(20, 20);
        assert_eq!(Head::fit(&x, &y, 1.0, None).unwrap().weights[2], 0.0);
    }

    #[test]
    fn terms_and_intercept_sum_to_the_logit() {
        let (x, y) = rows(20, 30);
        let head = Head::fit(&x, &y, 1.0, None).unwrap();
        let row = x.row(3);
        let row = row.as_slice().unwrap();
        let sum: f64 = head.intercept + head.terms(row).sum::<f64>();
        assert!((sum - head.logit(row)).abs() < 1e-12);
    }

    #[test]
    fn a_forgotten_column_counts_as_zero() {
        let (x, y) = rows(20, 30);
        let head = Head::fit(&x, &y, 1.0, None).unwrap();
        let mut short = head.clone();
        short.forget_last(2);
        assert!((short.logit(&[0.7]) - head.logit(&[0.7, 0.0, 0.0])).abs() < 1e-12);
    }

    #[test]
    fn on_top_of_a_base_few_rows_keep_what_it_knows() {
        let (x, y) = rows(200, 200);
        let base = Head::fit(&x, &y, 1.0, None).unwrap();
        let (few, targets) = rows(5, 5);
        let fitted = Head::fit(&few, &targets, 100.0, Some(&base)).unwrap();
        let alone = Head::fit(&few, &targets, 100.0, None).unwrap();
        assert!(fitted.weights[0] > 3.0 * alone.weights[0]);
        // What is not in the base is a head as before.
        let nothing = Head { weights: vec![0.0; 3], ..base };
        let plain = Head::fit(&few, &targets, BASE_PENALTY * 100.0, None).unwrap();
        let on_nothing = Head::fit(&few, &targets, 100.0, Some(&nothing)).unwrap();
        for (a, b) in plain.weights.iter().zip(&on_nothing.weights) {
            assert!((a - b).abs() < 1e-6);
        }
    }

    #[test]
    fn one_class_is_an_error() {
        let (x, _) = rows(5, 5);
        assert!(Head::fit(&x, &[true; 10], 1.0, None).is_err());
    }
}
