//! `--context`: comments that are known already. They count into the threads and as parents,
//! as if they stood before the input, and are not scored.
//!
//! A comment that is in the input as well, by its `id`, counts once: as it is there.

use std::path::PathBuf;

use netiquette::corpus::{Field, Options, Outcome, Row};
use netiquette::error::Error;
use netiquette::stream::{Key, Keys};

use super::CONTEXT;
use super::gather::{Gather, Gathered};
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

    /// Puts them down beside the comments of `input`.
    ///
    /// # Errors
    /// If reading fails.
    pub fn add_to(&self, gather: &mut Gather<'_>, input: &Inputs, log: &Log) -> netiquette::Result<()> {
        let ids = ids(input, log)?;
        let is_new = |row: &Row<'_>| match Key::of(row.get(Field::Id)) {
            id if id.is_none() || !ids.contains(&id) => Fate::Score,
            _ => Fate::Leave,
        };
        let table = self.0.open("reading the context", log)?;
        let Gathered { rejected, .. } =
            gather.read(&mut Reader::new(table, None).with_articles(), is_new, CONTEXT)?;
        if rejected > 0 {
            log.note(format_args!(
                "{}: {rejected} rows of the context are no comments; left out",
                self.0.name()
            ));
        }
        Ok(())
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
