//! L2-regularised logistic regression on sparse rows, by a trust-region Newton
//! method with conjugate-gradient steps (Lin, Weng and Keerthi 2008, "Trust region
//! Newton method for large-scale logistic regression").
//!
//! The objective is apart from the optimiser; both are public so that a test can
//! hold the gradient against finite differences.
//!
//! Regressions over the same rows are solved `L` at a time, as those of the folds are: every
//! value is an array of `L`, a lane of it is one regression, and each is solved as if it
//! were alone, to the bit.

mod newton;
mod objective;

use linfa::ParamGuard;
use linfa::dataset::{AsSingleTargets, DatasetBase};
use linfa::traits::Fit;

use crate::error::Error;
use crate::sparse::Design;
pub use newton::newton;
pub use objective::Objective;

/// Unchecked parameters of a sparse logistic regression.
#[derive(Clone, Debug)]
pub struct Params(ValidParams);

/// Parameters whose ranges were checked.
#[derive(Clone, Debug)]
pub struct ValidParams {
    c: f64,
    balanced: bool,
    tolerance: f64,
    max_iterations: usize,
    /// Margin of each row that the fit starts from; empty: 0.
    offsets: Vec<f64>,
}

impl Default for Params {
    fn default() -> Self {
        Self(ValidParams {
            c: 1.0,
            balanced: false,
            tolerance: 1e-3,
            max_iterations: 100,
            offsets: Vec::new(),
        })
    }
}

impl Params {
    /// Inverse strength of the L2 penalty, as in liblinear and scikit-learn; above 0.
    pub fn c(mut self, c: f64) -> Self {
        self.0.c = c;
        self
    }

    /// Weighs each class by `n / (2 · n_class)`, so that both count the same.
    pub fn balanced(mut self, balanced: bool) -> Self {
        self.0.balanced = balanced;
        self
    }

    /// Stops when the gradient has shrunk to this share of its start; in (0, 1).
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.0.tolerance = tolerance;
        self
    }

    /// Learns what to add to these margins, one per row. Where they are `w₀·x` of an earlier
    /// fit, the penalty is on the distance from it: `½ |w − w₀|²` for `w = w₀ +` the fitted
    /// weights. Empty: from zero.
    pub fn offsets(mut self, offsets: Vec<f64>) -> Self {
        self.0.offsets = offsets;
        self
    }
}

impl ParamGuard for Params {
    type Checked = ValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&ValidParams, Error> {
        let p = &self.0;
        if !(p.c.is_finite() && p.c > 0.0) {
            return Err(Error::parameter(format!("C is {}, but must be above 0", p.c)));
        }
        if !(p.tolerance > 0.0 && p.tolerance < 1.0) {
            return Err(Error::parameter(format!(
                "tolerance is {}, but must be between 0 and 1",
                p.tolerance
            )));
        }
        Ok(p)
    }

    fn check(self) -> Result<ValidParams, Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// A fitted regression: `margin(x) = intercept + w·x`, the log-odds of the positive class.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// One weight per column.
    pub weights: Vec<f64>,
    /// Log-odds of a row of zeros.
    pub intercept: f64,
    /// Newton steps taken.
    pub iterations: usize,
    /// Whether the gradient reached the tolerance.
    pub converged: bool,
}

/// The target of a row in each regression; `None` leaves it out.
pub type Targets<const L: usize> = [Option<bool>; L];

impl<const L: usize, T: AsSingleTargets<Elem = Targets<L>>> Fit<Design<'_, L>, T, Error> for ValidParams {
    type Object = [Fitted; L];

    /// # Errors
    /// If the targets of a regression are of one class only, or there is not one per row.
    fn fit(&self, dataset: &DatasetBase<Design<'_, L>, T>) -> Result<[Fitted; L], Error> {
        let design = dataset.records();
        let targets: Vec<Targets<L>> = dataset.targets().as_single_targets().iter().copied().collect();
        if targets.len() != design.rows() {
            return Err(Error::parameter(format!("{} targets for {} rows", targets.len(), design.rows())));
        }
        if !self.offsets.is_empty() && self.offsets.len() != targets.len() {
            return Err(Error::parameter(format!(
                "{} offsets for {} rows",
                self.offsets.len(),
                targets.len()
            )));
        }
        let mut costs = [[0.0; 2]; L];
        for (k, costs) in costs.iter_mut().enumerate() {
            *costs = self.costs(targets.iter().filter_map(|t| t[k]))?;
        }
        let mut objective = Objective::new(design, &targets, costs).from(&self.offsets);
        Ok(newton(&mut objective, self.tolerance, self.max_iterations))
    }
}

impl ValidParams {
    /// What a row costs that is negative, and one that is positive.
    fn costs(&self, targets: impl Iterator<Item = bool>) -> Result<[f64; 2], Error> {
        let mut counts = [0usize; 2];
        targets.for_each(|t| counts[usize::from(t)] += 1);
        let [negatives, positives] = counts;
        if positives == 0 || negatives == 0 {
            return Err(Error::labels(format!(
                "{positives} positive and {negatives} negative rows: both are needed"
            )));
        }
        let rows = positives + negatives;
        Ok(counts.map(|count| match self.balanced {
            true => self.c * rows as f64 / (2.0 * count as f64),
            false => self.c,
        }))
    }
}

/// The log-odds of a probability, kept away from 0 and 1 so that they are finite.
pub fn logit(probability: f64) -> f64 {
    let p = probability.clamp(1e-9, 1.0 - 1e-9);
    (p / (1.0 - p)).ln()
}

/// `1 / (1 + exp(−z))`, without overflow.
pub fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + (-z).exp())
    } else {
        let e = z.exp();
        e / (1.0 + e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sparse::CsrMatrix;
    use linfa_logistic::LogisticRegression;
    use ndarray::{Array1, Array2};

    /// A small dense problem of `n` rows of `d` counts, both classes present.
    fn problem(n: usize, d: usize, seed: u64) -> (Array2<f64>, Vec<bool>) {
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 33) as f64 / (1u64 << 30) as f64) - 1.0
        };
        let x = Array2::from_shape_fn((n, d), |_| (4.0 * next().abs()).floor());
        let y = (0..n).map(|i| x[[i, 0]] - 0.5 * x[[i, 1]] + 2.0 * next() > 0.7).collect();
        (x, y)
    }

    fn csr(x: &Array2<f64>) -> CsrMatrix {
        let mut m = CsrMatrix::new(x.ncols());
        for row in x.rows() {
            m.push_group([row.iter().enumerate().map(|(j, &v)| (j as u32, v as u32))]);
        }
        m
    }

    /// Targets of one regression on all rows.
    fn one(y: &[bool]) -> Vec<Targets<1>> {
        y.iter().map(|&y| [Some(y)]).collect()
    }

    #[test]
    fn regressions_solved_together_are_those_alone_to_the_bit() {
        let (x, y) = problem(90, 6, 4);
        let m = csr(&x);
        // The second leaves out a third of the rows, the third all but a third.
        let left_out: [fn(usize) -> bool; 3] = [|_| false, |i| i % 3 == 1, |i| i % 3 != 1];
        let scales = [[1.0, 0.3, 2.0], [0.5, 1.5, 1.0], [2.0, 1.0, 0.1], [1.0; 3], [0.7; 3], [3.0, 0.2, 1.0]];
        let rows: Vec<u32> = (0..90).collect();
        let targets = (0..90).map(|i| left_out.map(|out| (!out(i)).then_some(y[i])));
        let design = Design::scaled(&m, &rows, scales.to_vec());
        let params = Params::default().c(40.0).balanced(true).tolerance(1e-6);
        let together = params.fit(&DatasetBase::new(design, Array1::from_iter(targets))).unwrap();
        for (k, fitted) in together.iter().enumerate() {
            let kept: Vec<u32> = rows.iter().copied().filter(|&i| !left_out[k](i as usize)).collect();
            let targets = kept.iter().map(|&i| [Some(y[i as usize])]);
            let design = Design::scaled(&m, &kept, scales.iter().map(|s| [s[k]]).collect());
            let [alone] = params.fit(&DatasetBase::new(design, Array1::from_iter(targets))).unwrap();
            assert_eq!((&alone.weights, alone.intercept), (&fitted.weights, fitted.intercept));
            assert_eq!(alone.iterations, fitted.iterations);
        }
    }

    #[test]
    fn the_gradient_and_hessian_agree_with_finite_differences() {
        let (x, y) = problem(40, 5, 7);
        let m = csr(&x);
        let rows: Vec<u32> = (0..40).collect();
        let design = Design::scaled(&m, &rows, [1.0, 2.0, 0.5, 1.0, 3.0].map(|s| [s]).to_vec());
        let mut f = Objective::new(&design, &one(&y), [[0.7, 1.3]]);
        let w = [0.3, -0.2, 0.1, 0.5, -0.4, 0.25].map(|w| [w]);
        let (mut g, mut g2, mut hv) = ([[0.0]; 6], [[0.0]; 6], [[0.0]; 6]);
        f.value(&w);
        f.gradient(&w, [true], &mut g);
        let v = [1.0, -1.0, 0.5, 0.0, 2.0, -0.3].map(|v| [v]);
        f.hessian_times(&v, &mut hv);
        let h = 1e-6;
        for j in 0..6 {
            let (mut up, mut down) = (w, w);
            up[j][0] += h;
            down[j][0] -= h;
            let slope = (f.value(&up)[0] - f.value(&down)[0]) / (2.0 * h);
            assert!((slope - g[j][0]).abs() < 1e-6, "{slope} {}", g[j][0]);
        }
        let shifted: Vec<[f64; 1]> = w.iter().zip(&v).map(|(w, v)| [w[0] + h * v[0]]).collect();
        f.value(&shifted);
        f.gradient(&shifted, [true], &mut g2);
        for j in 0..6 {
            assert!(((g2[j][0] - g[j][0]) / h - hv[j][0]).abs() < 1e-4);
        }
    }

    #[test]
    fn agrees_with_linfa_logistic_on_dense_problems() {
        for seed in 1..6 {
            let (x, y) = problem(120, 6, seed);
            let m = csr(&x);
            let rows: Vec<u32> = (0..120).collect();
            let dataset = DatasetBase::new(Design::plain(&m, &rows), Array1::from_vec(one(&y)));
            let [ours] = Params::default().c(0.5).tolerance(1e-7).fit(&dataset).unwrap();
            let theirs = LogisticRegression::default()
                .alpha(2.0)
                .gradient_tolerance(1e-7)
                .max_iterations(500)
                .fit(&DatasetBase::new(x, Array1::from_vec(y)))
                .unwrap();
            let sign = if theirs.labels().pos.class { 1.0 } else { -1.0 };
            assert!(ours.converged);
            for (a, b) in ours.weights.iter().zip(theirs.params()) {
                assert!((a - sign * b).abs() < 1e-5, "{a} {b}");
            }
            assert!((ours.intercept - sign * theirs.intercept()).abs() < 1e-5);
        }
    }

    #[test]
    fn from_the_margins_of_other_weights_the_penalty_is_on_the_distance_from_them() {
        let (x, y) = problem(80, 4, 3);
        let m = csr(&x);
        let rows: Vec<u32> = (0..80).collect();
        let design = || Design::plain(&m, &rows);
        let old = [0.8, -0.5, 0.0, 0.3];
        let (mut offsets, mut scaled) = (vec![[0.0]; 80], vec![[0.0]; 4]);
        design().times(&old.map(|w| [w]), &mut scaled, &mut offsets);
        let offsets = offsets.into_iter().flatten().collect();
        let params = Params::default().c(0.2).tolerance(1e-8).offsets(offsets);
        let [fitted] = params.fit(&DatasetBase::new(design(), Array1::from_vec(one(&y)))).unwrap();
        // The gradient of ½ |w − old|² + Σ c log(1 + exp(−y z)) vanishes there.
        let w: Vec<f64> = fitted.weights.iter().zip(&old).map(|(d, o)| d + o).collect();
        for j in 0..4 {
            let pull: f64 = (0..80)
                .map(|i| {
                    let z = fitted.intercept + (0..4).map(|k| w[k] * x[[i, k]]).sum::<f64>();
                    0.2 * (sigmoid(z) - f64::from(u8::from(y[i]))) * x[[i, j]]
                })
                .sum();
            assert!((w[j] - old[j] + pull).abs() < 1e-5, "column {j}");
        }
        assert!(fitted.weights.iter().any(|d| d.abs() > 0.1));
        let short = Params::default().offsets(vec![0.0; 3]);
        assert!(short.fit(&DatasetBase::new(design(), Array1::from_vec(one(&y)))).is_err());
    }

    #[test]
    fn parameters_out_of_range_and_one_class_are_refused() {
        assert!(Params::default().c(0.0).check().is_err());
        assert!(Params::default().tolerance(1.0).check().is_err());
        let m = csr(&problem(4, 2, 1).0);
        let targets = Array1::from_vec(one(&[true; 4]));
        let dataset = DatasetBase::new(Design::plain(&m, &[0, 1, 2, 3]), targets);
        let error = Params::default().fit(&dataset).unwrap_err().to_string();
        assert!(error.contains("4 positive and 0 negative"), "{error}");
    }
}
