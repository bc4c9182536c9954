//! A row of a table as it is handed out, and a record that was not made one.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::columns::{Columns, Field, judgement};
use super::csv::Span;
use crate::comment::{Article, Comment};
use crate::error::Position;

/// A row, borrowed from its table until the next one is asked for.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub(super) raw: &'a str,
    pub(super) scratch: &'a str,
    pub(super) spans: &'a [Span],
    pub(super) plain: &'a [(Field, Span)],
    pub(super) columns: &'a Columns,
    pub(super) line: u64,
    pub(super) byte: u64,
}

impl<'a> Row<'a> {
    /// Line of the record's first byte, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Offset of the record's first byte in the decoded stream, from 0.
    pub fn byte(&self) -> u64 {
        self.byte
    }

    /// The record as it stands in the decoded input, without its line end.
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// The field in column `i` of the header; empty if there is none.
    pub fn field(&self, i: usize) -> &'a str {
        let Some(span) = self.spans.get(i) else { return "" };
        let source = if span.apart { self.scratch } else { self.raw };
        source.get(span.start..span.end).unwrap_or_default()
    }

    /// All fields, in the order of the header.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &'a str> + use<'a> {
        let row = *self;
        (0..row.spans.len()).map(move |i| row.field(i))
    }

    /// A field by its meaning, its HTML understood where [`Options::html`](super::Options)
    /// says so; empty if the table has no such column.
    pub fn get(&self, field: Field) -> &'a str {
        if let Some((_, span)) = self.plain.iter().find(|(known, _)| *known == field) {
            return self.scratch.get(span.start..span.end).unwrap_or_default();
        }
        self.cell(field)
    }

    /// A field by its meaning, as it came.
    pub fn cell(&self, field: Field) -> &'a str {
        self.columns.index(field).map_or("", |i| self.field(i))
    }

    /// Where a field stands in [`raw`](Self::raw), if it stands there as [`get`](Self::get) gives it.
    pub fn place(&self, field: Field) -> Option<Range<usize>> {
        let is_plain = self.plain.iter().any(|(known, _)| *known == field);
        let span = self.columns.index(field).and_then(|i| self.spans.get(i));
        span.filter(|span| !span.apart && !is_plain).map(|span| span.start..span.end)
    }

    /// The judgement in column `i`.
    ///
    /// # Errors
    /// The rejected row, if the cell holds neither a yes nor a no nor nothing.
    pub fn judgement(&self, i: usize) -> Result<Option<bool>, Reject> {
        judgement(self.field(i)).ok_or_else(|| {
            let name = self.columns.header().get(i).map_or("", String::as_str);
            self.reject(Code::BadLabel, format!("column `{name}` holds neither 1 nor 0 nor nothing"))
        })
    }

    /// The sampling weight in column `i`; `None` where it is blank.
    ///
    /// # Errors
    /// The rejected row, if the cell holds no number above 0.
    pub fn weight(&self, i: usize) -> Result<Option<f64>, Reject> {
        let cell = self.field(i).trim();
        let weight = cell.parse::<f64>().ok().filter(|w| *w > 0.0 && w.is_finite());
        match (cell.is_empty(), weight) {
            (true, _) => Ok(None),
            (false, Some(weight)) => Ok(Some(weight)),
            (false, None) => Err(self.reject(Code::BadWeight, "the sampling weight is no number above 0")),
        }
    }

    /// The row as a rejected one.
    pub fn reject(&self, code: Code, reason: impl Into<String>) -> Reject {
        Reject { line: self.line, byte: self.byte, code, reason: reason.into(), raw: self.raw.to_owned() }
    }

    /// The comment in it. One without an `article_id` but with its article inline gets an
    /// identifier made of the article, so that comments of one article are found together.
    pub fn comment(&self) -> Comment {
        let own = |field| self.get(field).to_owned();
        let article_id = self.article_id().into_owned();
        Comment {
            id: own(Field::Id),
            article_id,
            parent_id: own(Field::ParentId),
            author: own(Field::Author),
            created_at: own(Field::CreatedAt),
            text: own(Field::Text),
        }
    }

    /// The article the comment stands under; one made of the article where the row only
    /// carries that inline; blank without either.
    pub fn article_id(&self) -> Cow<'a, str> {
        let stated = self.get(Field::ArticleId);
        let parts = || [Field::ArticleTitle, Field::ArticleLead, Field::ArticleText].map(|f| self.get(f));
        if !stated.is_empty() || parts().iter().all(|p| p.is_empty()) {
            return stated.into();
        }
        let key = xxhash_rust::xxh3::xxh3_64(parts().join("\0").as_bytes());
        format!("inline:{key:016x}").into()
    }

    /// The article that a row of comments carries inline, if it does.
    pub fn inline_article(&self) -> Option<Article> {
        let own = |field| self.get(field).to_owned();
        let article = Article {
            article_id: self.article_id().into_owned(),
            title: own(Field::ArticleTitle),
            lead: own(Field::ArticleLead),
            text: own(Field::ArticleText),
            ..Article::default()
        };
        let is_blank = article.title.is_empty() && article.lead.is_empty() && article.text.is_empty();
        (!is_blank).then_some(article)
    }

    /// The article in a row of an articles table.
    pub fn article(&self) -> Article {
        let own = |field| self.get(field).to_owned();
        Article {
            article_id: own(Field::ArticleId),
            title: own(Field::Title),
            lead: own(Field::Lead),
            text: own(Field::Text),
            author: own(Field::Author),
            published_at: own(Field::PublishedAt),
            source: own(Field::Source),
        }
    }
}

/// Why a record was rejected: part of the file contract, so the names never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A quote that is never closed, or is closed in mid-field.
    UnbalancedQuote,
    /// More or fewer fields than the header has.
    FieldCount,
    /// Longer than any record may be.
    RecordTooLong,
    /// Bytes that are malformed in the encoding of the file.
    InvalidBytes,
    /// The header once more, as where exports were pasted together.
    RepeatedHeader,
    /// Not one JSON object.
    BadJson,
    /// No text to score.
    EmptyText,
    /// An article without the identifier that comments refer to.
    EmptyId,
    /// More text than allowed.
    TextTooLong,
    /// An identifier that an earlier row has.
    DuplicateId,
    /// A label that is neither yes nor no nor blank.
    BadLabel,
    /// A sampling weight that is no number above 0.
    BadWeight,
}

impl Code {
    /// All codes.
    pub const ALL: [Code; 12] = [
        Code::UnbalancedQuote,
        Code::FieldCount,
        Code::RecordTooLong,
        Code::InvalidBytes,
        Code::RepeatedHeader,
        Code::BadJson,
        Code::EmptyText,
        Code::EmptyId,
        Code::TextTooLong,
        Code::DuplicateId,
        Code::BadLabel,
        Code::BadWeight,
    ];

    /// The code as it stands in the rejects file.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::UnbalancedQuote => "unbalanced_quote",
            Code::FieldCount => "field_count",
            Code::RecordTooLong => "record_too_long",
            Code::InvalidBytes => "invalid_bytes",
            Code::RepeatedHeader => "repeated_header",
            Code::BadJson => "bad_json",
            Code::EmptyText => "empty_text",
            Code::EmptyId => "empty_id",
            Code::TextTooLong => "text_too_long",
            Code::DuplicateId => "duplicate_id",
            Code::BadLabel => "bad_label",
            Code::BadWeight => "bad_weight",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A record that was not made a row, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Line of the record's first byte, from 1.
    pub line: u64,
    /// Offset of the record's first byte in the decoded stream, from 0.
    pub byte: u64,
    /// Why, for programs.
    pub code: Code,
    /// Why, for people; without comment text.
    pub reason: String,
    /// The record as it stands in the decoded input, invalid bytes as U+FFFD; of one that
    /// is too long, its beginning.
    pub raw: String,
}

impl Reject {
    /// Where the record begins, in the input called `path`.
    pub fn position(&self, path: &str) -> Position {
        Position::file(path).at_line(self.line).at_byte(self.byte)
    }
}

/// What the next record of a table is.
pub enum Outcome<'a> {
    /// A row.
    Row(Row<'a>),
    /// A record that is none; the table goes on behind it.
    Reject(Reject),
}
