//! The second stage: one `linfa-logistic` regression over the dense row of a label.
//!
//! linfa-logistic calls the more frequent class positive, so the sign of its
//! parameters depends on the data. That is put right here and nowhere else.

use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, ShapeBuilder};
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
    /// Fits on `rows` and their `targets`. Columns are standardised for the
    /// L2 penalty `alpha / 2 · |w|²`; a column without variance gets weight 0.
    ///
    /// On top of a `base`, whose columns are the first of `rows`, its log-odds are a column
    /// more, with far less penalty. They are a sum over the same columns, so
    /// their weight is dealt out to those: the result is a head like any other.
    ///
    /// # Errors
    /// If the targets are of one class only or a value is not finite.
    pub fn fit(rows: &[&[f64]], targets: &[bool], alpha: f64, base: Option<&Head>) -> Result<Self> {
        let width = rows.first().ok_or_else(|| Error::labels("no rows to fit"))?.len();
        let mut columns = Columns::of(rows.len(), width + 1);
        let (means, units): (Vec<f64>, Vec<f64>) =
            (0..width).map(|j| columns.push(rows.iter().map(|row| row[j]), 1.0)).unzip();
        let of_base = base.map(|base| {
            let logits =
                rows.iter().map(|row| (0..width).map(|j| base.weight(j) * (row[j] - means[j])).sum());
            (base, columns.push(logits.collect::<Vec<f64>>().into_iter(), BASE_RELIEF).1)
        });
        let dataset = DatasetBase::new(columns.into_array()?, Array1::from_vec(targets.to_vec()));
        let fitted = LogisticRegression::default()
            .alpha(if base.is_some() { BASE_PENALTY * alpha } else { alpha })
            .max_iterations(300)
            .gradient_tolerance(1e-4)
            .fit(&dataset)
            .map_err(|e| Error::labels(format!("the head cannot be fitted: {e}")))?;
        let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
        let mut fitted_weights = fitted.params().iter();
        let mut weight = |unit: f64| {
            let fitted = if unit > 0.0 { fitted_weights.next() } else { None };
            fitted.map_or(0.0, |w| sign * w * unit)
        };
        let mut weights: Vec<f64> = units.into_iter().map(&mut weight).collect();
        if let Some((base, unit)) = of_base {
            let of_base = weight(unit);
            weights.iter_mut().zip(&base.weights).for_each(|(w, base)| *w += of_base * base);
        }
        Ok(Self { intercept: sign * fitted.intercept(), weights, means })
    }

    /// Weight of column `j`; 0 where it has none.
    fn weight(&self, j: usize) -> f64 {
        self.weights.get(j).copied().unwrap_or(0.0)
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

/// Standardised columns, one after the other: the fit runs along a column as often as along
/// a row, and only in this order do both read memory as it lies.
struct Columns {
    rows: usize,
    values: Vec<f64>,
}

impl Columns {
    fn of(rows: usize, columns: usize) -> Self {
        Self { rows, values: Vec::with_capacity(rows * columns) }
    }

    /// Appends a column with mean 0 and this `deviation`; nothing if all its values are the
    /// same. Returns its mean and its factor, 0 if there is none.
    fn push(&mut self, column: impl Iterator<Item = f64> + Clone, deviation: f64) -> (f64, f64) {
        let average = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / self.rows as f64;
        let mean = average(&mut column.clone());
        let found = average(&mut column.clone().map(|x| (x - mean).powi(2))).sqrt();
        // What is not finite goes on, to be refused by the fit.
        if found <= 1e-9 {
            return (mean, 0.0);
        }
        let factor = deviation / found;
        self.values.extend(column.map(|x| (x - mean) * factor));
        (mean, factor)
    }

    fn into_array(self) -> Result<Array2<f64>> {
        let columns = self.values.len() / self.rows;
        Array2::from_shape_vec((self.rows, columns).f(), self.values)
            .map_err(|e| Error::parameter(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(positives: usize, negatives: usize) -> (Vec<[f64; 3]>, Vec<bool>) {
        let n = positives + negatives;
        let targets: Vec<bool> = (0..n).map(|i| i < positives).collect();
        let noise = |i: usize| ((i * 7919) % 13) as f64 / 13.0;
        let row = |i: usize| [f64::from(u8::from(targets[i])) + noise(i), noise(i + 5), 4.0];
        ((0..n).map(row).collect(), targets)
    }

    fn fit(rows: &[[f64; 3]], targets: &[bool], alpha: f64, base: Option<&Head>) -> Result<Head> {
        Head::fit(&rows.iter().map(|row| &row[..]).collect::<Vec<_>>(), targets, alpha, base)
    }

    #[test]
    fn the_positive_class_is_the_positive_one_whichever_is_rarer() {
        for (positives, negatives) in [(10, 90), (50, 50), (90, 10)] {
            let (x, y) = rows(positives, negatives);
            let head = fit(&x, &y, 1.0, None).unwrap();
            assert!(head.weights[0] > 0.0, "{positives}:{negatives}");
            let mean = |class| {
                let p: Vec<f64> =
                    (0..y.len()).filter(|&i| y[i] == class).map(|i| head.probability(&x[i])).collect();
                p.iter().sum::<f64>() / p.len() as f64
            };
            assert!(mean(true) > mean(false));
        }
    }

    #[test]
    fn a_constant_column_says_nothing() {
        let (x, y) = rows(20, 20);
        assert_eq!(fit(&x, &y, 1.0, None).unwrap().weights[2], 0.0);
    }

    #[test]
    fn terms_and_intercept_sum_to_the_logit() {
        let (x, y) = rows(20, 30);
        let head = fit(&x, &y, 1.0, None).unwrap();
        let row = &x[3];
        let sum: f64 = head.intercept + head.terms(row).sum::<f64>();
        assert!((sum - head.logit(row)).abs() < 1e-12);
    }

    #[test]
    fn a_forgotten_column_counts_as_zero() {
        let (x, y) = rows(20, 30);
        let head = fit(&x, &y, 1.0, None).unwrap();
        let mut short = head.clone();
        short.forget_last(2);
        assert!((short.logit(&[0.7]) - head.logit(&[0.7, 0.0, 0.0])).abs() < 1e-12);
    }

    #[test]
    fn on_top_of_a_base_few_rows_keep_what_it_knows() {
        let (x, y) = rows(200, 200);
        let base = fit(&x, &y, 1.0, None).unwrap();
        let (few, targets) = rows(5, 5);
        let fitted = fit(&few, &targets, 100.0, Some(&base)).unwrap();
        let alone = fit(&few, &targets, 100.0, None).unwrap();
        assert!(fitted.weights[0] > 3.0 * alone.weights[0]);
        // What is not in the base is a head as before.
        let nothing = Head { weights: vec![0.0; 3], ..base };
        let plain = fit(&few, &targets, BASE_PENALTY * 100.0, None).unwrap();
        let on_nothing = fit(&few, &targets, 100.0, Some(&nothing)).unwrap();
        for (a, b) in plain.weights.iter().zip(&on_nothing.weights) {
            assert!((a - b).abs() < 1e-6);
        }
    }

    #[test]
    fn one_class_is_an_error_and_so_is_what_is_not_finite() {
        let (mut x, y) = rows(5, 5);
        assert!(fit(&x, &[true; 10], 1.0, None).is_err());
        x[3][1] = f64::NAN;
        assert!(fit(&x, &y, 1.0, None).is_err());
    }

    #[test]
    fn without_a_column_that_varies_the_intercept_is_the_share() {
        let (x, y) = ([[4.0; 3]; 40], [[true; 10].as_slice(), &[false; 30]].concat());
        let head = fit(&x, &y, 1.0, None).unwrap();
        assert!((head.probability(&x[0]) - 0.25).abs() < 1e-4);
    }
}
