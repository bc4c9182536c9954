//! What a regression minimises, its gradient and its curvature; `L` of them side by side.

use std::array::from_fn;

use super::{Targets, sigmoid};
use crate::sparse::Design;

/// `f(w, b) = ½ w·w + Σ_i c_i log(1 + exp(−y_i (o_i + w·x_i + b)))` with `y_i = ±1`, `o_i` the
/// offsets; `c_i` is 0 where the row is left out.
/// The intercept is the last coordinate and is not penalised.
pub struct Objective<'a, 'm, const L: usize = 1> {
    design: &'a Design<'m, L>,
    /// `y_i` and `c_i`.
    rows: Vec<[(f64, f64); L]>,
    offsets: Vec<f64>,
    /// `c_i σ_i (1 − σ_i)` at the last [`Objective::gradient`].
    curvature: Vec<[f64; L]>,
    margins: Vec<[f64; L]>,
    per_row: Vec<[f64; L]>,
    scaled: Vec<[f64; L]>,
    pulled: Vec<[f64; L]>,
}

impl<'a, 'm, const L: usize> Objective<'a, 'm, L> {
    /// The objective of `design` with the targets of each row; `costs` are those of a
    /// negative and of a positive row of each regression.
    pub fn new(design: &'a Design<'m, L>, targets: &[Targets<L>], costs: [[f64; 2]; L]) -> Self {
        let row = |targets: &Targets<L>| {
            from_fn(|k| match targets[k] {
                Some(true) => (1.0, costs[k][1]),
                Some(false) => (-1.0, costs[k][0]),
                None => (-1.0, 0.0),
            })
        };
        let per_row = vec![[0.0; L]; design.rows()];
        let per_column = vec![[0.0; L]; design.columns()];
        Self {
            design,
            rows: targets.iter().map(row).collect(),
            offsets: vec![0.0; design.rows()],
            curvature: per_row.clone(),
            margins: per_row.clone(),
            per_row,
            scaled: per_column.clone(),
            pulled: per_column,
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
    pub fn value(&mut self, w: &[[f64; L]]) -> [f64; L] {
        let (weights, intercept) = w.split_at(w.len() - 1);
        self.design.times(weights, &mut self.scaled, &mut self.margins);
        let mut loss = [0.0; L];
        for ((margins, offset), row) in self.margins.iter_mut().zip(&self.offsets).zip(&self.rows) {
            for k in 0..L {
                margins[k] += intercept[0][k] + offset;
                let (sign, cost) = row[k];
                loss[k] += cost * softplus(-sign * margins[k]);
            }
        }
        let squares = dot(weights, weights);
        from_fn(|k| 0.5 * squares[k] + loss[k])
    }

    /// `∂f/∂w_j = w_j + Σ_i c_i (σ(y_i z_i) − 1) y_i x_ij` at the point of the last
    /// [`Objective::value`], of the `wanted` regressions; the others stay where they are.
    pub fn gradient(&mut self, w: &[[f64; L]], wanted: [bool; L], out: &mut [[f64; L]]) {
        for (i, margins) in self.margins.iter().enumerate() {
            for k in (0..L).filter(|&k| wanted[k]) {
                let (sign, cost) = self.rows[i][k];
                let sigma = sigmoid(sign * margins[k]);
                self.curvature[i][k] = cost * sigma * (1.0 - sigma);
                self.per_row[i][k] = cost * (sigma - 1.0) * sign;
            }
        }
        self.pull_back(w, wanted, out);
    }

    /// `H v = v + Xᵀ D X v` at the point of the last [`Objective::gradient`].
    pub fn hessian_times(&mut self, v: &[[f64; L]], out: &mut [[f64; L]]) {
        let (weights, intercept) = v.split_at(v.len() - 1);
        self.design.times(weights, &mut self.scaled, &mut self.per_row);
        for (z, d) in self.per_row.iter_mut().zip(&self.curvature) {
            *z = from_fn(|k| d[k] * (z[k] + intercept[0][k]));
        }
        self.pull_back(v, [true; L], out);
    }

    /// `out = Xᵀ per_row`, plus `v` where it is penalised.
    fn pull_back(&mut self, v: &[[f64; L]], wanted: [bool; L], out: &mut [[f64; L]]) {
        self.design.transpose_times(&self.per_row, &mut self.pulled);
        let (intercept, weights) = out.split_last_mut().expect("an intercept");
        for ((out, pulled), v) in weights.iter_mut().zip(&self.pulled).zip(v) {
            *out = from_fn(|k| if wanted[k] { pulled[k] + v[k] } else { out[k] });
        }
        let mut sum = [0.0; L];
        self.per_row.iter().for_each(|z| (0..L).for_each(|k| sum[k] += z[k]));
        *intercept = from_fn(|k| if wanted[k] { sum[k] } else { intercept[k] });
    }
}

/// `log(1 + exp(z))`, without overflow.
fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

pub(super) fn dot<const L: usize>(a: &[[f64; L]], b: &[[f64; L]]) -> [f64; L] {
    let mut sum = [0.0; L];
    for (a, b) in a.iter().zip(b) {
        for k in 0..L {
            sum[k] += a[k] * b[k];
        }
    }
    sum
}
