//! Sparse rows and the design of a regression over them. Knows nothing of text.

use linfa::dataset::Records;

/// Compressed sparse rows: row `i` holds the entries `offsets[i]..offsets[i + 1]`
/// of `indices` and `values`. 32-bit columns and values, so that a corpus of a
/// million comments fits memory.
#[derive(Clone, Debug)]
pub struct CsrMatrix {
    columns: usize,
    offsets: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
}

impl CsrMatrix {
    /// A matrix of no rows and `columns` columns.
    pub fn new(columns: usize) -> Self {
        Self { columns, offsets: vec![0], indices: Vec::new(), values: Vec::new() }
    }

    /// Appends a row; entries keep their order, a column should come once.
    ///
    /// # Panics
    /// If a column is not below [`CsrMatrix::columns`].
    pub fn push_row(&mut self, entries: impl IntoIterator<Item = (u32, f32)>) {
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

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Columns and values of row `i`.
    pub fn row(&self, i: usize) -> (&[u32], &[f32]) {
        let range = self.offsets[i]..self.offsets[i + 1];
        (&self.indices[range.clone()], &self.values[range])
    }

    /// In how many of `rows` each column occurs.
    pub fn column_counts(&self, rows: impl IntoIterator<Item = usize>) -> Vec<u32> {
        let mut counts = vec![0; self.columns];
        for i in rows {
            for &column in self.row(i).0 {
                counts[column as usize] += 1;
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
        for i in 0..self.rows() {
            let (indices, values) = self.row(i);
            let entries = indices.iter().zip(values).map(|(&j, &v)| (new[j as usize], v));
            selected.push_row(entries.filter(|e| e.0 != u32::MAX));
        }
        selected
    }
}

/// Some rows of a matrix, each column multiplied by its scale and each row then
/// brought to unit length: `x_ij = r_i · a_ij · s_j`, without a copy of the matrix.
/// The folds of a cross-validation share one matrix this way.
#[derive(Clone, Debug)]
pub struct Design<'a> {
    matrix: &'a CsrMatrix,
    rows: Vec<u32>,
    column_scale: Vec<f64>,
    row_scale: Vec<f64>,
}

impl<'a> Design<'a> {
    /// The rows `rows` of `matrix` as they are.
    pub fn plain(matrix: &'a CsrMatrix, rows: Vec<u32>) -> Self {
        let row_scale = vec![1.0; rows.len()];
        Self { matrix, rows, column_scale: vec![1.0; matrix.columns], row_scale }
    }

    /// The rows `rows` of `matrix`, columns times `column_scale`, unit length.
    /// A row without entries stays zero.
    ///
    /// # Panics
    /// If there is not one scale per column.
    pub fn unit_length(matrix: &'a CsrMatrix, rows: Vec<u32>, column_scale: Vec<f64>) -> Self {
        assert_eq!(column_scale.len(), matrix.columns);
        let length = |&i: &u32| {
            let (indices, values) = matrix.row(i as usize);
            let squares =
                indices.iter().zip(values).map(|(&j, &v)| (f64::from(v) * column_scale[j as usize]).powi(2));
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
        for ((&i, scale), out) in self.rows.iter().zip(&self.row_scale).zip(out) {
            let (indices, values) = self.matrix.row(i as usize);
            let sum: f64 = indices.iter().zip(values).map(|(&j, &v)| f64::from(v) * scaled[j as usize]).sum();
            *out = sum * scale;
        }
    }

    /// `out_j = Σ_i x_ij v_i`, in row order.
    pub fn transpose_times(&self, v: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for ((&i, scale), v) in self.rows.iter().zip(&self.row_scale).zip(v) {
            let factor = scale * v;
            if factor != 0.0 {
                let (indices, values) = self.matrix.row(i as usize);
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

    fn matrix() -> CsrMatrix {
        let mut m = CsrMatrix::new(3);
        m.push_row([(0, 1.0), (2, 2.0)]);
        m.push_row([]);
        m.push_row([(1, 3.0)]);
        m
    }

    #[test]
    fn products_agree_with_the_dense_matrix() {
        let m = matrix();
        let design = Design::plain(&m, vec![0, 1, 2]);
        let (mut out, mut scratch) = ([0.0; 3], [0.0; 3]);
        design.times(&[1.0, 10.0, 100.0], &mut scratch, &mut out);
        assert_eq!(out, [201.0, 0.0, 30.0]);
        design.transpose_times(&[1.0, 5.0, 2.0], &mut out);
        assert_eq!(out, [1.0, 6.0, 2.0]);
    }

    #[test]
    fn unit_length_rows_have_unit_length() {
        let m = matrix();
        let design = Design::unit_length(&m, vec![2, 0, 1], vec![2.0, 1.0, 1.0]);
        let (mut out, mut scratch) = ([0.0; 3], [0.0; 3]);
        design.times(&[1.0, 1.0, 0.0], &mut scratch, &mut out);
        let root = 8.0_f64.sqrt();
        assert_eq!(out, [1.0, 2.0 / root, 0.0]);
    }

    #[test]
    fn selecting_columns_renumbers_them() {
        let selected = matrix().select_columns(&[false, true, true]);
        assert_eq!(selected.columns(), 2);
        assert_eq!(selected.row(0), (&[1u32][..], &[2.0f32][..]));
        assert_eq!(selected.row(2), (&[0u32][..], &[3.0f32][..]));
    }
}
