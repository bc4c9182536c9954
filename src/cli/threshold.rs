//! `netiquette threshold`: the cut that does what a desk wants, and what it costs.

mod render;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{bail, ensure};
use clap::Args;
use netiquette::corpus::WEIGHT;
use netiquette::metrics::{Bootstrap, Estimate, Ranking};
use netiquette::model::file;
use netiquette::prevalence::{Origin, counted, from_scores};
use netiquette::threshold::{Answer, Choice, Evidence, Objective, ThreeWay, choose, printed_cut, three_way};

use self::render::{answer_as_text, as_json, bands_as_text, heading};
use super::input::{InputOptions, articles};
use super::log::Log;
use super::models::load;
use super::output::Artifact;
use super::paths::refuse_collision;
use super::rows::{Rows, Wanted, score_column};
use super::{DONE, GATE_MISSED, SOME_REJECTED};

/// Choose where to flag: by precision, recall, workload or cost, at the real share of problems
///
/// Exits with 1 when the rows cannot give what was wished for.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("wish").required(true).multiple(true).args(["want", "review"]))]
pub struct ThresholdArgs {
    /// Tables of judged comments the model was not trained on; with a column of scores, or scored here
    #[arg(required = true, value_name = "LABELLED")]
    pub tables: Vec<PathBuf>,
    /// The label
    #[arg(long, value_name = "LABEL", default_value = "incivility")]
    pub label: String,
    /// What the cut shall do, as in `max recall @ precision >= 0.9`, `max precision @ recall >= 0.8`,
    /// `max f1`, `max f_beta=2`, `flag rate <= 5%`, `budget 200 per day`, `cost fn=5 fp=1`; may be repeated
    #[arg(long, value_name = "WISH")]
    pub want: Vec<String>,
    /// Three-way desks: what the cut between publishing and reviewing shall do
    #[arg(long, value_name = "WISH", requires = "hold")]
    pub review: Option<String>,
    /// Three-way desks: what the cut between reviewing and holding shall do
    #[arg(long, value_name = "WISH", requires = "review")]
    pub hold: Option<String>,
    /// Share of problems in the real stream, as in `3%`; by default that of the judged rows
    #[arg(long, value_name = "P%", value_parser = share, conflicts_with = "prevalence_from")]
    pub prevalence: Option<f64>,
    /// Estimate that share from the scores of these unjudged comments
    #[arg(long, value_name = "COMMENTS")]
    pub prevalence_from: Option<PathBuf>,
    /// Comments that arrive a day
    #[arg(long, value_name = "N")]
    pub volume: Option<f64>,
    /// The model that scores tables without scores, and that --write changes; the embedded default if not given
    #[arg(long, value_name = "M")]
    pub model: Option<PathBuf>,
    /// Write the model with this threshold to a new file
    #[arg(long, value_name = "MODEL")]
    pub write: Option<PathBuf>,
    /// Table of articles
    #[arg(long, value_name = "A")]
    pub articles: Option<PathBuf>,
    /// Resamples behind an estimated prevalence
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub resamples: u32,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub input: InputOptions,
}

/// A share written `0.03` or `3%`.
pub fn share(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.trim().strip_suffix('%') {
        Some(number) => (number.trim_end(), 100.0),
        None => (text.trim(), 1.0),
    };
    let share = number.parse::<f64>().ok().map(|n| n / unit).filter(|s| *s > 0.0 && *s < 1.0);
    share.ok_or_else(|| "write a share between 0 and 1, as in 0.03 or 3%".to_owned())
}

/// The judged rows and what is known of the stream.
struct Sample {
    scores: Vec<f64>,
    labels: Vec<bool>,
    weights: Option<Vec<f64>>,
    blank: usize,
    rejected: usize,
}

/// The share of problems to restate for.
struct Stream {
    prevalence: Option<Estimate>,
    origin: Origin,
    /// Whether the scores it was estimated from could be a mixture of the judged ones.
    fits: bool,
    volume: Option<f64>,
}

/// Answers the wishes.
///
/// # Errors
/// If an input cannot be read, a wish not understood, or the model not written.
pub fn run(args: &ThresholdArgs, log: &Log) -> anyhow::Result<u8> {
    let inputs = args.tables.iter().chain(&args.articles).chain(&args.prevalence_from).chain(&args.model);
    let inputs: Vec<_> = inputs.map(PathBuf::as_path).collect();
    if let Some(write) = &args.write {
        refuse_collision(&[write], &inputs)?;
        ensure!(args.want.len() == 1, "--write keeps one cut: give it one --want");
    }
    let wishes: Vec<Objective> = args.want.iter().map(|w| wish(w, args.volume)).collect::<Result<_, _>>()?;
    let (sample, unjudged) = read(args, log)?;
    let stream = stream(args, &sample, unjudged.as_deref());
    let evidence = match &sample.weights {
        Some(weights) => Evidence::weighted(&sample.scores, &sample.labels, weights)?,
        None => Evidence::from(&Ranking::new(&sample.scores, &sample.labels)?),
    };
    let answers =
        wishes.iter().map(|&w| answer(&evidence, w, &stream)).collect::<anyhow::Result<Vec<_>>>()?;
    let bands = args.review.as_deref().zip(args.hold.as_deref());
    let bands = bands.map(|(review, hold)| bands_of(args, &evidence, review, hold, &stream)).transpose()?;
    let mut out = std::io::stdout().lock();
    match args.json {
        true => {
            let all = as_json(args, &sample, &stream, &wishes, &answers, bands.as_ref());
            writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        }
        false => {
            write!(out, "{}", heading(args, &sample, &stream))?;
            for (wish, answer) in wishes.iter().zip(&answers) {
                write!(out, "\n{wish}\n{}", answer_as_text(answer, *wish, &stream))?;
            }
            if let Some(bands) = &bands {
                write!(out, "\n{}", bands_as_text(bands, &stream))?;
            }
        }
    }
    if let (Some(path), [Answer::Cut(choice)], [wish]) = (&args.write, &answers[..], &wishes[..]) {
        write_model(args, path, choice, *wish, sample.scores.len(), log)?;
    }
    let refused = answers.iter().any(|a| matches!(a, Answer::Refused(_)))
        || bands.is_some_and(|b| !matches!(b, ThreeWay::Bands(_)));
    Ok(match (refused, sample.rejected) {
        (true, _) => GATE_MISSED,
        (false, 0) => DONE,
        (false, _) => SOME_REJECTED,
    })
}

fn wish(text: &str, volume: Option<f64>) -> netiquette::Result<Objective> {
    let objective: Objective = text.parse()?;
    volume.map_or(objective, |volume| objective.with_volume(volume)).validate()
}

/// The judged rows of all tables, and the scores of the unjudged comments.
fn read(args: &ThresholdArgs, log: &Log) -> anyhow::Result<(Sample, Option<Vec<f64>>)> {
    let (model, id) = load(args.model.as_deref())?;
    let options = args.input.resolve()?;
    let articles = articles(args.articles.as_deref(), &options, log)?;
    let wanted = Wanted {
        labels: vec![args.label.clone()],
        columns: vec![score_column(&args.label), WEIGHT.to_owned(), "model_id".to_owned()],
        ..Wanted::default()
    };
    let mut sample = Sample { scores: Vec::new(), labels: Vec::new(), weights: None, blank: 0, rejected: 0 };
    let mut weights = Vec::new();
    for path in &args.tables {
        let rows = Rows::read(path, &wanted, &articles, &options, log)?;
        if let (Some(_), Some(by)) = (&args.write, rows.scored_by(2)?) {
            ensure!(by == id.to_string(), "{}: scored by model {by}, but --write changes {id}", rows.name);
        }
        if rows.cells[0].is_none() {
            log.note(format_args!("{}: scored here by model {id}", rows.name));
        }
        let weighed = rows.numbers(1, WEIGHT, 1e-9..=1e12)?;
        sample.weights = sample.weights.or(weighed.as_ref().map(|_| Vec::new()));
        for (i, score) in rows.scores(0, &args.label, Some(&model))?.into_iter().enumerate() {
            match (rows.judgements[0][i], score) {
                (Some(label), Some(score)) => {
                    sample.labels.push(label);
                    sample.scores.push(score);
                    weights.push(weighed.as_ref().and_then(|w| w[i]).unwrap_or(1.0));
                }
                (Some(_), None) => sample.blank += 1,
                (None, _) => {}
            }
        }
        sample.rejected += rows.rejected;
    }
    if sample.scores.is_empty() {
        bail!("no row is judged for `{}` and has a score", args.label);
    }
    sample.weights = sample.weights.map(|_| weights);
    let unjudged = args.prevalence_from.as_ref().map(|path| -> netiquette::Result<Vec<f64>> {
        let rows = Rows::read(path, &wanted, &articles, &options, log)?;
        Ok(rows.scores(0, &args.label, Some(&model))?.into_iter().flatten().collect())
    });
    Ok((sample, unjudged.transpose()?))
}

fn stream(args: &ThresholdArgs, sample: &Sample, unjudged: Option<&[f64]>) -> Stream {
    let bootstrap = Bootstrap { replicates: args.resamples, seed: 1 };
    let mut fits = true;
    let (origin, prevalence) = match (args.prevalence, unjudged, &sample.weights) {
        (Some(p), ..) => (Origin::Given, Some(Estimate { value: p, low: p, high: p })),
        (None, Some(scores), _) => {
            let found = from_scores(&sample.scores, &sample.labels, scores, bootstrap);
            fits = found.is_none_or(|f| f.fits);
            (Origin::Scores, found.map(|f| f.share))
        }
        (None, None, Some(weights)) => (Origin::Weights, counted(&sample.labels, weights)),
        (None, None, None) => (Origin::Sample, None),
    };
    Stream { prevalence, origin, fits, volume: args.volume }
}

/// The share to choose the cut for: inside the bounds that [`choose`] asks for.
fn target(stream: &Stream) -> Option<f64> {
    stream.prevalence.map(|e| e.value.clamp(1e-6, 1.0 - 1e-6))
}

fn answer(evidence: &Evidence, wish: Objective, stream: &Stream) -> anyhow::Result<Answer> {
    Ok(match (choose(evidence.clone(), wish, target(stream))?, stream.prevalence) {
        (Answer::Cut(choice), Some(prevalence)) => Answer::Cut(choice.under(wish, prevalence)),
        (answer, _) => answer,
    })
}

fn bands_of(
    args: &ThresholdArgs,
    evidence: &Evidence,
    review: &str,
    hold: &str,
    stream: &Stream,
) -> anyhow::Result<ThreeWay> {
    let (review, hold) = (wish(review, args.volume)?, wish(hold, args.volume)?);
    Ok(match (three_way(evidence.clone(), review, hold, target(stream))?, stream.prevalence) {
        (ThreeWay::Bands(bands), Some(prevalence)) => ThreeWay::Bands(Box::new(bands.under(prevalence))),
        (bands, _) => bands,
    })
}

fn write_model(
    args: &ThresholdArgs,
    path: &std::path::Path,
    choice: &Choice,
    wish: Objective,
    rows: usize,
    log: &Log,
) -> anyhow::Result<()> {
    let (mut model, old) = load(args.model.as_deref())?;
    let cut = printed_cut(choice.cut);
    let Some(label) = model.labels.iter_mut().find(|l| l.name == args.label) else {
        bail!("the model has no label `{}`", args.label);
    };
    label.threshold = cut;
    // They were measured at the old threshold.
    (label.figures.f1, label.figures.macro_f1) = (None, None);
    let note =
        format!("threshold of {} set to {cut:.4} by `{wish}` on {rows} rows, from model {old}", args.label);
    let notes = &mut model.provenance.note;
    *notes = if notes.is_empty() { note } else { format!("{notes}; {note}") };
    let bytes = file::write(&model)?;
    let (_, id) = file::read(&bytes)?;
    let mut out = Artifact::create(path, None)?;
    out.write_all(&bytes)?;
    out.commit()?;
    log.note(format_args!("model {id} is model {old} with {} flagged from {cut:.4}", args.label));
    Ok(())
}
