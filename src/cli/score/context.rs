//! `--context`: comments that are known already. They count into the threads and as parents,
//! as if they stood before the input, and are not scored.
//!
//! A comment that is in the input as well, by its `id`, counts once: as it is there.

use std::collections::HashSet;
use std::path::PathBuf;

use netiquette::corpus::{Field, Options, Outcome};
use netiquette::error::Error;
use netiquette::features::topic::Bag;
use netiquette::stream::{Parents, Threads};
use xxhash_rust::xxh3::xxh3_64;

use super::gather_if;
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
        bag: &(impl Fn(&str) -> Bag + Sync),
        log: &Log,
    ) -> netiquette::Result<Parents> {
        let ids = ids(input, log)?;
        let is_new = |id: &str| id.is_empty() || !ids.contains(&xxh3_64(id.as_bytes()));
        gather_if(&mut self.0.open("reading the context", log)?, threads, true, bag, is_new)?;
        let mut parents = Parents::default();
        let mut table = self.0.open("reading the context", log)?;
        let mut rejected = 0u64;
        while let Some(outcome) = table.next_row()? {
            signals::check()?;
            let Outcome::Row(row) = outcome else {
                rejected += 1;
                continue;
            };
            let id = row.get(Field::Id);
            let is_parent = is_new(id) && threads.is_answered(id);
            parents.add(id, is_parent.then(|| bag(row.get(Field::Text))));
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

/// Hashes of the identifiers of the comments to be scored.
fn ids(input: &Inputs, log: &Log) -> netiquette::Result<HashSet<u64>> {
    let mut table = input.open("reading", log)?;
    let mut ids = HashSet::new();
    while let Some(outcome) = table.next_row()? {
        signals::check()?;
        if let Outcome::Row(row) = outcome
            && !row.get(Field::Id).is_empty()
        {
            ids.insert(xxh3_64(row.get(Field::Id).as_bytes()));
        }
    }
    Ok(ids)
}
