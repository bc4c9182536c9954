//! The second pass: while one batch is measured, the next is read; while it is scored, the one
//! before is written.

use netiquette::corpus::Row;
use netiquette::stream::{Parents, Threads};

use super::append::Past;
use super::batch::{Batch, Waiting};
use super::journal::Journal;
use super::measure::{Scored, Scorers};
use super::measures::Kept;
use super::reader::{Fate, Reader};
use crate::cli::log::Log;
use crate::cli::output::Committed;
use crate::cli::rejects::{Rejects, Tally};
use crate::cli::summary::Summary;
use crate::cli::writer::{Layout, Writer};
use crate::cli::{DONE, SOME_REJECTED};

/// Where everything goes.
pub struct Output {
    pub writer: Writer,
    pub rejects: Rejects,
    pub tally: Tally,
    pub summary: Summary,
    pub journal: Option<Journal>,
}

impl Output {
    /// Writes a batch, and makes the checkpoint that is due behind it.
    fn write(&mut self, batch: &Batch, scored: &[Scored], labels: usize) -> netiquette::Result<()> {
        for rejected in &batch.rejects {
            match rejected.is_done {
                true => self.rejects.count(&rejected.table, &rejected.reject)?,
                false => self.rejects.add(&rejected.table, &rejected.reject)?,
            }
        }
        self.tally.add(&batch.tally);
        for chunk in scored {
            let rows = chunk.scores.chunks(labels).zip(chunk.flags.chunks(labels));
            rows.clone().for_each(|(scores, flags)| self.summary.count(scores, flags));
            let kept = batch.scored(&batch.rows()[chunk.rows.clone()]).map(|row| batch.kept(row));
            self.writer
                .write(&chunk.lines, kept.zip(rows).map(|(kept, (scores, flags))| (kept, scores, flags)))?;
        }
        if let (Some(records), Some(journal)) = (batch.checkpoint, &self.journal) {
            journal.note(records, &mut self.writer, &mut self.rejects, self.summary.counts())?;
        }
        Ok(())
    }
}

/// The second pass and what it needs.
pub struct Job<'a> {
    pub scorers: &'a Scorers<'a>,
    pub layout: &'a Layout,
    pub threads: &'a mut Threads,
    /// The answered comments so far.
    pub parents: Parents,
    pub output: Output,
    pub past: Option<Past>,
    /// Rows with members that are no columns.
    pub unread: u64,
}

impl Job<'_> {
    /// Scores all rows; what was `kept` of them is not measured again.
    ///
    /// # Errors
    /// If reading or writing fails, too many rows are rejected, or a signal asks to stop.
    pub fn score(&mut self, mut reader: Reader<'_>, mut kept: Option<Kept>) -> netiquette::Result<()> {
        let Self { scorers, layout, threads, parents, output, past, .. } = self;
        let (references, labels) = (scorers.references(), scorers.labels());
        let fate = |row: &Row<'_>| past.as_ref().map_or(Fate::Score, |past| past.fate(row));
        let bag = |text: &str| scorers.bag(text);
        let widths = scorers.widths();
        let mut read = |batch: &mut Batch| {
            reader.fill(batch, fate)?;
            if let Some(kept) = &mut kept {
                kept.give(batch, &widths);
            }
            Ok(())
        };
        let (mut batch, mut next) = (Batch::default(), Batch::default());
        // The batch that is scored and not written yet, of which the first is none.
        let mut before = (Batch::default(), Vec::new());
        read(&mut batch)?;
        while !batch.is_empty() {
            let read = match batch.is_measured() {
                true => read(&mut next),
                false => scorers.measure_all(&mut batch, threads, || read(&mut next)),
            };
            batch.find_answered(threads, parents, &bag);
            threads.fetch(batch.rows().iter().map(Waiting::article), &references)?;
            let write = || output.write(&before.0, &before.1, labels);
            let (written, scored) = scorers.score(&batch, threads, layout, write);
            written?;
            let spare = std::mem::replace(&mut before, (std::mem::take(&mut batch), scored)).0;
            batch = std::mem::replace(&mut next, spare);
            if read.is_err() {
                output.write(&before.0, &before.1, labels)?;
                return read;
            }
        }
        output.write(&before.0, &before.1, labels)?;
        self.unread = reader.unread();
        Ok(())
    }

    /// Judges the rejects and commits them before the scores.
    ///
    /// # Errors
    /// If too many rows were rejected, or writing fails.
    pub fn finish(mut self, name: &str, log: &Log) -> anyhow::Result<u8> {
        self.output.rejects.check(self.output.tally.read)?;
        for (code, count) in self.output.rejects.counts() {
            log.note(format_args!("{name}: {count} rows rejected: {code}"));
        }
        if self.unread > 0 {
            log.note(format_args!(
                "{name}: {} rows have members that none of the first rows has: they are not read, and only \
                 JSON Lines keeps them; give the first row every member",
                self.unread
            ));
        }
        let rejected = self.output.rejects.total();
        let reasons = self.output.rejects.counts().clone();
        // Whatever can fail for want of space fails before the first of them gets its name.
        self.output.writer.sync()?;
        self.output.rejects.sync()?;
        self.output.rejects.commit()?;
        if self.output.writer.commit()? == Committed::Whole {
            let Tally { read, scored, rejected, skipped } = self.output.tally;
            log.note(format_args!(
                "{name}: {read} rows read, {scored} scored, {rejected} rejected, {skipped} skipped"
            ));
        }
        self.output.summary.commit(&self.output.tally, &reasons)?;
        Ok(if rejected > 0 { SOME_REJECTED } else { DONE })
    }
}
