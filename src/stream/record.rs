//! What a [`Ledger`](super::Ledger) holds of comments and articles, as bytes.

use super::Key;
use crate::comment::Article;
use crate::features::topic::{Bag, Token};

/// What is known of a comment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its number; none if it is not judged and only counts into its thread.
    pub number: Option<u64>,
    /// Its article, if it has one.
    pub article: Key,
    /// Its topic tokens.
    pub tokens: Bag,
    /// Those of them that what it answers has, too, if it answers something.
    pub parent: Option<Bag>,
    /// What its text says whatever it stands under.
    pub terms: Vec<f64>,
}

/// The same as bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowRecord<'a> {
    pub(super) number: Option<u64>,
    article: Key,
    tokens: &'a [u8],
    parent: Option<&'a [u8]>,
    terms: &'a [u8],
}

/// An article as bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct ArticleRecord<'a> {
    article: Key,
    pub(super) rank: u8,
    pub(super) title: &'a str,
    pub(super) lead: &'a str,
    pub(super) text: &'a str,
}

/// What stands in a ledger.
#[derive(Clone, Copy, Debug)]
pub(super) enum Record<'a> {
    Row(RowRecord<'a>),
    Article(ArticleRecord<'a>),
}

/// What a record begins with: its kind, its number or rank, its article, three lengths in bytes.
const HEADER: usize = 1 + 8 + 8 + 3 * 4;

/// Kinds of records: a comment without and with something that it answers, neither with a number,
/// and an article.
const ROW: u8 = 0;
const ANSWERS: u8 = 1;
const NUMBERED: u8 = 2;
const ARTICLE: u8 = 4;

fn header(kind: u8, number: u64, article: Key, lengths: [usize; 3], to: &mut Vec<u8>) {
    let mut header = [0; HEADER];
    header[0] = kind;
    header[1..9].copy_from_slice(&number.to_le_bytes());
    header[9..17].copy_from_slice(&article.hash().to_le_bytes());
    for (to, length) in header[17..].as_chunks_mut::<4>().0.iter_mut().zip(lengths) {
        *to = (length as u32).to_le_bytes();
    }
    to.extend_from_slice(&header);
}

/// Appends a comment.
pub(super) fn encode_row(row: &Row, to: &mut Vec<u8>) {
    let parent = row.parent.as_ref().map_or(&[][..], Bag::tokens);
    let lengths = [2 * row.tokens.tokens().len(), 2 * parent.len(), 8 * row.terms.len()];
    to.reserve(HEADER + lengths.iter().sum::<usize>());
    let answers = if row.parent.is_some() { ANSWERS } else { 0 };
    let numbered = if row.number.is_some() { NUMBERED } else { 0 };
    header(ROW | answers | numbered, row.number.unwrap_or(0), row.article, lengths, to);
    to.extend(row.tokens.tokens().iter().flat_map(|token| token.to_le_bytes()));
    to.extend(parent.iter().flat_map(|token| token.to_le_bytes()));
    to.extend(row.terms.iter().flat_map(|term| term.to_le_bytes()));
}

/// Appends an article.
pub(super) fn encode_article(key: Key, article: &Article, rank: u8, to: &mut Vec<u8>) {
    let parts = [&article.title, &article.lead, &article.text];
    header(ARTICLE, u64::from(rank), key, parts.map(|part| part.len()), to);
    parts.iter().for_each(|part| to.extend_from_slice(part.as_bytes()));
}

fn tokens(bytes: &[u8]) -> impl Iterator<Item = Token> + '_ {
    bytes.as_chunks().0.iter().map(|&token| Token::from_le_bytes(token))
}

impl<'a> Record<'a> {
    /// The record that `bytes` begin with.
    pub fn at(bytes: &'a [u8]) -> Self {
        Self::split(bytes).0
    }

    /// Calls `each` with where a record begins, and the record.
    pub fn for_each(bytes: &'a [u8], mut each: impl FnMut(usize, Self)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let at = bytes.len() - rest.len();
            let (record, behind) = Self::split(rest);
            each(at, record);
            rest = behind;
        }
    }

    fn split(bytes: &'a [u8]) -> (Self, &'a [u8]) {
        let (header, rest) = bytes.split_at(HEADER);
        let long = |at: usize| header[at..].first_chunk().copied().map_or(0, u64::from_le_bytes);
        let length = |k: usize| header[17 + 4 * k..].first_chunk().copied().map_or(0, u32::from_le_bytes);
        let (number, article) = (long(1), Key::from_hash(long(9)));
        let (first, rest) = rest.split_at(length(0) as usize);
        let (second, rest) = rest.split_at(length(1) as usize);
        let (third, rest) = rest.split_at(length(2) as usize);
        let record = match header[0] {
            ARTICLE => {
                let [title, lead, text] =
                    [first, second, third].map(|p| std::str::from_utf8(p).unwrap_or(""));
                Self::Article(ArticleRecord { article, rank: number as u8, title, lead, text })
            }
            kind => Self::Row(RowRecord {
                number: (kind & NUMBERED != 0).then_some(number),
                article,
                tokens: first,
                parent: (kind & ANSWERS != 0).then_some(second),
                terms: third,
            }),
        };
        (record, rest)
    }

    pub fn article(&self) -> Key {
        match self {
            Self::Row(row) => row.article,
            Self::Article(article) => article.article,
        }
    }
}

impl RowRecord<'_> {
    /// Writes the topic tokens alone.
    pub fn tokens(&self, to: &mut Bag) {
        to.copy(tokens(self.tokens));
    }

    /// Writes all there is.
    pub fn write(&self, to: &mut Row) {
        (to.number, to.article) = (self.number, self.article);
        to.tokens.copy(tokens(self.tokens));
        match self.parent {
            Some(parent) => to.parent.get_or_insert_default().copy(tokens(parent)),
            None => to.parent = None,
        }
        to.terms.clear();
        to.terms.extend(self.terms.as_chunks().0.iter().map(|&term| f64::from_le_bytes(term)));
    }
}
