//! Strict records of delimited text: the pure core, bytes in, field spans out.
//!
//! RFC 4180 with any delimiter and line end. A field that begins with a quote ends with
//! one, quotes in it are doubled, and after the closing quote only a delimiter or a line
//! end may follow. Quotes in a field that does not begin with one are ordinary characters.
//! The `csv` crate reads `"a"b` as `ab` and an unclosed quote to the end of the file: with
//! either, one slip of an editor silently swallows rows, hence a splitter of our own.

use super::dialect::Dialect;

const QUOTE: u8 = b'"';

/// A field of a record: where its content stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
    /// The content holds doubled quotes (as scanned), or stands in the scratch (as read).
    pub apart: bool,
}

/// What begins at the first byte of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// A record of `..end`; the next one begins at `next`.
    Record { end: usize, next: usize },
    /// More bytes are needed to tell; `quoted` if the bytes end inside quotes.
    More { quoted: bool },
    /// Something else than a delimiter or line end follows a closing quote.
    Stray,
    /// The input ends inside quotes.
    Unclosed,
    /// More than `max_fields` fields: no record of this table, but its neighbours swallowed.
    Overfull,
}

/// Splits the record that begins at the first of `bytes` (which must not be empty) into
/// `spans`; `at_end` says that no bytes follow these. Linear in the length of the record.
pub(super) fn scan(
    bytes: &[u8],
    at_end: bool,
    dialect: Dialect,
    max_fields: usize,
    spans: &mut Vec<Span>,
) -> Scan {
    spans.clear();
    let mut at = 0;
    loop {
        let field = match bytes.get(at) {
            Some(&QUOTE) => quoted(bytes, at + 1),
            _ => plain(bytes, at, dialect),
        };
        let (span, after) = match field {
            Some(found) => found,
            None if !at_end => return Scan::More { quoted: bytes.get(at) == Some(&QUOTE) },
            None if bytes.get(at) == Some(&QUOTE) => return Scan::Unclosed,
            None => (Span { start: at, end: bytes.len(), apart: false }, bytes.len()),
        };
        spans.push(span);
        if spans.len() > max_fields {
            return Scan::Overfull;
        }
        match follow(bytes, after, at_end, dialect) {
            Follow::Delimiter => at = after + 1,
            Follow::Line(next) => return end_of_record(bytes, after, next, dialect, spans),
            Follow::More => return Scan::More { quoted: false },
            Follow::Stray => return Scan::Stray,
        }
    }
}

/// The content of a quoted field that begins at `start`, and the place after its closing
/// quote; `None` if the bytes end before it.
fn quoted(bytes: &[u8], start: usize) -> Option<(Span, usize)> {
    let (mut at, mut apart) = (start, false);
    loop {
        let end = at + memchr::memchr(QUOTE, &bytes[at..])?;
        if bytes.get(end + 1) != Some(&QUOTE) {
            return Some((Span { start, end, apart }, end + 1));
        }
        (at, apart) = (end + 2, true);
    }
}

/// The content of an unquoted field that begins at `start`, and the place after it.
fn plain(bytes: &[u8], start: usize, dialect: Dialect) -> Option<(Span, usize)> {
    let delimiter = dialect.delimiter.unwrap_or(dialect.newline);
    let end = start + memchr::memchr2(delimiter, dialect.newline, &bytes[start..])?;
    Some((Span { start, end, apart: false }, end))
}

enum Follow {
    Delimiter,
    /// A line end; the next line begins there.
    Line(usize),
    More,
    Stray,
}

/// What stands at `at`, after a field.
fn follow(bytes: &[u8], at: usize, at_end: bool, dialect: Dialect) -> Follow {
    match (bytes.get(at), bytes.get(at + 1)) {
        (None, _) if at_end => Follow::Line(at),
        (None, _) => Follow::More,
        (Some(&b), _) if b == dialect.newline => Follow::Line(at + 1),
        (Some(&b), _) if Some(b) == dialect.delimiter => Follow::Delimiter,
        (Some(b'\r'), Some(b'\n')) => Follow::Line(at + 2),
        (Some(b'\r'), None) if at_end => Follow::Line(at + 1),
        (Some(b'\r'), None) => Follow::More,
        _ => Follow::Stray,
    }
}

/// Takes the carriage return of a CRLF from the last field if that was not quoted.
fn end_of_record(bytes: &[u8], after: usize, next: usize, dialect: Dialect, spans: &mut [Span]) -> Scan {
    let mut end = after;
    if let Some(last) = spans.last_mut().filter(|s| s.end == after && s.start < after)
        && dialect.newline == b'\n'
        && bytes[after - 1] == b'\r'
    {
        end -= 1;
        last.end = end;
    }
    Scan::Record { end, next }
}

/// Length of the blank line that `bytes` begin with, 0 if they begin with something else.
pub(super) fn blank_line(bytes: &[u8], at_end: bool, newline: u8) -> usize {
    match bytes {
        [b, ..] if *b == newline => 1,
        [b'\r', b'\n', ..] => 2,
        [b'\r'] if at_end => 1,
        _ => 0,
    }
}

/// Appends `content` to `scratch` with its doubled quotes made single.
fn undouble(content: &str, scratch: &mut String) {
    let mut rest = content;
    // Every quote is the first of two, of which it is taken and the other left.
    while let Some(quote) = memchr::memchr(QUOTE, rest.as_bytes()) {
        scratch.push_str(&rest[..=quote]);
        rest = rest.get(quote + 2..).unwrap_or_default();
    }
    scratch.push_str(rest);
}

/// Copies the fields with doubled quotes to `scratch`; the others stay where they are.
pub(super) fn gather(raw: &str, spans: &mut [Span], scratch: &mut String) {
    scratch.clear();
    for span in spans.iter_mut().filter(|span| span.apart) {
        let start = scratch.len();
        undouble(&raw[span.start..span.end], scratch);
        *span = Span { start, end: scratch.len(), apart: true };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comma() -> Dialect {
        Dialect { delimiter: Some(b','), newline: b'\n' }
    }

    fn fields(text: &str, dialect: Dialect) -> Result<Vec<String>, Scan> {
        let mut spans = Vec::new();
        match scan(text.as_bytes(), true, dialect, 100, &mut spans) {
            Scan::Record { .. } => Ok(spans
                .iter()
                .map(|s| {
                    let mut field = String::new();
                    undouble(&text[s.start..s.end], &mut field);
                    if s.apart { field } else { text[s.start..s.end].to_owned() }
                })
                .collect()),
            other => Err(other),
        }
    }

    #[test]
    fn records_split_as_they_were_written() {
        let cases: [(&str, &[&str]); 13] = [
            ("a,b\nc", &["a", "b"]),
            ("a,b\r\nc", &["a", "b"]),
            ("a,b", &["a", "b"]),
            ("a,b\r", &["a", "b"]),
            ("a,\n", &["a", ""]),
            ("a,", &["a", ""]),
            (",", &["", ""]),
            ("\"a,b\",c\n", &["a,b", "c"]),
            ("\"a\nb\",c\n", &["a\nb", "c"]),
            ("\"a\r\n\"\"b\"\"\",\"c\"\r\n", &["a\r\n\"b\"", "c"]),
            ("\"\",\"\"\"\"", &["", "\""]),
            ("say \"hi\",a\"b", &["say \"hi\"", "a\"b"]),
            ("a\rb,c\r\n", &["a\rb", "c"]),
        ];
        for (text, expected) in cases {
            assert_eq!(fields(text, comma()).as_deref(), Ok(&expected.map_to_owned()[..]), "{text:?}");
        }
    }

    trait MapToOwned {
        fn map_to_owned(&self) -> Vec<String>;
    }

    impl MapToOwned for &[&str] {
        fn map_to_owned(&self) -> Vec<String> {
            self.iter().map(|s| (*s).to_owned()).collect()
        }
    }

    #[test]
    fn what_breaks_the_grammar_is_named() {
        let cases = [
            ("\"a\"b,c\n", Scan::Stray),
            ("\"a\" ,c\n", Scan::Stray),
            ("\"a\"\rb\n", Scan::Stray),
            ("a,\"b\nc,d\n", Scan::Unclosed),
            ("a,\"b\"\"", Scan::Unclosed),
            ("a,\"b\nc,\"d\"\n", Scan::Stray),
        ];
        for (text, expected) in cases {
            assert_eq!(fields(text, comma()), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn without_a_delimiter_a_line_is_one_field() {
        let one = Dialect { delimiter: None, newline: b'\n' };
        assert_eq!(fields("a, b; c\n", one), Ok(vec!["a, b; c".to_owned()]));
        assert_eq!(fields("\"a\nb\"\n", one), Ok(vec!["a\nb".to_owned()]));
    }

    #[test]
    fn carriage_returns_end_the_lines_of_an_old_mac() {
        let mac = Dialect { delimiter: Some(b';'), newline: b'\r' };
        assert_eq!(fields("a;b\rc;d\r", mac), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(fields("\"a\";\"b\"\rc;d\r", mac), Ok(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn a_record_is_the_same_however_the_buffer_is_cut() {
        let text = "\"a\"\"b\",c,\"d\r\n\"\r\n";
        let mut spans = Vec::new();
        for cut in 1..text.len() {
            let scan = scan(&text.as_bytes()[..cut], false, comma(), 100, &mut spans);
            assert!(matches!(scan, Scan::More { .. }), "{cut}: {scan:?}");
        }
        assert_eq!(
            scan(text.as_bytes(), false, comma(), 100, &mut spans),
            Scan::Record { end: text.len() - 2, next: text.len() }
        );
    }

    #[test]
    fn a_record_that_swallows_its_neighbours_is_given_up() {
        let mut spans = Vec::new();
        let text = "a,b,c,d\n";
        assert_eq!(scan(text.as_bytes(), true, comma(), 3, &mut spans), Scan::Overfull);
    }
}
