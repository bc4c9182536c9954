//! Tokens measured before, found again by their bytes.
//!
//! A few thousand tokens are most of any night's comments. Each is measured once; what is
//! known of it lies in flat arrays, together with the sums that a model's tables give for it.
//! The memo is exact: a token is found only by all of its bytes. Its size is bounded: when it
//! is full it begins anew, which costs what the beginning cost.

use std::collections::HashMap;
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::features::heuristic::COUNTS;
use crate::features::lexicon::Match;
use crate::features::token::{Facts, Meaning};
use crate::features::topic::Token;
use crate::hashed::Hashed;

/// Tokens that are kept, and bytes of what is known of them.
const MOST_TOKENS: usize = 1 << 17;
const MOST_BYTES: usize = 32 << 20;

/// Number of a token in the memo.
pub type Id = u32;

/// Slots looked at for a token; what has no room among them is measured anew each time.
const REACH: usize = 32;

/// Tokens and what is known of them.
#[derive(Clone, Debug, Default)]
pub struct Memo {
    /// Open-addressed: 1 + number of the entry, 0 where free.
    slots: Vec<u32>,
    entries: Vec<Entry>,
    /// Bytes of the tokens that are longer than a key.
    long: Vec<u8>,
    symbols: Vec<u8>,
    words: Vec<Meaning>,
    /// Beside the words: their classes, and their numbers among the distinct words.
    classes: Vec<u64>,
    numbers: Vec<u32>,
    topics: Vec<Token>,
    matches: Vec<Match>,
    /// What tables add up to, as many numbers for each entry.
    sums: Vec<i64>,
    /// Numbers of the distinct words, by hash.
    number_of: HashMap<u64, u32, Hashed>,
}

/// Number of what is a mark and not a word.
pub const NO_WORD: u32 = u32::MAX;

/// A token's bytes where they are few, else their hash and number; with a length in the
/// last byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Key(u64, u64);

/// Bytes that fit a key.
const SHORT: usize = 15;

/// What is known of a token.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    key: Key,
    /// What is counted of it.
    pub counts: [u16; COUNTS],
    symbols: u32,
    words: u32,
    topics: u32,
    matches: u32,
    long: u32,
    /// Number of its symbols.
    pub length: u16,
    word_count: u16,
    topic_count: u16,
    match_count: u16,
    /// Which phrases it may begin.
    pub begun: u16,
    /// Its last symbol, 0 if it has none.
    pub last: u8,
    /// See [`Facts::is_lone`].
    pub is_lone: bool,
    /// See [`Facts::starts_low`].
    pub starts_low: Option<bool>,
    /// See [`Facts::stops`].
    pub stops: bool,
    /// It has blanks beyond ASCII: it is not one token.
    pub is_compound: bool,
}

fn span(start: u32, count: u16) -> Range<usize> {
    start as usize..start as usize + usize::from(count)
}

impl Key {
    /// The key of `bytes[range]`; that of a token of few bytes is those bytes.
    #[inline]
    fn of(bytes: &[u8], range: Range<usize>) -> Self {
        let n = range.len();
        if n > SHORT {
            return Self(xxh3_64(&bytes[range]), (n as u64) | 0xFF << 56);
        }
        let window: [u8; 16] = match bytes.get(range.start..range.start + 16) {
            Some(window) => window.try_into().unwrap_or_default(),
            None => {
                let mut window = [0; 16];
                window[..n].copy_from_slice(&bytes[range]);
                window
            }
        };
        let all = u128::from_le_bytes(window);
        let (low, high) = MASKS[n];
        Self(all as u64 & low, (all >> 64) as u64 & high | (n as u64) << 56)
    }

    fn is_long(self) -> bool {
        self.1 >> 56 > SHORT as u64
    }

    #[inline]
    fn hash(self) -> usize {
        let product = u128::from(self.0 ^ 0x9E37_79B9_7F4A_7C15) * u128::from(self.1 ^ 0xD6E8_FEB8_6659_FD93);
        (product as u64 ^ (product >> 64) as u64) as usize
    }
}

/// The first `n` bytes of sixteen.
const MASKS: [(u64, u64); SHORT + 1] = {
    let mut masks = [(0, 0); SHORT + 1];
    let mut n = 1;
    while n <= SHORT {
        let all = u128::MAX >> (128 - 8 * n);
        masks[n] = (all as u64, (all >> 64) as u64);
        n += 1;
    }
    masks
};

impl Memo {
    /// To be called between comments: begins anew when full.
    pub fn relieve(&mut self) {
        if self.slots.is_empty() {
            self.slots = vec![0; 2 * MOST_TOKENS];
        } else if self.entries.len() > MOST_TOKENS || self.bytes() > MOST_BYTES {
            *self = Self::default();
            self.relieve();
        }
    }

    fn bytes(&self) -> usize {
        self.entries.len() * size_of::<Entry>()
            + self.long.len()
            + self.symbols.len()
            + self.words.len() * (size_of::<Meaning>() + 2 * size_of::<(u64, u32)>())
            + self.topics.len() * size_of::<Token>()
            + self.matches.len() * size_of::<Match>()
            + self.sums.len() * size_of::<i64>()
    }

    /// The token `bytes[range]`, if it was noted.
    #[inline]
    pub fn find(&self, bytes: &[u8], range: Range<usize>) -> Option<Id> {
        let key = Key::of(bytes, range.clone());
        self.place(key, &bytes[range]).ok()
    }

    /// The entry of a token, or the free slot it would take, if there is one.
    #[inline]
    fn place(&self, key: Key, token: &[u8]) -> Result<Id, Option<usize>> {
        let mask = self.slots.len() - 1;
        let first = key.hash();
        for step in 0..REACH {
            let at = (first + step) & mask;
            let slot = self.slots[at];
            if slot == 0 {
                return Err(Some(at));
            }
            let entry = &self.entries[slot as usize - 1];
            if entry.key == key && (!key.is_long() || self.long[entry.long as usize..].starts_with(token)) {
                return Ok(slot - 1);
            }
        }
        Err(None)
    }

    /// Notes the token `bytes[range]`, which was not found: its facts, if it is one token at
    /// all, and its sums, as many as those of every other.
    pub fn note(&mut self, bytes: &[u8], range: Range<usize>, facts: Option<&Facts>, sums: &[i64]) -> Id {
        let (key, token) = (Key::of(bytes, range.clone()), &bytes[range]);
        let id = self.entries.len() as Id;
        if let Err(Some(slot)) = self.place(key, token) {
            self.slots[slot] = id + 1;
        }
        let mut entry = Entry {
            key,
            symbols: self.symbols.len() as u32,
            words: self.words.len() as u32,
            topics: self.topics.len() as u32,
            matches: self.matches.len() as u32,
            long: self.long.len() as u32,
            is_compound: facts.is_none(),
            ..Entry::default()
        };
        if key.is_long() {
            self.long.extend(token);
        }
        if let Some(facts) = facts {
            entry.counts = facts.counts.map(|count| count as u16);
            (entry.begun, entry.stops) = (facts.begun, facts.stops);
            (entry.is_lone, entry.starts_low) = (facts.is_lone, facts.starts_low);
            entry.last = facts.symbols().last().copied().unwrap_or(0);
            entry.length = facts.symbols().len() as u16;
            entry.word_count = facts.words.len() as u16;
            entry.topic_count = facts.topics.len() as u16;
            entry.match_count = facts.matches.len() as u16;
            self.symbols.extend(facts.symbols());
            self.words.extend(&facts.words);
            for meaning in &facts.words {
                self.classes.push(meaning.class);
                let next = self.number_of.len() as u32;
                let mut number = |hash| *self.number_of.entry(hash).or_insert(next);
                self.numbers.push(if meaning.is_word { number(meaning.word.hash) } else { NO_WORD });
            }
            self.topics.extend(&facts.topics);
            self.matches.extend(&facts.matches);
        }
        self.sums.extend(sums);
        self.entries.push(entry);
        id
    }

    /// What is known of a token.
    #[inline]
    pub fn entry(&self, id: Id) -> &Entry {
        &self.entries[id as usize]
    }

    /// Its symbols.
    pub fn symbols(&self, entry: &Entry) -> &[u8] {
        &self.symbols[span(entry.symbols, entry.length)]
    }

    /// Its words and marks.
    #[inline]
    pub fn words(&self, entry: &Entry) -> &[Meaning] {
        &self.words[span(entry.words, entry.word_count)]
    }

    /// The classes of its words and marks, and their numbers among the distinct words.
    #[inline]
    pub fn classes(&self, entry: &Entry) -> (&[u64], &[u32]) {
        let range = span(entry.words, entry.word_count);
        (&self.classes[range.clone()], &self.numbers[range])
    }

    /// Number of distinct words.
    pub fn distinct(&self) -> usize {
        self.number_of.len()
    }

    /// Its topic tokens.
    #[inline]
    pub fn topics(&self, entry: &Entry) -> &[Token] {
        &self.topics[span(entry.topics, entry.topic_count)]
    }

    /// Its word-list entries.
    #[inline]
    pub fn matches(&self, entry: &Entry) -> &[Match] {
        &self.matches[span(entry.matches, entry.match_count)]
    }

    /// Its sums, `width` of them.
    #[inline]
    pub fn sums(&self, id: Id, width: usize) -> &[i64] {
        &self.sums[id as usize * width..][..width]
    }
}
