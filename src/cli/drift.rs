//! `netiquette drift`: has the stream changed since a baseline?

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};
use clap::Args;
use netiquette::corpus::Options;
use netiquette::drift::{Drift, LabelScores, Measured, Signal, Thresholds};
use netiquette::escape::terminal;
use netiquette::metrics::Bootstrap;
use netiquette::model::file::ModelId;
use netiquette::{Article, Model};
use serde_json::json;

use super::compare::DAY;
use super::input::{InputOptions, articles};
use super::log::Log;
use super::models::load;
use super::rows::{Rows, Wanted};
use super::table::plain;
use super::threshold::share;
use super::train::set_threads;
use super::{DONE, GATE_MISSED, SOME_REJECTED};

/// Say whether comments have changed since a baseline: scores, habits of writing, words
///
/// Needs no labels. Tables with scores of one and the same model are taken as they are, others are
/// scored. Exits with 1 on an alarm.
#[derive(Args, Debug)]
pub struct DriftArgs {
    /// Table of comments, scored or not, from when all was well
    #[arg(value_name = "BASELINE")]
    pub baseline: PathBuf,
    /// Table of comments to hold against it
    #[arg(value_name = "CURRENT")]
    pub current: PathBuf,
    /// Score both tables with this model, whatever scores they hold
    #[arg(long, value_name = "M")]
    pub model: Option<PathBuf>,
    /// Column to tell scores by, as in `section`; `day` is that of created_at; may be repeated
    #[arg(long, value_name = "COLUMN")]
    pub slice: Vec<String>,
    /// Population stability index from which a distribution counts as shifted
    #[arg(long, value_name = "X", default_value_t = Thresholds::default().psi)]
    pub psi: f64,
    /// Probability of a false alarm over all signals together
    #[arg(long, value_name = "P", default_value = "0.01", value_parser = share)]
    pub alpha: f64,
    /// Share of the comments from which a new word counts as frequent
    #[arg(long, value_name = "P%", default_value = "1%", value_parser = share)]
    pub word_share: f64,
    /// How many times as frequent as before such a word must be
    #[arg(long, value_name = "X", default_value_t = Thresholds::default().word_ratio)]
    pub word_ratio: f64,
    /// Factor by which the share of problems that the scores imply must rise or fall
    #[arg(long, value_name = "X", default_value_t = Thresholds::default().prevalence_ratio)]
    pub prevalence_ratio: f64,
    /// Fewest comments of a slice
    #[arg(long, value_name = "N", default_value_t = Thresholds::default().fewest)]
    pub fewest: usize,
    /// Table of articles
    #[arg(long, value_name = "A")]
    pub articles: Option<PathBuf>,
    /// Resamples behind the intervals
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub resamples: u32,
    /// Threads; all cores if not given
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Leave new words out of the results
    #[arg(long)]
    pub no_text: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub input: InputOptions,
}

/// Signals and slices shown to people; JSON has all.
const SHOWN: usize = 12;

/// Compares the tables.
///
/// # Errors
/// If an input cannot be read, or the scores are not of one model.
pub fn run(args: &DriftArgs, log: &Log) -> anyhow::Result<u8> {
    set_threads(args.threads)?;
    ensure!(args.psi > 0.0 && args.word_ratio >= 1.0, "--psi must be above 0 and --word-ratio at least 1");
    ensure!(args.prevalence_ratio >= 1.0, "--prevalence-ratio must be at least 1");
    let (model, id) = load(args.model.as_deref())?;
    let options = args.input.resolve()?;
    let articles = articles(args.articles.as_deref(), &options, log)?;
    let read = |path: &Path| read(args, path, &articles, &options, log);
    let [baseline, current] = [read(&args.baseline)?, read(&args.current)?];
    let by = scorer(args, [&baseline, &current], &id)?;
    let [mut before, mut now] = [scores(&baseline, &model)?, scores(&current, &model)?];
    before.retain(|(label, _)| now.iter().any(|(other, _)| label == other));
    now.retain(|(label, _)| before.iter().any(|(other, _)| label == other));
    now.sort_by_key(|(label, _)| before.iter().position(|(other, _)| label == other));
    ensure!(!before.is_empty(), "the tables have scores of no label in common; --model M scores both");
    let [before, now] = [measure(args, &baseline, before), measure(args, &current, now)];
    let thresholds = Thresholds {
        psi: args.psi,
        alpha: args.alpha,
        word_share: args.word_share,
        word_ratio: args.word_ratio,
        prevalence_ratio: args.prevalence_ratio,
        fewest: args.fewest.max(1),
    };
    let bootstrap = Bootstrap { replicates: args.resamples, seed: 1 };
    let mut drift = Drift::between(&before, &now, thresholds, bootstrap);
    let alarms = drift.alarms();
    if args.no_text {
        drift.words.iter_mut().for_each(|w| w.word.clear());
    }
    let mut out = std::io::stdout().lock();
    match args.json {
        true => {
            let all =
                json!({ "alarm": !alarms.is_empty(), "alarms": alarms, "scored_by": by, "drift": drift });
            writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        }
        false => write!(out, "{}", as_text(&drift, &alarms))?,
    }
    Ok(match (alarms.is_empty(), baseline.rejected + current.rejected) {
        (false, _) => GATE_MISSED,
        (true, 0) => DONE,
        (true, _) => SOME_REJECTED,
    })
}

fn read(
    args: &DriftArgs,
    path: &Path,
    articles: &HashMap<String, Article>,
    options: &Options,
    log: &Log,
) -> anyhow::Result<Rows> {
    let slices = args.slice.iter().filter(|s| *s != DAY).cloned();
    let columns = std::iter::once("model_id".to_owned()).chain(slices).collect();
    let wanted = Wanted { columns, scores: args.model.is_none(), ..Wanted::default() };
    let rows = Rows::read(path, &wanted, articles, options, log)?;
    if rows.batch.is_empty() {
        bail!("{}: there are no comments in it", rows.name);
    }
    let names = args.slice.iter().filter(|s| *s != DAY);
    if let Some((name, _)) = names.zip(&rows.cells[1..]).find(|(_, cells)| cells.is_none()) {
        bail!("{}: there is no column `{name}` to slice by", rows.name);
    }
    Ok(rows)
}

/// Whose scores are compared.
fn scorer(args: &DriftArgs, sides: [&Rows; 2], id: &ModelId) -> anyhow::Result<Option<String>> {
    if args.model.is_some() {
        return Ok(Some(id.to_string()));
    }
    let by = |rows: &Rows| -> anyhow::Result<Option<String>> {
        Ok(match (!rows.scored.is_empty(), rows.scored_by(0)?) {
            (true, Some(by)) => Some(by.to_owned()),
            (true, None) => None,
            (false, _) => Some(id.to_string()),
        })
    };
    match (by(sides[0])?, by(sides[1])?) {
        (Some(a), Some(b)) if a != b => bail!(
            "the scores are of two models, {a} and {b}; scores of different models cannot be compared: \
             --model M scores both with one"
        ),
        (Some(a), Some(_)) => Ok(Some(a)),
        _ => Ok(None),
    }
}

/// Scores by label: those in the table, or the model's where it has none.
fn scores(rows: &Rows, model: &Model) -> netiquette::Result<Vec<LabelScores>> {
    if rows.scored.is_empty() {
        let labels = model.labels.iter().map(|l| l.name.clone());
        return Ok(labels.zip(rows.batch.scores(model)).collect());
    }
    let behind = rows.cells.len() - rows.scored.len();
    let labels = rows.scored.iter().enumerate();
    labels.map(|(k, label)| Ok((label.clone(), rows.scores(behind + k, label, None)?))).collect()
}

fn measure(args: &DriftArgs, rows: &Rows, scores: Vec<LabelScores>) -> Measured {
    let comments = rows.batch.comments();
    let day = || comments.iter().map(|c| c.created_at.get(..10).unwrap_or("").to_owned()).collect();
    let mut cells = rows.cells[1..].iter().flatten();
    let slices = args.slice.iter().map(|column| match column == DAY {
        true => (column.clone(), day()),
        false => (column.clone(), cells.next().cloned().unwrap_or_default()),
    });
    Measured::new(comments, rows.batch.groups(), scores, slices.collect())
}

fn as_text(drift: &Drift, alarms: &[String]) -> String {
    let [before, now] = drift.rows;
    let mut out = format!("{now} comments against {before} of the baseline\n");
    match alarms.is_empty() {
        true => out.push_str("no alarm: nothing has changed by more than chance and the thresholds allow\n"),
        false => alarms.iter().for_each(|a| out.push_str(&format!("ALARM: {}\n", terminal(a)))),
    }
    let row = |s: &Signal| {
        let mark = if s.alarm { "  ALARM" } else { "" };
        let mean = |k: usize| format!("{:.3}", s.means[k]);
        let rest = [mean(0), mean(1), format!("{:.3}", s.psi), format!("{:.3}", s.test.statistic)];
        let mut row = vec![format!("  {}", terminal(&s.name))];
        row.extend(rest);
        row.push(format!("{:.2e}{mark}", s.test.p_value));
        row
    };
    let header = |what| [what, "mean before", "now", "PSI", "KS", "p"];
    let mut signals: Vec<&Signal> = drift.signals.iter().collect();
    signals.sort_by(|a, b| b.psi.total_cmp(&a.psi));
    let shown = signals.iter().take(SHOWN).map(|s| row(s));
    out.push_str(&format!("\n{}\n", plain(&header("  most shifted"), shown)));
    if !drift.slices.is_empty() {
        let shown = drift.slices.iter().take(SHOWN).map(row);
        out.push_str(&format!("\n{}\n", plain(&header("  by slice"), shown)));
    }
    for p in &drift.prevalence {
        let [before, now] = [p.baseline, p.current].map(|share| 100.0 * share);
        let interval = p.change.map_or(String::new(), |c| {
            format!(
                "; change {:+.1} points ({:+.1} to {:+.1})",
                100.0 * c.value,
                100.0 * c.low,
                100.0 * c.high
            )
        });
        out.push_str(&format!(
            "\n{}: problems by the scores {before:.1} % before, {now:.1} % now{interval}\n",
            p.label
        ));
    }
    if !drift.words.is_empty() {
        let rows = drift.words.iter().map(|w| {
            vec![
                format!("  {}", terminal(&w.word)),
                w.comments[0].to_string(),
                w.comments[1].to_string(),
                w.articles.to_string(),
            ]
        });
        out.push_str(&format!("\n{}\n", plain(&["  new word", "comments before", "now", "articles"], rows)));
    }
    out
}
