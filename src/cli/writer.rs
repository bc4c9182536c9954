//! Writing scored rows: every input column as it came, then the scores.

use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;
use netiquette::corpus::{Format, Row};
#[cfg(not(feature = "parquet"))]
use netiquette::error::Error;
use netiquette::escape::spreadsheet;

use super::inputs::Tables;
use super::models::{Cell, Column};
use super::output::{Artifact, Committed};
#[cfg(feature = "parquet")]
use super::parquet::Rows;

/// Format of the scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Delimited text, with the delimiter of the input.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// Parquet (in builds with that feature).
    Parquet,
}

/// Where rows go.
enum Out {
    Lines(Artifact),
    #[cfg(feature = "parquet")]
    Parquet(Box<Rows>),
}

impl Out {
    fn new(
        out: Artifact,
        format: OutputFormat,
        columns: &[String],
        added: &[Column],
    ) -> netiquette::Result<Self> {
        match format {
            #[cfg(feature = "parquet")]
            OutputFormat::Parquet => Ok(Self::Parquet(Box::new(Rows::new(out, columns, added)?))),
            #[cfg(not(feature = "parquet"))]
            OutputFormat::Parquet => {
                let (_, _) = (columns, added);
                Err(Error::parameter("this build writes no Parquet; rebuild with --features parquet"))
            }
            OutputFormat::Csv | OutputFormat::Jsonl => Ok(Self::Lines(out)),
        }
    }

    fn artifact(&self) -> &Artifact {
        match self {
            Self::Lines(out) => out,
            #[cfg(feature = "parquet")]
            Self::Parquet(rows) => rows.artifact(),
        }
    }

    /// Writes a line; where rows are written, there are none.
    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::Lines(out) => out.write_all(line),
            #[cfg(feature = "parquet")]
            Self::Parquet(_) => Ok(()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Lines(out) => out.flush(),
            #[cfg(feature = "parquet")]
            Self::Parquet(_) => Ok(()),
        }
    }
}

/// Writes rows in the order they are given.
pub struct Writer {
    out: Out,
    format: OutputFormat,
    delimiter: char,
    /// A row can be written as the input has it, nothing left out.
    verbatim: bool,
    spreadsheet_safe: bool,
    header: Vec<String>,
    /// Which columns of the input are written: all but scores of an earlier run.
    kept: Vec<bool>,
    added: Vec<Column>,
    line: String,
}

impl Writer {
    /// Writes the header, if the format has one and no earlier job wrote it.
    ///
    /// # Errors
    /// If writing fails.
    pub fn new(
        out: Artifact,
        table: &Tables<'_>,
        wanted: Option<OutputFormat>,
        spreadsheet_safe: bool,
        added: Vec<Column>,
    ) -> netiquette::Result<Self> {
        let (given, delimiter) = match table.format() {
            Format::Csv(dialect) => (OutputFormat::Csv, dialect.delimiter),
            Format::JsonLines => (OutputFormat::Jsonl, None),
        };
        let header = table.header().to_vec();
        let kept: Vec<bool> = header.iter().map(|name| added.iter().all(|ours| ours.name != *name)).collect();
        let format = wanted.unwrap_or(given);
        let splits = given == OutputFormat::Jsonl || delimiter.is_some();
        let complete = kept.iter().all(|k| *k);
        let verbatim = format == given && table.is_uniform() && !spreadsheet_safe && splits && complete;
        let delimiter = delimiter.map_or(',', char::from);
        let theirs: Vec<String> =
            header.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(name, _)| name.clone()).collect();
        let mut writer = Self {
            out: Out::new(out, format, &theirs, &added)?,
            format,
            delimiter,
            verbatim,
            spreadsheet_safe,
            header,
            kept,
            added,
            line: String::new(),
        };
        if format == OutputFormat::Csv && writer.out.artifact().length()? == 0 {
            writer.write_header()?;
        }
        Ok(writer)
    }

    /// The names of the columns that are written.
    pub fn columns(&self) -> Vec<String> {
        let theirs = self.header.iter().zip(&self.kept).filter(|(_, kept)| **kept);
        theirs.map(|(name, _)| name).chain(self.added.iter().map(|ours| &ours.name)).cloned().collect()
    }

    /// The file that is being made.
    pub fn path(&self) -> &Path {
        self.out.artifact().path()
    }

    /// The format that is written, and the delimiter where it is CSV.
    pub fn format(&self) -> (OutputFormat, char) {
        (self.format, self.delimiter)
    }

    fn write_header(&mut self) -> netiquette::Result<()> {
        let mut line = String::new();
        for name in self.columns() {
            push_cell(&mut line, &name, self.delimiter, self.spreadsheet_safe);
        }
        self.copy(&line)
    }

    /// Writes a row of an earlier output as it stands there.
    ///
    /// # Errors
    /// If writing fails.
    pub fn copy(&mut self, row: &str) -> netiquette::Result<()> {
        self.out.line(row.as_bytes())?;
        Ok(self.out.line(b"\n")?)
    }

    /// Makes what was written survive a power loss; its length in bytes.
    ///
    /// # Errors
    /// If writing fails.
    pub fn sync(&mut self) -> netiquette::Result<u64> {
        self.out.flush()?;
        Ok(self.out.artifact().sync()?)
    }

    /// Replaces the journal beside the output.
    ///
    /// # Errors
    /// If writing fails.
    pub fn write_journal(&self, content: &[u8]) -> netiquette::Result<()> {
        Ok(self.out.artifact().write_journal(content)?)
    }

    /// What will be written of `row` before its scores, onto `to`.
    pub fn keep(&self, row: &Row<'_>, to: &mut String) {
        match (self.verbatim, self.format) {
            (true, OutputFormat::Csv) => to.push_str(row.raw()),
            (true, OutputFormat::Jsonl) => {
                let object = row.raw().trim_end();
                to.push_str(object.strip_suffix('}').unwrap_or(object).trim_end());
            }
            (false, OutputFormat::Csv) => {
                for (cell, _) in row.fields().zip(&self.kept).filter(|(_, kept)| **kept) {
                    push_cell(to, cell, self.delimiter, self.spreadsheet_safe);
                }
            }
            #[cfg(feature = "parquet")]
            (_, OutputFormat::Parquet) => {
                for (cell, _) in row.fields().zip(&self.kept).filter(|(_, kept)| **kept) {
                    let cell = if self.spreadsheet_safe { spreadsheet(cell) } else { cell.into() };
                    super::parquet::push_cell(to, &cell);
                }
            }
            #[cfg(not(feature = "parquet"))]
            (_, OutputFormat::Parquet) => {}
            (false, OutputFormat::Jsonl) => {
                to.push('{');
                let named = self.header.iter().zip(row.fields()).zip(&self.kept);
                for ((name, cell), _) in named.filter(|(_, kept)| **kept) {
                    push_member(to, name, &serde_json::Value::from(cell).to_string());
                }
            }
        }
    }

    /// Writes a row: what was kept of it, then its scores.
    ///
    /// # Errors
    /// If writing fails.
    pub fn write(&mut self, kept: &str, scores: &[Option<f64>], flags: &[bool]) -> netiquette::Result<()> {
        #[cfg(feature = "parquet")]
        if let Out::Parquet(rows) = &mut self.out {
            return rows.push(kept, scores, flags);
        }
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        line.push_str(kept);
        match self.format {
            OutputFormat::Csv => self.push_cells(&mut line, scores, flags),
            OutputFormat::Jsonl => self.push_members(&mut line, scores, flags),
            OutputFormat::Parquet => {}
        }
        line.push('\n');
        self.out.line(line.as_bytes())?;
        self.line = line;
        Ok(())
    }

    fn push_cells(&self, line: &mut String, scores: &[Option<f64>], flags: &[bool]) {
        for column in &self.added {
            line.push(self.delimiter);
            push_value(line, &column.cell, scores, flags);
        }
    }

    fn push_members(&self, line: &mut String, scores: &[Option<f64>], flags: &[bool]) {
        let mut value = String::new();
        for Column { name, cell } in &self.added {
            value.clear();
            let quote = matches!(cell, Cell::ModelId(_));
            value.extend(quote.then_some('"'));
            push_value(&mut value, cell, scores, flags);
            value.extend(quote.then_some('"'));
            push_member(line, name, if value.is_empty() { "null" } else { &value });
        }
        line.push('}');
    }

    /// Makes the output what was written.
    ///
    /// # Errors
    /// If writing fails.
    pub fn commit(self) -> netiquette::Result<Committed> {
        match self.out {
            Out::Lines(out) => out.commit(),
            #[cfg(feature = "parquet")]
            Out::Parquet(rows) => rows.commit(),
        }
    }
}

/// Appends a probability, 0–1, with four decimals; several times as fast as `{:.4}`.
fn push_score(to: &mut String, score: f64) {
    let units = (score * 1e4).round() as u32;
    let digit = |unit: u32| char::from(b'0' + (units / unit % 10) as u8);
    to.extend([digit(10_000), '.', digit(1000), digit(100), digit(10), digit(1)]);
}

/// Appends what stands in a column; nothing where there was nothing to compare with.
fn push_value(to: &mut String, cell: &Cell, scores: &[Option<f64>], flags: &[bool]) {
    match cell {
        Cell::ModelId(id) => to.push_str(id),
        Cell::Score(label) => scores[*label].into_iter().for_each(|score| push_score(to, score)),
        Cell::Flag(label) if scores[*label].is_some() => to.push(if flags[*label] { '1' } else { '0' }),
        Cell::Flag(_) => {}
    }
}

/// Appends a cell, quoted where it must be, after a delimiter unless it is the first.
fn push_cell(line: &mut String, cell: &str, delimiter: char, safe: bool) {
    if !line.is_empty() {
        line.push(delimiter);
    }
    let cell = if safe { spreadsheet(cell) } else { cell.into() };
    let first_and_blank = line.is_empty() && cell.is_empty();
    if first_and_blank || cell.contains([delimiter, '"', '\n', '\r']) || cell.trim() != cell {
        line.push('"');
        line.push_str(&cell.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(&cell);
    }
}

/// Appends a member to an object whose closing brace is still to come.
fn push_member(object: &mut String, name: &str, value: &str) {
    if !object.ends_with('{') {
        object.push(',');
    }
    object.push_str(&serde_json::Value::from(name).to_string());
    object.push(':');
    object.push_str(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_have_four_decimals() {
        for units in 0..=10_000 {
            let score = netiquette::model::rounded(f64::from(units) / 1e4);
            let mut written = String::new();
            push_score(&mut written, score);
            assert_eq!(written, format!("{score:.4}"));
        }
    }
}
