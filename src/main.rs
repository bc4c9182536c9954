//! The command line of netiquette: parse, run, exit code.
#![allow(clippy::disallowed_methods, reason = "the binary is where paths are opened and clocks read")]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
