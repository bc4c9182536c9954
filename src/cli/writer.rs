//! Writing scored rows: every input column as it came, then the scores.

use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;
use netiquette::Model;
use netiquette::corpus::{Format, Row};
#[cfg(not(feature = "parquet"))]
use netiquette::error::Error;
use netiquette::escape::spreadsheet;

use super::inputs::Tables;
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
        labels: &[String],
        model_id: &str,
    ) -> netiquette::Result<Self> {
        match format {
            #[cfg(feature = "parquet")]
            OutputFormat::Parquet => Ok(Self::Parquet(Box::new(Rows::new(out, columns, labels, model_id)?))),
            #[cfg(not(feature = "parquet"))]
            OutputFormat::Parquet => {
                let (_, _, _) = (columns, labels, model_id);
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
    model_id: String,
    labels: Vec<String>,
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
        model: &Model,
        model_id: String,
    ) -> netiquette::Result<Self> {
        let (given, delimiter) = match table.format() {
            Format::Csv(dialect) => (OutputFormat::Csv, dialect.delimiter),
            Format::JsonLines => (OutputFormat::Jsonl, None),
        };
        let labels: Vec<String> = model.labels.iter().map(|l| l.name.clone()).collect();
        let header = table.header().to_vec();
        let ours: Vec<String> = added(&labels).collect();
        let kept: Vec<bool> = header.iter().map(|name| !ours.contains(name)).collect();
        let format = wanted.unwrap_or(given);
        let splits = given == OutputFormat::Jsonl || delimiter.is_some();
        let complete = kept.iter().all(|k| *k);
        let verbatim = format == given && table.is_uniform() && !spreadsheet_safe && splits && complete;
        let delimiter = delimiter.map_or(',', char::from);
        let theirs: Vec<String> =
            header.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(name, _)| name.clone()).collect();
        let mut writer = Self {
            out: Out::new(out, format, &theirs, &labels, &model_id)?,
            format,
            delimiter,
            verbatim,
            spreadsheet_safe,
            header,
            kept,
            model_id,
            labels,
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
        theirs.map(|(name, _)| name.clone()).chain(added(&self.labels)).collect()
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
        for (score, flag) in scores.iter().zip(flags) {
            line.push(self.delimiter);
            if let Some(score) = score {
                push_score(line, *score);
            }
            line.push(self.delimiter);
            if score.is_some() {
                line.push(if *flag { '1' } else { '0' });
            }
        }
        line.push(self.delimiter);
        line.push_str(&self.model_id);
    }

    fn push_members(&self, line: &mut String, scores: &[Option<f64>], flags: &[bool]) {
        let mut number = String::new();
        for ((label, score), flag) in self.labels.iter().zip(scores).zip(flags) {
            number.clear();
            match score {
                Some(score) => push_score(&mut number, *score),
                None => number.push_str("null"),
            }
            let flag = match (score, flag) {
                (None, _) => "null",
                (_, true) => "1",
                (_, false) => "0",
            };
            push_member(line, &format!("{label}_score"), &number);
            push_member(line, &format!("{label}_flagged"), flag);
        }
        push_member(line, "model_id", &format!("\"{}\"", self.model_id));
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

/// The columns that scoring adds.
fn added(labels: &[String]) -> impl Iterator<Item = String> + '_ {
    let of_label = |l: &String| [format!("{l}_score"), format!("{l}_flagged")];
    labels.iter().flat_map(of_label).chain(["model_id".to_owned()])
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
