//! A table as a stream of rows: CSV in any dialect or JSON Lines, told apart by content.
//!
//! A read error is an error and ends the run; a malformed record is a [`Reject`] and the
//! table goes on behind it. Where quotes do not balance, only the physical line on which
//! the record began is rejected, however much the open quote would have swallowed. Memory
//! is bounded by the longest record allowed, plus 8–20 bytes a row where identifiers are
//! checked.

use std::io::{self, Read};

use encoding_rs::Encoding;

use super::check::{SeenIds, check, check_id};
use super::columns::{Columns, Field, Mapping, Role};
use super::csv::{self, Scan, Span};
use super::decode::{Compression, Decoded, HEAD, decode};
use super::dialect::Dialect;
use super::header;
use super::jsonl::{self, Keys};
use super::markup;
use super::row::{Code, Outcome, Reject, Row};
use super::window::Window;
use crate::error::{Error, Position, Result};

/// Bytes of text a row may have unless [`Options::max_text`] says otherwise: 1 MiB.
pub const MAX_TEXT: usize = 1 << 20;

/// How to read a table. The default detects everything.
#[derive(Clone, Debug)]
pub struct Options {
    /// The encoding, where detection is not wanted.
    pub encoding: Option<&'static Encoding>,
    /// The delimiter, where detection is not wanted (an ASCII byte).
    pub delimiter: Option<u8>,
    /// Names the user gave to columns.
    pub mapping: Mapping,
    /// Bytes the `text` of a row may have. A record may have four times that and 1 MiB.
    pub max_text: usize,
    /// Whether texts hold HTML, to be understood as the text a reader saw.
    pub html: bool,
    /// Whether a row with the identifier of an earlier one is rejected.
    pub unique_ids: bool,
    /// The sheet of a workbook; the first if not given.
    pub sheet: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            encoding: None,
            delimiter: None,
            mapping: Mapping::default(),
            max_text: MAX_TEXT,
            html: false,
            unique_ids: true,
            sheet: None,
        }
    }
}

/// What a table was recognised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Csv(Dialect),
    /// One JSON object per line.
    JsonLines,
}

/// An open table.
pub struct Table {
    name: String,
    role: Role,
    format: Format,
    encoding: &'static Encoding,
    compression: Option<Compression>,
    columns: Columns,
    /// Where records that are no text are from.
    origin: Option<String>,
    max_text: usize,
    seen: Option<SeenIds>,
    window: Window,
    keys: Keys,
    unread: u64,
    spans: Vec<Span>,
    scratch: String,
    /// Fields that hold HTML, where that is understood, and their text in `scratch`.
    html: bool,
    plain: Vec<(Field, Span)>,
    done: Done,
    found: Option<Found>,
    failed: bool,
}

/// What the last record leaves to be dropped before the next one is looked for.
#[derive(Clone, Copy)]
enum Done {
    Bytes(usize),
    RestOfLine,
}

/// A record found at the front of the window.
enum Found {
    /// A record of that many bytes without its line end.
    Record(usize),
    /// A malformed one: why, and how many bytes of it are shown.
    Malformed(Code, &'static str, usize),
}

impl Table {
    /// Opens `input` under `name` (which goes into errors and rejects; `-` for standard
    /// input), reads its header and finds out what its columns mean.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when it cannot be read, and
    /// [`Kind::Input`](crate::error::Kind::Input) when it is no table, has no rows of names
    /// or lacks a required column.
    pub fn open(
        name: &str,
        input: impl Read + Send + 'static,
        role: Role,
        options: &Options,
    ) -> Result<Self> {
        let place = |e: Error| e.at(Position::file(name));
        Self::try_open(name, input, role, options).map_err(place)
    }

    fn try_open(
        name: &str,
        input: impl Read + Send + 'static,
        role: Role,
        options: &Options,
    ) -> Result<Self> {
        let Decoded { reader, encoding, compression } = decode(input, options.encoding)?;
        let mut window = Window::new(reader);
        window.grow_to(HEAD)?;
        let format = header::recognise(&mut window, options.delimiter)?;
        let header = match format {
            Format::Csv(dialect) => header::from_csv(name, &mut window, dialect)?,
            Format::JsonLines => header::from_json(&window)?,
        };
        let columns = Columns::resolve(header, role, &options.mapping)?;
        Ok(Self { encoding, compression, ..Self::new(name, window, format, columns, role, options) })
    }

    /// A table that is read from `window` on.
    fn new(
        name: &str,
        window: Window,
        format: Format,
        columns: Columns,
        role: Role,
        options: &Options,
    ) -> Self {
        let keys = Keys::new(if format == Format::JsonLines { columns.header() } else { &[] });
        Self {
            name: name.to_owned(),
            role,
            format,
            encoding: encoding_rs::UTF_8,
            compression: None,
            columns,
            origin: None,
            max_text: options.max_text,
            seen: options.unique_ids.then(SeenIds::default),
            window,
            keys,
            unread: 0,
            spans: Vec::new(),
            scratch: String::new(),
            html: options.html,
            plain: Vec::new(),
            done: Done::Bytes(0),
            found: None,
            failed: false,
        }
    }

    /// Records rendered as CSV; `origin` says where they are from.
    #[cfg(any(feature = "excel", feature = "parquet"))]
    pub(super) fn from_records(
        name: &str,
        records: impl Read + Send + 'static,
        origin: Option<String>,
        role: Role,
        options: &Options,
    ) -> Result<Self> {
        let dialect = super::records::DIALECT;
        let mut window = Window::new(Box::new(records));
        window.newline = dialect.newline;
        window.grow_to(1)?;
        while window.bytes().first() == Some(&dialect.newline) {
            window.consume(1);
            window.grow_to(1)?;
        }
        let place = |e: Error| e.at(Position::file(name));
        if window.bytes().is_empty() {
            return Err(place(Error::input("the table is empty")));
        }
        let header = header::from_csv(name, &mut window, dialect)?;
        let columns = Columns::resolve(header, role, &options.mapping).map_err(place)?;
        Ok(Self { origin, ..Self::new(name, window, Format::Csv(dialect), columns, role, options) })
    }

    /// The name it was opened under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it was recognised as.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The names of its columns, in order.
    pub fn header(&self) -> &[String] {
        self.columns.header()
    }

    /// What its columns mean.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// What the operator should know about how it was understood, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.origin.iter().chain(self.columns.notes()).cloned().collect();
        if self.encoding != encoding_rs::UTF_8 {
            notes.push(format!("read as {} (--encoding overrides)", self.encoding.name()));
        }
        match self.compression {
            Some(Compression::Gzip) => notes.push("unpacked with gzip".to_owned()),
            Some(Compression::Zstd) => notes.push("unpacked with zstd".to_owned()),
            None => {}
        }
        notes
    }

    /// Objects so far with keys that none of the first had: those are no columns, and stand in
    /// the raw record only.
    pub fn unread(&self) -> u64 {
        self.unread
    }

    /// Checks identifiers also against those of tables read before.
    pub fn with_seen_ids(mut self, seen: SeenIds) -> Self {
        self.seen = Some(seen);
        self
    }

    /// The identifiers met, for the next table.
    pub fn take_seen_ids(&mut self) -> SeenIds {
        self.seen.take().unwrap_or_default()
    }

    /// The next row or rejected record; `None` at the end of the table.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when reading fails: never a matter of one row,
    /// and the table stays failed.
    pub fn next_row(&mut self) -> Result<Option<Outcome<'_>>> {
        self.advance()?;
        Ok(self.current())
    }

    /// Finds the next record; false at the end of the table.
    ///
    /// # Errors
    /// As [`next_row`](Self::next_row).
    pub fn advance(&mut self) -> Result<bool> {
        if self.failed {
            return Err(self.failure(io::Error::other("reading failed before")));
        }
        match self.locate() {
            Ok(found) => self.found = found,
            Err(e) => return Err(self.failure(e)),
        }
        Ok(self.found.is_some())
    }

    /// What [`advance`](Self::advance) found, once.
    pub fn current(&mut self) -> Option<Outcome<'_>> {
        let found = self.found.take()?;
        Some(self.judge(found))
    }

    fn failure(&mut self, error: io::Error) -> Error {
        self.failed = true;
        let place = Position::file(&self.name).at_line(self.window.line).at_byte(self.window.byte);
        Error::from(error).at(place)
    }

    /// Drops the last record and finds the next one that is not a blank line.
    fn locate(&mut self) -> io::Result<Option<Found>> {
        match std::mem::replace(&mut self.done, Done::Bytes(0)) {
            Done::Bytes(n) => self.window.consume(n),
            Done::RestOfLine => self.window.skip_line()?,
        }
        let (dialect, max_fields) = match self.format {
            Format::Csv(dialect) => (Some(dialect), 2 * self.columns.header().len() + 16),
            Format::JsonLines => (None, 0),
        };
        let limit = 4 * self.max_text + (1 << 20);
        loop {
            // Two bytes tell a blank line, even with CRLF.
            self.window.grow_to(2)?;
            let (bytes, at_end) = (self.window.bytes(), self.window.at_end());
            if bytes.is_empty() {
                return Ok(None);
            }
            match csv::blank_line(bytes, at_end, self.window.newline) {
                0 => {}
                blank => {
                    self.window.consume(blank);
                    continue;
                }
            }
            let scan = match dialect {
                Some(dialect) => csv::scan(bytes, at_end, dialect, max_fields, &mut self.spans),
                None => jsonl::scan(bytes, at_end),
            };
            match scan {
                Scan::More { .. } if bytes.len() < limit => {
                    // Doubling keeps the scanning of a long record linear.
                    let wanted = 2 * bytes.len();
                    self.window.grow_to(wanted)?;
                }
                scan => return Ok(Some(self.settle(scan))),
            }
        }
    }

    /// Decides how much of the window a scanned record takes.
    fn settle(&mut self, scan: Scan) -> Found {
        let reason = match scan {
            Scan::Record { end, next } => {
                self.done = Done::Bytes(next);
                return Found::Record(end);
            }
            Scan::More { quoted: false } => {
                self.done = Done::RestOfLine;
                let shown = self.window.bytes().len().min(self.max_text);
                return Found::Malformed(Code::RecordTooLong, "the record is longer than any may be", shown);
            }
            Scan::More { quoted: true } => {
                "a quote opens here and does not close within the longest record allowed"
            }
            Scan::Unclosed => "a quote opens here and never closes",
            Scan::Stray => "after a closing quote stands neither a delimiter nor a line end",
            Scan::Overfull => "far more fields than the header has: a quote is not balanced",
        };
        self.done = Done::RestOfLine;
        let bytes = self.window.bytes();
        let line = memchr::memchr(self.window.newline, bytes).unwrap_or(bytes.len());
        let line = line - usize::from(bytes[..line].ends_with(b"\r"));
        Found::Malformed(Code::UnbalancedQuote, reason, line.min(self.max_text))
    }

    /// Makes a row of a record, or says why it is none.
    fn judge(&mut self, found: Found) -> Outcome<'_> {
        let Self { window, keys, unread, spans, scratch, plain, columns, seen, .. } = self;
        let (line, byte) = (window.line, window.byte);
        let bytes = window.bytes();
        let reject = |code, reason: &str, raw: &[u8]| {
            let raw = String::from_utf8_lossy(raw).into_owned();
            Outcome::Reject(Reject { line, byte, code, reason: reason.to_owned(), raw })
        };
        let bytes = match found {
            Found::Record(end) => &bytes[..end],
            Found::Malformed(code, reason, shown) => return reject(code, reason, &bytes[..shown]),
        };
        let Ok(raw) = simdutf8::basic::from_utf8(bytes) else {
            let reason =
                format!("bytes that are malformed in {} (--encoding names another)", self.encoding.name());
            return reject(Code::InvalidBytes, &reason, bytes);
        };
        match self.format {
            Format::Csv(_) => csv::gather(raw, spans, scratch),
            Format::JsonLines => match keys.read(raw, scratch, spans) {
                Ok(others) => *unread += u64::from(others),
                Err(e) => return reject(Code::BadJson, &jsonl::describe(&e), bytes),
            },
        }
        plain.clear();
        if self.html {
            understand(raw, spans, scratch, columns, plain);
        }
        let row = Row { raw, scratch, spans, plain, columns, line, byte };
        let fault = match check(&row, self.role, self.max_text) {
            Ok(()) => check_id(&row, self.role, seen),
            fault => fault,
        };
        match fault {
            Ok(()) => Outcome::Row(row),
            Err((code, reason)) => Outcome::Reject(row.reject(code, reason)),
        }
    }
}

/// Appends the text of fields that hold HTML to `scratch`.
fn understand(
    raw: &str,
    spans: &[Span],
    scratch: &mut String,
    columns: &Columns,
    plain: &mut Vec<(Field, Span)>,
) {
    for field in Field::PROSE {
        let Some(span) = columns.index(field).and_then(|i| spans.get(i)) else { continue };
        let source = if span.apart { scratch.as_str() } else { raw };
        let Some(html) = source.get(span.start..span.end).filter(|text| text.contains(['<', '&'])) else {
            continue;
        };
        let (html, start) = (html.to_owned(), scratch.len());
        markup::to_text(&html, scratch);
        plain.push((field, Span { start, end: scratch.len(), apart: true }));
    }
}
