//! The design of a regression: scaled sums of rows, without a copy of them.

use std::ops::Range;

use linfa::dataset::Records;
use prefetch_index::prefetch_index;

use super::{CsrMatrix, add_product};

/// Some sums of rows of a matrix, each column multiplied by its scale and each sum then
/// brought to about unit length: `x_ij = r_i · a_ij · s_j` with `r_i = 1 / √(Σ_j a_ij s_j²)`,
/// without a copy of the matrix. The folds of a cross-validation share one matrix this way.
/// Where every `a_ij` is 1 the length is 1; it takes `a_ij` instead of its square to be
/// additive too.
///
/// There are `L` designs of the same rows in one, each with scales of its own: what a pass
/// over the rows costs is finding columns, and that is done once for all of them. Every sum
/// is the one that a design alone would give, to the bit.
#[derive(Clone, Debug)]
pub struct Design<'a, const L: usize = 1> {
    matrix: &'a CsrMatrix,
    rows: Vec<Range<usize>>,
    column_scale: Vec<[f64; L]>,
    row_scale: Vec<[f64; L]>,
}

impl<'a, const L: usize> Design<'a, L> {
    /// The groups `groups` of `matrix` as they are.
    pub fn plain(matrix: &'a CsrMatrix, groups: &[u32]) -> Self {
        let rows: Vec<_> = groups.iter().map(|&g| matrix.group(g as usize)).collect();
        let row_scale = vec![[1.0; L]; rows.len()];
        Self { matrix, rows, column_scale: vec![[1.0; L]; matrix.columns], row_scale }
    }

    /// The groups `groups` of `matrix`, columns times `column_scale`, scaled. A group
    /// without entries stays zero.
    ///
    /// # Panics
    /// If there is not one scale per column.
    pub fn scaled(matrix: &'a CsrMatrix, groups: &[u32], column_scale: Vec<[f64; L]>) -> Self {
        let rows = groups.iter().map(|&g| matrix.group(g as usize));
        Self::of_rows(matrix, rows.collect(), column_scale)
    }

    /// The same of every row of these groups by itself.
    ///
    /// # Panics
    /// If there is not one scale per column.
    pub fn ungrouped(matrix: &'a CsrMatrix, groups: &[u32], column_scale: Vec<[f64; L]>) -> Self {
        let rows = groups.iter().flat_map(|&g| matrix.group(g as usize)).map(|row| row..row + 1);
        Self::of_rows(matrix, rows.collect(), column_scale)
    }

    fn of_rows(matrix: &'a CsrMatrix, rows: Vec<Range<usize>>, column_scale: Vec<[f64; L]>) -> Self {
        assert_eq!(column_scale.len(), matrix.columns);
        let squares: Vec<[f64; L]> = column_scale.iter().map(|s| s.map(|s| s.powi(2))).collect();
        let inverse = |square: f64| if square > 0.0 { 1.0 / square.sqrt() } else { 0.0 };
        let scale = |rows: &Range<usize>| matrix.sum(rows.clone(), &squares).map(inverse);
        let row_scale = rows.iter().map(scale).collect();
        Self { matrix, rows, column_scale, row_scale }
    }

    /// `out_i = Σ_j x_ij w_j`; `scaled` is scratch of one value per column.
    pub fn times(&self, weights: &[[f64; L]], scaled: &mut [[f64; L]], out: &mut [[f64; L]]) {
        for ((u, w), s) in scaled.iter_mut().zip(weights).zip(&self.column_scale) {
            *u = product(w, s);
        }
        for ((rows, scale), out) in self.rows.iter().zip(&self.row_scale).zip(out) {
            *out = product(&self.matrix.sum(rows.clone(), scaled), scale);
        }
    }

    /// `out_j = Σ_i x_ij v_i`, in row order.
    pub fn transpose_times(&self, v: &[[f64; L]], out: &mut [[f64; L]]) {
        out.fill([0.0; L]);
        for ((rows, scale), v) in self.rows.iter().zip(&self.row_scale).zip(v) {
            let factor = product(scale, v);
            if factor != [0.0; L] {
                self.matrix.cells_and_soon(rows.clone()).for_each(|(cell, soon)| {
                    prefetch_index(&*out, soon);
                    add_product(&mut out[cell.column()], cell.factor(), &factor);
                });
            }
        }
        for (out, s) in out.iter_mut().zip(&self.column_scale) {
            *out = product(out, s);
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.matrix.columns
    }
}

#[inline]
fn product<const L: usize>(a: &[f64; L], b: &[f64; L]) -> [f64; L] {
    std::array::from_fn(|k| a[k] * b[k])
}

impl<const L: usize> Records for Design<'_, L> {
    type Elem = f64;

    fn nsamples(&self) -> usize {
        self.rows()
    }

    fn nfeatures(&self) -> usize {
        self.columns()
    }
}
