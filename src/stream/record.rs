//! What a [`Ledger`](super::Ledger) holds of comments and articles, as bytes.

use super::Key;
use crate::comment::Article;
use crate::error::{Error, Result};
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

/// Bytes of a record at most; what has more is refused.
const LARGEST: usize = 1 << 31;

/// Appends a comment.
pub(super) fn encode_row(row: &Row, to: &mut Vec<u8>) -> Result<()> {
    let parent = row.parent.as_ref().map_or(&[][..], Bag::tokens);
    let lengths = [2 * row.tokens.tokens().len(), 2 * parent.len(), 8 * row.terms.len()];
    let size = check(lengths)?;
    to.reserve(HEADER + size);
    let answers = if row.parent.is_some() { ANSWERS } else { 0 };
    let numbered = if row.number.is_some() { NUMBERED } else { 0 };
    header(ROW | answers | numbered, row.number.unwrap_or(0), row.article, lengths, to);
    to.extend(row.tokens.tokens().iter().flat_map(|token| token.to_le_bytes()));
    to.extend(parent.iter().flat_map(|token| token.to_le_bytes()));
    to.extend(row.terms.iter().flat_map(|term| term.to_le_bytes()));
    Ok(())
}

/// Appends an article.
pub(super) fn encode_article(key: Key, article: &Article, rank: u8, to: &mut Vec<u8>) -> Result<()> {
    let parts = [&article.title, &article.lead, &article.text];
    check(parts.map(|part| part.len()))?;
    header(ARTICLE, u64::from(rank), key, parts.map(|part| part.len()), to);
    parts.iter().for_each(|part| to.extend_from_slice(part.as_bytes()));
    Ok(())
}

/// The sum of `lengths`, if that is no more than a record may have.
fn check(lengths: [usize; 3]) -> Result<usize> {
    let size = lengths.into_iter().fold(0, usize::saturating_add);
    match size <= LARGEST {
        true => Ok(size),
        false => Err(Error::input("an article of more than 2 GiB; --max-text leaves such rows out")),
    }
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

    /// Calls `each` with every record until it fails.
    pub fn try_for_each(bytes: &'a [u8], mut each: impl FnMut(&Self) -> Result<()>) -> Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (record, behind) = Self::split(rest);
            each(&record)?;
            rest = behind;
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_written() {
        let bag = |tokens: &[Token]| Bag::of(tokens);
        let row = |number, parent: Option<&[Token]>, tokens: &[Token], terms: &[f64]| Row {
            number,
            article: Key::of("a"),
            tokens: bag(tokens),
            parent: parent.map(bag),
            terms: terms.to_vec(),
        };
        let rows = [
            row(Some(7), Some(&[3, 9]), &[3, 9, 32_767], &[0.5, -1e300]),
            row(Some(u64::MAX), Some(&[]), &[], &[f64::MIN_POSITIVE]),
            row(None, None, &[1], &[]),
        ];
        let article =
            Article { title: "Ein Titel".to_owned(), text: "Ä\0\n".to_owned(), ..Article::default() };
        let mut bytes = Vec::new();
        rows.iter().for_each(|row| encode_row(row, &mut bytes).unwrap());
        encode_article(Key::of("b"), &article, 2, &mut bytes).unwrap();
        // One that is read into has something of every kind.
        let (mut read, mut places) = (rows[0].clone(), Vec::new());
        Record::for_each(&bytes, |at, record| places.push((at, record)));
        for (row, (at, _)) in rows.iter().zip(&places) {
            let Record::Row(record) = Record::at(&bytes[*at..]) else { panic!("no row at {at}") };
            record.write(&mut read);
            assert_eq!(&read, row);
        }
        let (_, Record::Article(found)) = places[3] else { panic!("no article") };
        assert_eq!((found.rank, found.title, found.lead, found.text), (2, "Ein Titel", "", "Ä\0\n"));
        assert_eq!((places.len(), places[3].1.article()), (4, Key::of("b")));
        assert!(check([LARGEST, 0, 1]).is_err() && check([LARGEST, 0, 0]).is_ok());
    }
}
