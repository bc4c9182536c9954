//! Words for people, on standard error; with `--log-format json` for programs.

use std::fmt::Display;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::ValueEnum;
use netiquette::escape::terminal;

/// How lines on standard error look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Plain lines.
    #[default]
    Text,
    /// One JSON object per line: time (seconds since 1970), level, message.
    Json,
}

/// Says things on standard error, or keeps quiet.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    quiet: bool,
    format: LogFormat,
}

impl Log {
    /// A log that says everything, or only errors.
    pub fn new(quiet: bool, format: LogFormat) -> Self {
        Self { quiet, format }
    }

    /// Whether only errors are said.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// How lines look.
    pub fn format(&self) -> LogFormat {
        self.format
    }

    /// Something worth knowing.
    pub fn note(&self, message: impl Display) {
        if !self.quiet {
            self.line("note", &message.to_string());
        }
    }

    /// Why nothing was done.
    pub fn error(&self, message: impl Display) {
        self.line("error", &message.to_string());
    }

    /// Writes one line, control characters escaped. A closed standard error is not an error.
    fn line(&self, level: &str, message: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{}", rendered(self.format, level, message, now));
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn rendered(format: LogFormat, level: &str, message: &str, now: fn() -> u64) -> String {
    let message = terminal(message);
    match format {
        LogFormat::Text if level == "error" => format!("error: {message}"),
        LogFormat::Text => message.into_owned(),
        LogFormat::Json => {
            serde_json::json!({ "time": now(), "level": level, "message": message }).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_in_either_format() {
        let cases = [
            (LogFormat::Text, "note", "ein\n\u{202e}Wort", "ein\\n\\u{202e}Wort"),
            (LogFormat::Text, "error", "\u{1b}[2J", "error: \\u{1b}[2J"),
            (LogFormat::Json, "note", "a\"\u{7}", r#"{"time":7,"level":"note","message":"a\"\\u{7}"}"#),
        ];
        for (format, level, message, line) in cases {
            assert_eq!(rendered(format, level, message, || 7), line);
        }
    }
}
