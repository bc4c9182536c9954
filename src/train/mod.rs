//! Training: from measured rows to a model.
//!
//! Every block is fitted once on all rows and once per fold; the margins of the rows a
//! fold left out are what the head learns from, so that its output is calibrated. The
//! head is cross-fitted too, and its out-of-fold probabilities choose the threshold.

mod base;
mod blocks;
mod config;
mod folds;
mod sampling;
mod sources;
mod table;

use rayon::prelude::*;

pub use config::names_source;
pub use config::{BlockConfig, Config};
pub use folds::{assign_folds, fold_of};

use crate::error::{Error, Result};
use crate::features::Extractor;
use crate::features::ngram::Space;
use crate::features::topic::{Background, Bag, COLUMNS, Subspace};
use crate::features::weighting::Weighting;
use crate::head::Head;
use crate::metrics::Ranking;
use crate::model::block::{Block, Margins};
use crate::model::{Figures, LabelModel, Model, Provenance, column_names, rounded};
use crate::prepared::Prepared;
use crate::threshold::{Answer, Evidence, choose};
use sampling::sample;
use sources::Sources;
use table::Table;

/// How the names of the columns begin that need a space.
const SPACE: &str = "topic.space_";

/// Fewest judged rows a label can be learned from.
pub const FEWEST_ROWS: usize = 20;

/// Trains on `rows` of `prepared`, for every label of the corpus.
///
/// Rows without a judgement give document frequencies and threads only.
///
/// # Errors
/// [`Kind::Labels`](crate::error::Kind::Labels) if a label has fewer than [`FEWEST_ROWS`]
/// judged rows, or too few of one class for the folds.
pub fn train(prepared: &Prepared, rows: &[u32], extractor: &Extractor, config: &Config) -> Result<Model> {
    train_labels(prepared, rows, extractor, config, None)
}

/// Trains on `rows` of `prepared`, measured by the extractor of `base`, on top of `base`.
/// `config` is one of [`Config::on_base`].
///
/// # Errors
/// As [`train`], and if `base` lacks a label of the corpus or a block of `config`.
pub fn train_on_base(prepared: &Prepared, rows: &[u32], config: &Config, base: &Model) -> Result<Model> {
    train_labels(prepared, rows, &base.extractor, config, Some(base))
}

fn train_labels(
    prepared: &Prepared,
    rows: &[u32],
    extractor: &Extractor,
    config: &Config,
    base: Option<&Model>,
) -> Result<Model> {
    config.check()?;
    let background = match base {
        Some(base) => base.background.clone(),
        None => background(prepared, rows, config),
    };
    let table = |&space: &Space| match config.blocks.iter().any(|block| block.space == space) {
        true => Table::new(prepared, space, rows, config, base),
        false => Table::unused(space),
    };
    let tables: Vec<Table> = Space::ALL.par_iter().map(table).collect();
    let labels: Vec<LabelModel> = (0..prepared.labels.len())
        .map(|label| {
            let scalars = extractor.scalar_names();
            let base = base.map(|base| base::label(base, &prepared.labels[label])).transpose()?;
            let (tables, background) = (&tables, &background);
            Trainer { prepared, config, tables, background, scalars, label, base }.train(rows)
        })
        .collect::<Result<_>>()?;
    let used = |space: Space| labels.iter().any(|l| l.blocks.iter().any(|b| b.space == space));
    let widened = |t: &Table| if used(t.space) { t.widen(&t.idf) } else { Vec::new() };
    Ok(Model {
        idf: Space::ALL.map(|space| widened(&tables[space as usize])),
        extractor: extractor.clone(),
        background,
        labels,
        config: config.clone(),
        provenance: Provenance::default(),
    })
}

/// What comments in general say; with a space where some head uses it and some comment has
/// anything to be compared with.
fn background(prepared: &Prepared, rows: &[u32], config: &Config) -> Background {
    let bags: Vec<&Bag> = rows.iter().map(|&i| &prepared.bags[i as usize]).collect();
    let background = Background::learn(bags.iter().copied());
    let used = |label: &String| COLUMNS.iter().any(|c| c.starts_with(SPACE) && config.uses(label, c));
    let is_wanted = prepared.labels.iter().any(used)
        && rows.iter().any(|&i| !prepared.context(i as usize, &[]).is_empty());
    let judged = |i: &&u32| {
        let of_row = prepared.judgements[**i as usize].iter().zip(&prepared.labels);
        of_row.into_iter().any(|(judgement, label)| judgement.is_some() && used(label))
    };
    let centre: Vec<&Bag> = rows.iter().filter(judged).map(|&i| &prepared.bags[i as usize]).collect();
    // Its square is what the search for directions does best with.
    let weight = |token| (background.weights(token).0 - 1.0).powi(2);
    let space = is_wanted.then(|| Subspace::learn(&bags, &centre, weight));
    background.with_subspace(space)
}

struct Trainer<'a> {
    prepared: &'a Prepared,
    config: &'a Config,
    tables: &'a [Table],
    background: &'a Background,
    /// Names of the scalar columns.
    scalars: Vec<String>,
    label: usize,
    /// The label in the model that it is trained on top of.
    base: Option<&'a LabelModel>,
}

/// Judged rows of a label and everything known of them.
struct Judged {
    rows: Vec<u32>,
    targets: Vec<bool>,
    folds: Vec<usize>,
    /// Whether the head learns from the row.
    for_head: Vec<bool>,
    sources: Sources,
}

impl Trainer<'_> {
    fn train(&self, rows: &[u32]) -> Result<LabelModel> {
        let name = &self.prepared.labels[self.label];
        let judged = self.judged(rows)?;
        let configs: Vec<&BlockConfig> =
            self.config.blocks.iter().filter(|b| b.labels.is_empty() || b.labels.contains(name)).collect();
        let (fitted, margins) = self.fit_blocks(&configs, &judged)?;
        let dense = self.dense(&configs, &margins, &judged);
        let base = self.base.map(|label| base::head(label, &self.used(&configs)));
        let (head, figures, threshold) = self.fit_head(&dense, &judged, base.as_ref())?;
        let blocks = configs.iter().zip(fitted).map(|(config, fitted)| {
            let table = self.table(config.space);
            Block {
                name: config.name.clone(),
                space: config.space,
                scale: match config.weighting {
                    Weighting::Idf => None,
                    Weighting::NaiveBayes => Some(table.widen(&fitted.scale)),
                },
                weights: table.widen(&fitted.weights),
                intercept: fitted.intercept,
            }
        });
        Ok(LabelModel { name: name.clone(), blocks: blocks.collect(), head, threshold, figures })
    }

    fn table(&self, space: Space) -> &Table {
        &self.tables[space as usize]
    }

    fn judged(&self, rows: &[u32]) -> Result<Judged> {
        let name = &self.prepared.labels[self.label];
        let judgement = |i: u32| self.prepared.judgements[i as usize][self.label];
        let (rows, targets): (Vec<u32>, Vec<bool>) =
            rows.iter().filter_map(|&i| judgement(i).map(|t| (i, t))).unzip();
        let positives = targets.iter().filter(|t| **t).count();
        let negatives = targets.len() - positives;
        if rows.len() < FEWEST_ROWS || positives < 2 || negatives < 2 {
            return Err(Error::labels(format!(
                "label `{name}` cannot be learned: {positives} rows judged 1 and {negatives} judged 0; \
                 needed are {FEWEST_ROWS} judged rows and two of each kind"
            )));
        }
        let groups: Vec<u64> = rows.iter().map(|&i| self.prepared.groups[i as usize]).collect();
        let folds = assign_folds(&groups, &targets, self.config.folds, self.config.seed);
        let for_head: Vec<bool> =
            rows.iter().map(|&i| self.in_sources(&self.config.head_sources, i)).collect();
        if !for_head.contains(&true) {
            let wanted = self.config.head_sources.join(", ");
            return Err(Error::labels(format!(
                "label `{name}`: no judged row is in a table that `head_sources` names ({wanted}); \
                 leave it out, or name a part of a table's path"
            )));
        }
        let table = |(&i, &used): (&u32, &bool)| used.then(|| self.prepared.source_of[i as usize]);
        let sources = Sources::new(rows.iter().zip(&for_head).map(table), &targets);
        Ok(Judged { rows, targets, folds, for_head, sources })
    }

    fn in_sources(&self, wanted: &[String], row: u32) -> bool {
        names_source(wanted, &self.prepared.sources[self.prepared.source_of[row as usize] as usize])
    }

    /// Which columns of the dense row the head uses.
    fn used(&self, blocks: &[&BlockConfig]) -> Vec<bool> {
        let label = &self.prepared.labels[self.label];
        let names = column_names(blocks.iter().map(|b| b.name.as_str()), &self.scalars);
        names.iter().map(|name| self.config.uses(label, name)).collect()
    }

    /// One dense row per judged row: margins, peaks, scalars, topic columns, source columns; 0
    /// in a column that the head does not use, which gives it no weight.
    fn dense(&self, blocks: &[&BlockConfig], margins: &[Vec<Margins>], judged: &Judged) -> Vec<Vec<f64>> {
        let levels = self.prepared.levels(self.background);
        let used = self.used(blocks);
        let row = |k: usize| {
            let i = judged.rows[k] as usize;
            let mut row: Vec<f64> = margins.iter().map(|m| m[k].whole).collect();
            row.extend(margins.iter().map(|m| m[k].peak));
            row.extend(&self.prepared.scalars[i]);
            self.background.columns(&self.prepared.bags[i], &self.prepared.context(i, &levels), &mut row);
            row.iter_mut().zip(&used).filter(|(_, used)| !**used).for_each(|(value, _)| *value = 0.0);
            judged.sources.columns(k, &mut row);
            row
        };
        (0..judged.rows.len()).into_par_iter().map(row).collect()
    }

    fn fit_head(
        &self,
        dense: &[Vec<f64>],
        judged: &Judged,
        base: Option<&Head>,
    ) -> Result<(Head, Figures, f64)> {
        let fit = |fold: usize| {
            let chosen = (0..dense.len()).filter(|&k| judged.for_head[k] && judged.folds[k] != fold);
            self.fit_head_on(dense, judged, &chosen.collect::<Vec<_>>(), base)
        };
        let heads: Vec<Head> =
            (0..self.config.folds + 1).into_par_iter().with_max_len(1).map(fit).collect::<Result<_>>()?;
        let held_out = (0..dense.len()).filter(|&k| judged.for_head[k] && judged.sources.decides(k));
        let held_out: Vec<usize> = held_out.collect();
        let (scores, targets): (Vec<f64>, Vec<bool>) = held_out
            .iter()
            .map(|&k| (rounded(heads[judged.folds[k]].probability(&dense[k])), judged.targets[k]))
            .unzip();
        let evidence = self.evidence(&held_out, judged, &scores, &targets)?;
        let threshold = match choose(evidence, self.config.objective()?, None)? {
            Answer::Cut(choice) => rounded(choice.cut),
            Answer::Refused(refusal) => {
                let name = &self.prepared.labels[self.label];
                return Err(Error::labels(format!(
                    "label `{name}`, objective `{}`: {refusal}",
                    self.config.objective
                )));
            }
        };
        let figures = Figures::of(&scores, &targets, threshold);
        let mut head = heads.into_iter().next_back().unwrap_or_default();
        head.forget_last(judged.sources.len());
        Ok((head, figures, threshold))
    }

    /// What the threshold is chosen on. The fits ignore sampling weights (a few drawn rows would
    /// outweigh all chosen ones, and chosen rows teach more for being odd); the threshold must not,
    /// for it is about the stream. A row without one beside rows with stands for itself.
    fn evidence(
        &self,
        held_out: &[usize],
        judged: &Judged,
        scores: &[f64],
        targets: &[bool],
    ) -> Result<Evidence> {
        let weight = |&k: &usize| self.prepared.weights[judged.rows[k] as usize];
        match held_out.iter().any(|k| weight(k).is_some()) {
            false => Ok(Evidence::from(&Ranking::new(scores, targets)?)),
            true => {
                let weights: Vec<f64> = held_out.iter().map(|k| weight(k).unwrap_or(1.0)).collect();
                Evidence::weighted(scores, targets, &weights)
            }
        }
    }

    fn fit_head_on(
        &self,
        dense: &[Vec<f64>],
        judged: &Judged,
        chosen: &[usize],
        base: Option<&Head>,
    ) -> Result<Head> {
        let all: Vec<(usize, bool)> =
            chosen.iter().map(|&k| (judged.sources.table(k), judged.targets[k])).collect();
        let (taken, share) = sample(&all);
        let x: Vec<&[f64]> = taken.iter().map(|&i| dense[chosen[i]].as_slice()).collect();
        let y: Vec<bool> = taken.iter().map(|&i| all[i].1).collect();
        let name = &self.prepared.labels[self.label];
        // The penalty is weighed against a sum over the rows.
        let mut head = Head::fit(&x, &y, self.config.head_penalty * share, base)
            .map_err(|e| Error::labels(format!("label `{name}`: {e}")))?;
        if let Some(expected) = self.config.prevalence.get(name) {
            let found = all.iter().filter(|(_, target)| *target).count() as f64 / all.len() as f64;
            let odds = |share: f64| (share / (1.0 - share)).ln();
            head.intercept += odds(*expected) - odds(found);
        }
        Ok(head)
    }
}
