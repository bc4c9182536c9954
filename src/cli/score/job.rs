//! The second pass: scoring in batches and writing in the order of the input.

use std::sync::Arc;

use netiquette::corpus::{Field, Outcome, Reject, Row};
use netiquette::features::topic::{Background, Bag, Context};
use netiquette::model::LabelModel;
use netiquette::scorer::{Scorer, Scratches};
use netiquette::stream::{Parents, Threads};
use rayon::prelude::*;

use super::append::{Fate, Past, nameless};
use super::journal::Journal;
use crate::cli::inputs::Tables;
use crate::cli::log::Log;
use crate::cli::models::Named;
use crate::cli::output::Committed;
use crate::cli::rejects::{Rejects, Tally};
use crate::cli::summary::Summary;
use crate::cli::writer::Writer;
use crate::cli::{DONE, SOME_REJECTED, signals};

/// Rows scored at a time, bytes of them, and changes from one article to another among them;
/// the scores do not depend on it.
const BATCH: usize = 4096;
const BATCH_ARTICLES: usize = 1024;
const BATCH_BYTES: usize = 8 << 20;

/// Rows that one thread scores at a time.
const CHUNK: usize = 64;

/// Rows waiting for their scores.
#[derive(Default)]
struct Batch {
    rows: Vec<Waiting>,
    bytes: usize,
    articles: usize,
}

struct Waiting {
    text: String,
    article_id: String,
    parent: Option<Arc<Bag>>,
    kept: String,
}

impl Batch {
    fn push(&mut self, row: Waiting) {
        self.bytes += row.text.len() + row.kept.len();
        let is_other = self.rows.last().is_none_or(|last| last.article_id != row.article_id);
        self.articles += usize::from(is_other);
        self.rows.push(row);
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= BATCH || self.bytes >= BATCH_BYTES || self.articles >= BATCH_ARTICLES
    }
}

/// What the models measure threads against.
pub fn backgrounds(models: &[Named]) -> Vec<&Background> {
    models.iter().map(|named| &named.model.background).collect()
}

/// The tokens that threads are made of, the same for every model.
pub fn bag(scorers: &[(Scorer<'_>, Scratches)], text: &str) -> Bag {
    let first = scorers.first();
    first.map_or_else(Bag::default, |(scorer, scratches)| scratches.with(|scratch| scorer.bag(text, scratch)))
}

/// The second pass and what it needs.
pub struct Job<'a> {
    pub models: &'a [Named],
    /// One per model, with the tokens it knows.
    pub scorers: Vec<(Scorer<'a>, Scratches)>,
    pub threads: &'a mut Threads,
    /// The answered comments so far.
    pub parents: Parents,
    pub writer: Writer,
    pub rejects: Rejects,
    pub tally: Tally,
    pub summary: Summary,
    pub journal: Option<Journal>,
    pub past: Option<Past>,
    /// Rows with members that are no columns.
    pub unread: u64,
}

impl Job<'_> {
    /// Scores all rows.
    ///
    /// # Errors
    /// If reading or writing fails, too many rows are rejected, or a signal asks to stop.
    pub fn score(&mut self, mut table: Tables<'_>) -> netiquette::Result<()> {
        let done = self.journal.as_ref().map_or(0, Journal::noted);
        if let Some(journal) = &self.journal {
            self.summary.resume(journal.counts());
        }
        if let (0, Some(past)) = (done, &self.past) {
            past.copy(&mut self.writer)?;
        }
        let mut parents = std::mem::take(&mut self.parents);
        let mut batch = Batch::default();
        let mut records = 0;
        while let Some(outcome) = table.next_row()? {
            signals::check()?;
            records += 1;
            let is_done = records <= done;
            match outcome {
                Outcome::Reject(reject) => self.reject(table.name(), &reject, is_done)?,
                Outcome::Row(row) => {
                    self.note_parent(&row, &mut parents);
                    match self.past.as_ref().map_or(Fate::Score, |past| past.fate(&row)) {
                        Fate::Nameless => {
                            let reject = nameless(&row);
                            self.reject(table.name(), &reject, is_done)?;
                        }
                        Fate::Skip => self.tally.skip(),
                        Fate::Score if is_done => self.tally.score(),
                        Fate::Score => batch.push(self.waiting(&row, &parents)),
                    }
                }
            }
            let checkpoint = self.journal.as_ref().is_some_and(|journal| journal.is_due(records));
            if checkpoint || batch.is_full() {
                self.write(&mut batch)?;
            }
            if let (true, Some(journal)) = (checkpoint, &mut self.journal) {
                journal.note(records, &mut self.writer, &mut self.rejects, self.summary.counts())?;
            }
        }
        self.unread = table.unread();
        self.write(&mut batch)
    }

    fn reject(&mut self, name: &str, reject: &Reject, is_done: bool) -> netiquette::Result<()> {
        self.tally.reject();
        match is_done {
            true => self.rejects.count(name, reject),
            false => self.rejects.add(name, reject),
        }
    }

    fn note_parent(&self, row: &Row<'_>, parents: &mut Parents) {
        let id = row.get(Field::Id);
        let is_answered = self.threads.is_answered(id);
        parents.add(id, is_answered.then(|| bag(&self.scorers, row.get(Field::Text))));
    }

    fn waiting(&self, row: &Row<'_>, parents: &Parents) -> Waiting {
        let mut kept = String::with_capacity(row.raw().len() + 64);
        self.writer.keep(row, &mut kept);
        Waiting {
            text: row.get(Field::Text).to_owned(),
            article_id: row.article_id().into_owned(),
            parent: parents.get(row.get(Field::ParentId)).cloned(),
            kept,
        }
    }

    fn write(&mut self, batch: &mut Batch) -> netiquette::Result<()> {
        let article_ids = batch.rows.iter().map(|row| row.article_id.as_str());
        self.threads.fetch(article_ids, &backgrounds(self.models))?;
        let threads = &*self.threads;
        let labels: Vec<&LabelModel> = self.models.iter().flat_map(|named| &named.model.labels).collect();
        let score = |rows: &[Waiting]| {
            let mut scores = Vec::with_capacity(rows.len() * labels.len());
            for row in rows {
                let parent = row.parent.as_deref();
                for (k, (scorer, scratches)) in self.scorers.iter().enumerate() {
                    let context = Context { parent, ..threads.context_of(&row.article_id, k) };
                    scratches.with(|scratch| scorer.score(&row.text, &context, scratch, &mut scores));
                }
            }
            scores
        };
        let chunks = batch.rows.par_chunks(CHUNK);
        let scored: Vec<Vec<Option<f64>>> = chunks.map(score).collect();
        let mut flags = Vec::with_capacity(labels.len());
        for (rows, scored) in batch.rows.chunks(CHUNK).zip(scored) {
            for (row, scores) in rows.iter().zip(scored.chunks(labels.len())) {
                self.tally.score();
                let flag =
                    |(label, score): (&&LabelModel, &Option<f64>)| score.is_some_and(|s| label.flags(s));
                flags.clear();
                flags.extend(labels.iter().zip(scores).map(flag));
                self.summary.count(scores, &flags);
                self.writer.write(&row.kept, scores, &flags)?;
            }
        }
        batch.rows.clear();
        (batch.bytes, batch.articles) = (0, 0);
        Ok(())
    }

    /// Judges the rejects and commits them before the scores.
    ///
    /// # Errors
    /// If too many rows were rejected, or writing fails.
    pub fn finish(mut self, name: &str, log: &Log) -> anyhow::Result<u8> {
        self.rejects.check(self.tally.read)?;
        for (code, count) in self.rejects.counts() {
            log.note(format_args!("{name}: {count} rows rejected: {code}"));
        }
        if self.unread > 0 {
            log.note(format_args!(
                "{name}: {} rows have members that none of the first rows has: they are not read, and only \
                 JSON Lines keeps them; give the first row every member",
                self.unread
            ));
        }
        let rejected = self.rejects.total();
        let reasons = self.rejects.counts().clone();
        // Whatever can fail for want of space fails before the first of them gets its name.
        self.writer.sync()?;
        self.rejects.sync()?;
        self.rejects.commit()?;
        if self.writer.commit()? == Committed::Whole {
            let Tally { read, scored, rejected, skipped } = self.tally;
            log.note(format_args!(
                "{name}: {read} rows read, {scored} scored, {rejected} rejected, {skipped} skipped"
            ));
        }
        self.summary.commit(&self.tally, &reasons)?;
        Ok(if rejected > 0 { SOME_REJECTED } else { DONE })
    }
}
