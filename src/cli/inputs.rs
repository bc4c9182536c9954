//! Several tables of comments as one: `score A.csv B.csv.gz 'night/*.csv'`.
//!
//! The order is that of the arguments, a pattern's files sorted by name. Identifiers are
//! unique across all of them, and a thread may span them. They need the same columns, for
//! they go into one output; formats, delimiters, encodings and packing may differ.

use std::path::{Path, PathBuf};

use netiquette::corpus::{Columns, Format, Options, Outcome, Role, Table};
use netiquette::error::{Error, Position, Result};

use super::input::{Source, Stamp, say_notes};
use super::log::Log;
use super::paths::{is_stdout, resolve};
use super::progress::{Meter, Progress};

/// The files that the arguments name: patterns replaced by the files that match them.
///
/// # Errors
/// If a pattern matches nothing, or a file is named twice.
pub fn expand(arguments: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for argument in arguments {
        match is_stdout(argument) || argument.exists() || !is_pattern(argument) {
            true => files.push(argument.clone()),
            false => files.extend(matches(argument)?),
        }
    }
    let mut seen = std::collections::HashSet::new();
    match files.iter().find(|path| !seen.insert(resolve(path).unwrap_or_else(|_| (*path).clone()))) {
        Some(twice) => Err(at(twice, Error::parameter("this input is named twice"))),
        None => Ok(files),
    }
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

fn matches(pattern: &Path) -> Result<Vec<PathBuf>> {
    let wrong = |what: String| at(pattern, Error::parameter(what));
    let found =
        glob::glob(&pattern.to_string_lossy()).map_err(|e| wrong(format!("no pattern: {}", e.msg)))?;
    let mut files = Vec::new();
    for path in found {
        let path = path.map_err(|e| {
            let place = e.path().to_owned();
            at(&place, std::io::Error::from(e).into())
        })?;
        if path.is_file() {
            files.push(path);
        }
    }
    match files.is_empty() {
        true => Err(wrong("no file matches this pattern".to_owned())),
        false => Ok(files),
    }
}

fn at(path: &Path, error: Error) -> Error {
    error.at(Position::file(path.display().to_string()))
}

/// Inputs that can be read from the beginning as often as needed.
#[derive(Debug)]
pub struct Inputs {
    sources: Vec<Source>,
    options: Options,
    format: Format,
    uniform: bool,
    meter: Meter,
}

impl Inputs {
    /// The tables at `paths`, which may be patterns; `-` is standard input. Says how each was
    /// understood.
    ///
    /// # Errors
    /// If one is no table of comments, a pattern matches nothing, a file is named twice, or
    /// their columns differ.
    pub fn new(paths: &[PathBuf], options: &Options, log: &Log) -> Result<Self> {
        let sources = expand(paths)?.iter().map(|path| Source::new(path)).collect::<Result<Vec<_>>>()?;
        let [first, rest @ ..] = &sources[..] else { return Err(Error::parameter("there is no input")) };
        let first = first.open(Role::Comments, options, &Meter::default())?;
        say_notes(&first, log);
        let (format, mut uniform) = (first.format(), true);
        for source in rest {
            let other = source.open(Role::Comments, options, &Meter::default())?;
            say_notes(&other, log);
            same_columns(&first, &other)?;
            uniform &= other.format() == format;
        }
        Ok(Self { sources, options: options.clone(), format, uniform, meter: Meter::default() })
    }

    /// Their name in messages: that of the only one, or how many there are.
    pub fn name(&self) -> String {
        match &self.sources[..] {
            [only] => only.name().to_owned(),
            several => format!("{} inputs", several.len()),
        }
    }

    /// The inputs one by one.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Bytes they hold, packed as they are.
    pub fn bytes(&self) -> u64 {
        self.sources.iter().map(Source::bytes).sum()
    }

    /// What changes when somebody writes one of them.
    ///
    /// # Errors
    /// If one is gone.
    pub fn stamps(&self) -> Result<Vec<Stamp>> {
        self.sources.iter().map(Source::stamp).collect()
    }

    /// Opens them at the beginning of the first, and shows how `what` comes along.
    ///
    /// # Errors
    /// If the first is no longer what it was.
    pub fn open(&self, what: &'static str, log: &Log) -> Result<Tables<'_>> {
        let progress = Progress::new(what, self.bytes(), &self.meter, log);
        let current = self.sources[0].open(Role::Comments, &self.options, &self.meter)?;
        Ok(Tables { inputs: self, current, next: 1, unread: 0, progress })
    }
}

fn same_columns(first: &Table, other: &Table) -> Result<()> {
    let (a, b) = (first.header(), other.header());
    if a == b {
        return Ok(());
    }
    let differ = a.iter().zip(b).position(|(a, b)| a != b);
    let what = match differ {
        Some(i) => format!("column {} is called otherwise", i + 1),
        None => format!("it has {} columns, not {}", b.len(), a.len()),
    };
    let message =
        format!("{what} than in `{}`; tables scored into one output need the same columns", first.name());
    Err(Error::input(message).at(Position::file(other.name()).at_line(1)))
}

/// The rows of several tables, one after the other.
pub struct Tables<'a> {
    inputs: &'a Inputs,
    current: Table,
    next: usize,
    /// Of the tables before the current one.
    unread: u64,
    progress: Progress,
}

impl Tables<'_> {
    /// The name of the table that the last row is of.
    pub fn name(&self) -> &str {
        self.current.name()
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        self.current.header()
    }

    /// What the columns mean.
    pub fn columns(&self) -> &Columns {
        self.current.columns()
    }

    /// What the first table was recognised as.
    pub fn format(&self) -> Format {
        self.inputs.format
    }

    /// Whether all tables are of that format, so that their records can stand side by side.
    pub fn is_uniform(&self) -> bool {
        self.inputs.uniform
    }

    /// Rows so far with members that are no columns.
    pub fn unread(&self) -> u64 {
        self.unread + self.current.unread()
    }

    /// The next row or rejected record; `None` at the end of the last table.
    ///
    /// # Errors
    /// If reading fails.
    pub fn next_row(&mut self) -> Result<Option<Outcome<'_>>> {
        while !self.current.advance()? {
            let Some(source) = self.inputs.sources.get(self.next) else {
                self.progress.finish();
                return Ok(None);
            };
            self.next += 1;
            let next = source.open(Role::Comments, &self.inputs.options, &self.inputs.meter)?;
            same_columns(&self.current, &next)?;
            self.unread += self.current.unread();
            self.current = next.with_seen_ids(self.current.take_seen_ids());
        }
        self.progress.row();
        Ok(self.current.current())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn patterns_are_replaced_by_their_files_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b.csv", "a.csv", "[x].csv", "c.txt"] {
            fs::write(at(name), "text\n").unwrap();
        }
        fs::create_dir(at("d.csv")).unwrap();
        assert_eq!(
            expand(&[at("c.txt"), at("*.csv")]).unwrap(),
            ["c.txt", "[x].csv", "a.csv", "b.csv"].map(at),
            "folders are passed over"
        );
        assert_eq!(expand(&[at("[x].csv")]).unwrap(), [at("[x].csv")], "a file of that very name");
        assert_eq!(expand(&[at("absent.csv")]).unwrap(), [at("absent.csv")], "opening it says what is wrong");
        for (paths, what) in [
            (vec![at("*.json")], "no file matches"),
            (vec![at("a.csv"), at("?.csv")], "named twice"),
            (vec![at("[.csv")], "no pattern"),
        ] {
            let error = expand(&paths).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
    }
}
