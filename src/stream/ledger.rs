//! What was measured of comments, put down article by article: so that each thread is laid out
//! once, while all of its comments are at hand, and forgotten before the next.
//!
//! Articles are dealt out among parts by the hash of their identifier. What is noted goes to the
//! end of its part, in memory as long as there is room and then into a file; a part is read as a
//! whole and sorted by article. Memory does not grow with what is noted, but for a part that is
//! too large to be read as a whole, of which every thread is in memory.

mod judge;

use std::io::{self, SeekFrom};
use std::sync::{Mutex, PoisonError};

use super::Key;
use super::record::{Record, Row, encode_article, encode_row};
use super::store::{Open, Store};
use crate::comment::Article;
use crate::error::Result;
pub use judge::{Desk, Known, Place};

/// Parts, of which each thread holds one at a time.
const PARTS: usize = 256;

/// Bytes that are kept in memory.
const ROOM: usize = 64 << 20;

/// Bytes that are put away at once.
const CHUNK: usize = 32 << 10;

/// Bytes of a part that is read as a whole.
const WHOLE: u64 = 64 << 20;

/// The measures of all comments, by article.
pub struct Ledger {
    parts: Vec<Part>,
    /// Whether comments count into threads.
    has_threads: bool,
    open: Open,
    store: Option<Mutex<Box<dyn Store>>>,
    /// Bytes in the store, and in memory.
    stored: u64,
    held: usize,
    room: usize,
    /// Bytes that are put away at once, and those of a part that is read as a whole.
    chunk: usize,
    whole: u64,
}

#[derive(Debug, Default)]
struct Part {
    chunks: Vec<Chunk>,
    /// What follows them.
    last: Vec<u8>,
}

/// Some records, one behind the other.
#[derive(Debug)]
enum Chunk {
    Held(Vec<u8>),
    Stored { offset: u64, length: usize },
}

impl Chunk {
    fn len(&self) -> usize {
        match self {
            Self::Held(bytes) => bytes.len(),
            Self::Stored { length, .. } => *length,
        }
    }
}

impl Ledger {
    /// Nothing yet; what has no room goes to what `open` opens. Comments count into threads if
    /// it `has_threads`.
    pub fn new(has_threads: bool, open: Open) -> Self {
        Self {
            parts: (0..PARTS).map(|_| Part::default()).collect(),
            has_threads,
            open,
            store: None,
            stored: 0,
            held: 0,
            room: ROOM,
            chunk: CHUNK,
            whole: WHOLE,
        }
    }

    /// How many parts can be [judged](Ledger::judge), each by itself.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Notes an article. Of several with one identifier that of the least `rank` counts, and of
    /// those the first.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when the store cannot be written,
    /// [`Kind::Input`](crate::error::Kind::Input) if it has 2 GiB of text.
    pub fn note_article(&mut self, article: &Article, rank: u8) -> Result<()> {
        let key = Key::of(&article.article_id);
        let part = self.part_of(key, 0);
        encode_article(key, article, rank, &mut self.parts[part].last)?;
        self.relieve(part)
    }

    /// Notes a comment.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when the store cannot be written.
    pub fn note(&mut self, row: &Row) -> Result<()> {
        let part = self.part_of(row.article, row.number.unwrap_or(0));
        encode_row(row, &mut self.parts[part].last)?;
        self.relieve(part)
    }

    /// What has no article can be anywhere. Of the hash not those bits that a map looks at first.
    fn part_of(&self, article: Key, number: u64) -> usize {
        let hash = if article.is_none() { number } else { article.hash() >> 32 };
        hash as usize % self.parts.len()
    }

    /// Ends the chunk of a part when it is large enough.
    fn relieve(&mut self, part: usize) -> Result<()> {
        let Part { chunks, last } = &mut self.parts[part];
        if last.len() < self.chunk {
            return Ok(());
        }
        if self.store.is_none() && self.held + last.len() <= self.room {
            self.held += last.len();
            // With room for the record that ends it.
            let next = Vec::with_capacity(self.chunk + self.chunk / 8);
            chunks.push(Chunk::Held(std::mem::replace(last, next)));
            return Ok(());
        }
        let store = match &mut self.store {
            Some(store) => store,
            none => none.insert(Mutex::new((self.open)()?)),
        };
        let store = store.get_mut().unwrap_or_else(PoisonError::into_inner);
        store.seek(SeekFrom::Start(self.stored))?;
        store.write_all(last)?;
        chunks.push(Chunk::Stored { offset: self.stored, length: last.len() });
        self.stored += last.len() as u64;
        last.clear();
        last.shrink_to(self.chunk + self.chunk / 8);
        Ok(())
    }

    fn for_each_record(&self, part: &Part, mut each: impl FnMut(&Record<'_>) -> Result<()>) -> Result<()> {
        let mut buffer = Vec::new();
        for chunk in &part.chunks {
            Record::try_for_each(self.bytes(chunk, &mut buffer)?, &mut each)?;
        }
        Record::try_for_each(&part.last, each)
    }

    /// The records of a chunk, for which there is a `buffer`.
    fn bytes<'a>(&'a self, chunk: &'a Chunk, buffer: &'a mut Vec<u8>) -> Result<&'a [u8]> {
        match (chunk, &self.store) {
            (Chunk::Held(bytes), _) => Ok(bytes),
            (Chunk::Stored { offset, length }, Some(store)) => {
                buffer.resize(*length, 0);
                let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
                store.seek(SeekFrom::Start(*offset))?;
                store.read_exact(buffer)?;
                Ok(buffer)
            }
            (Chunk::Stored { .. }, None) => Err(io::Error::other("there is no store").into()),
        }
    }
}

#[cfg(test)]
mod tests;
