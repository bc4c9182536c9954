//! The one error type of the library: what went wrong, where, and what to do.
//!
//! A message never quotes comment text; it names the place (path, line, byte)
//! so that the operator can look for themselves. Names out of an input (paths, columns)
//! are escaped here, once, whatever the message quotes.

use std::fmt;

use crate::escape::terminal;

/// Result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The class of a failure, for programs that react to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An operating-system read or write failed. Never a bad row: the run must stop.
    Io,
    /// The input is not what it should be (not a table, no `text` column, not a page …).
    Input,
    /// The labels cannot be trained on or evaluated (one class, too few rows, absent column).
    Labels,
    /// A model file is damaged, foreign, or of another format version.
    Model,
    /// A parameter is outside its range.
    Parameter,
}

/// Where in an input a failure was met. Lines count from 1, bytes from 0,
/// both of the decoded (UTF-8) stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The name the input was opened under, `-` for standard input.
    pub path: Option<String>,
    /// Line of the record's first byte, from 1.
    pub line: Option<u64>,
    /// Offset of the record's first byte, from 0.
    pub byte: Option<u64>,
}

impl Position {
    /// A place in `path`, without a line.
    pub fn file(path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..Self::default() }
    }

    /// The same place, at `line` (from 1).
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same place, at `byte` (from 0).
    pub fn at_byte(mut self, byte: u64) -> Self {
        self.byte = Some(byte);
        self
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        if let Some(path) = &self.path {
            write!(f, "{path}")?;
            gap = ", ";
        }
        if let Some(line) = self.line {
            write!(f, "{gap}line {line}")?;
            gap = ", ";
        }
        if let Some(byte) = self.byte {
            write!(f, "{gap}byte {byte}")?;
        }
        Ok(())
    }
}

/// A failure: its [`Kind`], a message that says what to do, and its [`Position`].
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    position: Position,
    source: Option<std::io::Error>,
}

impl Error {
    /// A failure of `kind`; `message` says what is wrong and what to do, without comment text.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), position: Position::default(), source: None }
    }

    /// An [`Kind::Input`] failure.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// A [`Kind::Labels`] failure.
    pub fn labels(message: impl Into<String>) -> Self {
        Self::new(Kind::Labels, message)
    }

    /// A [`Kind::Model`] failure.
    pub fn model(message: impl Into<String>) -> Self {
        Self::new(Kind::Model, message)
    }

    /// A [`Kind::Parameter`] failure.
    pub fn parameter(message: impl Into<String>) -> Self {
        Self::new(Kind::Parameter, message)
    }

    /// The same failure with its place; a place already known is kept.
    pub fn at(mut self, position: Position) -> Self {
        if self.position == Position::default() {
            self.position = position;
        }
        self
    }

    /// The class of the failure.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it was met; empty when the place is not known.
    pub fn position(&self) -> &Position {
        &self.position
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.position.to_string();
        let message = terminal(&self.message);
        match place.is_empty() {
            true => f.write_str(&message),
            false => write!(f, "{}: {message}", terminal(&place)),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|e| e as _)
    }
}

impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Self {
        Self { kind: Kind::Io, message: e.to_string(), position: Position::default(), source: Some(e) }
    }
}

impl From<linfa::Error> for Error {
    fn from(e: linfa::Error) -> Self {
        Self::parameter(e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_leads_with_its_place() {
        let e = Error::input("no `text` column").at(Position::file("a.csv").at_line(1).at_byte(0));
        assert_eq!(e.to_string(), "a.csv, line 1, byte 0: no `text` column");
    }

    #[test]
    fn the_first_place_wins() {
        let e = Error::input("x").at(Position::file("inner")).at(Position::file("outer"));
        assert_eq!(e.position().path.as_deref(), Some("inner"));
    }
}
