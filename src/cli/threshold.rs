//! `netiquette threshold`: the cut that does what a desk wants, and what it costs.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{bail, ensure};
use clap::Args;
use netiquette::corpus::WEIGHT;
use netiquette::metrics::{Bootstrap, Estimate, Ranking};
use netiquette::model::file;
use netiquette::prevalence::{Origin, counted, from_scores};
use netiquette::threshold::{
    Answer, Choice, Evidence, Objective, OperatingPoint, Support, ThreeWay, choose, printed_cut, three_way,
};
use serde_json::{Value, json};

use super::input::{InputOptions, articles};
use super::log::Log;
use super::models::load;
use super::output::Artifact;
use super::paths::refuse_collision;
use super::rows::{Rows, Wanted, score_column};
use super::table::percent;
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
            fits = found.is_some_and(|f| f.fits);
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

fn heading(args: &ThresholdArgs, sample: &Sample, stream: &Stream) -> String {
    let problems = sample.labels.iter().filter(|l| **l).count();
    let share = match (stream.origin, stream.prevalence) {
        (Origin::Given, Some(e)) => {
            format!("rates for a stream with {:.2} % problems, as given", 100.0 * e.value)
        }
        (Origin::Scores, Some(e)) => {
            format!("rates for a stream with {} problems, estimated from its scores", percent(Some(e)))
        }
        (Origin::Weights, Some(e)) => {
            format!("rates for a stream with {} problems, by the sampling weights", percent(Some(e)))
        }
        (Origin::Scores, None) => {
            "the scores do not tell the share of problems; rates as among the rows".to_owned()
        }
        _ => "rates as among these rows; if they hold more problems than the stream does, say --prevalence"
            .to_owned(),
    };
    let doubt = match stream.fits {
        true => "",
        false => {
            "  but the scores there are no mixture of those of the judged rows: trust this share only after \
                  judging a random part of the stream (netiquette sample)\n"
        }
    };
    format!(
        "{}: {} judged rows, {problems} of them 1, {} without a score\n{share}\n{doubt}",
        args.label,
        sample.scores.len(),
        sample.blank
    )
}

fn answer_as_text(answer: &Answer, wish: Objective, stream: &Stream) -> String {
    match answer {
        Answer::Refused(refusal) => format!("  cannot be had: {refusal}\n"),
        Answer::Cut(choice) => {
            let support = support_in_words(choice.support, wish);
            format!(
                "  flag from {:.4}\n{}{support}",
                printed_cut(choice.cut),
                point_as_text(&choice.point, stream)
            )
        }
    }
}

fn support_in_words(support: Support, wish: Objective) -> String {
    match support {
        Support::Unbounded => String::new(),
        Support::Assured => format!("  the rows assure it: the whole interval keeps `{wish}`\n"),
        Support::Unproven => "  not proven: the interval reaches beyond the bound; more judged rows narrow it\n".to_owned(),
        Support::TooFew => {
            "  these rows cannot support the wish: even without one wrong decision they would be too few to prove it\n"
                .to_owned()
        }
    }
}

fn point_as_text(point: &OperatingPoint, stream: &Stream) -> String {
    let mut text = format!(
        "  right among the flagged (precision): {}\n  caught among the problems (recall): {}\n  \
         flagged among all comments: {}\n  missed among all comments: {}\n",
        percent(point.precision),
        percent(point.recall),
        percent(point.flagged_share),
        percent(point.missed_share)
    );
    if let Some(volume) = stream.volume {
        let a_day = |share: Option<Estimate>| {
            share
                .map(|e| e.scaled(volume))
                .map_or("undefined".to_owned(), |e| format!("{:.0} ({:.0} to {:.0})", e.value, e.low, e.high))
        };
        text.push_str(&format!(
            "  of {volume} comments a day: {} flagged, {} problems missed\n",
            a_day(point.flagged_share),
            a_day(point.missed_share)
        ));
    }
    text
}

fn bands_as_text(bands: &ThreeWay, stream: &Stream) -> String {
    let bands = match bands {
        ThreeWay::ReviewRefused(refusal) => return format!("review cannot be had: {refusal}\n"),
        ThreeWay::HoldRefused(refusal) => return format!("hold cannot be had: {refusal}\n"),
        ThreeWay::Bands(bands) => bands,
    };
    let band = |name: &str, from: Option<f64>, point: &OperatingPoint| {
        let from = from.map_or(String::new(), |cut| format!(" from {:.4}", printed_cut(cut)));
        let volume = stream.volume.zip(point.flagged_share);
        let a_day = volume.map_or(String::new(), |(v, e)| {
            format!(" ({:.0} a day, {:.0} to {:.0})", v * e.value, v * e.low, v * e.high)
        });
        format!(
            "{name}{from}: {} of all comments{a_day}\n  problems among them: {}\n  of all problems: {}\n",
            percent(point.flagged_share),
            percent(point.precision),
            percent(point.recall)
        )
    };
    [
        band("publish", None, &bands.publish),
        band("review", Some(bands.review_from), &bands.review),
        band("hold", Some(bands.hold_from), &bands.hold),
    ]
    .concat()
}

fn as_json(
    args: &ThresholdArgs,
    sample: &Sample,
    stream: &Stream,
    wishes: &[Objective],
    answers: &[Answer],
    bands: Option<&ThreeWay>,
) -> Value {
    let a_day = |point: &OperatingPoint| {
        stream.volume.map(|volume| {
            json!({
                "flagged": point.flagged_share.map(|e| e.scaled(volume)),
                "missed": point.missed_share.map(|e| e.scaled(volume)),
            })
        })
    };
    let answer = |(wish, answer): (&Objective, &Answer)| match answer {
        Answer::Cut(c) => json!({ "want": wish.to_string(), "cut": printed_cut(c.cut), "support": c.support,
            "point": c.point, "per_day": a_day(&c.point) }),
        Answer::Refused(r) => json!({ "want": wish.to_string(), "refused": r, "reason": r.to_string() }),
    };
    let three = bands.map(|bands| match bands {
        ThreeWay::Bands(b) => json!({ "review_from": printed_cut(b.review_from),
            "hold_from": printed_cut(b.hold_from), "publish": b.publish, "review": b.review, "hold": b.hold }),
        ThreeWay::ReviewRefused(r) => json!({ "refused": r, "which": "review" }),
        ThreeWay::HoldRefused(r) => json!({ "refused": r, "which": "hold" }),
    });
    json!({
        "label": args.label,
        "rows": sample.scores.len(),
        "positives": sample.labels.iter().filter(|l| **l).count(),
        "blank": sample.blank,
        "weighted": sample.weights.is_some(),
        "prevalence": { "origin": stream.origin, "estimate": stream.prevalence, "fits": stream.fits },
        "volume_per_day": stream.volume,
        "answers": wishes.iter().zip(answers).map(answer).collect::<Vec<_>>(),
        "bands": three,
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
