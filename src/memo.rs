//! Tokens measured before, found again by their bytes.
//!
//! A few thousand tokens are most of any night's comments. Each is measured once; what is
//! known of it lies in one cache line, together with the sums that a model's tables give for it,
//! and what is seldom asked for lies elsewhere. The memo is exact: a token is found only by all
//! of its bytes. Its size is bounded: when it is full it begins anew, which costs what the
//! beginning cost.

mod key;
mod numbered;
mod record;

use std::ops::Range;

use prefetch_index::prefetch_index;

use crate::features::heuristic::{COUNTS, Counts};
use crate::features::lexicon::Match;
use crate::features::token::Facts;
use crate::features::topic::Token;
use crate::hashed::free_slots;
pub use key::Key;
use numbered::Numbered;
use record::{CLASSES, TOPICS};
pub use record::{Part, Record, SUMS};

/// Tokens that are kept, and bytes of what is known of them, by all threads together.
const MOST_TOKENS: usize = 1 << 19;
const MOST_BYTES: usize = 64 << 20;

/// Slots looked at for a token; what has no room among them is measured anew each time.
const REACH: usize = 32;

/// Slots of an empty memo.
const FEWEST_SLOTS: usize = 1 << 12;

/// A token in the memo: the number of its record.
pub type Id = u32;

/// Marks the number of a shape as one among the wide ones.
const WIDE_SHAPE: u32 = 1 << 31;

/// The record of no token.
const NOBODY: Id = 0;

/// Bits of a slot that are a number; the others are of the token's hash, so that what is another
/// token is known without a look at it.
const NUMBER_BITS: u32 = 20;
const NUMBER: u32 = (1 << NUMBER_BITS) - 1;

/// What a slot holds, but for the number.
#[inline]
fn tag(hash: u32) -> u32 {
    hash & !NUMBER
}

/// Tokens and what is known of them.
#[derive(Clone, Debug, Default)]
pub struct Memo {
    /// Among how many memos the room is divided; 0 is 1.
    shares: usize,
    /// Open-addressed, at most half full: numbers of records with tags, 0 where free.
    slots: Vec<u32>,
    records: Vec<Record>,
    /// Of each record, where the rest is.
    rest: Vec<Rest>,
    /// Symbols of the tokens, behind them the bytes of those that are longer than a key.
    symbols: Vec<u8>,
    parts: Vec<Part>,
    matches: Vec<Match>,
    topics: Vec<Token>,
    sums: Vec<i64>,
    /// What is counted of a token: most are counted alike, and nothing often.
    shapes: Numbered<[u8; COUNTS]>,
    /// Those of which something is counted more than 255 times.
    wide_shapes: Numbered<Counts>,
    classes: Numbered<u64>,
}

/// Where the lists of a token begin.
#[derive(Clone, Copy, Debug, Default)]
struct Rest {
    parts: u32,
    matches: u32,
    matches_end: u32,
    sums: u32,
}

/// A token that is being looked for.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    start: u32,
    end: u32,
    /// The hash of the token, then what may be the token, then the token itself.
    id: Id,
    key: Key,
}

impl Look {
    /// Where it stands.
    #[inline]
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// What it is found by.
    #[inline]
    pub fn key(&self) -> Key {
        self.key
    }

    /// The token, if it was [met](Memo::meet) and is short.
    #[inline]
    pub fn found(&self) -> Option<Id> {
        (self.id != NOBODY).then_some(self.id)
    }
}

impl Memo {
    /// One of so many memos that share the room there is.
    pub fn one_of(shares: usize) -> Self {
        Self { shares, ..Self::default() }
    }

    /// To be called between comments: begins anew when full.
    pub fn relieve(&mut self) {
        let shares = self.shares.max(1);
        if self.slots.is_empty() {
            self.slots = free_slots(FEWEST_SLOTS);
            // The room is only asked for here; what is not needed of it is never touched.
            self.records = Vec::with_capacity(MOST_TOKENS / shares);
            self.rest = Vec::with_capacity(MOST_TOKENS / shares);
            self.records.push(Record::default());
            self.rest.push(Rest::default());
        } else if self.records.len() > MOST_TOKENS / shares || self.bytes() > MOST_BYTES / shares {
            *self = Self::one_of(shares);
            self.relieve();
        }
    }

    fn bytes(&self) -> usize {
        size_of_val(&self.slots[..])
            + size_of_val(&self.records[..])
            + size_of_val(&self.rest[..])
            + self.symbols.len()
            + size_of_val(&self.parts[..])
            + size_of_val(&self.matches[..])
            + size_of_val(&self.topics[..])
            + size_of_val(&self.sums[..])
            + self.shapes.bytes()
            + self.wide_shapes.bytes()
            + self.classes.bytes()
    }

    /// Begins to look for the token `bytes[range]`.
    #[inline(always)]
    pub fn look(&self, bytes: &[u8], range: Range<usize>) -> Look {
        let key = Key::of(bytes, range.clone());
        let hash = key.hash();
        prefetch_index(&self.slots, hash as usize & (self.slots.len() - 1));
        Look { start: range.start as u32, end: range.end as u32, id: hash, key }
    }

    /// Goes on for many tokens: a short one is found if it is in the first place it may be in, as
    /// most are. One step after the other for all of them, each of which asks for the memory that
    /// the next one needs, so that the memory of many is waited for at once.
    pub fn meet(&self, looks: &mut [Look]) {
        let mask = self.slots.len() - 1;
        for look in &mut *looks {
            let slot = self.slots[look.id as usize & mask];
            look.id = if tag(slot) == tag(look.id) { slot & NUMBER } else { NOBODY };
            prefetch_index(&self.records, look.id as usize);
        }
        for look in looks {
            let record = &self.records[look.id as usize];
            prefetch_index(&self.shapes.values, record.shape as usize);
            prefetch_index(&self.topics, record.far_topics());
            if record.has_matches() {
                prefetch_index(&self.rest, look.id as usize);
            }
            if record.key != look.key || look.key.is_long() {
                look.id = NOBODY;
            }
        }
    }

    /// The token, if it was noted.
    #[inline]
    pub fn find(&self, key: Key, token: &[u8]) -> Option<Id> {
        self.place(key, |id| self.is_token(id, key, token)).ok()
    }

    /// The record of a token, or the free slot it would take, if there is one.
    #[inline]
    fn place(&self, key: Key, is_it: impl Fn(Id) -> bool) -> Result<Id, Option<usize>> {
        let (first, mask) = (key.hash(), self.slots.len() - 1);
        for at in (0..REACH).map(|step| (first as usize + step) & mask) {
            match self.slots[at] {
                0 => return Err(Some(at)),
                slot if tag(slot) == tag(first) && is_it(slot & NUMBER) => return Ok(slot & NUMBER),
                _ => {}
            }
        }
        Err(None)
    }

    /// Makes a token findable, if there is room for it.
    fn put(&mut self, key: Key, id: Id) {
        if let (Err(Some(slot)), true) = (self.place(key, |_| false), id <= NUMBER) {
            self.slots[slot] = tag(key.hash()) | id;
        }
    }

    fn is_token(&self, id: Id, key: Key, token: &[u8]) -> bool {
        let record = &self.records[id as usize];
        let bytes = || record.symbols as usize + record.length() as usize;
        record.key == key && (!key.is_long() || self.symbols[bytes()..].starts_with(token))
    }

    /// Notes a token that was not found: its facts, if it is one token at all, and its sums, as
    /// many as those of every other.
    pub fn note(&mut self, key: Key, token: &[u8], facts: Option<&Facts>, sums: &[i64]) -> Id {
        self.grow();
        let id = self.records.len() as Id;
        self.put(key, id);
        self.rest.push(Rest {
            parts: self.parts.len() as u32,
            matches: self.matches.len() as u32,
            matches_end: (self.matches.len() + facts.map_or(0, |facts| facts.matches.len())) as u32,
            sums: self.sums.len() as u32,
        });
        let symbols = self.symbols.len() as u32;
        let record = match facts {
            Some(facts) => self.extend(Record::new(key, symbols, facts, sums), facts, sums),
            None => Record::compound(key, symbols),
        };
        self.records.push(record);
        if key.is_long() {
            self.symbols.extend(token);
        }
        id
    }

    /// Appends what has no room in a record.
    fn extend(&mut self, mut record: Record, facts: &Facts, sums: &[i64]) -> Record {
        record.shape = match facts.counts.iter().all(|&n| n <= u32::from(u8::MAX)) {
            true => self.shapes.number(facts.counts.map(|n| n as u8)),
            false => WIDE_SHAPE | self.wide_shapes.number(facts.counts),
        };
        for (i, meaning) in facts.words.iter().enumerate() {
            // There are fewer classes than two bytes can tell apart.
            let class = self.classes.number(meaning.class) as u16;
            if let Some(to) = record.classes.get_mut(i) {
                *to = class;
            }
            let (start, end) = (meaning.word.start as u16, meaning.word.end as u16);
            let (hash, alone, is_word) = (meaning.word.hash, meaning.alone, meaning.is_word);
            self.parts.push(Part { hash, alone, class, start, end, is_word });
        }
        self.symbols.extend(facts.symbols());
        self.matches.extend(&facts.matches);
        if facts.topics.len() > TOPICS {
            record.put_far_topics(self.topics.len() as u32);
            self.topics.extend(&facts.topics[TOPICS - 2..]);
        }
        if record.is_wide() {
            self.sums.extend(sums);
        }
        record
    }

    /// Doubles the slots when more than half would be taken.
    fn grow(&mut self) {
        if 2 * self.records.len() < self.slots.len() {
            return;
        }
        self.slots = free_slots(2 * self.slots.len());
        for id in 1..self.records.len() {
            self.put(self.records[id].key, id as Id);
        }
    }

    /// What is known of a token.
    #[inline]
    pub fn record(&self, id: Id) -> &Record {
        &self.records[id as usize]
    }

    /// Adds its sums, as many as there are: to the `near` ones what a record has room for, else to
    /// the `far` ones; of both together are the sums of several tokens.
    #[inline(always)]
    pub fn add_sums(&self, id: Id, near: &mut [i64; SUMS], far: &mut [i64]) {
        let record = self.record(id);
        near.iter_mut().zip(record.sums).for_each(|(to, sum)| *to += i64::from(sum));
        if record.is_wide() {
            let sums = &self.sums[self.rest[id as usize].sums as usize..];
            far.iter_mut().zip(sums).for_each(|(to, sum)| *to += sum);
        }
    }

    /// What is counted of a token.
    pub fn counts(&self, record: &Record) -> Counts {
        match self.shape(record) {
            Ok(shape) => shape.map(u32::from),
            Err(counts) => *counts,
        }
    }

    /// The same, in a byte each where it fits that.
    #[inline(always)]
    pub fn shape(&self, record: &Record) -> std::result::Result<&[u8; COUNTS], &Counts> {
        let wide = || &self.wide_shapes.values[(record.shape & !WIDE_SHAPE) as usize];
        self.shapes.values.get(record.shape as usize).ok_or_else(wide)
    }

    /// Calls `each` for the classes of its words and marks.
    #[inline(always)]
    pub fn for_each_class(&self, id: Id, mut each: impl FnMut(u64)) {
        let record = self.record(id);
        let parts = usize::from(record.parts);
        let mut class = |number: u16| each(self.classes.values[usize::from(number)]);
        if parts <= CLASSES {
            record.classes[..parts].iter().for_each(|&number| class(number));
        } else {
            self.parts(id).iter().for_each(|part| class(part.class));
        }
    }

    /// Calls `each` for its topic tokens.
    #[inline(always)]
    pub fn for_each_topic(&self, id: Id, mut each: impl FnMut(Token)) {
        let (near, place, far) = self.record(id).topics();
        near.iter().for_each(|&token| each(token));
        if far > 0 {
            self.topics[place..place + far].iter().for_each(|&token| each(token));
        }
    }

    /// Asks for the memory of its word-list entries.
    pub fn expect_matches(&self, id: Id) {
        prefetch_index(&self.matches, self.rest[id as usize].matches as usize);
    }

    /// Asks for the memory of its last symbols.
    pub fn expect_last(&self, id: Id) {
        let record = self.record(id);
        prefetch_index(&self.symbols, (record.symbols as usize + record.length() as usize).saturating_sub(1));
    }

    /// Its symbols.
    pub fn symbols(&self, id: Id) -> &[u8] {
        let record = self.record(id);
        &self.symbols[record.symbols as usize..][..record.length() as usize]
    }

    /// Its words and marks.
    pub fn parts(&self, id: Id) -> &[Part] {
        &self.parts[self.rest[id as usize].parts as usize..][..usize::from(self.record(id).parts)]
    }

    /// Its word-list entries.
    pub fn matches(&self, id: Id) -> &[Match] {
        let rest = &self.rest[id as usize];
        &self.matches[rest.matches as usize..rest.matches_end as usize]
    }
}

#[cfg(test)]
mod tests;
