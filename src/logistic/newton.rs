//! Newton steps inside a trust region, of `L` regressions at once. They share the passes
//! over the rows; each has its own region, takes its own steps and is done in its own time.

use std::array::from_fn;

use super::Fitted;
use super::objective::{Objective, dot};

/// Minimises `objective` from zero: each round solves the Newton system by
/// conjugate gradients inside a trust region, takes the step if the objective
/// falls as its quadratic model promised, and resizes the region.
pub fn newton<const L: usize>(
    objective: &mut Objective<'_, '_, L>,
    tolerance: f64,
    max_iterations: usize,
) -> [Fitted; L] {
    let mut w = vec![[0.0; L]; objective.dimension()];
    let mut gradient = w.clone();
    let mut trial = w.clone();
    let value = objective.value(&w);
    objective.gradient(&w, [true; L], &mut gradient);
    let start = norm(&gradient);
    let mut lanes: [Lane; L] = from_fn(|k| Lane::new(value[k], start[k]));
    loop {
        let running = lanes.each_ref().map(|lane| lane.is_running(tolerance, max_iterations));
        if running == [false; L] {
            break;
        }
        let radius = lanes.each_ref().map(|lane| lane.radius);
        let step = conjugate_gradient(objective, &gradient, radius, running);
        for ((t, w), s) in trial.iter_mut().zip(&w).zip(&step.by) {
            *t = from_fn(|k| w[k] + s[k]);
        }
        let slope = dot(&gradient, &step.by);
        let left = dot(&step.by, &step.residual);
        let value = objective.value(&trial);
        let length = norm(&step.by);
        let taken = from_fn(|k| {
            let promised = -0.5 * (slope[k] - left[k]);
            running[k] && lanes[k].judge(value[k], promised, slope[k], length[k], step.at_edge[k])
        });
        if taken != [false; L] {
            for (w, t) in w.iter_mut().zip(&trial) {
                *w = from_fn(|k| if taken[k] { t[k] } else { w[k] });
            }
            objective.gradient(&w, taken, &mut gradient);
            let length = norm(&gradient);
            lanes.iter_mut().zip(length).for_each(|(lane, length)| lane.length = length);
        }
    }
    let intercepts = w.pop().unwrap_or([0.0; L]);
    from_fn(|k| Fitted {
        weights: w.iter().map(|w| w[k]).collect(),
        intercept: intercepts[k],
        iterations: lanes[k].iterations,
        converged: lanes[k].length <= tolerance * lanes[k].start,
    })
}

/// Where one of the regressions stands.
struct Lane {
    /// The objective.
    value: f64,
    /// Length of the gradient.
    length: f64,
    /// The same at the start.
    start: f64,
    /// The trust region's.
    radius: f64,
    iterations: usize,
    /// Nothing is left to gain but rounding.
    stuck: bool,
}

impl Lane {
    fn new(value: f64, start: f64) -> Self {
        Self { value, length: start, start, radius: start, iterations: 0, stuck: false }
    }

    fn is_running(&self, tolerance: f64, max_iterations: usize) -> bool {
        self.iterations < max_iterations && !self.stuck && self.length > tolerance * self.start
    }

    /// Whether to take a step of this `length` to `value`; resizes the region.
    fn judge(&mut self, value: f64, promised: f64, slope: f64, length: f64, at_edge: bool) -> bool {
        let gained = self.value - value;
        self.iterations += 1;
        if self.iterations == 1 {
            self.radius = self.radius.min(length);
        }
        self.radius = resize(self.radius, length, gained, promised, slope, at_edge);
        let taken = gained > 1e-4 * promised;
        if taken {
            self.value = value;
        }
        self.stuck = promised <= 1e-14 * self.value.abs() || !self.value.is_finite();
        taken
    }
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

/// A solution of the Newton system.
struct Step<const L: usize> {
    by: Vec<[f64; L]>,
    /// `−g − H s`.
    residual: Vec<[f64; L]>,
    /// Whether it met the edge of the region.
    at_edge: [bool; L],
}

/// Solves `H s = −g` until the residual is a tenth of `g` or `s` leaves the ball of
/// `radius`, for the `running` regressions.
fn conjugate_gradient<const L: usize>(
    objective: &mut Objective<'_, '_, L>,
    gradient: &[[f64; L]],
    radius: [f64; L],
    mut running: [bool; L],
) -> Step<L> {
    let n = gradient.len();
    let mut step = vec![[0.0; L]; n];
    let mut residual: Vec<[f64; L]> = gradient.iter().map(|g| g.map(|g| -g)).collect();
    let mut direction = residual.clone();
    let mut curved = vec![[0.0; L]; n];
    let goal = norm(gradient).map(|length| 0.1 * length);
    let mut square = dot(&residual, &residual);
    let mut at_edge = [false; L];
    // In exact arithmetic n steps suffice; far fewer do.
    for _ in 0..n.min(1000) {
        running = from_fn(|k| running[k] && square[k].sqrt() > goal[k]);
        if running == [false; L] {
            break;
        }
        objective.hessian_times(&direction, &mut curved);
        let bent = dot(&direction, &curved);
        let mut alpha = from_fn(|k| if running[k] { square[k] / bent[k] } else { 0.0 });
        add(&mut step, alpha, &direction);
        let length = norm(&step);
        let beyond: [bool; L] = from_fn(|k| running[k] && length[k] > radius[k]);
        if beyond != [false; L] {
            add(&mut step, from_fn(|k| if beyond[k] { -alpha[k] } else { 0.0 }), &direction);
            let edge = to_edge(&step, &direction, radius);
            add(&mut step, from_fn(|k| if beyond[k] { edge[k] } else { 0.0 }), &direction);
            alpha = from_fn(|k| if beyond[k] { edge[k] } else { alpha[k] });
            at_edge = from_fn(|k| at_edge[k] || beyond[k]);
            running = from_fn(|k| running[k] && !beyond[k]);
        }
        add(&mut residual, alpha.map(|alpha| -alpha), &curved);
        let next = dot(&residual, &residual);
        let beta: [f64; L] = from_fn(|k| if running[k] { next[k] / square[k] } else { 0.0 });
        square = next;
        for (d, r) in direction.iter_mut().zip(&residual) {
            *d = from_fn(|k| r[k] + beta[k] * d[k]);
        }
    }
    Step { by: step, residual, at_edge }
}

/// The `a ≥ 0` with `|step + a · direction| = radius`.
fn to_edge<const L: usize>(step: &[[f64; L]], direction: &[[f64; L]], radius: [f64; L]) -> [f64; L] {
    let (sd, dd, ss) = (dot(step, direction), dot(direction, direction), dot(step, step));
    from_fn(|k| {
        let missing = radius[k] * radius[k] - ss[k];
        let root = (sd[k] * sd[k] + dd[k] * missing).max(0.0).sqrt();
        if sd[k] >= 0.0 { missing / (sd[k] + root) } else { (root - sd[k]) / dd[k] }
    })
}

fn norm<const L: usize>(a: &[[f64; L]]) -> [f64; L] {
    dot(a, a).map(f64::sqrt)
}

fn add<const L: usize>(to: &mut [[f64; L]], factor: [f64; L], what: &[[f64; L]]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to = from_fn(|k| to[k] + factor[k] * what[k]);
    }
}
