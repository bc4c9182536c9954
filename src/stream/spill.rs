//! Threads that have no room in memory: written to a file piece by piece, added up when
//! they are needed again.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::Entry;
use crate::features::topic::ArticleTokens;

/// Somewhere to put what has no room: a file without a name, as a rule.
pub trait Store: Read + Write + Seek + Send + Sync {}

impl<T: Read + Write + Seek + Send + Sync> Store for T {}

/// Opens a store when it is first needed.
pub type Open = fn() -> io::Result<Box<dyn Store>>;

/// The last piece of an article's entry in the store, which says where the one before it is: so
/// that sixteen bytes say where all are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    offset: u64,
    /// 0 where there is none.
    length: u32,
}

impl Place {
    /// Where there is nothing.
    const NOWHERE: Self = Self { offset: 0, length: 0 };

    fn encode(self, to: &mut Vec<u8>) {
        to.extend(self.offset.to_le_bytes());
        to.extend(self.length.to_le_bytes());
    }

    fn decode(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (offset, rest) = bytes.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        Some((Self { offset: u64::from_le_bytes(*offset), length: u32::from_le_bytes(*length) }, rest))
    }
}

/// Entries in a store, one behind the other.
#[derive(Default)]
pub(super) struct Spill {
    open: Option<Open>,
    store: Option<Box<dyn Store>>,
    end: u64,
    buffer: Vec<u8>,
}

impl std::fmt::Debug for Spill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spill").field("end", &self.end).finish_non_exhaustive()
    }
}

impl Spill {
    /// Entries go into what `open` opens.
    pub fn new(open: Open) -> Self {
        Self { open: Some(open), ..Self::default() }
    }

    /// Whether there is somewhere to write to.
    pub fn is_possible(&self) -> bool {
        self.open.is_some()
    }

    /// Whether anything was written.
    pub fn is_used(&self) -> bool {
        self.store.is_some()
    }

    /// Writes a piece of an entry, whose other pieces end at `before`.
    pub fn write(&mut self, entry: &Entry, before: Place) -> io::Result<Place> {
        let store = match (&mut self.store, self.open) {
            (Some(store), _) => store,
            (none, Some(open)) => none.insert(open()?),
            (None, None) => return Err(io::Error::other("there is nowhere to put threads")),
        };
        self.buffer.clear();
        before.encode(&mut self.buffer);
        encode(entry, &mut self.buffer);
        store.seek(SeekFrom::Start(self.end))?;
        store.write_all(&self.buffer)?;
        let place = Place { offset: self.end, length: self.buffer.len() as u32 };
        self.end += self.buffer.len() as u64;
        Ok(place)
    }

    /// Adds the pieces that end at `last` to `entry`.
    pub fn add_to(&mut self, entry: &mut Entry, last: Place) -> io::Result<()> {
        let Some(store) = &mut self.store else { return Ok(()) };
        let mut place = last;
        while place != Place::NOWHERE {
            self.buffer.resize(place.length as usize, 0);
            store.seek(SeekFrom::Start(place.offset))?;
            store.read_exact(&mut self.buffer)?;
            let piece = Place::decode(&self.buffer).and_then(|(before, rest)| Some((before, decode(rest)?)));
            let Some((before, (thread, article))) = piece else {
                return Err(io::ErrorKind::InvalidData.into());
            };
            entry.thread.merge(thread.0, thread.1);
            if let Some((passages, parts)) = article {
                entry.article.get_or_insert_with(|| ArticleTokens::from_parts(passages, parts));
            }
            place = before;
        }
        Ok(())
    }
}

fn encode(entry: &Entry, to: &mut Vec<u8>) {
    to.extend(entry.thread.comments().to_le_bytes());
    to.extend((entry.thread.counts().count() as u32).to_le_bytes());
    for (token, count) in entry.thread.counts() {
        to.extend(token.to_le_bytes());
        to.extend(count.to_le_bytes());
    }
    if let Some(article) = &entry.article {
        to.extend((article.passages() as u32).to_le_bytes());
        for (token, parts) in article.tokens() {
            to.extend(token.to_le_bytes());
            to.extend(parts.to_le_bytes());
        }
    }
}

/// Number of comments and their counts.
type Counted = (u32, Vec<(u16, u16)>);
/// Number of passages and the parts of each token.
type Parts = (usize, Vec<(u16, u64)>);

fn decode(bytes: &[u8]) -> Option<(Counted, Option<Parts>)> {
    let word = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let (comments, count) = (word(0)?, word(4)? as usize);
    let (counts, rest) = bytes.get(8..)?.split_at_checked(4 * count)?;
    let short = |b: &[u8]| u16::from_le_bytes([b[0], b[1]]);
    let counts = counts.chunks_exact(4).map(|b| (short(b), short(&b[2..]))).collect();
    let parts = match rest.split_first_chunk() {
        None => None,
        Some((passages, rest)) => {
            let long = |b: &[u8]| b.first_chunk().copied().map_or(0, u64::from_le_bytes);
            let parts = rest.chunks_exact(10).map(|b| (short(b), long(&b[2..]))).collect();
            Some((u32::from_le_bytes(*passages) as usize, parts))
        }
    };
    Some(((comments, counts), parts))
}
