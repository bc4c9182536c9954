//! How a delimited file is delimited, judged by its first 64 KiB.

use super::csv::{Scan, scan};

/// Delimiter and line end of a delimited file; the quote is always `"`, doubled inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Byte between fields; `None` if there is but one column.
    pub delimiter: Option<u8>,
    /// Byte that ends a line: `\n` (a `\r` before it belongs to it), or `\r` alone.
    pub newline: u8,
}

/// Delimiters that are tried, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Fields a header may have.
pub(super) const MAX_COLUMNS: usize = 10_000;

impl Dialect {
    /// The dialect of a file that begins with `head` (all of it if `complete`). A delimiter
    /// must split the header; of those that do, the one whose rows agree most with the
    /// header wins. One that splits a phrase, and that next to no row agrees with, is none.
    pub(super) fn detect(head: &[u8], complete: bool) -> Self {
        let newline = newline(head);
        let mut best: Option<(Agreement, Dialect)> = None;
        for delimiter in DELIMITERS {
            let dialect = Dialect { delimiter: Some(delimiter), newline };
            if let Some(agreement) = agreement(head, complete, dialect)
                && best.as_ref().is_none_or(|(least, _)| agreement.beats(least))
            {
                best = Some((agreement, dialect));
            }
        }
        best.map_or(Dialect { delimiter: None, newline }, |(_, dialect)| dialect)
    }

    /// The dialect with a delimiter that is known.
    pub(super) fn with_delimiter(delimiter: u8, head: &[u8]) -> Self {
        Self { delimiter: Some(delimiter), newline: newline(head) }
    }
}

/// `\r` if the first line end outside quotes is a lone one, else `\n`.
pub(super) fn newline(head: &[u8]) -> u8 {
    let mut in_quotes = false;
    for at in memchr::memchr3_iter(b'"', b'\n', b'\r', head) {
        match head[at] {
            b'"' => in_quotes = !in_quotes,
            _ if in_quotes => {}
            b'\r' if head.get(at + 1) != Some(&b'\n') => return b'\r',
            _ => return b'\n',
        }
    }
    b'\n'
}

/// The delimiter that Excel's `sep=;` line states, and the length of that line.
pub(super) fn stated_delimiter(head: &[u8]) -> Option<(u8, usize)> {
    match head {
        [s, e, p, b'=', delimiter, rest @ ..] if [s, e, p].map(u8::to_ascii_lowercase) == *b"sep" => {
            match rest {
                [b'\r', b'\n', ..] => Some((*delimiter, 7)),
                [b'\n' | b'\r', ..] => Some((*delimiter, 6)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// How well rows agree with the header.
struct Agreement {
    columns: usize,
    /// No name in the header has a space in it.
    is_of_names: bool,
    /// Rows with as many fields as the header.
    agreeing: usize,
    rows: usize,
}

impl Agreement {
    /// Share of rows that agree, then the number of columns.
    fn beats(&self, other: &Self) -> bool {
        let (a, b) = (self.agreeing * other.rows.max(1), other.agreeing * self.rows.max(1));
        match (self.rows == 0, other.rows == 0) {
            (false, false) if a != b => a > b,
            _ => self.columns > other.columns,
        }
    }

    /// A header of names is believed whatever follows; one of phrases may be a sentence, and
    /// is believed if a fifth of the rows agree.
    fn is_credible(&self) -> bool {
        self.columns > 1 && (self.is_of_names || self.rows < 5 || self.agreeing * 5 >= self.rows)
    }
}

/// Reads `head` in `dialect`; `None` if its header is one field or breaks the grammar.
fn agreement(head: &[u8], complete: bool, dialect: Dialect) -> Option<Agreement> {
    let mut spans = Vec::new();
    let Scan::Record { next, .. } = scan(head, complete, dialect, MAX_COLUMNS, &mut spans) else {
        return None;
    };
    let columns = spans.len();
    let is_of_names = spans.iter().all(|s| !head[s.start..s.end].trim_ascii().contains(&b' '));
    let mut found = Agreement { columns, is_of_names, agreeing: 0, rows: 0 };
    let mut rest = &head[next..];
    while !rest.is_empty() {
        let next = match scan(rest, complete, dialect, 2 * columns, &mut spans) {
            Scan::More { .. } => break,
            Scan::Record { next, .. } => next,
            Scan::Stray | Scan::Unclosed | Scan::Overfull => {
                spans.clear();
                memchr::memchr(dialect.newline, rest).map_or(rest.len(), |at| at + 1)
            }
        };
        found.rows += 1;
        found.agreeing += usize::from(spans.len() == columns);
        rest = &rest[next..];
    }
    found.is_credible().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_are_told_apart() {
        let cases = [
            ("id,text\n1,a\n", Some(b','), b'\n'),
            ("id;text\n1;a, b\n2;c, d\n", Some(b';'), b'\n'),
            ("id\ttext\r\n1\ta; b, c\r\n", Some(b'\t'), b'\n'),
            ("id|text\r1|a\r2|b\r", Some(b'|'), b'\r'),
            ("\"id\",\"text\"\n\"1\",\"a;b;c\"\n", Some(b','), b'\n'),
            ("id;text, lang\n1;a\n2;b\n", Some(b';'), b'\n'),
            ("text\nja, nein; oder | was\nso, so\n", None, b'\n'),
            ("text\n\"a\r\nb\"\n", None, b'\n'),
            ("\"a\rb\",c\nd,e\n", Some(b','), b'\n'),
            ("id,text", Some(b','), b'\n'),
            ("id,text\n1,a,b\n", Some(b','), b'\n'),
            ("Was meinen Sie, Leser?\na\nb\nc\nd\ne\nf\n", None, b'\n'),
            ("", None, b'\n'),
        ];
        for (text, delimiter, newline) in cases {
            assert_eq!(Dialect::detect(text.as_bytes(), true), Dialect { delimiter, newline }, "{text:?}");
        }
    }

    #[test]
    fn a_broken_row_does_not_mislead() {
        let text = "id;text\n1;\"offen\n2;\"ja, gut\"\n3;b\n";
        assert_eq!(Dialect::detect(text.as_bytes(), true).delimiter, Some(b';'));
    }

    #[test]
    fn the_line_of_a_spreadsheet_states_the_delimiter() {
        assert_eq!(stated_delimiter(b"sep=;\r\nid;text"), Some((b';', 7)));
        assert_eq!(stated_delimiter(b"SEP=,\nid,text"), Some((b',', 6)));
        assert_eq!(stated_delimiter(b"sep=a,text\n"), None);
        assert_eq!(stated_delimiter(b"id,text\n"), None);
    }
}
