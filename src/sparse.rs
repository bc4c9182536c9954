//! Sparse rows and the design of a regression over them. Knows nothing of text.

mod design;

use std::ops::Range;

use prefetch_index::prefetch_index;

pub use design::Design;

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

/// Cells between one and that whose memory is asked for.
const AHEAD: usize = 24;

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

    /// The cells of `rows`, each with the column of one that comes soon: so that its memory can be
    /// asked for, for there are too many columns for a cache.
    #[inline(always)]
    fn cells_and_soon(&self, rows: Range<usize>) -> impl Iterator<Item = (Cell, usize)> {
        let (start, end) = (self.offsets[rows.start], self.offsets[rows.end]);
        let soon = |at: usize| (at + AHEAD).min(self.cells.len());
        let later = &self.cells[soon(start)..soon(end)];
        // Behind the last cell of all comes nothing.
        let (first, last) = self.cells[start..end].split_at(later.len());
        let first = first.iter().zip(later).map(|(cell, later)| (*cell, later.column()));
        first.chain(last.iter().map(|cell| (*cell, cell.column())))
    }

    /// Columns and counts of row `i`.
    pub fn row(&self, i: usize) -> impl Iterator<Item = (u32, u32)> {
        self.cells(i..i + 1).iter().map(|cell| (cell.column() as u32, cell.count()))
    }

    /// `Σ_j a_j v_j` over the cells of `rows`, in their order.
    #[inline]
    fn sum<const L: usize>(&self, rows: Range<usize>, values: &[[f64; L]]) -> [f64; L] {
        let mut sum = [0.0; L];
        self.cells_and_soon(rows).for_each(|(cell, soon)| {
            prefetch_index(values, soon);
            add_product(&mut sum, cell.factor(), &values[cell.column()]);
        });
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

#[inline]
fn add_product<const L: usize>(to: &mut [f64; L], factor: f64, what: &[f64; L]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
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
