//! The command line: the only place that opens paths, reads clocks and prints.
//!
//! One file per command; each turns its arguments into calls of the library and an exit
//! code. Results go to standard output or `-o`, everything for people to standard error.

mod audit;
mod audit_words;
mod evaluate;
mod explain;
mod import;
mod input;
mod inspect;
mod lock;
mod log;
mod models;
mod output;
mod paths;
mod rejects;
mod report;
mod require;
mod rows;
mod score;
mod signals;
mod table;
mod threshold;
mod train;
mod worklist;
mod writer;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Exit code: done.
pub const DONE: u8 = 0;
/// Exit code: a gate that was asked for was missed.
pub const GATE_MISSED: u8 = 1;
/// Exit code: nothing was done.
pub const NOTHING_DONE: u8 = 2;
/// Exit code: done, but some rows or inputs were rejected.
pub const SOME_REJECTED: u8 = 3;

/// Scores reader comments for incivility and for being off-topic relative to their article.
///
/// Exit codes: 0 done; 1 a gate asked for was missed; 2 nothing was done; 3 done, but some
/// rows were rejected. A job stopped by a signal ends by that signal (143 for SIGTERM, 130 for SIGINT).
#[derive(Parser, Debug)]
#[command(name = "netiquette", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true)]
    quiet: bool,
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
}

/// Parses the arguments, runs the command, and says what went wrong.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            // Help and version are results; a failing standard output has nowhere to be told.
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { NOTHING_DONE } else { DONE });
        }
    };
    let log = log::Log::new(cli.quiet);
    let done = match &cli.command {
        Command::Import(args) => import::run(args, cli.quiet),
        Command::Score(args) => score::run(args, &log),
        Command::Train(args) => train::run(args, &log),
        Command::Evaluate(args) => evaluate::run(args, &log),
        Command::Audit(args) => audit::run(args, &log),
        Command::Explain(args) => explain::run(args, &log),
        Command::Inspect(args) => inspect::run(args),
        Command::Threshold(args) => threshold::run(args, &log),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(e) if output::is_broken_pipe(e.as_ref()) => ExitCode::from(DONE),
        Err(e) => {
            log.error(format_args!("{e:#}"));
            signals::obey();
            ExitCode::from(NOTHING_DONE)
        }
    }
}
