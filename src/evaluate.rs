//! How good the scores are: figures with intervals, by a given model or cross-validated.

mod detail;
mod dimension;
mod mistakes;
mod slices;

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::features::Extractor;
use crate::features::topic::Level;
use crate::metrics::{
    Bootstrap, Confusion, Estimate, Ranking, brier, expected_calibration_error, too_few, wilson,
};
use crate::model::Model;
use crate::prepared::Prepared;
use crate::train::{Config, assign_folds, train};

pub use detail::{Bar, Cut, Detail, Workload};
pub use dimension::{Dimension, Value, dimensions, hour};
pub use mistakes::{Mistake, merge, mistakes};
pub use slices::{Slice, Slicing, Worst, slice, worst};

/// Scores of the judged rows of one label, and what was decided of them.
#[derive(Clone, Debug, Default)]
pub struct Scored {
    /// The label.
    pub label: String,
    /// Row of each score.
    pub rows: Vec<u32>,
    /// Probabilities, 0–1.
    pub scores: Vec<f64>,
    /// Judgements.
    pub targets: Vec<bool>,
    /// Whether the score reached the threshold of the model that gave it.
    pub flagged: Vec<bool>,
    /// The thresholds in force: one of a given model, one per fold of a cross-validation.
    pub thresholds: Vec<f64>,
    /// Judged rows without a score, for there was nothing to compare them with.
    pub blank: usize,
}

/// The figures of one label. `None`: undefined.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    /// The label.
    pub label: String,
    /// Judged and scored rows.
    pub n: usize,
    /// Of them judged 1.
    pub positives: usize,
    /// Judged rows without a score.
    pub blank: usize,
    /// Whether the figures rest on too few rows to say much: see [`too_few`].
    pub few: bool,
    /// Mean of the thresholds in force.
    pub threshold: Option<f64>,
    /// Decisions against judgements.
    pub confusion: Confusion,
    /// The figures, each with interval and baseline.
    pub figures: Vec<Figure>,
}

/// One figure.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Its name.
    pub name: &'static str,
    /// Value and 95 % bootstrap interval, of precision and recall at least as wide as Wilson's; the
    /// interval of another figure is missing where too many resamples leave it undefined.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The same figure when everything is flagged, or scored alike.
    pub all_positive: Option<f64>,
}

/// Scores the judged rows among `rows` with `model`.
pub fn score_judged(model: &Model, prepared: &Prepared, rows: &[u32]) -> Vec<Scored> {
    let levels = prepared.levels(&model.background);
    let score = |label: &crate::model::LabelModel| {
        let mut scored =
            Scored { label: label.name.clone(), thresholds: vec![label.threshold], ..Scored::default() };
        let Some(at) = prepared.labels.iter().position(|l| *l == label.name) else { return scored };
        let judged: Vec<(u32, bool)> =
            rows.iter().filter_map(|&i| prepared.judgements[i as usize][at].map(|t| (i, t))).collect();
        let scores: Vec<Option<f64>> =
            judged.par_iter().map(|&(i, _)| probability(model, label, prepared, i, &levels)).collect();
        for ((i, target), score) in judged.into_iter().zip(scores) {
            match score {
                Some(score) => {
                    scored.rows.push(i);
                    scored.scores.push(score);
                    scored.targets.push(target);
                    scored.flagged.push(label.flags(score));
                }
                None => scored.blank += 1,
            }
        }
        scored
    };
    model.labels.iter().map(score).collect()
}

fn probability(
    model: &Model,
    label: &crate::model::LabelModel,
    prepared: &Prepared,
    i: u32,
    levels: &[Level],
) -> Option<f64> {
    let i = i as usize;
    let context = prepared.context(i, levels);
    Model::comparable(label, &context).then(|| label.probability(&prepared.row(i, model, label, levels)))
}

/// Folds to cross-validate over: those that the rows name, or `k` of whole groups. A row that
/// nobody judged need not name one: it is then in none, and learned with in all.
///
/// # Errors
/// If some judged rows name a fold and others do not, or there are fewer than two.
pub fn outer_folds(prepared: &Prepared, k: usize, seed: u64, named: bool) -> Result<Vec<Vec<u32>>> {
    let mut folds: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    if named {
        for (i, fold) in prepared.folds.iter().enumerate() {
            match fold {
                Some(name) => folds.entry(name.clone()).or_default().push(i as u32),
                None if prepared.judgements[i].iter().all(Option::is_none) => {}
                None => {
                    return Err(Error::input(format!(
                        "row {} (from 1) names no fold; fill the column or leave it out",
                        i + 1
                    )));
                }
            }
        }
    } else {
        let any = |j: &Vec<Option<bool>>| j.contains(&Some(true));
        let positive: Vec<bool> = prepared.judgements.iter().map(any).collect();
        for (i, fold) in assign_folds(&prepared.groups, &positive, k, seed).into_iter().enumerate() {
            folds.entry(format!("{fold:03}")).or_default().push(i as u32);
        }
    }
    match folds.len() {
        0 | 1 => Err(Error::input("there is only one fold: nothing would be left to train on")),
        _ => Ok(folds.into_values().collect()),
    }
}

/// Trains without each fold in turn and scores it.
///
/// # Errors
/// Whatever [`train`] gives.
pub fn cross_validate(
    prepared: &Prepared,
    folds: &[Vec<u32>],
    extractor: &Extractor,
    config: &Config,
    mut done: impl FnMut(usize),
) -> Result<Vec<Scored>> {
    let fit = |rows: &[u32]| train(prepared, rows, extractor, config);
    cross_validate_with(prepared, folds, fit, |k, _, _| done(k))
}

/// [`cross_validate`] that shows each fold's number (from 1), its model, and what that model
/// scored, before the model is dropped. `fit` trains on rows.
///
/// # Errors
/// Whatever `fit` gives.
pub fn cross_validate_with(
    prepared: &Prepared,
    folds: &[Vec<u32>],
    fit: impl Fn(&[u32]) -> Result<Model>,
    mut visit: impl FnMut(usize, &Model, &[Scored]),
) -> Result<Vec<Scored>> {
    let mut all: Vec<Scored> = Vec::new();
    for (k, held_out) in folds.iter().enumerate() {
        let mut is_held_out = vec![false; prepared.rows()];
        held_out.iter().for_each(|&i| is_held_out[i as usize] = true);
        let rest: Vec<u32> = (0..).zip(&is_held_out).filter(|(_, out)| !**out).map(|(i, _)| i).collect();
        let model = fit(&rest)?;
        let scored = score_judged(&model, prepared, held_out);
        visit(k + 1, &model, &scored);
        match all.is_empty() {
            true => all = scored,
            false => all.iter_mut().zip(scored).for_each(|(a, s)| a.append(s)),
        }
    }
    Ok(all)
}

impl Scored {
    fn append(&mut self, other: Scored) {
        self.rows.extend(other.rows);
        self.scores.extend(other.scores);
        self.targets.extend(other.targets);
        self.flagged.extend(other.flagged);
        self.thresholds.extend(other.thresholds);
        self.blank += other.blank;
    }

    /// The figures, with intervals over resampled groups of rows.
    ///
    /// # Errors
    /// If a score is not a number.
    pub fn evaluate(&self, prepared: &Prepared, bootstrap: Bootstrap) -> Result<Evaluation> {
        let n = self.rows.len();
        let ones = vec![1u32; n];
        let mut figures = Vec::new();
        if n > 0 {
            let group_of = group_indices(self.rows.iter().map(|&i| prepared.groups[i as usize]));
            let groups = group_of.iter().max().map_or(0, |m| m + 1);
            let spread = |counts: &[u32]| -> Vec<u32> { group_of.iter().map(|&g| counts[g]).collect() };
            let ranking = Ranking::new(&self.scores, &self.targets)?;
            for (name, statistic) in STATISTICS {
                let view = View { scored: self, ranking: &ranking };
                let value = statistic(&view, &ones);
                let resampled = bootstrap.estimate(groups, |counts| statistic(&view, &spread(counts)));
                let formula = share(name, confusion(&view, &ones));
                let interval = match (resampled, formula) {
                    (Some(resampled), Some(formula)) => Some(resampled.covering(formula)),
                    (one, other) => one.or(other),
                };
                figures.push(Figure {
                    name,
                    value,
                    low: interval.map(|e| e.low),
                    high: interval.map(|e| e.high),
                    all_positive: self.all_positive(name),
                });
            }
        }
        let positives = self.targets.iter().filter(|t| **t).count();
        Ok(Evaluation {
            label: self.label.clone(),
            n,
            positives,
            few: too_few(positives, n).is_some(),
            blank: self.blank,
            threshold: (!self.thresholds.is_empty())
                .then(|| self.thresholds.iter().sum::<f64>() / self.thresholds.len() as f64),
            confusion: Confusion::resampled(&self.flagged, &self.targets, &ones),
            figures,
        })
    }

    /// The figure when every row is flagged with the score 1.
    fn all_positive(&self, name: &str) -> Option<f64> {
        let n = self.rows.len();
        let trivial = Scored { scores: vec![1.0; n], flagged: vec![true; n], ..self.clone() };
        let ranking = Ranking::new(&trivial.scores, &trivial.targets).ok()?;
        let (_, statistic) = STATISTICS.iter().find(|(s, _)| *s == name)?;
        statistic(&View { scored: &trivial, ranking: &ranking }, &vec![1; n])
    }
}

/// Numbers groups from 0 in order of first occurrence.
fn group_indices(groups: impl Iterator<Item = u64>) -> Vec<usize> {
    let mut seen = std::collections::HashMap::new();
    groups
        .map(|g| {
            let next = seen.len();
            *seen.entry(g).or_insert(next)
        })
        .collect()
}

struct View<'a> {
    scored: &'a Scored,
    ranking: &'a Ranking,
}

type Statistic = fn(&View<'_>, &[u32]) -> Option<f64>;

fn confusion(view: &View<'_>, counts: &[u32]) -> Confusion {
    Confusion::resampled(&view.scored.flagged, &view.scored.targets, counts)
}

/// A share of rows with its interval by formula, which holds where resampling fails: of three flags
/// that are all right, every resample says so.
fn share(name: &str, cells: Confusion) -> Option<Estimate> {
    match name {
        "precision" => wilson(cells.tp, cells.tp + cells.fp),
        "recall" => wilson(cells.tp, cells.positives()),
        _ => None,
    }
}

/// Every row as often as it was drawn.
fn drawn(view: &View<'_>, counts: &[u32]) -> (Vec<f64>, Vec<bool>) {
    let rows = counts.iter().enumerate().flat_map(|(i, &n)| std::iter::repeat_n(i, n as usize));
    rows.map(|i| (view.scored.scores[i], view.scored.targets[i])).unzip()
}

const STATISTICS: [(&str, Statistic); 9] = [
    ("precision", |v, c| confusion(v, c).precision()),
    ("recall", |v, c| confusion(v, c).recall()),
    ("f1", |v, c| confusion(v, c).f1()),
    ("macro_f1", |v, c| confusion(v, c).macro_f1()),
    ("germeval_f1", |v, c| confusion(v, c).germeval_f1()),
    ("roc_auc", |v, c| v.ranking.roc_auc_of(c)),
    ("average_precision", |v, c| v.ranking.average_precision_of(c)),
    ("brier", |v, c| {
        let (scores, targets) = drawn(v, c);
        brier(&scores, &targets)
    }),
    ("calibration_error", |v, c| {
        let (scores, targets) = drawn(v, c);
        expected_calibration_error(&scores, &targets)
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_handful_of_rows_keep_an_interval() {
        let cells = Confusion { tp: 3.0, fp: 0.0, fn_: 1.0, tn: 6.0 };
        // scipy 1.17.1, binomtest(3, 3) and (3, 4), proportion_ci(method="wilson").
        let precision = share("precision", cells).unwrap();
        assert!((precision.low - 0.438_502_968_244_954_6).abs() < 1e-9 && precision.high == 1.0);
        let recall = share("recall", cells).unwrap();
        assert!((recall.low - 0.300_641_842_582_402_8).abs() < 1e-9);
        assert_eq!(share("f1", cells), None);
    }
}
