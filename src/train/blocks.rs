//! The first stage of a label: its text blocks, each fitted on all rows and without every
//! fold.

use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use ndarray::Array1;
use rayon::prelude::*;

use super::config::BlockConfig;
use super::table::FittedBlock;
use super::{Judged, Trainer, base};
use crate::error::{Error, Result};
use crate::features::weighting::{Weighting, naive_bayes_ratio};
use crate::logistic::{Params, Targets};
use crate::model::block::Margins;
use crate::sparse::Design;

/// Fits of a block that are solved together: enough to share the passes over the rows, few
/// enough that several threads have something to do. No weight depends on it.
const TOGETHER: usize = 3;

impl Trainer<'_> {
    /// Per block: the fit on all rows, and the margins of every judged row by the fit that did
    /// not see it. The other fits are dropped as soon as they have said theirs.
    pub(super) fn fit_blocks(
        &self,
        configs: &[&BlockConfig],
        judged: &Judged,
    ) -> Result<(Vec<FittedBlock>, Vec<Vec<Margins>>)> {
        // Fold number `folds` leaves nothing out.
        let folds: Vec<usize> = (0..=self.config.folds).collect();
        let tasks = configs.iter().enumerate().flat_map(|(b, _)| folds.chunks(TOGETHER).map(move |f| (b, f)));
        let tasks: Vec<(usize, &[usize])> = tasks.collect();
        let fit = |&(b, folds): &(usize, &[usize])| {
            let left_out = std::array::from_fn(|k| folds[k.min(folds.len() - 1)]);
            let fitted = self.fit_block(configs[b], judged, left_out)?;
            let said: Vec<_> = folds
                .iter()
                .zip(&fitted)
                .map(|(&fold, block)| self.held_out_margins(configs[b], block, judged, fold))
                .collect();
            let of_all = folds.iter().position(|&fold| fold == self.config.folds);
            Ok((b, said, of_all.and_then(|k| fitted.into_iter().nth(k))))
        };
        let fitted: Vec<_> = tasks.par_iter().with_max_len(1).map(fit).collect::<Result<_>>()?;
        let mut margins = vec![vec![Margins::default(); judged.rows.len()]; configs.len()];
        let mut of_all = Vec::new();
        for (b, said, fitted) in fitted {
            said.into_iter().flatten().for_each(|(k, said)| margins[b][k] = said);
            of_all.extend(fitted);
        }
        Ok((of_all, margins))
    }

    /// Fits `config` on the judged rows of its sources, each time without those of one fold.
    fn fit_block(
        &self,
        config: &BlockConfig,
        judged: &Judged,
        left_out: [usize; TOGETHER],
    ) -> Result<[FittedBlock; TOGETHER]> {
        let table = self.table(config.space);
        let chosen = (0..judged.rows.len()).filter(|&k| self.in_sources(&config.sources, judged.rows[k]));
        let target = |k: usize| left_out.map(|out| (judged.folds[k] != out).then_some(judged.targets[k]));
        let (rows, targets): (Vec<u32>, Vec<Targets<TOGETHER>>) =
            chosen.map(|k| (judged.rows[k], target(k))).unzip();
        let base = self.base_block(config)?;
        let scales: [Vec<f64>; TOGETHER] = match (config.weighting, &base) {
            (_, Some(base)) => std::array::from_fn(|_| base.scale.clone()),
            (Weighting::Idf, None) => std::array::from_fn(|_| table.idf.clone()),
            (Weighting::NaiveBayes, None) => std::array::from_fn(|k| {
                let of_fold = targets.iter().map(|t| t[k]);
                let ratio = naive_bayes_ratio(&table.matrix, rows.iter().copied().zip(of_fold), 1.0);
                ratio.iter().zip(&table.idf).map(|(r, w)| r * w).collect()
            }),
        };
        let offsets = base.as_ref().map_or_else(Vec::new, |base| table.whole(base, &rows));
        let side_by_side = (0..table.idf.len()).map(|j| scales.each_ref().map(|scale| scale[j])).collect();
        let design = Design::scaled(&table.matrix, &rows, side_by_side);
        let dataset = DatasetBase::new(design, Array1::from_vec(targets));
        let name = &self.prepared.labels[self.label];
        let fitted = Params::default()
            .c(config.c)
            .balanced(true)
            .tolerance(1e-2)
            .offsets(offsets)
            .fit(&dataset)
            .map_err(|e| Error::labels(format!("label `{name}`, block `{}`: {e}", config.name)))?;
        let mut scales = scales.into_iter();
        Ok(fitted.map(|fitted| {
            let scale = scales.next().unwrap_or_default();
            let mut block = FittedBlock { scale, weights: fitted.weights, intercept: fitted.intercept };
            if let Some(base) = &base {
                block.weights.iter_mut().zip(&base.weights).for_each(|(w, base)| *w += base);
                block.intercept += base.intercept;
            }
            block
        }))
    }

    /// The block of the base that `config` goes on from.
    fn base_block(&self, config: &BlockConfig) -> Result<Option<FittedBlock>> {
        let Some(label) = self.base else { return Ok(None) };
        let block = base::block(label, &config.name)?;
        let table = self.table(config.space);
        let scale = block.scale.as_ref().map_or_else(|| table.idf.clone(), |scale| table.narrow(scale));
        Ok(Some(FittedBlock { scale, weights: table.narrow(&block.weights), intercept: block.intercept }))
    }

    /// The margins of the judged rows that `fitted`, the fit without `fold`, did not see; that
    /// of all rows speaks for the tables that the block is not fitted on.
    fn held_out_margins(
        &self,
        config: &BlockConfig,
        fitted: &FittedBlock,
        judged: &Judged,
        fold: usize,
    ) -> Vec<(usize, Margins)> {
        let seen = |k: usize| self.in_sources(&config.sources, judged.rows[k]);
        let wanted = |k: &usize| if seen(*k) { judged.folds[*k] == fold } else { fold == self.config.folds };
        let positions: Vec<usize> = (0..judged.rows.len()).filter(wanted).collect();
        let rows: Vec<u32> = positions.iter().map(|&k| judged.rows[k]).collect();
        let found = self.table(config.space).margins(fitted, &rows);
        positions.into_iter().zip(found).collect()
    }
}
