//! The command line: the only place that opens paths, reads clocks and prints.
//!
//! One file per command; each turns its arguments into calls of the library and an exit
//! code. Results go to standard output or `-o`, everything for people to standard error.

mod audit;
mod audit_words;
mod base;
mod compare;
mod config;
mod drift;
mod dry_run;
mod evaluate;
mod explain;
mod generate;
mod import;
mod input;
mod inputs;
mod inspect;
mod lock;
mod log;
mod models;
mod output;
#[cfg(feature = "parquet")]
mod parquet;
mod paths;
mod progress;
mod rejects;
mod report;
mod require;
mod rows;
mod sample;
mod score;
mod signals;
mod summary;
mod table;
mod temporary;
mod threshold;
mod train;
mod worklist;
mod writer;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use netiquette::escape::terminal;

/// Exit code: done.
pub const DONE: u8 = 0;
/// Exit code: a gate that was asked for was missed, or `drift` raised an alarm.
pub const GATE_MISSED: u8 = 1;
/// Exit code: nothing was done.
pub const NOTHING_DONE: u8 = 2;
/// Exit code: done, but some rows or inputs were rejected.
pub const SOME_REJECTED: u8 = 3;

/// What the exit codes say, as `--help` and docs/operations.md have them.
pub const EXIT_CODES: [(u8, &str); 4] = [
    (DONE, "done"),
    (GATE_MISSED, "a gate that was asked for was missed, or `drift` raised an alarm"),
    (NOTHING_DONE, "nothing was done; the message says why and what to do"),
    (SOME_REJECTED, "done, but some rows or inputs were rejected"),
];

/// Scores reader comments for incivility and for being off-topic relative to their article
#[derive(Parser, Debug)]
#[command(name = "netiquette", version, propagate_version = true, after_help = generate::exit_codes())]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// How lines on standard error look
    #[arg(long, value_enum, default_value_t, global = true)]
    log_format: log::LogFormat,
    /// Options in TOML, a table per command; NETIQUETTE_CONFIG names one as well
    #[arg(long, value_name = "FILE", global = true)]
    config_file: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
enum Command {
    Import(import::ImportArgs),
    Score(score::ScoreArgs),
    Train(train::TrainArgs),
    Evaluate(evaluate::EvaluateArgs),
    Audit(audit::AuditArgs),
    Explain(explain::ExplainArgs),
    Inspect(inspect::InspectArgs),
    Threshold(threshold::ThresholdArgs),
    Config(config::ConfigArgs),
    Completions(generate::CompletionsArgs),
    Man(generate::ManArgs),
    Compare(compare::CompareArgs),
    Drift(drift::DriftArgs),
    Sample(sample::SampleArgs),
}

/// Parses the arguments, runs the command, and says what went wrong.
pub fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let (config, line) = match configured(&words) {
        Ok(configured) => configured,
        Err(e) => return failed(&e, &log::Log::new(false, log::LogFormat::Text)),
    };
    let parsed = line.clone().try_get_matches_from(words).and_then(|m| Cli::from_arg_matches(&m));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(e) => return refused(&e),
    };
    let log = log::Log::new(cli.quiet, cli.log_format);
    let done = match &cli.command {
        Command::Import(args) => import::run(args, &log),
        Command::Score(args) => score::run(args, &log),
        Command::Train(args) => train::run(args, &log),
        Command::Evaluate(args) => evaluate::run(args, &log),
        Command::Audit(args) => audit::run(args, &log),
        Command::Explain(args) => explain::run(args, &log),
        Command::Inspect(args) => inspect::run(args),
        Command::Threshold(args) => threshold::run(args, &log),
        Command::Config(args) => config::run(args, &config, line),
        Command::Completions(args) => generate::completions(args, Cli::command()),
        Command::Man(args) => generate::man(args, Cli::command()),
        Command::Compare(args) => compare::run(args, &log),
        Command::Drift(args) => drift::run(args, &log),
        Command::Sample(args) => sample::run(args, &log),
    };
    done.map_or_else(|e| failed(&e, &log), ExitCode::from)
}

/// The options of the file that is in force, and the command line with them as defaults.
fn configured(words: &[OsString]) -> anyhow::Result<(config::Config, clap::Command)> {
    let config = config::Config::find(words)?;
    let line = config.apply(Cli::command())?;
    Ok((config, line))
}

/// Help and version are results; a failing standard output has nowhere to be told. What is
/// quoted of the command line is escaped.
fn refused(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::from(DONE);
    }
    let message = error.render().to_string();
    let lines: Vec<_> = message.trim_end().split('\n').map(terminal).collect();
    let _ = writeln!(std::io::stderr().lock(), "{}", lines.join("\n"));
    ExitCode::from(NOTHING_DONE)
}

/// The error and its causes; one that the message before it already ends with is said once.
fn chain(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| match said.as_str() {
        "" => cause,
        before if before.ends_with(&cause) => said,
        before => format!("{before}: {cause}"),
    })
}

fn failed(error: &anyhow::Error, log: &log::Log) -> ExitCode {
    if output::is_broken_pipe(error.as_ref()) {
        return ExitCode::from(DONE);
    }
    if let Some(error) = error.downcast_ref::<clap::Error>() {
        return refused(error);
    }
    log.error(chain(error));
    signals::obey();
    ExitCode::from(NOTHING_DONE)
}
