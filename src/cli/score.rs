//! `netiquette score`: comments in, the same comments with scores out.
//!
//! Two passes over the input: the first gathers the threads, the second scores in
//! batches over all threads and writes in the order of the input.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use netiquette::corpus::{Field, Outcome, Role, Table};
use netiquette::features::Extraction;
use netiquette::features::topic::{Bag, Context};
use netiquette::model::{LabelModel, Model};
use netiquette::stream::{Parents, Threads};
use rayon::prelude::*;

use super::input::{InputOptions, Source, articles, say_notes};
use super::log::Log;
use super::models::load;
use super::output::{Artifact, Committed};
use super::paths::refuse_collision;
use super::rejects::{Limit, Rejects, Tally};
use super::train::set_threads;
use super::writer::{OutputFormat, Writer};
use super::{DONE, SOME_REJECTED};

/// Rows scored at a time; the scores do not depend on it.
const BATCH: usize = 4096;

/// Score comments: every input column as it came, then scores, flags and the model's id
#[derive(Args, Debug)]
pub struct ScoreArgs {
    /// Table of comments; standard input if not given or `-`
    #[arg(value_name = "COMMENTS", default_value = "-")]
    pub comments: PathBuf,
    /// Where the scores go; standard output if not given or `-`
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub output: PathBuf,
    /// The model; the embedded default if not given
    #[arg(long, value_name = "M")]
    pub model: Option<PathBuf>,
    /// Table of articles
    #[arg(long, value_name = "A")]
    pub articles: Option<PathBuf>,
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
    /// Wait this many seconds for another job on the same output
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
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
    refuse_collisions(args)?;
    set_threads(args.threads)?;
    let (model, id) = load(args.model.as_deref())?;
    let options = args.input.resolve()?;
    let source = Source::new(&args.comments)?;
    let mut threads = Threads::default();
    for article in articles(args.articles.as_deref(), &options, log)?.values() {
        threads.add_article(article);
    }
    let mut table = source.open(Role::Comments, &options)?;
    say_notes(&table, log);
    gather(&mut table, &mut threads, !args.no_thread)?;
    threads.settle(&model.background);
    let table = source.open(Role::Comments, &options)?;
    let wait = args.wait.map(Duration::from_secs);
    let rejects = args.rejects.as_deref().map(|path| Artifact::create(path, wait)).transpose()?;
    let rejects = Rejects::new(rejects, args.max_rejects, args.spreadsheet_safe)?;
    let out = Artifact::create(&args.output, wait)?;
    let writer = Writer::new(out, &table, args.format, args.spreadsheet_safe, &model, id.to_string())?;
    let mut job = Job { model: &model, threads: &threads, writer, rejects, tally: Tally::default() };
    job.score(table)?;
    job.finish(source.name(), log)
}

fn refuse_collisions(args: &ScoreArgs) -> netiquette::Result<()> {
    let inputs: Vec<&Path> = [Some(&args.comments), args.model.as_ref(), args.articles.as_ref()]
        .into_iter()
        .flatten()
        .map(PathBuf::as_path)
        .collect();
    let outputs: Vec<&Path> =
        [Some(&args.output), args.rejects.as_ref()].into_iter().flatten().map(PathBuf::as_path).collect();
    refuse_collision(&outputs, &inputs)
}

/// The first pass: inline articles, and with `with_comments` the threads.
///
/// # Errors
/// If reading fails.
pub fn gather(table: &mut Table, threads: &mut Threads, with_comments: bool) -> netiquette::Result<()> {
    let has = |field| table.columns().index(field).is_some();
    let inline = has(Field::ArticleTitle) || has(Field::ArticleText) || has(Field::ArticleLead);
    if !inline && !(with_comments && (has(Field::ArticleId) || has(Field::ParentId))) {
        return Ok(());
    }
    while let Some(outcome) = table.next_row()? {
        let Outcome::Row(row) = outcome else { continue };
        let article_id = row.article_id();
        if inline
            && !threads.knows_article(&article_id)
            && let Some(article) = row.inline_article()
        {
            threads.add_article(&article);
        }
        if with_comments {
            threads.add_comment(row.get(Field::Text), &article_id, row.get(Field::ParentId));
        }
    }
    Ok(())
}

/// A row waiting for its score.
struct Waiting {
    text: String,
    article_id: String,
    parent: Option<Bag>,
    kept: String,
}

struct Job<'a> {
    model: &'a Model,
    threads: &'a Threads,
    writer: Writer,
    rejects: Rejects,
    tally: Tally,
}

impl Job<'_> {
    /// The second pass.
    fn score(&mut self, mut table: Table) -> netiquette::Result<()> {
        let name = table.name().to_owned();
        let mut parents = Parents::default();
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(outcome) = table.next_row()? {
            match outcome {
                Outcome::Reject(reject) => {
                    self.tally.reject();
                    self.rejects.add(&name, &reject)?;
                }
                Outcome::Row(row) => {
                    let id = row.get(Field::Id);
                    let own = self
                        .threads
                        .is_answered(id)
                        .then(|| Bag::new(&netiquette::text::Folded::new(row.get(Field::Text))));
                    parents.add(id, own);
                    let mut kept = String::with_capacity(row.raw().len() + 64);
                    self.writer.keep(&row, &mut kept);
                    batch.push(Waiting {
                        text: row.get(Field::Text).to_owned(),
                        article_id: row.article_id().into_owned(),
                        parent: parents.get(row.get(Field::ParentId)).cloned(),
                        kept,
                    });
                }
            }
            if batch.len() == BATCH {
                self.write(&mut batch)?;
            }
        }
        self.write(&mut batch)
    }

    fn write(&mut self, batch: &mut Vec<Waiting>) -> netiquette::Result<()> {
        let (model, threads) = (self.model, self.threads);
        let scored: Vec<Vec<Option<f64>>> = batch
            .par_iter()
            .map_init(
                || (Extraction::default(), Bag::default()),
                |(one, bag), row| {
                    model.extractor.extract(&row.text, one);
                    bag.fill(&one.folded);
                    let context = Context { parent: row.parent.as_ref(), ..threads.context(&row.article_id) };
                    model.score(one, bag, &context)
                },
            )
            .collect();
        for (row, scores) in batch.drain(..).zip(scored) {
            self.tally.score();
            let flag = |(label, score): (&LabelModel, &Option<f64>)| score.is_some_and(|s| label.flags(s));
            let flags: Vec<bool> = model.labels.iter().zip(&scores).map(flag).collect();
            self.writer.write(&row.kept, &scores, &flags)?;
        }
        Ok(())
    }

    /// Judges the rejects and commits them before the scores.
    fn finish(self, name: &str, log: &Log) -> anyhow::Result<u8> {
        self.rejects.check(self.tally.read)?;
        for (code, count) in self.rejects.counts() {
            log.note(format_args!("{name}: {count} rows rejected: {code}"));
        }
        let rejected = self.rejects.total();
        self.rejects.commit()?;
        if self.writer.commit()? == Committed::Whole {
            let Tally { read, scored, rejected, skipped } = self.tally;
            log.note(format_args!(
                "{name}: {read} rows read, {scored} scored, {rejected} rejected, {skipped} skipped"
            ));
        }
        Ok(if rejected > 0 { SOME_REJECTED } else { DONE })
    }
}
