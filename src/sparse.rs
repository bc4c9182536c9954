//! Sparse rows and the design of a regression over them. Knows nothing of text.

use std::ops::Range;

use linfa::dataset::Records;

/// Compressed sparse rows of counts: row `i` holds the cells `offsets[i]..offsets[i + 1]`.
/// Rows come in groups, one after the other: a group is what a regression sees as one row,
/// the sum of its rows. A cell is column and count in 32 bits, so that a corpus of a million
/// comments fits memory, and its passes the caches.
#[derive(Clone, Debug)]
pub struct CsrMatrix {
    columns: usize,
    /// First row of each group, and the number of rows.
    groups: Vec<usize>,
    offsets: Vec<usize>,
    cells: Vec<Cell>,
}

/// How often a column occurs in a row. What is counted more often than [`Cell::MOST`] stands
/// in several cells, which every sum over a row takes for one.
#[derive(Clone, Copy, Debug)]
struct Cell(u32);

impl Cell {
    /// Bits that name the column; those above them count.
    const COLUMN_BITS: u32 = 22;
    const MOST: u32 = u32::MAX >> Self::COLUMN_BITS;

    fn new(column: u32, count: u32) -> Self {
        Self(count << Self::COLUMN_BITS | column)
    }

    #[inline]
    fn column(self) -> usize {
        (self.0 & ((1 << Self::COLUMN_BITS) - 1)) as usize
    }

    #[inline]
    fn count(self) -> u32 {
        self.0 >> Self::COLUMN_BITS
    }

    /// The count as a factor.
    #[inline]
    fn factor(self) -> f64 {
        f64::from(self.count())
    }
}

impl CsrMatrix {
    /// A matrix of no rows and `columns` columns.
    ///
    /// # Panics
    /// If there are more columns than a cell can name, 2²².
    pub fn new(columns: usize) -> Self {
        assert!(columns <= 1 << Cell::COLUMN_BITS, "{columns} columns");
        Self { columns, groups: vec![0], offsets: vec![0], cells: Vec::new() }
    }

    /// Appends a group of rows, each of columns with their counts; entries keep their order.
    ///
    /// # Panics
    /// If a column is not below [`CsrMatrix::columns`].
    pub fn push_group<R: IntoIterator<Item = (u32, u32)>>(&mut self, rows: impl IntoIterator<Item = R>) {
        rows.into_iter().for_each(|row| self.push_row(row));
        self.groups.push(self.rows());
    }

    fn push_row(&mut self, entries: impl IntoIterator<Item = (u32, u32)>) {
        for (column, mut count) in entries {
            assert!((column as usize) < self.columns, "column {column} of {}", self.columns);
            while count > Cell::MOST {
                self.cells.push(Cell::new(column, Cell::MOST));
                count -= Cell::MOST;
            }
            self.cells.push(Cell::new(column, count));
        }
        self.offsets.push(self.cells.len());
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

    /// All cells of `rows`, which follow one another.
    fn cells(&self, rows: Range<usize>) -> &[Cell] {
        &self.cells[self.offsets[rows.start]..self.offsets[rows.end]]
    }

    /// Columns and counts of row `i`.
    pub fn row(&self, i: usize) -> impl Iterator<Item = (u32, u32)> {
        self.cells(i..i + 1).iter().map(|cell| (cell.column() as u32, cell.count()))
    }

    /// `Σ_j a_j v_j` over the cells of `rows`, in their order.
    #[inline]
    fn sum<const L: usize>(&self, rows: Range<usize>, values: &[[f64; L]]) -> [f64; L] {
        let mut sum = [0.0; L];
        for cell in self.cells(rows) {
            add_product(&mut sum, cell.factor(), &values[cell.column()]);
        }
        sum
    }

    /// In how many of `groups`, each named once, each column occurs.
    pub fn column_counts(&self, groups: impl IntoIterator<Item = usize>) -> Vec<u32> {
        let mut counts = vec![0; self.columns];
        let mut last = vec![usize::MAX; self.columns];
        for g in groups {
            for cell in self.cells(self.group(g)) {
                let column = cell.column();
                counts[column] += u32::from(last[column] != g);
                last[column] = g;
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
        selected.cells.reserve_exact(self.cells.iter().filter(|cell| keep[cell.column()]).count());
        let kept = |row: usize| {
            self.row(row).map(|(column, count)| (new[column as usize], count)).filter(|e| e.0 != u32::MAX)
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
                for cell in self.matrix.cells(rows.clone()) {
                    add_product(&mut out[cell.column()], cell.factor(), &factor);
                }
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

#[inline]
fn add_product<const L: usize>(to: &mut [f64; L], factor: f64, what: &[f64; L]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The first group is of two rows.
    fn matrix() -> CsrMatrix {
        let mut m = CsrMatrix::new(3);
        m.push_group([vec![(0, 1), (2, 1)], vec![(2, 1)]]);
        m.push_group([[]]);
        m.push_group([[(1, 3)]]);
        m
    }

    fn times<const L: usize>(design: &Design<'_, L>, weights: [[f64; L]; 3]) -> Vec<[f64; L]> {
        let mut out = vec![[0.0; L]; design.rows()];
        design.times(&weights, &mut [[0.0; L]; 3], &mut out);
        out
    }

    #[test]
    fn products_agree_with_the_dense_matrix() {
        let m = matrix();
        let design = Design::plain(&m, &[0, 1, 2]);
        assert_eq!(times(&design, [[1.0], [10.0], [100.0]]), [[201.0], [0.0], [30.0]]);
        let mut out = [[0.0]; 3];
        design.transpose_times(&[[1.0], [5.0], [2.0]], &mut out);
        assert_eq!(out, [[1.0], [6.0], [2.0]]);
    }

    #[test]
    fn scaled_rows_are_the_formula() {
        let m = matrix();
        let scale = || vec![[2.0], [1.0], [1.0]];
        let close = |out: Vec<[f64; 1]>, expected: [f64; 3]| {
            assert!(out.iter().zip(expected).all(|([a], b)| (a - b).abs() < 1e-12), "{out:?}");
        };
        let weights = [[1.0], [1.0], [0.0]];
        let design = Design::scaled(&m, &[2, 0, 1], scale());
        close(times(&design, weights), [3.0 / 3.0_f64.sqrt(), 2.0 / 6.0_f64.sqrt(), 0.0]);
        let design = Design::ungrouped(&m, &[0, 2], scale());
        close(times(&design, weights), [2.0 / 5.0_f64.sqrt(), 0.0, 3.0 / 3.0_f64.sqrt()]);
    }

    #[test]
    fn designs_in_one_are_those_alone() {
        let m = matrix();
        let scales = [[0.3, 0.7], [1.1, 0.0], [0.9, 1.3]];
        let weights = [[0.1, -0.7], [0.2, 0.6], [-0.3, 0.5]];
        let both = Design::scaled(&m, &[0, 1, 2], scales.to_vec());
        let (out, mut back) = (times(&both, weights), [[0.0; 2]; 3]);
        both.transpose_times(&out, &mut back);
        for k in 0..2 {
            let one = Design::scaled(&m, &[0, 1, 2], scales.iter().map(|s| [s[k]]).collect());
            let (alone, mut alone_back) = (times(&one, weights.map(|w| [w[k]])), [[0.0]; 3]);
            one.transpose_times(&alone, &mut alone_back);
            assert!(out.iter().zip(&alone).all(|(a, b)| a[k] == b[0]));
            assert!(back.iter().zip(&alone_back).all(|(a, b)| a[k] == b[0]));
        }
    }

    #[test]
    fn a_count_above_what_a_cell_holds_is_the_sum_of_several() {
        let mut m = CsrMatrix::new(2);
        m.push_group([[(1, 2500), (0, 1023)]]);
        assert_eq!(m.row(0).collect::<Vec<_>>(), [(1, 1023), (1, 1023), (1, 454), (0, 1023)]);
        assert_eq!(m.column_counts([0]), [1, 1]);
        let mut out = [[0.0]];
        Design::plain(&m, &[0]).times(&[[1.0], [1.0]], &mut [[0.0]; 2], &mut out);
        assert_eq!(out, [[3523.0]]);
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
        assert_eq!(selected.row(0).collect::<Vec<_>>(), [(1, 1)]);
        assert_eq!(selected.row(3).collect::<Vec<_>>(), [(0, 3)]);
    }
}
