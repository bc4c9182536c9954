//! What stands in a row of the output, and how: the columns of the input that are kept, then
//! those that scoring adds.

use netiquette::corpus::{Format, Row};
use netiquette::escape::spreadsheet;

use super::OutputFormat;
use crate::cli::inputs::Tables;
use crate::cli::models::{Cell, Column};

/// Columns and format of an output.
#[derive(Clone, Debug)]
pub struct Layout {
    format: OutputFormat,
    delimiter: char,
    /// A row can be written as the input has it, nothing left out.
    verbatim: bool,
    spreadsheet_safe: bool,
    header: Vec<String>,
    /// Which columns of the input are written: all but scores of an earlier run.
    kept: Vec<bool>,
    added: Vec<Added>,
}

/// A column that scoring adds, and what stands before each of its values.
#[derive(Clone, Debug)]
struct Added {
    column: Column,
    before: String,
}

impl Layout {
    /// That of the scores of `table`, in the format `wanted` or that of the table.
    pub fn new(
        table: &Tables<'_>,
        wanted: Option<OutputFormat>,
        spreadsheet_safe: bool,
        added: Vec<Column>,
    ) -> Self {
        let (given, delimiter) = match table.format() {
            Format::Csv(dialect) => (OutputFormat::Csv, dialect.delimiter),
            Format::JsonLines => (OutputFormat::Jsonl, None),
        };
        let header = table.header().to_vec();
        let kept: Vec<bool> = header.iter().map(|name| added.iter().all(|ours| ours.name != *name)).collect();
        let format = wanted.unwrap_or(given);
        // A line feed in a bare cell would be the end of a line in what is written.
        let lines = match table.format() {
            Format::Csv(dialect) => dialect.newline == b'\n',
            Format::JsonLines => true,
        };
        let splits = given == OutputFormat::Jsonl || delimiter.is_some();
        let complete = kept.iter().all(|k| *k);
        let verbatim =
            format == given && table.is_uniform() && !spreadsheet_safe && splits && lines && complete;
        let delimiter = delimiter.map_or(',', char::from);
        let before = |column: &Column| match format {
            OutputFormat::Jsonl => format!("{}:", serde_json::Value::from(column.name.as_str())),
            OutputFormat::Csv | OutputFormat::Parquet => delimiter.to_string(),
        };
        let added = added.into_iter().map(|column| Added { before: before(&column), column }).collect();
        Self { format, delimiter, verbatim, spreadsheet_safe, header, kept, added }
    }

    /// The format that is written, and the delimiter where it is CSV.
    pub fn format(&self) -> (OutputFormat, char) {
        (self.format, self.delimiter)
    }

    /// The names of the columns of the input that are written.
    pub fn theirs(&self) -> impl Iterator<Item = &String> {
        self.header.iter().zip(&self.kept).filter(|(_, kept)| **kept).map(|(name, _)| name)
    }

    /// The columns that scoring adds.
    pub fn added(&self) -> impl Iterator<Item = &Column> {
        self.added.iter().map(|added| &added.column)
    }

    /// The names of all columns that are written.
    pub fn columns(&self) -> Vec<String> {
        self.theirs().chain(self.added().map(|ours| &ours.name)).cloned().collect()
    }

    /// The first line of a delimited output.
    pub fn header(&self) -> String {
        let mut line = String::new();
        for (i, name) in self.columns().iter().enumerate() {
            push_cell(&mut line, name, i == 0, self.delimiter, self.spreadsheet_safe);
        }
        line
    }

    /// About how many bytes scores add to a line.
    pub fn width(&self) -> usize {
        let values = self.added.iter().map(|added| match &added.column.cell {
            Cell::ModelId(id) => id.len() + 2,
            Cell::Score(_) | Cell::Flag(_) => "0.0000".len(),
        });
        values.zip(&self.added).map(|(value, added)| value + added.before.len() + 1).sum::<usize>() + 2
    }

    /// Whether what is [kept](Self::keep) of a row begins with its [raw](Row::raw) record.
    pub fn keeps_raw(&self) -> bool {
        self.verbatim && self.format == OutputFormat::Csv
    }

    /// Appends what will be written of `row` before its scores.
    pub fn keep(&self, row: &Row<'_>, to: &mut String) {
        let cells = || row.fields().zip(&self.kept).filter(|(_, kept)| **kept).map(|(cell, _)| cell);
        match (self.verbatim, self.format) {
            (true, OutputFormat::Csv) => to.push_str(row.raw()),
            // A member that no first row had, named as one of ours, must not stand there twice.
            (true, OutputFormat::Jsonl) if !self.names_ours(row.raw()) => {
                let object = row.raw().trim_end();
                to.push_str(object.strip_suffix('}').unwrap_or(object).trim_end());
            }
            (false, OutputFormat::Csv) => {
                for (i, cell) in cells().enumerate() {
                    push_cell(to, cell, i == 0, self.delimiter, self.spreadsheet_safe);
                }
            }
            #[cfg(feature = "parquet")]
            (_, OutputFormat::Parquet) => {
                for cell in cells() {
                    let cell = if self.spreadsheet_safe { spreadsheet(cell) } else { cell.into() };
                    crate::cli::parquet::push_cell(to, &cell);
                }
            }
            #[cfg(not(feature = "parquet"))]
            (_, OutputFormat::Parquet) => {}
            (_, OutputFormat::Jsonl) => {
                to.push('{');
                for (i, (name, cell)) in self.theirs().zip(cells()).enumerate() {
                    to.push_str(if i == 0 { "" } else { "," });
                    to.push_str(&serde_json::Value::from(name.as_str()).to_string());
                    to.push(':');
                    to.push_str(&serde_json::Value::from(cell).to_string());
                }
            }
        }
    }

    /// Whether a column of ours stands in a JSON object; in a text its quotes would be escaped.
    fn names_ours(&self, object: &str) -> bool {
        self.added().any(|ours| {
            object
                .match_indices(&*ours.name)
                .any(|(at, name)| object[..at].ends_with('"') && object[at + name.len()..].starts_with('"'))
        })
    }

    /// Appends the line of a row, what was kept of it and then its scores, if the format has lines.
    pub fn push(&self, kept: &str, scores: &[Option<f64>], flags: &[bool], to: &mut Vec<u8>) {
        match self.format {
            OutputFormat::Csv => {
                to.extend_from_slice(kept.as_bytes());
                for Added { column, before } in &self.added {
                    to.extend_from_slice(before.as_bytes());
                    push_value(to, &column.cell, scores, flags);
                }
            }
            OutputFormat::Jsonl => {
                to.extend_from_slice(kept.as_bytes());
                for Added { column, before } in &self.added {
                    to.extend_from_slice(if to.ends_with(b"{") { b"" } else { b"," });
                    to.extend_from_slice(before.as_bytes());
                    push_json(to, &column.cell, scores, flags);
                }
                to.push(b'}');
            }
            OutputFormat::Parquet => return,
        }
        to.push(b'\n');
    }
}

/// Appends a probability, 0–1, with four decimals; several times as fast as `{:.4}`.
fn push_score(to: &mut Vec<u8>, score: f64) {
    let units = (score * 1e4).round() as u32;
    let digit = |unit: u32| b'0' + (units / unit % 10) as u8;
    to.extend_from_slice(&[digit(10_000), b'.', digit(1000), digit(100), digit(10), digit(1)]);
}

/// Appends what stands in a column; nothing where there was nothing to compare with.
fn push_value(to: &mut Vec<u8>, cell: &Cell, scores: &[Option<f64>], flags: &[bool]) {
    match cell {
        Cell::ModelId(id) => to.extend_from_slice(id.as_bytes()),
        Cell::Score(label) => scores[*label].into_iter().for_each(|score| push_score(to, score)),
        Cell::Flag(label) if scores[*label].is_some() => to.push(if flags[*label] { b'1' } else { b'0' }),
        Cell::Flag(_) => {}
    }
}

/// The same as a JSON value.
fn push_json(to: &mut Vec<u8>, cell: &Cell, scores: &[Option<f64>], flags: &[bool]) {
    let quote: &[u8] = if matches!(cell, Cell::ModelId(_)) { b"\"" } else { b"" };
    to.extend_from_slice(quote);
    let before = to.len();
    push_value(to, cell, scores, flags);
    if to.len() == before && quote.is_empty() {
        to.extend_from_slice(b"null");
    }
    to.extend_from_slice(quote);
}

/// Appends a cell, quoted where it must be, after a delimiter unless it is the first.
fn push_cell(line: &mut String, cell: &str, is_first: bool, delimiter: char, safe: bool) {
    if !is_first {
        line.push(delimiter);
    }
    let cell = if safe { spreadsheet(cell) } else { cell.into() };
    let first_and_blank = is_first && cell.is_empty();
    if first_and_blank || cell.contains([delimiter, '"', '\n', '\r']) || cell.trim() != cell {
        line.push('"');
        line.push_str(&cell.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(&cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_have_four_decimals() {
        for units in 0..=10_000 {
            let score = netiquette::model::rounded(f64::from(units) / 1e4);
            let mut written = Vec::new();
            push_score(&mut written, score);
            assert_eq!(written, format!("{score:.4}").as_bytes());
        }
    }
}
