//! The second pass: while one batch gets its scores, the one before is written and the next is read.

use netiquette::corpus::Row;
use netiquette::stream::share_out;

use super::batch::Batch;
use super::journal::Journal;
use super::judge::Scores;
use super::measure::{Scored, Scorers};
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
    /// The scores of all rows, unless each is scored by itself.
    pub scores: Option<Scores>,
    pub output: Output,
    /// Rows with members that are no columns.
    pub unread: u64,
}

impl Job<'_> {
    /// Writes all rows with their scores.
    ///
    /// # Errors
    /// If reading or writing fails, too many rows are rejected, or a signal asks to stop.
    pub fn write(
        &mut self,
        mut reader: Reader<'_>,
        fate: impl Fn(&Row<'_>) -> Fate + Sync,
    ) -> netiquette::Result<()> {
        let Self { scorers, layout, scores, output, .. } = self;
        let labels = scorers.labels();
        let (mut batch, mut next) = (Batch::default(), Batch::default());
        // The batch that is scored and not written yet, of which the first is none.
        let mut before = (Batch::default(), Vec::new());
        reader.fill(&mut batch, &fate)?;
        while !batch.is_empty() {
            let beside = || -> netiquette::Result<_> {
                output.write(&before.0, &before.1, labels)?;
                Ok(reader.fill(&mut next, &fate))
            };
            let score = |i: usize| scorers.score(&batch, i, scores.as_ref(), layout);
            let (beside, scored) = share_out(batch.chunks(), beside, score);
            let read = beside?;
            let scored = scored.into_iter().collect::<netiquette::Result<Vec<_>>>()?;
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
