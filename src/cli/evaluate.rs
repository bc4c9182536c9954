//! `netiquette evaluate`: how good a model, or a way of training one, is.

use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use netiquette::Model;
use netiquette::evaluate::{
    Evaluation, Mistake, Scored, cross_validate_with, merge, mistakes, outer_folds, score_judged,
};
use netiquette::metrics::Bootstrap;
use netiquette::model::Provenance;
use serde_json::json;

use super::base::Base;
use super::log::Log;
use super::models::load;
use super::report::{ReportOptions, Run};
use super::require::Requirement;
use super::table::{caution, figure, plain};
use super::train::{TrainingOptions, set_threads};
use super::{DONE, GATE_MISSED, SOME_REJECTED};

/// Evaluate a model on judged comments, or cross-validate training on them
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("how").args(["model", "cross_validate"]))]
pub struct EvaluateArgs {
    /// Tables of judged comments
    #[arg(required = true, value_name = "LABELLED")]
    pub tables: Vec<PathBuf>,
    /// Model to evaluate; the embedded default if neither this nor --cross-validate is given
    #[arg(long, value_name = "M")]
    pub model: Option<PathBuf>,
    /// Train without each of K folds in turn and score it
    #[arg(long, value_name = "K")]
    pub cross_validate: Option<usize>,
    /// Column that names each row's fold; K is then the number of its values
    #[arg(long, value_name = "COLUMN", requires = "cross_validate")]
    pub fold_column: Option<String>,
    /// Train on top of this model; `default` is the embedded one
    #[arg(long, value_name = "M", requires = "cross_validate", conflicts_with = "model")]
    pub base: Option<PathBuf>,
    /// Column that keeps rows together in a fold
    #[arg(long, value_name = "COLUMN", default_value = ARTICLE, requires = "cross_validate")]
    pub group: String,
    /// Exit with 1 if a figure is missed, as in `incivility.roc_auc >= 0.85`; may be repeated
    #[arg(long, value_name = "LABEL.FIGURE >= X")]
    pub require: Vec<Requirement>,
    /// Resamples behind the intervals
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub resamples: u32,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub report: ReportOptions,
    #[command(flatten)]
    pub common: TrainingOptions,
}

/// Rows are kept together by it unless another column is named.
const ARTICLE: &str = "article_id";

/// Evaluates.
///
/// # Errors
/// If the tables or the model cannot be read, or the rows cannot be learned from.
pub fn run(args: &EvaluateArgs, log: &Log) -> anyhow::Result<u8> {
    set_threads(args.common.threads)?;
    let (evaluations, rejected) = evaluate(args, log)?;
    let mut out = std::io::stdout().lock();
    match args.json {
        _ if args.report.is_stdout() => {}
        true => writeln!(out, "{}", serde_json::to_string_pretty(&json!({ "labels": evaluations }))?)?,
        false => evaluations.iter().try_for_each(|e| write!(out, "{}", as_text(e)))?,
    }
    let missed: Vec<String> = args.require.iter().filter_map(|r| r.missed(&evaluations)).collect();
    missed.iter().for_each(|m| log.error(m));
    Ok(match (missed.is_empty(), rejected) {
        (false, _) => GATE_MISSED,
        (true, 0) => DONE,
        (true, _) => SOME_REJECTED,
    })
}

fn evaluate(args: &EvaluateArgs, log: &Log) -> anyhow::Result<(Vec<Evaluation>, usize)> {
    args.report.refuse_collision(args)?;
    let run = match args.cross_validate {
        None => by_model(args, log)?,
        Some(k) => by_cross_validation(args, k, log)?,
    };
    let bootstrap = Bootstrap { replicates: args.resamples, seed: run.training.config.seed };
    let evaluations = figures(&run.scored, &run.training.prepared, bootstrap)?;
    args.report.write(&run, &evaluations)?;
    Ok((evaluations, run.training.rejected))
}

fn by_model(args: &EvaluateArgs, log: &Log) -> anyhow::Result<Run> {
    let (model, id) = load(args.model.as_deref())?;
    let config = args.common.config(None)?;
    let mut corpus = args.common.corpus(&args.tables, &args.report.wanted(None), log)?;
    args.common.swap(&mut corpus, &config, log)?;
    let training = args.common.measure(&corpus, config, Some(&model.extractor))?;
    warn_if_seen(&model.provenance, &training.provenance, log);
    let rows: Vec<u32> = (0..training.prepared.rows() as u32).collect();
    let scored = score_judged(&model, &training.prepared, &rows);
    let mistakes = match args.report.is_wanted() {
        true => mistakes(&model, &scored, &training.prepared, &corpus),
        false => Vec::new(),
    };
    Ok(Run { training, corpus, scored, mistakes, model: Some(id.to_string()), folds: None })
}

fn by_cross_validation(args: &EvaluateArgs, k: usize, log: &Log) -> anyhow::Result<Run> {
    let group = (args.group != ARTICLE).then_some(args.group.as_str());
    let column = args.fold_column.as_deref().or(group);
    let base = args.base.as_deref().map(Base::open).transpose()?;
    let base = match base {
        Some(Base::Table(path)) => {
            bail!("{} is no model: train one on it, and cross-validate on top of that", path.display())
        }
        Some(Base::Model(model, _)) => Some(*model),
        None => None,
    };
    let config = args.common.config(base.as_ref())?;
    let mut corpus = args.common.corpus(&args.tables, &args.report.wanted(column), log)?;
    args.common.swap(&mut corpus, &config, log)?;
    let mut training = args.common.measure(&corpus, config, base.as_ref().map(|base| &base.extractor))?;
    if let Some(base) = &base {
        warn_if_seen(&base.provenance, &training.provenance, log);
    }
    training.base = base;
    if args.fold_column.is_none() && group.is_some() {
        training.prepared.group_by_folds();
    }
    let prepared = &training.prepared;
    let folds = outer_folds(prepared, k, training.config.seed, args.fold_column.is_some())?;
    let mut dearest: Vec<Vec<Mistake>> = Vec::new();
    let visit = |n: usize, model: &Model, scored: &[Scored]| {
        if args.report.is_wanted() {
            let found = mistakes(model, scored, prepared, &corpus);
            dearest.resize_with(found.len(), Vec::new);
            for (all, found) in dearest.iter_mut().zip(found) {
                *all = merge(std::mem::take(all), found);
            }
        }
        log.note(format_args!("fold {n} of {} done", folds.len()));
    };
    let scored = cross_validate_with(prepared, &folds, |rows| training.train(rows), visit)?;
    let folds = Some(folds.len());
    Ok(Run { training, corpus, scored, mistakes: dearest, model: None, folds })
}

/// Says when a table looks like one that the model knows: same name, same number of rows.
fn warn_if_seen(model: &Provenance, evaluated: &Provenance, log: &Log) {
    for table in evaluated.sources.iter().filter(|table| model.sources.contains(table)) {
        let (name, rows) = table;
        log.note(format_args!(
            "{name} ({rows} rows) looks like a table that the model was trained on: then its figures are too good"
        ));
    }
}

fn figures(
    scored: &[Scored],
    prepared: &netiquette::prepared::Prepared,
    bootstrap: Bootstrap,
) -> netiquette::Result<Vec<Evaluation>> {
    scored
        .iter()
        .filter(|s| !s.rows.is_empty() || s.blank > 0)
        .map(|s| s.evaluate(prepared, bootstrap))
        .collect()
}

fn as_text(e: &Evaluation) -> String {
    let c = &e.confusion;
    let mut out = format!(
        "{}: {} rows, {} of them 1, {} without a score; threshold {}\n\
         right: {} flagged, {} not; wrong: {} flagged, {} missed\n{}",
        e.label,
        e.n,
        e.positives,
        e.blank,
        figure(e.threshold),
        c.tp,
        c.tn,
        c.fp,
        c.fn_,
        caution(e.positives, e.n)
    );
    let rows = e.figures.iter().map(|f| {
        let interval = match (f.low, f.high) {
            (Some(low), Some(high)) => format!("{low:.3} to {high:.3}"),
            _ => "undefined".to_owned(),
        };
        vec![f.name.to_owned(), figure(f.value), interval, figure(f.all_positive)]
    });
    out.push_str(&plain(&["figure", "value", "95 % interval", "all positive"], rows).to_string());
    out.push_str("\n\n");
    out
}
