//! Words for people, on standard error.

use std::fmt::Display;
use std::io::Write;

use netiquette::escape::terminal;

/// Says things on standard error, or keeps quiet.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    quiet: bool,
}

impl Log {
    /// A log that says everything, or only errors.
    pub fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Something worth knowing.
    pub fn note(&self, message: impl Display) {
        if !self.quiet {
            line(format_args!("{message}"));
        }
    }

    /// Why nothing was done.
    pub fn error(&self, message: impl Display) {
        line(format_args!("error: {message}"));
    }
}

/// Writes one line, control characters escaped. A closed standard error is not an error.
fn line(message: std::fmt::Arguments<'_>) {
    let message = message.to_string();
    let _ = writeln!(std::io::stderr().lock(), "{}", terminal(&message));
}
