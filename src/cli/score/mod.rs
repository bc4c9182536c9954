//! `netiquette score`: comments in, the same comments with scores out.
//!
//! Two passes over the input: the first measures the comments and puts that down article by
//! article; then they are scored against their threads; the second pass writes them in the order
//! of the input.

mod append;
mod batch;
mod context;
mod gather;
mod identity;
mod job;
mod journal;
mod judge;
mod measure;
mod reader;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use netiquette::corpus::{Field, Options, Row};
use netiquette::error::{Error, Position};
use netiquette::model::OFF_TOPIC;
use netiquette::stream::{Known, Ledger, Parents};

use self::append::Past;
use self::gather::{Gather, Gathered};
use self::identity::identity;
use self::job::{Job, Output};
use self::journal::Journal;
use self::judge::judge;
use self::measure::Scorers;
use self::reader::{Fate, Reader};
use super::dry_run::dry_run;
use super::input::{InputOptions, Stamp, articles};
use super::inputs::{Inputs, expand};
use super::log::Log;
use super::models::{Named, columns, is_default, load_all};
use super::output::Artifact;
use super::paths::refuse_collision;
use super::rejects::{Limit, Rejects, Tally};
use super::signals;
use super::summary::Summary;
use super::temporary::Temporary;
use super::train::set_threads;
use super::writer::{Layout, OutputFormat, Writer};

/// Ranks of articles: those of `--articles`, those that stand inline, those of the context.
const GIVEN: u8 = 0;
const INLINE: u8 = 1;
const CONTEXT: u8 = 2;

/// Score comments: every input column as it came, then scores, flags and the model's id
#[derive(Args, Debug)]
pub struct ScoreArgs {
    /// Tables of comments or patterns such as `'night/*.csv'`; standard input if not given or `-`
    #[arg(value_name = "COMMENTS", default_value = "-")]
    pub comments: Vec<PathBuf>,
    /// Where the scores go; standard output if not given or `-`
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub output: PathBuf,
    /// The model; the embedded `default` if not given. With several, each adds its columns
    /// under the name of its file: `--model default --model desk.model` writes
    /// `default.incivility_score`, `desk.incivility_score` and so on
    #[arg(long = "model", value_name = "M")]
    pub models: Vec<PathBuf>,
    /// Table of articles
    #[arg(long, value_name = "A")]
    pub articles: Option<PathBuf>,
    /// Table of comments already known, as those of earlier days: they count into the threads and
    /// as parents, and are not scored; may be repeated, and may be patterns
    #[arg(long, value_name = "THREAD", conflicts_with = "no_thread")]
    pub context: Vec<PathBuf>,
    /// Where rejected rows go
    #[arg(long, value_name = "R")]
    pub rejects: Option<PathBuf>,
    /// How many rejected rows are tolerated, as in `20` or `5%`
    #[arg(long, value_name = "N|P%", default_value = "10%")]
    pub max_rejects: Limit,
    /// Format of the output; that of the input if not given
    #[arg(long)]
    pub format: Option<OutputFormat>,
    /// Defuse cells that a spreadsheet would take for a formula
    #[arg(long)]
    pub spreadsheet_safe: bool,
    /// Compare comments with their article only, not with their thread
    #[arg(long)]
    pub no_thread: bool,
    /// Go on where a killed job on this output stopped, and let this one be gone on with
    #[arg(long)]
    pub resume: bool,
    /// With --resume: rows between two points a job can be resumed from
    #[arg(long, value_name = "ROWS", default_value_t = 16_384, requires = "resume",
          value_parser = clap::value_parser!(u64).range(1..))]
    pub checkpoint: u64,
    /// Add to OUT the comments that are not in it yet, by `id` and text
    #[arg(long)]
    pub append: bool,
    /// With --append: comments that another model scored are scored anew and replaced
    #[arg(long, requires = "append")]
    pub rescore: bool,
    /// Wait this many seconds for another job on the same output
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
    /// Where a summary of the job goes, as JSON
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Read and check everything, say what would happen, and write nothing
    #[arg(long, conflicts_with = "resume")]
    pub dry_run: bool,
    /// Threads; all cores if not given
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    #[command(flatten)]
    pub input: InputOptions,
}

/// Scores the comments.
///
/// # Errors
/// If an input cannot be read, too many rows are rejected, or an output cannot be written.
pub fn run(args: &ScoreArgs, log: &Log) -> anyhow::Result<u8> {
    let comments = expand(&args.comments)?;
    refuse_collisions(args, &comments)?;
    set_threads(args.threads)?;
    score(args, &comments, log)
}

fn score(args: &ScoreArgs, comments: &[PathBuf], log: &Log) -> anyhow::Result<u8> {
    let models = load_all(&args.models)?;
    let options = args.input.resolve()?;
    let inputs = Inputs::new(comments, &options, log)?;
    let known = context::Known::open(&args.context, &options, log)?;
    if args.dry_run {
        articles(args.articles.as_deref(), &options, log)?;
        return dry_run(args, &inputs, &models, log);
    }
    // Before the long work: a second job on the same output is told so at once.
    let mut rejects = args.rejects.as_deref().map(|path| create(args, path)).transpose()?;
    let wait = args.wait.map(Duration::from_secs);
    let summary = args.summary.as_deref().map(|path| Artifact::create(path, wait)).transpose()?;
    let mut out = create(args, &args.output)?;
    signals::listen()?;
    let read: Vec<&Inputs> =
        [&inputs].into_iter().chain(known.as_ref().map(context::Known::inputs)).collect();
    let stamps = stamps(&read)?;
    let journal = match args.resume {
        true => {
            let job = identity(args, &models, &inputs, known.as_ref().map(context::Known::inputs), &out)?;
            Some(Journal::open(job, args.checkpoint, &mut out, rejects.as_mut(), log)?)
        }
        false => None,
    };
    let scorers = Scorers::new(&models);
    let table = inputs.open("reading", log)?;
    let layout = Layout::new(&table, args.format, args.spreadsheet_safe, columns(&models));
    let rejects = Rejects::new(rejects, args.max_rejects, args.spreadsheet_safe)?;
    let mut writer = Writer::new(out, layout.clone())?;
    let past = match args.append {
        true => Some(past(args, &inputs, &writer, &models, &options, log)?),
        false => None,
    };
    let fate = |row: &Row<'_>| past.as_ref().map_or(Fate::Score, |past| past.fate(row));
    let mut summary = Summary::new(summary, &models);
    let done = journal.as_ref().map_or(0, Journal::noted);
    let open = |table| match &journal {
        Some(journal) => Reader::new(table, Some(&layout)).with_checkpoints(done, journal.interval()),
        None => Reader::new(table, Some(&layout)),
    };
    let mut reader = open(table).with_articles();
    let given = articles(args.articles.as_deref(), &options, log)?;
    let mut scores = None;
    if reader.has_places() || known.is_some() {
        let with_threads = !args.no_thread;
        let mut ledger = Ledger::new(with_threads, || Ok(Box::new(Temporary::new()?)));
        given.values().try_for_each(|article| ledger.note_article(article, GIVEN))?;
        let parents = (with_threads && reader.has(Field::ParentId)).then(Parents::default);
        let mut gather = Gather { scorers: &scorers, ledger: &mut ledger, parents };
        if let Some(known) = &known {
            known.add_to(&mut gather, &inputs, log)?;
        }
        let Gathered { kept, rows, .. } = gather.read(&mut reader, fate, INLINE)?;
        drop(gather);
        let (all, known) = judge(&ledger, &scorers, rows)?;
        if with_threads {
            say_unknown(known, &models, &inputs.name(), log);
        }
        reader = match kept {
            Some(batches) => reader.again(batches),
            // The identifiers it has met are met again.
            None => open(inputs.open("scoring", log)?),
        };
        scores = Some(all);
    } else if !given.is_empty() {
        log.note(format_args!(
            "{}: no column says which article a comment is of, so that --articles says nothing \
             (--column article_id=NAME maps one)",
            inputs.name()
        ));
    }
    if let (0, Some(past)) = (done, &past) {
        past.copy(&mut writer)?;
    }
    if let Some(journal) = &journal {
        summary.resume(journal.counts());
    }
    let output = Output { writer, rejects, tally: Tally::default(), summary, journal };
    let mut job = Job { scorers: &scorers, layout: &layout, scores, output, unread: 0 };
    job.write(reader, fate)?;
    for (source, before) in read.iter().flat_map(|inputs| inputs.sources()).zip(stamps) {
        if before != source.stamp()? {
            let message = "it was changed while it was read; nothing was written: run the job again";
            return Err(Error::input(message).at(Position::file(source.name())).into());
        }
    }
    job.finish(&inputs.name(), log)
}

fn stamps(read: &[&Inputs]) -> netiquette::Result<Vec<Stamp>> {
    let each = read.iter().map(|inputs| inputs.stamps()).collect::<netiquette::Result<Vec<_>>>()?;
    Ok(each.concat())
}

fn create(args: &ScoreArgs, path: &Path) -> netiquette::Result<Artifact> {
    let wait = args.wait.map(Duration::from_secs);
    if args.format == Some(OutputFormat::Parquet) && (args.append || args.resume) {
        return Err(Error::parameter(
            "--append and --resume need an output of lines, not Parquet; convert it when it is whole",
        ));
    }
    if args.append && super::paths::is_stdout(&args.output) {
        return Err(Error::parameter("--append needs a file to add to, as in `-o scores.csv`"));
    }
    if args.resume { Artifact::resumable(path, wait) } else { Artifact::create(path, wait) }
}

/// Says of how many articles there is neither title nor text: what is off-topic hangs on them.
fn say_unknown(known: Known, models: &[Named], name: &str, log: &Log) {
    let Known { articles: all, unknown } = known;
    let is_asked = models.iter().any(|named| named.model.labels.iter().any(|l| l.name == OFF_TOPIC));
    if unknown > 0 && is_asked {
        log.note(format_args!(
            "{name}: neither title nor text is known of {unknown} of {all} articles: off_topic compares with \
             the other comments alone; give --articles"
        ));
    }
}

fn past(
    args: &ScoreArgs,
    inputs: &Inputs,
    writer: &Writer,
    models: &[Named],
    options: &Options,
    log: &Log,
) -> netiquette::Result<Past> {
    let safe = args.spreadsheet_safe;
    let mut past = Past::read(writer, models, safe, args.rescore, options, log)?;
    past.plan(inputs.open("comparing", log)?)?;
    Ok(past)
}

fn refuse_collisions(args: &ScoreArgs, comments: &[PathBuf]) -> netiquette::Result<()> {
    let context = expand(&args.context)?;
    let models = args.models.iter().filter(|path| !is_default(path));
    let inputs = comments.iter().chain(&context).chain(models).chain(&args.articles);
    let inputs: Vec<&Path> = inputs.map(PathBuf::as_path).collect();
    let outputs: Vec<&Path> =
        [&args.output].into_iter().chain(&args.rejects).chain(&args.summary).map(PathBuf::as_path).collect();
    refuse_collision(&outputs, &inputs)
}
