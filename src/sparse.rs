//! Sparse rows and the design of a regression over them. Knows nothing of text.

use std::ops::Range;

use linfa::dataset::Records;

/// Compressed sparse rows: row `i` holds the entries `offsets[i]..offsets[i + 1]`
/// of `indices` and `values`. Rows come in groups, one after the other: a group is what a
/// regression sees as one row, the sum of its rows. 32-bit columns and values, so that a
/// corpus of a million comments fits memory.
#[derive(Clone, Debug)]
pub struct CsrMatrix {
    columns: usize,
    /// First row of each group, and the number of rows.
    groups: Vec<usize>,
    offsets: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
}

impl CsrMatrix {
    /// A matrix of no rows and `columns` columns.
    pub fn new(columns: usize) -> Self {
        Self { columns, groups: vec![0], offsets: vec![0], indices: Vec::new(), values: Vec::new() }
    }

    /// Appends a group of rows; entries keep their order.
    ///
    /// # Panics
    /// If a column is not below [`CsrMatrix::columns`].
    pub fn push_group<R: IntoIterator<Item = (u32, f32)>>(&mut self, rows: impl IntoIterator<Item = R>) {
        rows.into_iter().for_each(|row| self.push_row(row));
        self.groups.push(self.rows());
    }

    fn push_row(&mut self, entries: impl IntoIterator<Item = (u32, f32)>) {
        for (column, value) in entries {
            assert!((column as usize) < self.columns, "column {column} of {}", self.columns);
            self.indices.push(column);
            self.values.push(value);
        }
        self.offsets.push(self.indices.len());
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.groups.len() - 1
    }

    /// The rows of group `g`.
    pub fn group(&self, g: usize) -> Range<usize> {
        self.groups[g]..self.groups[g + 1]
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Columns and values of all entries of `rows`, which follow one another.
    fn entries(&self, rows: Range<usize>) -> (&[u32], &[f32]) {
        let range = self.offsets[rows.start]..self.offsets[rows.end];
        (&self.indices[range.clone()], &self.values[range])
    }

    /// Columns and values of row `i`.
    pub fn row(&self, i: usize) -> (&[u32], &[f32]) {
        self.entries(i..i + 1)
    }

    /// In how many of `groups`, each named once, each column occurs.
    pub fn column_counts(&self, groups: impl IntoIterator<Item = usize>) -> Vec<u32> {
        let mut counts = vec![0; self.columns];
        let mut last = vec![usize::MAX; self.columns];
        for g in groups {
            for &column in self.entries(self.group(g)).0 {
                counts[column as usize] += u32::from(last[column as usize] != g);
                last[column as usize] = g;
            }
        }
        counts
    }

    /// Keeps the columns with `keep[column]`, renumbered in order.
    pub fn select_columns(&self, keep: &[bool]) -> CsrMatrix {
        let mut new = vec![u32::MAX; self.columns];
        let mut columns = 0;
        for (column, _) in keep.iter().enumerate().filter(|(_, keep)| **keep) {
            new[column] = columns;
            columns += 1;
        }
        let mut selected = CsrMatrix::new(columns as usize);
        let kept = |row: usize| {
            let (indices, values) = self.row(row);
            let entries = indices.iter().zip(values).map(|(&j, &v)| (new[j as usize], v));
            entries.filter(|e| e.0 != u32::MAX)
        };
        (0..self.groups()).for_each(|g| selected.push_group(self.group(g).map(kept)));
        selected
    }
}

/// Some sums of rows of a matrix, each column multiplied by its scale and each sum then
/// brought to about unit length: `x_ij = r_i · a_ij · s_j` with `r_i = 1 / √(Σ_j a_ij s_j²)`,
/// without a copy of the matrix. The folds of a cross-validation share one matrix this way.
/// Where every `a_ij` is 1 the length is 1; it takes `a_ij` instead of its square to be
/// additive too.
#[derive(Clone, Debug)]
pub struct Design<'a> {
    matrix: &'a CsrMatrix,
    rows: Vec<Range<usize>>,
    column_scale: Vec<f64>,
    row_scale: Vec<f64>,
}

impl<'a> Design<'a> {
    /// The groups `groups` of `matrix` as they are.
    pub fn plain(matrix: &'a CsrMatrix, groups: &[u32]) -> Self {
        let rows: Vec<_> = groups.iter().map(|&g| matrix.group(g as usize)).collect();
        let row_scale = vec![1.0; rows.len()];
        Self { matrix, rows, column_scale: vec![1.0; matrix.columns], row_scale }
    }

    /// The groups `groups` of `matrix`, columns times `column_scale`, scaled. A group
    /// without entries stays zero.
    ///
    /// # Panics
    /// If there is not one scale per column.
    pub fn scaled(matrix: &'a CsrMatrix, groups: &[u32], column_scale: Vec<f64>) -> Self {
        let rows = groups.iter().map(|&g| matrix.group(g as usize));
        Self::of_rows(matrix, rows.collect(), column_scale)
    }

    /// The same of every row of these groups by itself.
    ///
    /// # Panics
    /// If there is not one scale per column.
    pub fn ungrouped(matrix: &'a CsrMatrix, groups: &[u32], column_scale: Vec<f64>) -> Self {
        let rows = groups.iter().flat_map(|&g| matrix.group(g as usize)).map(|row| row..row + 1);
        Self::of_rows(matrix, rows.collect(), column_scale)
    }

    fn of_rows(matrix: &'a CsrMatrix, rows: Vec<Range<usize>>, column_scale: Vec<f64>) -> Self {
        assert_eq!(column_scale.len(), matrix.columns);
        let length = |rows: &Range<usize>| {
            let (indices, values) = matrix.entries(rows.clone());
            let squares =
                indices.iter().zip(values).map(|(&j, &v)| f64::from(v) * column_scale[j as usize].powi(2));
            squares.sum::<f64>().sqrt()
        };
        let row_scale = rows.iter().map(length).map(|n| if n > 0.0 { 1.0 / n } else { 0.0 }).collect();
        Self { matrix, rows, column_scale, row_scale }
    }

    /// `out_i = Σ_j x_ij w_j`; `scaled` is scratch of one value per column.
    pub fn times(&self, weights: &[f64], scaled: &mut [f64], out: &mut [f64]) {
        for ((u, w), s) in scaled.iter_mut().zip(weights).zip(&self.column_scale) {
            *u = w * s;
        }
        for ((rows, scale), out) in self.rows.iter().zip(&self.row_scale).zip(out) {
            let (indices, values) = self.matrix.entries(rows.clone());
            let sum: f64 = indices.iter().zip(values).map(|(&j, &v)| f64::from(v) * scaled[j as usize]).sum();
            *out = sum * scale;
        }
    }

    /// `out_j = Σ_i x_ij v_i`, in row order.
    pub fn transpose_times(&self, v: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for ((rows, scale), v) in self.rows.iter().zip(&self.row_scale).zip(v) {
            let factor = scale * v;
            if factor != 0.0 {
                let (indices, values) = self.matrix.entries(rows.clone());
                for (&j, &x) in indices.iter().zip(values) {
                    out[j as usize] += f64::from(x) * factor;
                }
            }
        }
        for (out, s) in out.iter_mut().zip(&self.column_scale) {
            *out *= s;
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

impl Records for Design<'_> {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.rows()
    }

    fn nfeatures(&self) -> usize {
        self.columns()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first group is of two rows.
    fn matrix() -> CsrMatrix {
        let mut m = CsrMatrix::new(3);
        m.push_group([vec![(0, 1.0), (2, 1.0)], vec![(2, 1.0)]]);
        m.push_group([[]]);
        m.push_group([[(1, 3.0)]]);
        m
    }

    #[test]
    fn products_agree_with_the_dense_matrix() {
        let m = matrix();
        let design = Design::plain(&m, &[0, 1, 2]);
        let (mut out, mut scratch) = ([0.0; 3], [0.0; 3]);
        design.times(&[1.0, 10.0, 100.0], &mut scratch, &mut out);
        assert_eq!(out, [201.0, 0.0, 30.0]);
        design.transpose_times(&[1.0, 5.0, 2.0], &mut out);
        assert_eq!(out, [1.0, 6.0, 2.0]);
    }

    #[test]
    fn scaled_rows_are_the_formula() {
        let m = matrix();
        let design = Design::scaled(&m, &[2, 0, 1], vec![2.0, 1.0, 1.0]);
        let (mut out, mut scratch) = ([0.0; 3], [0.0; 3]);
        design.times(&[1.0, 1.0, 0.0], &mut scratch, &mut out);
        let close = |out: [f64; 3], expected: [f64; 3]| {
            assert!(out.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{out:?}");
        };
        close(out, [3.0 / 3.0_f64.sqrt(), 2.0 / 6.0_f64.sqrt(), 0.0]);
        let design = Design::ungrouped(&m, &[0, 2], vec![2.0, 1.0, 1.0]);
        design.times(&[1.0, 1.0, 0.0], &mut scratch, &mut out);
        close(out, [2.0 / 5.0_f64.sqrt(), 0.0, 3.0 / 3.0_f64.sqrt()]);
    }

    #[test]
    fn a_column_counts_once_in_a_group() {
        assert_eq!(matrix().column_counts([0, 1, 2]), [1, 1, 1]);
        assert_eq!(matrix().column_counts([0]), [1, 0, 1]);
    }

    #[test]
    fn selecting_columns_renumbers_them() {
        let selected = matrix().select_columns(&[false, true, true]);
        assert_eq!((selected.columns(), selected.groups(), selected.rows()), (2, 3, 4));
        assert_eq!(selected.row(0), (&[1u32][..], &[1.0f32][..]));
        assert_eq!(selected.row(3), (&[0u32][..], &[3.0f32][..]));
    }
}
