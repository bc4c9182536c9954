//! Tables whose records are no text: sheets of Excel workbooks and Parquet files. They are
//! rendered as CSV in bounded pieces and go through the same door as CSV, so that every
//! check, code and guarantee of a table holds for them as well.

use std::io::{self, Read};

use super::dialect::Dialect;

/// What ends a rendered record. No cell ends in it, so the line of a record is its row.
const END: u8 = 0x1e;

/// The dialect that records are rendered in.
pub(super) const DIALECT: Dialect = Dialect { delimiter: Some(b','), newline: END };

/// Records as a stream of CSV. A record without cells becomes a blank line.
pub(super) struct Rendered<I> {
    records: I,
    bytes: Vec<u8>,
    at: usize,
}

impl<I: Iterator<Item = io::Result<Vec<String>>>> Rendered<I> {
    pub fn new(records: I) -> Self {
        Self { records, bytes: Vec::new(), at: 0 }
    }
}

impl<I: Iterator<Item = io::Result<Vec<String>>>> Read for Rendered<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.bytes.len() {
            self.bytes.clear();
            self.at = 0;
            if let Some(record) = self.records.next() {
                render(&record?, &mut self.bytes);
            }
        }
        let n = (self.bytes.len() - self.at).min(buffer.len());
        buffer[..n].copy_from_slice(&self.bytes[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

fn render(cells: &[String], bytes: &mut Vec<u8>) {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            bytes.push(b',');
        }
        let plain = !cell.is_empty() && !cell.contains(['"', ',', '\n', '\r', char::from(END)]);
        match plain {
            true => bytes.extend_from_slice(cell.as_bytes()),
            false => bytes.extend_from_slice(format!("\"{}\"", cell.replace('"', "\"\"")).as_bytes()),
        }
    }
    bytes.push(END);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Field, Options, Outcome, Role, Table};

    #[test]
    fn records_are_rows_and_their_line_is_their_row() {
        let records: [&[&str]; 6] =
            [&[], &["id", "text"], &["1", "a,\"b\"\r\nc\u{1e}d"], &[], &["", " x "], &["3", ""]];
        let owned = |cells: &&[&str]| Ok(cells.iter().map(|c| (*c).to_owned()).collect());
        let records: Vec<_> = records.iter().map(owned).collect();
        let reader = Rendered::new(records.into_iter());
        let mut table = Table::from_records("t", reader, None, Role::Comments, &Options::default()).unwrap();
        assert_eq!(table.header(), ["id", "text"]);
        let mut rows = Vec::new();
        while let Some(outcome) = table.next_row().unwrap() {
            rows.push(match outcome {
                Outcome::Row(row) => {
                    (row.line(), row.get(Field::Id).to_owned(), row.get(Field::Text).to_owned())
                }
                Outcome::Reject(reject) => (reject.line, reject.code.to_string(), reject.raw),
            });
        }
        let row = |line, id: &str, text: &str| (line, id.to_owned(), text.to_owned());
        // A record separator within a cell is kept, and counts as a line.
        assert_eq!(
            rows,
            [row(3, "1", "a,\"b\"\r\nc\u{1e}d"), row(6, "", " x "), row(7, "empty_text", "3,\"\"")]
        );
    }
}
