//! What lets a killed job go on: how far it came, and what job it was.
//!
//! Beside an unfinished output lies its journal, replaced as a whole at every checkpoint,
//! after the output and the rejects have been synced up to what it says. Whoever resumes
//! reads the input again (threads, parents and identifiers are as they were), but neither
//! scores nor writes what is in the output already.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use anyhow::{Context, bail};
use netiquette::error::{Error, Position};
use serde::{Deserialize, Serialize};

use crate::cli::log::Log;
use crate::cli::output::{Artifact, journal};
use crate::cli::rejects::Rejects;
use crate::cli::summary::Counts;
use crate::cli::writer::Writer;

/// Version of the journal's own format.
const FORMAT: u32 = 1;

/// All that the output depends on, by name.
pub type Identity = BTreeMap<String, String>;

/// The state of a job between two rows.
#[derive(Debug, Serialize, Deserialize)]
struct Checkpoint {
    format: u32,
    job: Identity,
    /// Records of the input that are dealt with.
    records: u64,
    /// Bytes of the output, and of the rejects file.
    output: u64,
    rejects: Option<u64>,
    /// What the summary counted.
    #[serde(default)]
    counts: Counts,
}

/// The journal of a running job.
pub struct Journal {
    job: Identity,
    interval: u64,
    /// Records that an earlier job has dealt with.
    noted: u64,
    /// What the summary had counted there.
    counts: Counts,
}

impl Journal {
    /// Finds out where the job `job` goes on, and shortens `output` and `rejects` to that.
    ///
    /// # Errors
    /// If an unfinished output is there, but of another job; or files cannot be read.
    pub fn open(
        job: Identity,
        interval: u64,
        output: &mut Artifact,
        rejects: Option<&mut Artifact>,
        log: &Log,
    ) -> anyhow::Result<Self> {
        let last = match read(output)? {
            Some(last) if is_usable(&last, output, rejects.as_deref())? => Some(last),
            _ => None,
        };
        if let Some(last) = &last {
            refuse_other(&last.job, &job).with_context(|| format!("{}", output.path().display()))?;
            log.note(format_args!("resumed behind row {}", last.records));
        }
        output.resume_at(last.as_ref().map_or(0, |last| last.output))?;
        if let Some(rejects) = rejects {
            rejects.resume_at(last.as_ref().and_then(|last| last.rejects).unwrap_or(0))?;
        }
        let (noted, counts) = last.map(|last| (last.records, last.counts)).unwrap_or_default();
        Ok(Self { job, interval, noted, counts })
    }

    /// What the summary of an earlier job had counted.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Records that an earlier job has dealt with.
    pub fn noted(&self) -> u64 {
        self.noted
    }

    /// Records between two checkpoints.
    pub fn interval(&self) -> u64 {
        self.interval
    }

    /// Makes a checkpoint behind the first `records` records, all of them written.
    ///
    /// # Errors
    /// If writing fails.
    pub fn note(
        &self,
        records: u64,
        writer: &mut Writer,
        rejects: &mut Rejects,
        counts: &Counts,
    ) -> netiquette::Result<()> {
        let (output, rejects) = (writer.sync()?, rejects.sync()?);
        let (job, counts) = (self.job.clone(), counts.clone());
        let checkpoint = Checkpoint { format: FORMAT, job, records, output, rejects, counts };
        let json = serde_json::to_vec(&checkpoint).map_err(|e| Error::parameter(e.to_string()))?;
        writer.write_journal(&json)
    }
}

fn read(output: &Artifact) -> anyhow::Result<Option<Checkpoint>> {
    let path = journal(output.path());
    let place = || Position::file(path.display().to_string());
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::from(e).at(place()).into()),
    };
    match serde_json::from_slice(&bytes) {
        Ok(Checkpoint { format: FORMAT, .. }) => Ok(serde_json::from_slice(&bytes).ok()),
        _ => {
            let message = "no journal that this netiquette reads; without --resume the job begins anew";
            Err(Error::input(message).at(place()).into())
        }
    }
}

/// Whether what the journal speaks of is there: it is not where a job died between giving
/// its outputs their names and removing its journal. Beginning anew is then right.
fn is_usable(last: &Checkpoint, output: &Artifact, rejects: Option<&Artifact>) -> anyhow::Result<bool> {
    let rejects = rejects.map_or(Ok(0), Artifact::length)?;
    Ok(output.length()? >= last.output && rejects >= last.rejects.unwrap_or(0))
}

fn refuse_other(before: &Identity, now: &Identity) -> anyhow::Result<()> {
    let names = before.keys().chain(now.keys());
    let changed: std::collections::BTreeSet<_> = names.filter(|n| before.get(*n) != now.get(*n)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let changed = changed.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    bail!(
        "cannot be resumed, for this has changed since: {changed}; \
         resume with what was given then, or leave --resume out once to begin anew"
    )
}
