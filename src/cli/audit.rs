//! `netiquette audit`: can the labels be trusted?

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use netiquette::audit::{Audit, Options, audit};
use netiquette::features::Extractor;

use super::audit_words::as_text;
use super::log::Log;
use super::paths::{is_stdout, refuse_collision};
use super::train::{TrainingOptions, Wanted, set_threads};
use super::worklist;
use super::{DONE, SOME_REJECTED};

/// Look for faults in judged comments before training on them
///
/// Duplicates and contradictions, rows of one table in another, labels that the id, the author or
/// the date give away, classes too small, damaged and foreign texts, judgements that contradict
/// all others, annotators who disagree; and what each costs.
#[derive(Args, Debug)]
pub struct AuditArgs {
    /// Tables of judged comments; of several, later ones are checked for rows of earlier ones
    #[arg(required = true, value_name = "LABELLED")]
    pub tables: Vec<PathBuf>,
    /// Columns in which several annotators judged the same rows
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    pub annotators: Vec<String>,
    /// Write the rows worth a second look as a table for a spreadsheet
    #[arg(long, value_name = "FILE.csv")]
    pub worklist: Option<PathBuf>,
    /// Folds of the cross-validation behind the suspicious labels
    #[arg(long, value_name = "K", default_value_t = 5)]
    pub folds: usize,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub common: TrainingOptions,
}

/// Audits.
///
/// # Errors
/// If the tables cannot be read or the worklist cannot be written.
pub fn run(args: &AuditArgs, log: &Log) -> anyhow::Result<u8> {
    set_threads(args.common.threads)?;
    if let Some(worklist) = &args.worklist {
        let others = [&args.common.articles, &args.common.config].into_iter().flatten();
        let inputs: Vec<&Path> = args.tables.iter().chain(others).map(PathBuf::as_path).collect();
        refuse_collision(&[worklist.as_path()], &inputs)?;
    }
    let wanted =
        Wanted { columns: &args.annotators, unlabelled: !args.annotators.is_empty(), ..Wanted::default() };
    let config = args.common.config(None)?;
    let corpus = args.common.corpus(&args.tables, &wanted, log)?;
    let extractor = Extractor::builtin(config.bits())?;
    let options = Options { config: &config, folds: args.folds, annotators: &args.annotators };
    let done = |n: usize| log.note(format_args!("fold {n} of {} done", args.folds));
    let found = audit(&corpus, &extractor, options, done)?;
    if let Some(path) = &args.worklist {
        let rows = worklist::write(path, &found, &corpus)?;
        log.note(format_args!("{rows} rows worth a second look in {}", path.display()));
    }
    if !args.worklist.as_deref().is_some_and(is_stdout) {
        print(&found, args.json)?;
    }
    Ok(if corpus.rejects.is_empty() { DONE } else { SOME_REJECTED })
}

fn print(found: &Audit, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match json {
        true => writeln!(out, "{}", serde_json::to_string_pretty(found)?)?,
        false => write!(out, "{}", as_text(found))?,
    }
    Ok(())
}
