//! `--context`: comments that are known already. They count into the threads and as parents,
//! as if they stood before the input, and are not scored.
//!
//! A comment that is in the input as well, by its `id`, counts once: as it is there.

use std::ops::Range;
use std::path::PathBuf;

use netiquette::corpus::{Field, Options, Outcome, Row};
use netiquette::error::Error;
use netiquette::stream::{Key, Keys, Parents, Threads};

use super::batch::Batch;
use super::gather::Gather;
use super::measure::Scorers;
use super::reader::{Fate, Reader};
use crate::cli::inputs::Inputs;
use crate::cli::log::Log;
use crate::cli::paths::is_stdout;
use crate::cli::signals;

/// The tables of known comments.
pub struct Known(Inputs);

impl Known {
    /// Opens them; `None` without any.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn open(paths: &[PathBuf], options: &Options, log: &Log) -> netiquette::Result<Option<Self>> {
        if paths.iter().any(|path| is_stdout(path)) {
            return Err(Error::parameter("--context needs a file; standard input is for the comments"));
        }
        (!paths.is_empty()).then(|| Inputs::new(paths, options, log).map(Self)).transpose()
    }

    /// The tables one by one.
    pub fn inputs(&self) -> &Inputs {
        &self.0
    }

    /// Adds them to the `threads` of `input`, and gives those that are answered.
    ///
    /// # Errors
    /// If reading fails.
    pub fn add_to(
        &self,
        threads: &mut Threads,
        input: &Inputs,
        scorers: &Scorers<'_>,
        log: &Log,
    ) -> netiquette::Result<Parents> {
        let ids = ids(input, log)?;
        let is_new = |row: &Row<'_>| match Key::of(row.get(Field::Id)) {
            id if id.is_none() || !ids.contains(&id) => Fate::Score,
            _ => Fate::Leave,
        };
        let open = || self.0.open("reading the context", log).map(|table| Reader::new(table, None));
        let measure = |batch: &Batch, rows: Range<usize>, is_kept: bool| scorers.gather(batch, rows, is_kept);
        Gather { threads, with_comments: true, measure }.read(&mut open()?.with_articles(), is_new)?;
        let (mut reader, mut parents) = (open()?, Parents::default());
        let (mut batch, mut rejected) = (Batch::default(), 0);
        loop {
            reader.fill(&mut batch, is_new)?;
            if batch.is_empty() {
                break;
            }
            rejected += batch.tally.rejected;
            batch.find_answered(threads, &mut parents, &|text: &str| scorers.bag(text));
        }
        if rejected > 0 {
            log.note(format_args!(
                "{}: {rejected} rows of the context are no comments; left out",
                self.0.name()
            ));
        }
        Ok(parents)
    }
}

/// The identifiers of the comments to be scored.
fn ids(input: &Inputs, log: &Log) -> netiquette::Result<Keys> {
    let mut table = input.open("reading", log)?;
    let mut ids = Keys::default();
    while let Some(outcome) = table.next_row()? {
        signals::check()?;
        if let Outcome::Row(row) = outcome {
            ids.insert(Key::of(row.get(Field::Id)));
        }
    }
    Ok(ids)
}
