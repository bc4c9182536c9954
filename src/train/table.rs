//! One space as a label's blocks are fitted on it.

use half::f16;

use super::{Config, base};
use crate::features::ngram::Space;
use crate::features::weighting::idf;
use crate::model::Model;
use crate::model::block::Margins;
use crate::prepared::Prepared;
use crate::sparse::{CsrMatrix, Design};

/// One space restricted to the columns that occur often enough.
pub struct Table {
    /// Which.
    pub space: Space,
    /// Counts, a group of rows per comment.
    pub matrix: CsrMatrix,
    /// Bucket of each kept column.
    buckets: Vec<u32>,
    /// Document weight of each kept column.
    pub idf: Vec<f64>,
    width: usize,
}

impl Table {
    /// The space of `prepared`; document weights are those of `rows`, or of the `base`.
    pub fn new(
        prepared: &Prepared,
        space: Space,
        rows: &[u32],
        config: &Config,
        base: Option<&Model>,
    ) -> Self {
        let all = prepared.space(space);
        let own = || {
            let counts = all.column_counts(rows.iter().map(|&i| i as usize));
            idf(&counts, rows.len(), config.min_documents)
        };
        let weights = base.map_or_else(own, |base| base::idf(base, space, all.columns()));
        let keep: Vec<bool> = weights.iter().map(|&w| w > 0.0).collect();
        let buckets = (0..).zip(&keep).filter(|(_, keep)| **keep).map(|(bucket, _)| bucket).collect();
        Self {
            space,
            matrix: all.select_columns(&keep),
            buckets,
            idf: weights.into_iter().filter(|w| *w > 0.0).collect(),
            width: all.columns(),
        }
    }

    /// Of a space that no block is over.
    pub fn unused(space: Space) -> Self {
        Self { space, matrix: CsrMatrix::new(0), buckets: Vec::new(), idf: Vec::new(), width: 0 }
    }

    /// Values per kept column as a table over all buckets, 0 elsewhere; rounded to the
    /// 16 bits a model file keeps.
    pub fn widen(&self, values: &[f64]) -> Vec<f32> {
        let mut wide = vec![0.0; self.width];
        for (&bucket, &value) in self.buckets.iter().zip(values) {
            wide[bucket as usize] = f16::from_f64(value).to_f32();
        }
        wide
    }

    /// Values of the kept columns.
    pub fn narrow(&self, wide: &[f32]) -> Vec<f64> {
        self.buckets.iter().map(|&bucket| f64::from(wide[bucket as usize])).collect()
    }

    /// The margins by which `block` tells `rows` apart, those of all their n-grams.
    pub fn whole(&self, block: &FittedBlock, rows: &[u32]) -> Vec<f64> {
        block.times(Design::scaled(&self.matrix, rows, one(&block.scale)))
    }

    /// What `block` says of `rows`.
    pub fn margins(&self, block: &FittedBlock, rows: &[u32]) -> Vec<Margins> {
        let sentences = block.times(Design::ungrouped(&self.matrix, rows, one(&block.scale)));
        let mut sentences = sentences.into_iter();
        let of_row = |(&row, whole): (&u32, f64)| {
            let own = sentences.by_ref().take(self.matrix.group(row as usize).len());
            Margins::new(whole, own.fold(f64::NEG_INFINITY, f64::max))
        };
        rows.iter().zip(self.whole(block, rows)).map(of_row).collect()
    }
}

/// A block as fitted on some rows, over the kept columns.
pub struct FittedBlock {
    /// Scale of each column.
    pub scale: Vec<f64>,
    /// Weight of each column.
    pub weights: Vec<f64>,
    /// Margin of a row of zeros.
    pub intercept: f64,
}

impl FittedBlock {
    fn times(&self, design: Design<'_>) -> Vec<f64> {
        let mut out = vec![[0.0]; design.rows()];
        design.times(&one(&self.weights), &mut vec![[0.0]; self.weights.len()], &mut out);
        out.into_iter().map(|[margin]| margin + self.intercept).collect()
    }
}

/// Values for a single design.
fn one(values: &[f64]) -> Vec<[f64; 1]> {
    values.iter().map(|&value| [value]).collect()
}
