//! What an output depends on: a job may only be resumed as what it was.

use std::io;

use netiquette::error::{Error, Position};

use super::ScoreArgs;
use super::journal::Identity;
use crate::cli::input::Source;
use crate::cli::inputs::Inputs;
use crate::cli::models::Named;
use crate::cli::output::Artifact;

/// Names and fingerprints of all that decides what is written.
///
/// # Errors
/// If an input cannot be read.
pub fn identity(
    args: &ScoreArgs,
    models: &[Named],
    comments: &Inputs,
    known: Option<&Inputs>,
    output: &Artifact,
) -> netiquette::Result<Identity> {
    // Taken apart field by field, so that a new option does not compile before somebody has
    // decided whether it belongs here.
    let ScoreArgs {
        comments: _,
        context: _,
        output: _,
        models: _,
        articles,
        rejects,
        max_rejects: _,
        format,
        spreadsheet_safe,
        no_thread,
        resume: _,
        checkpoint: _,
        summary: _,
        dry_run: _,
        append,
        rescore,
        wait: _,
        threads: _,
        input,
    } = args;
    let mut identity = Identity::new();
    let mut put = |name: &str, value: String| identity.insert(name.to_owned(), value);
    put("netiquette", env!("CARGO_PKG_VERSION").to_owned());
    for (i, Named { name, id, .. }) in models.iter().enumerate() {
        put(&numbered("the model", i), format!("{name} {id}"));
    }
    for (i, source) in comments.sources().iter().enumerate() {
        put(&numbered("the comments", i), format!("{} {}", source.name(), hash(source)?));
    }
    for (i, source) in known.iter().flat_map(|known| known.sources()).enumerate() {
        put(&format!("the context ({})", i + 1), format!("{} {}", source.name(), hash(source)?));
    }
    if let Some(path) = articles {
        let source = Source::new(path)?;
        if source.is_stream() {
            let wish = "a pipe gives the articles only once; name a file of them to use --resume";
            return Err(Error::parameter(wish).at(Position::file(source.name().to_owned())));
        }
        put("the articles", hash(&source)?);
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

fn numbered(what: &str, i: usize) -> String {
    if i == 0 { what.to_owned() } else { format!("{what} ({})", i + 1) }
}

fn hash(source: &Source) -> netiquette::Result<String> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut source.file()?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}
