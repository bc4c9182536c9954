//! L2-regularised logistic regression on sparse rows, by a trust-region Newton
//! method with conjugate-gradient steps (Lin, Weng and Keerthi 2008, "Trust region
//! Newton method for large-scale logistic regression").
//!
//! The objective is apart from the optimiser; both are public so that a test can
//! hold the gradient against finite differences.

use linfa::ParamGuard;
use linfa::dataset::{AsSingleTargets, DatasetBase};
use linfa::traits::Fit;

use crate::error::Error;
use crate::sparse::Design;

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

impl<T: AsSingleTargets<Elem = bool>> Fit<Design<'_>, T, Error> for ValidParams {
    type Object = Fitted;

    /// # Errors
    /// If the targets are of one class only or not one per row.
    fn fit(&self, dataset: &DatasetBase<Design<'_>, T>) -> Result<Fitted, Error> {
        let design = dataset.records();
        let targets: Vec<bool> = dataset.targets().as_single_targets().iter().copied().collect();
        let positives = targets.iter().filter(|t| **t).count();
        let negatives = targets.len() - positives;
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
        if positives == 0 || negatives == 0 {
            return Err(Error::labels(format!(
                "{positives} positive and {negatives} negative rows: both are needed"
            )));
        }
        let weight = |count: usize| match self.balanced {
            true => self.c * targets.len() as f64 / (2.0 * count as f64),
            false => self.c,
        };
        let (up, down) = (weight(positives), weight(negatives));
        let costs = targets.iter().map(|&t| if t { up } else { down }).collect();
        let mut objective = Objective::new(design, &targets, costs).from(&self.offsets);
        Ok(newton(&mut objective, self.tolerance, self.max_iterations))
    }
}

/// `f(w, b) = ½ w·w + Σ_i c_i log(1 + exp(−y_i (o_i + w·x_i + b)))` with `y_i = ±1`, `o_i` the
/// offsets.
/// The intercept is the last coordinate and is not penalised.
pub struct Objective<'a, 'm> {
    design: &'a Design<'m>,
    signs: Vec<f64>,
    offsets: Vec<f64>,
    costs: Vec<f64>,
    /// `c_i σ_i (1 − σ_i)` at the last [`Objective::gradient`].
    curvature: Vec<f64>,
    margins: Vec<f64>,
    per_row: Vec<f64>,
    scaled: Vec<f64>,
}

impl<'a, 'm> Objective<'a, 'm> {
    /// The objective of `design` with one target and one cost per row.
    pub fn new(design: &'a Design<'m>, targets: &[bool], costs: Vec<f64>) -> Self {
        let rows = design.rows();
        Self {
            design,
            signs: targets.iter().map(|&t| if t { 1.0 } else { -1.0 }).collect(),
            offsets: vec![0.0; rows],
            costs,
            curvature: vec![0.0; rows],
            margins: vec![0.0; rows],
            per_row: vec![0.0; rows],
            scaled: vec![0.0; design.columns()],
        }
    }

    /// The same from these margins on, one per row; empty: from 0.
    pub fn from(mut self, offsets: &[f64]) -> Self {
        if !offsets.is_empty() {
            self.offsets = offsets.to_vec();
        }
        self
    }

    /// Number of coordinates: one per column and the intercept.
    pub fn dimension(&self) -> usize {
        self.design.columns() + 1
    }

    /// `f` at `w`; keeps the margins for [`Objective::gradient`] at the same point.
    pub fn value(&mut self, w: &[f64]) -> f64 {
        let (weights, intercept) = w.split_at(w.len() - 1);
        self.design.times(weights, &mut self.scaled, &mut self.margins);
        let mut loss = 0.0;
        for (margin, offset) in self.margins.iter_mut().zip(&self.offsets) {
            *margin += intercept[0] + offset;
        }
        for ((margin, sign), cost) in self.margins.iter().zip(&self.signs).zip(&self.costs) {
            loss += cost * softplus(-sign * margin);
        }
        0.5 * dot(weights, weights) + loss
    }

    /// `∂f/∂w_j = w_j + Σ_i c_i (σ(y_i z_i) − 1) y_i x_ij` at the point of the last
    /// [`Objective::value`].
    pub fn gradient(&mut self, w: &[f64], out: &mut [f64]) {
        for (i, margin) in self.margins.iter().enumerate() {
            let sigma = sigmoid(self.signs[i] * margin);
            self.curvature[i] = self.costs[i] * sigma * (1.0 - sigma);
            self.per_row[i] = self.costs[i] * (sigma - 1.0) * self.signs[i];
        }
        self.pull_back(w, out);
    }

    /// `H v = v + Xᵀ D X v` at the point of the last [`Objective::gradient`].
    pub fn hessian_times(&mut self, v: &[f64], out: &mut [f64]) {
        let (weights, intercept) = v.split_at(v.len() - 1);
        self.design.times(weights, &mut self.scaled, &mut self.per_row);
        for (z, d) in self.per_row.iter_mut().zip(&self.curvature) {
            *z = d * (*z + intercept[0]);
        }
        self.pull_back(v, out);
    }

    /// `out = Xᵀ per_row`, plus `v` where it is penalised.
    fn pull_back(&mut self, v: &[f64], out: &mut [f64]) {
        let columns = self.design.columns();
        let (weights, intercept) = out.split_at_mut(columns);
        self.design.transpose_times(&self.per_row, weights);
        for (out, v) in weights.iter_mut().zip(v) {
            *out += v;
        }
        intercept[0] = self.per_row.iter().sum();
    }
}

/// Minimises `objective` from zero: each round solves the Newton system by
/// conjugate gradients inside a trust region, takes the step if the objective
/// falls as its quadratic model promised, and resizes the region.
pub fn newton(objective: &mut Objective<'_, '_>, tolerance: f64, max_iterations: usize) -> Fitted {
    let n = objective.dimension();
    let mut w = vec![0.0; n];
    let mut gradient = vec![0.0; n];
    let mut value = objective.value(&w);
    objective.gradient(&w, &mut gradient);
    let start = norm(&gradient);
    let mut radius = start;
    let mut trial = vec![0.0; n];
    let mut iterations = 0;
    let mut length = start;
    while iterations < max_iterations && length > tolerance * start {
        iterations += 1;
        let (step, residual, at_edge) = conjugate_gradient(objective, &gradient, radius);
        for ((t, w), s) in trial.iter_mut().zip(&w).zip(&step) {
            *t = w + s;
        }
        let slope = dot(&gradient, &step);
        let promised = -0.5 * (slope - dot(&step, &residual));
        let new_value = objective.value(&trial);
        let gained = value - new_value;
        let step_length = norm(&step);
        if iterations == 1 {
            radius = radius.min(step_length);
        }
        radius = resize(radius, step_length, gained, promised, slope, at_edge);
        if gained > 1e-4 * promised {
            std::mem::swap(&mut w, &mut trial);
            value = new_value;
            objective.gradient(&w, &mut gradient);
            length = norm(&gradient);
        }
        // Rounding is all that is left to gain.
        if promised <= 1e-14 * value.abs() || !value.is_finite() {
            break;
        }
    }
    let intercept = w.pop().unwrap_or(0.0);
    Fitted { weights: w, intercept, iterations, converged: length <= tolerance * start }
}

/// The trust region's next radius (Lin et al. 2008, section 2.2, σ = ¼, ½, 4; η = 10⁻⁴, ¼, ¾).
fn resize(radius: f64, step: f64, gained: f64, promised: f64, slope: f64, at_edge: bool) -> f64 {
    let curve = -gained - slope;
    let alpha = if curve <= 0.0 { 4.0 } else { (-0.5 * slope / curve).max(0.25) };
    if gained < 1e-4 * promised {
        (alpha.max(0.25) * step).min(0.5 * radius)
    } else if gained < 0.25 * promised {
        (0.25 * radius).max((alpha * step).min(0.5 * radius))
    } else if gained < 0.75 * promised {
        (0.25 * radius).max((alpha * step).min(4.0 * radius))
    } else if at_edge {
        4.0 * radius
    } else {
        radius.max((alpha * step).min(4.0 * radius))
    }
}

/// Solves `H s = −g` until the residual is a tenth of `g` or `s` leaves the ball of
/// `radius`. Returns the step, its residual `−g − H s`, and whether it met the edge.
fn conjugate_gradient(
    objective: &mut Objective<'_, '_>,
    gradient: &[f64],
    radius: f64,
) -> (Vec<f64>, Vec<f64>, bool) {
    let n = gradient.len();
    let mut step = vec![0.0; n];
    let mut residual: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut direction = residual.clone();
    let mut curved = vec![0.0; n];
    let goal = 0.1 * norm(gradient);
    let mut square = dot(&residual, &residual);
    // In exact arithmetic n steps suffice; far fewer do.
    for _ in 0..n.min(1000) {
        if square.sqrt() <= goal {
            break;
        }
        objective.hessian_times(&direction, &mut curved);
        let alpha = square / dot(&direction, &curved);
        add(&mut step, alpha, &direction);
        if norm(&step) > radius {
            add(&mut step, -alpha, &direction);
            let alpha = to_edge(&step, &direction, radius);
            add(&mut step, alpha, &direction);
            add(&mut residual, -alpha, &curved);
            return (step, residual, true);
        }
        add(&mut residual, -alpha, &curved);
        let next = dot(&residual, &residual);
        let beta = next / square;
        square = next;
        for (d, r) in direction.iter_mut().zip(&residual) {
            *d = r + beta * *d;
        }
    }
    (step, residual, false)
}

/// The `a ≥ 0` with `|step + a · direction| = radius`.
fn to_edge(step: &[f64], direction: &[f64], radius: f64) -> f64 {
    let sd = dot(step, direction);
    let dd = dot(direction, direction);
    let missing = radius * radius - dot(step, step);
    let root = (sd * sd + dd * missing).max(0.0).sqrt();
    if sd >= 0.0 { missing / (sd + root) } else { (root - sd) / dd }
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

/// `log(1 + exp(z))`, without overflow.
fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (t, w) in to.iter_mut().zip(what) {
        *t += factor * w;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sparse::CsrMatrix;
    use linfa_logistic::LogisticRegression;
    use ndarray::{Array1, Array2};

    /// A small dense problem of `n` rows and `d` columns, both classes present.
    fn problem(n: usize, d: usize, seed: u64) -> (Array2<f64>, Vec<bool>) {
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 33) as f64 / (1u64 << 30) as f64) - 1.0
        };
        let x = Array2::from_shape_fn((n, d), |_| f64::from(next() as f32));
        let y = (0..n).map(|i| x[[i, 0]] - 0.5 * x[[i, 1]] + 0.7 * next() > 0.2).collect();
        (x, y)
    }

    fn csr(x: &Array2<f64>) -> CsrMatrix {
        let mut m = CsrMatrix::new(x.ncols());
        for row in x.rows() {
            m.push_row(row.iter().enumerate().map(|(j, &v)| (j as u32, v as f32)));
        }
        m
    }

    #[test]
    fn the_gradient_and_hessian_agree_with_finite_differences() {
        let (x, y) = problem(40, 5, 7);
        let m = csr(&x);
        let design = Design::unit_length(&m, (0..40).collect(), vec![1.0, 2.0, 0.5, 1.0, 3.0]);
        let mut f = Objective::new(&design, &y, vec![0.7; 40]);
        let w = [0.3, -0.2, 0.1, 0.5, -0.4, 0.25];
        let (mut g, mut g2, mut hv) = ([0.0; 6], [0.0; 6], [0.0; 6]);
        f.value(&w);
        f.gradient(&w, &mut g);
        let v = [1.0, -1.0, 0.5, 0.0, 2.0, -0.3];
        f.hessian_times(&v, &mut hv);
        let h = 1e-6;
        for j in 0..6 {
            let (mut up, mut down) = (w, w);
            up[j] += h;
            down[j] -= h;
            let slope = (f.value(&up) - f.value(&down)) / (2.0 * h);
            assert!((slope - g[j]).abs() < 1e-6, "{slope} {}", g[j]);
        }
        let shifted: Vec<f64> = w.iter().zip(&v).map(|(w, v)| w + h * v).collect();
        f.value(&shifted);
        f.gradient(&shifted, &mut g2);
        for j in 0..6 {
            assert!(((g2[j] - g[j]) / h - hv[j]).abs() < 1e-4);
        }
    }

    #[test]
    fn agrees_with_linfa_logistic_on_dense_problems() {
        for seed in 1..6 {
            let (x, y) = problem(120, 6, seed);
            let m = csr(&x);
            let dataset =
                DatasetBase::new(Design::plain(&m, (0..120).collect()), Array1::from_vec(y.clone()));
            let ours = Params::default().c(0.5).tolerance(1e-7).fit(&dataset).unwrap();
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
        let design = || Design::plain(&m, (0..80).collect());
        let old = [0.8, -0.5, 0.0, 0.3];
        let (mut offsets, mut scaled) = (vec![0.0; 80], vec![0.0; 4]);
        design().times(&old, &mut scaled, &mut offsets);
        let params = Params::default().c(0.2).tolerance(1e-8).offsets(offsets);
        let fitted = params.fit(&DatasetBase::new(design(), Array1::from_vec(y.clone()))).unwrap();
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
        assert!(short.fit(&DatasetBase::new(design(), Array1::from_vec(y))).is_err());
    }

    #[test]
    fn parameters_out_of_range_and_one_class_are_refused() {
        assert!(Params::default().c(0.0).check().is_err());
        assert!(Params::default().tolerance(1.0).check().is_err());
        let m = csr(&problem(4, 2, 1).0);
        let dataset = DatasetBase::new(Design::plain(&m, vec![0, 1, 2, 3]), Array1::from_vec(vec![true; 4]));
        let error = Params::default().fit(&dataset).unwrap_err().to_string();
        assert!(error.contains("4 positive and 0 negative"), "{error}");
    }
}
