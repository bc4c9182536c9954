//! Several tables in one training: each has its own share of positives, which is no
//! property of what is written in it.
//!
//! The head gets a column per table, 1 in its rows, but none for the last: that is the
//! table of the desk, whose intercept the model keeps, and whose rows choose the
//! threshold. The columns are folded away after the fit.

use std::collections::BTreeMap;

/// Fewest rows of either class that let the last table choose the threshold alone.
const FEWEST_OF_A_CLASS: usize = 20;

/// The tables behind the rows of one label.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Column of each row, `None` in the last table or outside the head's rows.
    column_of: Vec<Option<usize>>,
    columns: usize,
    /// Whether the last table has rows enough to choose the threshold.
    alone: bool,
}

impl Sources {
    /// From the table of each row, `None` where the head does not learn from it.
    pub fn new(tables: impl Iterator<Item = Option<u32>>, targets: &[bool]) -> Self {
        let tables: Vec<Option<u32>> = tables.collect();
        let mut sizes: BTreeMap<u32, [usize; 2]> = BTreeMap::new();
        for (table, &target) in tables.iter().zip(targets) {
            if let Some(table) = table {
                sizes.entry(*table).or_default()[usize::from(target)] += 1;
            }
        }
        let last = sizes.pop_last();
        let columns: BTreeMap<u32, usize> = sizes.keys().copied().zip(0..).collect();
        Self {
            column_of: tables.iter().map(|t| t.and_then(|t| columns.get(&t).copied())).collect(),
            columns: columns.len(),
            alone: last.is_some_and(|(_, n)| n.iter().all(|&n| n >= FEWEST_OF_A_CLASS)),
        }
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.columns
    }

    /// Appends the columns of row `k`.
    pub fn columns(&self, k: usize, row: &mut Vec<f64>) {
        row.extend((0..self.columns).map(|c| f64::from(u8::from(self.column_of[k] == Some(c)))));
    }

    /// Number of the table of row `k`, the last one's if it is of none.
    pub fn table(&self, k: usize) -> usize {
        self.column_of[k].unwrap_or(self.columns)
    }

    /// Whether row `k` has a say in the threshold.
    pub fn decides(&self, k: usize) -> bool {
        !self.alone || self.column_of[k].is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_table_is_the_reference_and_decides() {
        let tables = [Some(0), Some(2), None, Some(5)].into_iter().flat_map(|t| [t; 50]);
        let targets: Vec<bool> = (0..200).map(|i| i % 2 == 0).collect();
        let sources = Sources::new(tables, &targets);
        assert_eq!(sources.len(), 2);
        for (k, expected) in [(0, [1.0, 0.0]), (60, [0.0, 1.0]), (110, [0.0, 0.0]), (160, [0.0, 0.0])] {
            let mut row = Vec::new();
            sources.columns(k, &mut row);
            assert_eq!(row, expected, "{k}");
            assert_eq!(sources.table(k), row.iter().position(|&is_here| is_here == 1.0).unwrap_or(2));
        }
        assert!(sources.decides(160) && !sources.decides(0));
    }

    #[test]
    fn a_small_last_table_does_not_decide_alone() {
        let tables = (0..60).map(|i| Some(u32::from(i >= 50)));
        let sources = Sources::new(tables, &[true; 60]);
        assert!(sources.decides(0));
        let one = Sources::new((0..60).map(|_| Some(3)), &[true; 60]);
        assert!(one.decides(0) && one.len() == 0);
    }
}
