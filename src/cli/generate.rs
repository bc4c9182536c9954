//! `netiquette completions` and `netiquette man`: made of the command line itself.

use std::io::Write;

use anyhow::bail;
use clap::{Args, Command};
use clap_complete::Shell;

use super::{DONE, EXIT_CODES};

/// Print completions for a shell
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// Which shell
    shell: Shell,
}

/// Print the manual page, of netiquette or of one of its commands
#[derive(Args, Debug)]
pub struct ManArgs {
    /// Which command
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// Prints completions.
///
/// # Errors
/// If standard output cannot be written.
pub fn completions(args: &CompletionsArgs, mut line: Command) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut line, "netiquette", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(DONE)
}

/// Prints a manual page.
///
/// # Errors
/// If there is no such command, or standard output cannot be written.
pub fn man(args: &ManArgs, mut line: Command) -> anyhow::Result<u8> {
    line.build();
    let page = match &args.command {
        None => line,
        Some(name) => match line.find_subcommand(name) {
            Some(command) => command.clone().name(format!("netiquette-{name}")),
            None => bail!("there is no command `{name}`"),
        },
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    std::io::stdout().lock().write_all(&text)?;
    Ok(DONE)
}

/// The exit codes, for the end of the help.
pub fn exit_codes() -> String {
    let lines = EXIT_CODES.iter().map(|(code, meaning)| format!("  {code}  {meaning}"));
    format!("Exit codes:\n{}", lines.collect::<Vec<_>>().join("\n"))
}
