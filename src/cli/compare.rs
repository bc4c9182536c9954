//! `netiquette compare`: two models on the same rows.

mod render;

use std::io::Write;
use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;
use netiquette::Model;
use netiquette::compare::{Agreement, Comparison, Flip, Side, compare, figure_names};
use netiquette::metrics::Bootstrap;
use serde_json::json;

use self::render::{as_json, as_text, heading};
use super::input::{InputOptions, articles};
use super::log::Log;
use super::models::load;
use super::require::RelativeRequirement;
use super::rows::{Rows, Wanted};
use super::train::set_threads;
use super::{DONE, GATE_MISSED, SOME_REJECTED};

/// Compare two models on the same comments: figures, flips, and whether the new one is better
///
/// Judged rows decide the verdict; flips and agreement need no judgement.
#[derive(Args, Debug)]
pub struct CompareArgs {
    /// The model in use
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The model that may replace it
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Comments that neither was trained on, judged or not
    #[arg(value_name = "DATA")]
    pub data: PathBuf,
    /// The figure that decides: average_precision, roc_auc, precision, recall, f1, macro_f1, brier,
    /// calibration_error
    #[arg(long, value_name = "FIGURE", default_value = "average_precision")]
    pub by: String,
    /// Exit with 1 unless a figure of the new model reaches that of the old one, as in
    /// `incivility.average_precision >= old - 0.01`; may be repeated
    #[arg(long, value_name = "LABEL.FIGURE >= old - X")]
    pub require: Vec<RelativeRequirement>,
    /// Column to tell agreement by, as in `section`; `day` is that of created_at; may be repeated
    #[arg(long, value_name = "COLUMN")]
    pub slice: Vec<String>,
    /// Flips listed per label and direction, the clearest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub flips: usize,
    /// Show the words that tipped a flip (text of comments, on standard output only)
    #[arg(long)]
    pub text: bool,
    /// Table of articles
    #[arg(long, value_name = "A")]
    pub articles: Option<PathBuf>,
    /// Resamples behind the intervals
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub resamples: u32,
    /// Threads; all cores if not given
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub input: InputOptions,
}

/// What is said of one label.
struct Report {
    label: String,
    comparison: Option<Comparison>,
    all: Agreement,
    slices: Vec<(String, Vec<Agreement>)>,
    flips: Vec<ListedFlip>,
}

struct ListedFlip {
    id: String,
    row: usize,
    scores: [f64; 2],
    flagged: bool,
    judged: Option<bool>,
    flip: Flip,
}

/// Compares the models.
///
/// # Errors
/// If an input cannot be read, or the models share no label.
pub fn run(args: &CompareArgs, log: &Log) -> anyhow::Result<u8> {
    set_threads(args.threads)?;
    ensure!(
        figure_names().any(|f| f == args.by),
        "`{}` is no figure: {}",
        args.by,
        figure_names().collect::<Vec<_>>().join(", ")
    );
    let (old, new) = (load(Some(&args.old))?, load(Some(&args.new))?);
    let labels: Vec<String> = old.0.labels.iter().map(|l| l.name.clone()).collect();
    let labels: Vec<String> =
        labels.into_iter().filter(|name| new.0.labels.iter().any(|l| l.name == *name)).collect();
    ensure!(!labels.is_empty(), "the models have no label in common");
    let options = args.input.resolve()?;
    let articles = articles(args.articles.as_deref(), &options, log)?;
    let wanted = Wanted {
        labels: labels.clone(),
        columns: args.slice.iter().filter(|s| *s != DAY).cloned().collect(),
        ..Wanted::default()
    };
    let rows = Rows::read(&args.data, &wanted, &articles, &options, log)?;
    let reports = report(args, &rows, &labels, [&old.0, &new.0])?;
    let mut out = std::io::stdout().lock();
    match args.json {
        true => {
            let all = json!({ "old": old.1.to_string(), "new": new.1.to_string(), "by": args.by,
                "labels": reports.iter().map(|r| as_json(r, &rows, args.text)).collect::<Vec<_>>() });
            writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        }
        false => {
            write!(out, "{}", heading(&old.1, &new.1))?;
            reports.iter().try_for_each(|r| write!(out, "{}", as_text(r, &rows, args)))?;
        }
    }
    let missed: Vec<String> = args.require.iter().filter_map(|r| missed(r, &reports)).collect();
    missed.iter().for_each(|m| log.error(m));
    Ok(match (missed.is_empty(), rows.rejected) {
        (false, _) => GATE_MISSED,
        (true, 0) => DONE,
        (true, _) => SOME_REJECTED,
    })
}

/// The slice made of the first ten characters of `created_at`.
pub const DAY: &str = "day";

fn missed(gate: &RelativeRequirement, reports: &[Report]) -> Option<String> {
    let (label, name) = gate.subject();
    let report = reports.iter().find(|r| r.label == label);
    let found = report.and_then(|r| r.comparison.as_ref()?.figures.iter().find(|f| f.name == name));
    gate.missed(found.and_then(|f| f.old), found.and_then(|f| f.new))
}

fn report(
    args: &CompareArgs,
    rows: &Rows,
    labels: &[String],
    models: [&Model; 2],
) -> anyhow::Result<Vec<Report>> {
    let scores = models.map(|model| rows.batch.scores(model));
    let groups = rows.batch.groups();
    let of_label = |(l, label): (usize, &String)| -> anyhow::Result<Report> {
        let at = models.map(|m| m.labels.iter().position(|own| own.name == *label).unwrap_or_default());
        let flags = |side: usize, score: f64| models[side].labels[at[side]].flags(score);
        let both: Vec<(usize, [f64; 2])> = (0..rows.batch.len())
            .filter_map(|i| Some((i, [scores[0][at[0]][i]?, scores[1][at[1]][i]?])))
            .collect();
        let judged: Vec<_> =
            both.iter().filter_map(|&(i, s)| rows.judgements[l][i].map(|judged| (i, s, judged))).collect();
        let side = |k: usize| Side {
            scores: judged.iter().map(|(_, s, _)| s[k]).collect(),
            flagged: judged.iter().map(|(_, s, _)| flags(k, s[k])).collect(),
        };
        let bootstrap = Bootstrap { replicates: args.resamples, seed: 1 };
        let targets: Vec<bool> = judged.iter().map(|(.., judged)| *judged).collect();
        let groups: Vec<usize> = judged.iter().map(|(i, ..)| groups[*i]).collect();
        let comparison = (!judged.is_empty())
            .then(|| compare(&side(0), &side(1), &targets, &groups, &args.by, bootstrap))
            .transpose()?;
        let pairs: Vec<(usize, (bool, bool))> =
            both.iter().map(|&(i, [a, b])| (i, (flags(0, a), flags(1, b)))).collect();
        let flips = flips(args, rows, models, label, l, &both, &pairs);
        Ok(Report {
            label: label.clone(),
            comparison,
            all: Agreement::of("all", pairs.iter().map(|p| p.1)),
            slices: slices(args, rows, &pairs),
            flips,
        })
    };
    labels.iter().enumerate().map(of_label).collect()
}

/// The clearest flips of each direction: those whose margins lie furthest apart.
fn flips(
    args: &CompareArgs,
    rows: &Rows,
    models: [&Model; 2],
    label: &str,
    l: usize,
    both: &[(usize, [f64; 2])],
    pairs: &[(usize, (bool, bool))],
) -> Vec<ListedFlip> {
    let one = |i: usize, scores: [f64; 2], flagged: bool| {
        let explained = |model| rows.batch.explain(model, i).into_iter().find(|e| e.label == label);
        let flip = Flip::between(&explained(models[0])?, &explained(models[1])?);
        let id = rows.batch.comments()[i].id.clone();
        Some(ListedFlip { id, row: i + 1, scores, flagged, judged: rows.judgements[l][i], flip })
    };
    let of = |flagged: bool| -> Vec<ListedFlip> {
        let mut flipped: Vec<(usize, [f64; 2])> = both
            .iter()
            .zip(pairs)
            .filter(|(_, (_, pair))| *pair == (!flagged, flagged))
            .map(|(both, _)| *both)
            .collect();
        let far = |scores: &[f64; 2]| (scores[1] - scores[0]).abs();
        flipped.sort_by(|a, b| far(&b.1).total_cmp(&far(&a.1)).then(a.0.cmp(&b.0)));
        flipped.into_iter().take(args.flips).filter_map(|(i, scores)| one(i, scores, flagged)).collect()
    };
    [of(true), of(false)].into_iter().flatten().collect()
}

/// Agreement by the values of each column, the least agreed on first.
fn slices(args: &CompareArgs, rows: &Rows, pairs: &[(usize, (bool, bool))]) -> Vec<(String, Vec<Agreement>)> {
    let mut cells = rows.cells.iter();
    let by_column = args.slice.iter().map(|column| {
        let cells = if column == DAY { None } else { cells.next().and_then(Option::as_ref) };
        let value = |i: usize| match (cells, column == DAY) {
            (Some(cells), _) => cells[i].as_str(),
            (None, true) => rows.batch.comments()[i].created_at.get(..10).unwrap_or_default(),
            (None, false) => "",
        };
        let mut values: std::collections::BTreeMap<&str, Vec<(bool, bool)>> = Default::default();
        pairs.iter().for_each(|&(i, pair)| values.entry(value(i)).or_default().push(pair));
        let mut slices: Vec<Agreement> =
            values.into_iter().map(|(value, pairs)| Agreement::of(value, pairs)).collect();
        let share = |a: &Agreement| a.alike as f64 / a.rows as f64;
        slices.sort_by(|a, b| share(a).total_cmp(&share(b)).then(a.slice.cmp(&b.slice)));
        (column.clone(), slices)
    });
    by_column.collect()
}
