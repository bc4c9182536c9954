//! What an output depends on: a job may only be resumed as what it was.

use std::io;

use netiquette::model::file::ModelId;

use super::ScoreArgs;
use super::journal::Identity;
use crate::cli::input::Source;
use crate::cli::output::Artifact;

/// Names and fingerprints of all that decides what is written.
///
/// # Errors
/// If an input cannot be read.
pub fn identity(
    args: &ScoreArgs,
    model: &ModelId,
    comments: &Source,
    output: &Artifact,
) -> netiquette::Result<Identity> {
    // Taken apart field by field, so that a new option does not compile before somebody has
    // decided whether it belongs here.
    let ScoreArgs {
        comments: _,
        output: _,
        model: _,
        articles,
        rejects,
        max_rejects: _,
        format,
        spreadsheet_safe,
        no_thread,
        resume: _,
        checkpoint: _,
        append,
        rescore,
        wait: _,
        threads: _,
        input,
    } = args;
    let mut identity = Identity::new();
    let mut put = |name: &str, value: String| identity.insert(name.to_owned(), value);
    put("netiquette", env!("CARGO_PKG_VERSION").to_owned());
    put("the model", model.to_string());
    put("the comments", format!("{} {}", comments.name(), hash(comments)?));
    if let Some(path) = articles {
        put("the articles", hash(&Source::new(path)?)?);
    }
    if *append && output.path().exists() {
        put("the output so far", hash(&Source::new(output.path())?)?);
    }
    put("--rejects", format!("{rejects:?}"));
    put("--format", format!("{format:?}"));
    put("--spreadsheet-safe", spreadsheet_safe.to_string());
    put("--no-thread", no_thread.to_string());
    put("--append", append.to_string());
    put("--rescore", rescore.to_string());
    put("how the input is read", format!("{input:?}"));
    Ok(identity)
}

fn hash(source: &Source) -> netiquette::Result<String> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut source.bytes()?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}
