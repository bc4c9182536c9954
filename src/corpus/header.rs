//! The first look at a table: what format it is in, and what its columns are called.

use super::csv::{self, Scan, Span};
use super::dialect::{self, Dialect, MAX_COLUMNS, stated_delimiter};
use super::jsonl;
use super::table::{Format, MAX_TEXT};
use super::window::Window;
use crate::error::{Error, Position, Result};

/// Tells what kind of table the window begins with, and passes over what stands before it.
pub(super) fn recognise(window: &mut Window, delimiter: Option<u8>) -> Result<Format> {
    let head = window.bytes();
    match head.trim_ascii_start().first() {
        None => return Err(Error::input("the input is empty")),
        Some(b'{') => return Ok(Format::JsonLines),
        Some(b'[') => {
            return Err(Error::input("this is a JSON array; write one object per line (jq -c '.[]' does)"));
        }
        Some(_) => {}
    }
    let (delimiter, stated) = match (delimiter, stated_delimiter(head)) {
        (Some(given), stated) => (Some(given), stated.map_or(0, |(_, length)| length)),
        (None, Some((stated, length))) => (Some(stated), length),
        (None, None) => (None, 0),
    };
    window.newline = dialect::newline(head);
    window.consume(stated);
    let blank = window.bytes().iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    window.consume(blank);
    let head = window.bytes();
    let dialect = match delimiter {
        Some(delimiter) => Dialect::with_delimiter(delimiter, head),
        None => Dialect::detect(head, window.at_end()),
    };
    Ok(Format::Csv(dialect))
}

/// Reads the first record, which names the columns.
pub(super) fn from_csv(name: &str, window: &mut Window, dialect: Dialect) -> Result<Vec<String>> {
    let place = Position::file(name).at_line(window.line).at_byte(window.byte);
    let broken = |what: &str| Error::input(format!("the header {what}")).at(place.clone());
    let mut spans = Vec::new();
    let (end, next) = loop {
        match csv::scan(window.bytes(), window.at_end(), dialect, MAX_COLUMNS, &mut spans) {
            Scan::Record { end, next } => break (end, next),
            Scan::More { .. } if window.bytes().len() < MAX_TEXT => window.grow()?,
            Scan::More { quoted: false } => return Err(broken("is longer than 1 MiB: is this a table?")),
            Scan::Overfull => return Err(broken("has more than 10,000 columns: is this a table?")),
            _ => return Err(broken("has a quote that is not balanced")),
        }
    };
    let raw = std::str::from_utf8(&window.bytes()[..end]).map_err(|_| broken("holds malformed bytes"))?;
    let mut scratch = String::new();
    csv::gather(raw, &mut spans, &mut scratch);
    let content = |s: &Span| if s.apart { &scratch[s.start..s.end] } else { &raw[s.start..s.end] };
    let header = spans.iter().map(|span| content(span).to_owned()).collect();
    window.consume(next);
    Ok(header)
}

/// The keys in the first 64 KiB; the objects themselves are read again as rows.
pub(super) fn from_json(window: &Window) -> Result<Vec<String>> {
    let head = window.bytes();
    let header = jsonl::header(head, window.at_end());
    match header.is_empty() {
        true => Err(Error::input("the first 64 KiB hold no JSON object on a line of its own")),
        false => Ok(header),
    }
}
