//! `netiquette sample`: the next comments to judge, ready for a spreadsheet.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{bail, ensure};
use clap::Args;
use netiquette::corpus::WEIGHT;
use netiquette::escape::spreadsheet;
use netiquette::sample::{Candidate, Pick, Plan, Reason, disagreement, sample};
use netiquette::{Comment, Model};

use super::compare::DAY;
use super::input::{InputOptions, articles};
use super::log::Log;
use super::models::load;
use super::output::{Artifact, csv_error};
use super::paths::refuse_collision;
use super::rows::{Rows, Wanted};
use super::train::set_threads;
use super::{DONE, SOME_REJECTED};

/// Choose the comments worth judging next: a CSV for a spreadsheet, with blank label columns
///
/// Judged, the file goes into `train` and `threshold` as it is: the column sampling_weight says how
/// many comments each row stands for.
#[derive(Args, Debug)]
pub struct SampleArgs {
    /// Table of comments to choose from; rows judged for all labels are passed over
    #[arg(value_name = "COMMENTS")]
    pub comments: PathBuf,
    /// Where the sample goes; standard output if not given or `-`
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub output: PathBuf,
    /// Number of comments
    #[arg(short = 'n', long, value_name = "N", default_value_t = Plan::default().size)]
    pub size: usize,
    /// Share drawn by lot, so that the share of problems can be estimated, as in `20%`
    #[arg(long, value_name = "P%", default_value = "20%", value_parser = share_or_all)]
    pub random: f64,
    /// Labels to judge; those of the model if not given
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub labels: Vec<String>,
    /// Column to spread over, as in `section`; `day` is that of created_at; the article if not given
    #[arg(long, value_name = "COLUMN")]
    pub slice: Option<String>,
    /// Tables judged before: what repeats their comments is passed over; may be repeated
    #[arg(long, value_name = "LABELLED")]
    pub judged: Vec<PathBuf>,
    /// Shared part (of character 5-grams) of two texts from which they count as near duplicates, 0–1
    #[arg(long, value_name = "X", default_value_t = Plan::default().duplicate)]
    pub duplicate: f64,
    /// Seed of the lot
    #[arg(long, value_name = "N", default_value_t = Plan::default().seed)]
    pub seed: u64,
    /// The model; the embedded default if not given
    #[arg(long, value_name = "M")]
    pub model: Option<PathBuf>,
    /// Table of articles
    #[arg(long, value_name = "A")]
    pub articles: Option<PathBuf>,
    /// Leave cells as they are that a spreadsheet would take for a formula
    #[arg(long)]
    pub verbatim: bool,
    /// Threads; all cores if not given
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    #[command(flatten)]
    pub input: InputOptions,
}

/// A share from 0 to 1, ends included.
fn share_or_all(text: &str) -> Result<f64, String> {
    match text.trim() {
        "0" | "0%" => Ok(0.0),
        "1" | "100%" => Ok(1.0),
        other => super::threshold::share(other),
    }
}

/// Takes the sample.
///
/// # Errors
/// If an input cannot be read, nothing is left to judge, or the output cannot be written.
pub fn run(args: &SampleArgs, log: &Log) -> anyhow::Result<u8> {
    ensure!(args.size > 0, "-n (--size) must be at least 1");
    ensure!(args.duplicate > 0.0 && args.duplicate <= 1.0, "--duplicate must lie above 0 and at most at 1");
    let inputs: Vec<_> = std::iter::once(&args.comments)
        .chain(&args.judged)
        .chain(&args.articles)
        .chain(&args.model)
        .map(PathBuf::as_path)
        .collect();
    refuse_collision(&[&args.output], &inputs)?;
    set_threads(args.threads)?;
    let (model, id) = load(args.model.as_deref())?;
    let labels = match args.labels.is_empty() {
        true => model.labels.iter().map(|l| l.name.clone()).collect(),
        false => args.labels.clone(),
    };
    let options = args.input.resolve()?;
    let articles = articles(args.articles.as_deref(), &options, log)?;
    let wanted = Wanted { labels: labels.clone(), everything: true, ..Wanted::default() };
    let rows = Rows::read(&args.comments, &wanted, &articles, &options, log)?;
    let open: Vec<usize> =
        (0..rows.batch.len()).filter(|&i| rows.judgements.iter().any(|j| j[i].is_none())).collect();
    let mut judged = Vec::new();
    for path in &args.judged {
        let wanted = Wanted { labels: labels.clone(), ..Wanted::default() };
        judged.push(Rows::read(path, &wanted, &articles, &options, log)?);
    }
    let mut done: Vec<&str> =
        judged.iter().flat_map(|rows| rows.batch.comments()).map(|c| c.text.as_str()).collect();
    let is_judged = |(i, _): &(usize, &Comment)| open.binary_search(i).is_err();
    done.extend(rows.batch.comments().iter().enumerate().filter(is_judged).map(|(_, c)| c.text.as_str()));
    let all = candidates(args, &rows, &model, &labels)?;
    let pool: Vec<Candidate<'_>> = open.iter().map(|&i| all[i].clone()).collect();
    let plan = Plan { size: args.size, random: args.random, duplicate: args.duplicate, seed: args.seed };
    let picks = sample(&pool, &done, plan);
    if picks.is_empty() {
        bail!("{}: every comment in it is judged already", rows.name);
    }
    write(args, &rows, &labels, &open, &picks)?;
    let drawn = picks.iter().filter(|p| p.reason == Reason::Random).count();
    log.note(format_args!(
        "{} of {} comments to judge, {drawn} of them drawn by lot; chosen by model {id}",
        picks.len(),
        pool.len()
    ));
    Ok(if rows.rejected > 0 { SOME_REJECTED } else { DONE })
}

/// What the model makes of every comment.
fn candidates<'a>(
    args: &SampleArgs,
    rows: &'a Rows,
    model: &Model,
    labels: &[String],
) -> anyhow::Result<Vec<Candidate<'a>>> {
    let slice = match args.slice.as_deref() {
        None | Some(DAY) => None,
        Some(name) => match rows.header.iter().position(|h| h == name) {
            Some(at) => rows.cells[at].as_ref(),
            None => bail!("{}: there is no column `{name}` to spread over", rows.name),
        },
    };
    let measured = rows.batch.map(model, |one, bag, context| {
        let (mut scores, mut apart) = (Vec::new(), 0.0_f64);
        for name in labels {
            let label = model.labels.iter().find(|l| l.name == *name && Model::comparable(l, context));
            scores.push(label.map(|label| {
                let row = model.row(label, one, bag, context);
                apart = apart.max(disagreement(&row[..label.blocks.len()]));
                label.probability(&row)
            }));
        }
        Candidate { scores, disagreement: apart, bag: bag.clone(), ..Candidate::default() }
    });
    let completed = |(i, mut candidate): (usize, Candidate<'a>)| {
        let comment = &rows.batch.comments()[i];
        // What is judged for a label is not asked about it again.
        for (score, judged) in candidate.scores.iter_mut().zip(&rows.judgements) {
            *score = score.filter(|_| judged[i].is_none());
        }
        let slice = match (slice, args.slice.as_deref()) {
            (Some(cells), _) => cells[i].clone(),
            (None, Some(_)) => comment.created_at.get(..10).unwrap_or_default().to_owned(),
            (None, None) => comment.article_id.clone(),
        };
        Candidate { text: &comment.text, slice, ..candidate }
    };
    Ok(measured.into_iter().enumerate().map(completed).collect())
}

/// What would sway whoever judges, or stands in the sample anew.
fn is_left_out(name: &str, labels: &[String]) -> bool {
    let of_label = |l: &String| name == l || name == format!("{l}_score") || name == format!("{l}_flagged");
    labels.iter().any(of_label) || [WEIGHT, REASON, "model_id"].contains(&name)
}

/// Column that says why a row is in the sample.
const REASON: &str = "sampling_reason";

/// Every column as it came but scores, then a column per label to fill in, the weight, the reason.
/// A byte order mark tells spreadsheets that it is UTF-8.
fn write(
    args: &SampleArgs,
    rows: &Rows,
    labels: &[String],
    open: &[usize],
    picks: &[Pick],
) -> anyhow::Result<()> {
    let kept: Vec<usize> =
        (0..rows.header.len()).filter(|&k| !is_left_out(&rows.header[k], labels)).collect();
    let mut out = Artifact::create(&args.output, None)?;
    out.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::Writer::from_writer(&mut out);
    let names = kept.iter().map(|&k| rows.header[k].as_str());
    let ours = labels.iter().map(String::as_str).chain([WEIGHT, REASON]);
    writer.write_record(names.chain(ours)).map_err(csv_error)?;
    for pick in picks {
        let i = open[pick.row];
        let cell = |&k: &usize| {
            let cell = rows.cells[k].as_ref().map_or("", |cells| cells[i].as_str());
            if args.verbatim { cell.to_owned() } else { spreadsheet(cell).into_owned() }
        };
        let judged = |column: &Vec<Option<bool>>| match column[i] {
            None => String::new(),
            Some(yes) => u8::from(yes).to_string(),
        };
        let record = kept
            .iter()
            .map(cell)
            .chain(rows.judgements.iter().map(judged))
            .chain([format!("{:.6}", pick.weight), pick.reason.name().to_owned()]);
        writer.write_record(record).map_err(csv_error)?;
    }
    writer.flush()?;
    drop(writer);
    out.commit()?;
    Ok(())
}
