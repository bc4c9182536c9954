//! What is known of a token, in the 64 bytes of one cache line: what nearly every token needs.
//! Lists that are longer than there is room for lie elsewhere as a whole.

use std::ops::Range;

use super::key::Key;
use crate::features::classes::Class;
use crate::features::token::Facts;
use crate::features::topic::Token;

/// Numbers that have room in a record.
pub const SUMS: usize = 3;
pub const CLASSES: usize = 3;
pub const TOPICS: usize = 6;

/// The record of a token.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub struct Record {
    pub(super) key: Key,
    pub(super) sums: [i32; SUMS],
    /// Where its symbols lie.
    pub(super) symbols: u32,
    /// Number of what is counted of it.
    pub(super) shape: u32,
    length: u16,
    begun: u16,
    pub(super) parts: u16,
    topics: u16,
    flags: u8,
    /// Its first symbol, 0 if there is none.
    first: u8,
    /// Numbers of the classes of its words and marks.
    pub(super) classes: [u16; CLASSES],
    /// Its topic tokens; where there are more, those that have room and the two halves of where the
    /// others lie.
    near_topics: [Token; TOPICS],
}

const LONE: u8 = 1;
const COMPOUND: u8 = 2;
const STOPS: u8 = 4;
const LOW: u8 = 8;
const NOT_LOW: u8 = 16;
const MATCHES: u8 = 32;
const WIDE: u8 = 64;
const NOTHING: u8 = 128;

impl Record {
    /// Of what is no token but several.
    pub(super) fn compound(key: Key, symbols: u32) -> Self {
        Self { key, symbols, flags: COMPOUND, ..Self::default() }
    }

    /// Of a token with `facts` and `sums`, whose symbols lie at `symbols`; its lists are filled in by whoever keeps them.
    pub(super) fn new(key: Key, symbols: u32, facts: &Facts, sums: &[i64]) -> Self {
        let mut near = [0; SUMS];
        let is_near = |(to, &sum): (&mut i32, &i64)| i32::try_from(sum).map(|narrow| *to = narrow).is_ok();
        let are_near = sums.len() <= SUMS && near.iter_mut().zip(sums).all(is_near);
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        let flags = flag(facts.is_lone, LONE)
            | flag(facts.stops, STOPS)
            | flag(facts.starts_low == Some(true), LOW)
            | flag(facts.starts_low == Some(false), NOT_LOW)
            | flag(!facts.matches.is_empty(), MATCHES)
            | flag(!are_near, WIDE)
            | flag(facts.symbols().is_empty(), NOTHING);
        let mut record = Self {
            key,
            symbols,
            sums: if are_near { near } else { [0; SUMS] },
            length: facts.symbols().len() as u16,
            begun: facts.begun,
            parts: facts.words.len() as u16,
            topics: facts.topics.len() as u16,
            flags,
            first: facts.symbols().first().copied().unwrap_or(0),
            ..Self::default()
        };
        record.near_topics.iter_mut().zip(&facts.topics).for_each(|(to, &topic)| *to = topic);
        record
    }

    /// Number of its symbols.
    #[inline]
    pub fn length(&self) -> u32 {
        u32::from(self.length)
    }

    /// Its first symbol, 0 if there is none.
    #[inline]
    pub fn first(&self) -> u8 {
        self.first
    }

    /// Says that the topic tokens for which there is no room lie at `place`.
    pub(super) fn put_far_topics(&mut self, place: u32) {
        (self.near_topics[TOPICS - 2], self.near_topics[TOPICS - 1]) = (place as u16, (place >> 16) as u16);
    }

    /// Where the topic tokens lie for which there is no room; anywhere if there are none.
    #[inline]
    pub(super) fn far_topics(&self) -> usize {
        let near = &self.near_topics;
        usize::from(near[TOPICS - 2]) | usize::from(near[TOPICS - 1]) << 16
    }

    /// The topic tokens that have room, where the others lie, and how many those are.
    #[inline]
    pub(super) fn topics(&self) -> (&[Token], usize, usize) {
        let (all, near) = (usize::from(self.topics), &self.near_topics);
        if all <= TOPICS {
            return (&near[..all], 0, 0);
        }
        (&near[..TOPICS - 2], self.far_topics(), all - (TOPICS - 2))
    }

    /// Whether it holds word-list entries.
    #[inline]
    pub fn has_matches(&self) -> bool {
        self.flags & MATCHES != 0
    }

    /// Which phrases it may begin.
    #[inline]
    pub fn begun(&self) -> u16 {
        self.begun
    }

    /// Whether it is nothing but one more token of a comment: no letter by itself, no several, not
    /// without a symbol.
    #[inline]
    pub fn is_plain(&self) -> bool {
        self.flags & (LONE | COMPOUND | NOTHING) == 0
    }

    /// See [`Facts::is_lone`].
    #[inline]
    pub fn is_lone(&self) -> bool {
        self.flags & LONE != 0
    }

    /// It has blanks beyond ASCII: it is not one token.
    #[inline]
    pub fn is_compound(&self) -> bool {
        self.flags & COMPOUND != 0
    }

    /// See [`Facts::stops`].
    #[inline]
    pub fn stops(&self) -> bool {
        self.flags & STOPS != 0
    }

    /// See [`Facts::starts_low`].
    #[inline]
    pub fn starts_low(&self) -> Option<bool> {
        if self.flags & (LOW | NOT_LOW) == 0 { None } else { Some(self.flags & LOW != 0) }
    }

    /// Whether its sums have no room here.
    #[inline]
    pub(super) fn is_wide(&self) -> bool {
        self.flags & WIDE != 0
    }
}

/// A word or mark of a token.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Hash of its symbols.
    pub hash: u64,
    /// Its class by itself.
    pub alone: Class,
    /// Number of its class in the token.
    pub(super) class: u16,
    pub(super) start: u16,
    pub(super) end: u16,
    /// Whether it is a word of letters or digits.
    pub is_word: bool,
}

impl Part {
    /// Its symbols in the token.
    pub fn range(&self) -> Range<usize> {
        usize::from(self.start)..usize::from(self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_cache_line() {
        assert_eq!((size_of::<Record>(), align_of::<Record>()), (64, 64));
    }
}
