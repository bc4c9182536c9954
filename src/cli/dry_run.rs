//! `score --dry-run`: everything is read and checked, nothing is scored or written.

use std::path::Path;
use std::time::Duration;

use netiquette::corpus::Outcome;

use super::inputs::Inputs;
use super::log::Log;
use super::models::Named;
use super::output::Artifact;
use super::paths::is_stdout;
use super::rejects::{Rejects, Tally};
use super::score::ScoreArgs;
use super::{DONE, SOME_REJECTED};

/// Says what `score` would do, and returns the exit code that it would return.
///
/// # Errors
/// What would be an error of `score`: too many rejects, an output that cannot be written.
pub fn dry_run(args: &ScoreArgs, inputs: &Inputs, models: &[Named], log: &Log) -> anyhow::Result<u8> {
    let wait = args.wait.map(Duration::from_secs);
    let mut rejects = Rejects::new(None, args.max_rejects, false)?;
    let tally = read(inputs, &mut rejects, log)?;
    rejects.check(tally.read)?;
    let Tally { read, rejected, .. } = tally;
    log.note(format_args!("dry run: {} read as comments", inputs.name()));
    for Named { name, id, .. } in models {
        log.note(format_args!("dry run: scored with model {}", format!("{name} {id}").trim()));
    }
    for (code, count) in rejects.counts() {
        log.note(format_args!("dry run: {count} rows would be rejected: {code}"));
    }
    log.note(format_args!(
        "dry run: {read} rows read, {} would be scored, {rejected} rejected",
        read - rejected
    ));
    let outputs = [(Some(&args.output), "scores"), (args.rejects.as_ref(), "rejects")];
    for (path, what) in outputs.into_iter().chain([(args.summary.as_ref(), "summary")]) {
        if let Some(path) = path {
            log.note(format_args!("dry run: {}", fate(path, what, wait)?));
        }
    }
    Ok(if rejected > 0 { SOME_REJECTED } else { DONE })
}

/// Reads all rows.
fn read(inputs: &Inputs, rejects: &mut Rejects, log: &Log) -> netiquette::Result<Tally> {
    let mut tables = inputs.open("reading", log)?;
    let mut tally = Tally::default();
    while let Some(outcome) = tables.next_row()? {
        match outcome {
            Outcome::Row(_) => tally.score(),
            Outcome::Reject(reject) => {
                tally.reject();
                rejects.add(tables.name(), &reject)?;
            }
        }
    }
    Ok(tally)
}

/// What would become of an output. It is begun and dropped, which leaves no trace but finds
/// out whether it can be written.
fn fate(path: &Path, what: &str, wait: Option<Duration>) -> netiquette::Result<String> {
    drop(Artifact::create(path, wait)?);
    Ok(match (is_stdout(path), path.exists()) {
        (true, _) => format!("{what} would go to standard output"),
        (false, true) => format!("`{}` would be replaced ({what})", path.display()),
        (false, false) => format!("`{}` would be made ({what})", path.display()),
    })
}
