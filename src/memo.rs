//! Tokens measured before, found again by their bytes.
//!
//! A few thousand tokens are most of any night's comments. Each is measured once; what is
//! known of it lies in flat arrays, together with the sums that a model's tables give for it.
//! The memo is exact: a token is found only by all of its bytes. Its size is bounded: when it
//! is full it begins anew, which costs what the beginning cost.

use std::collections::HashMap;
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::features::heuristic::{COUNTS, Counts, WORDS};
use crate::features::lexicon::Match;
use crate::features::token::{Facts, Meaning};
use crate::features::topic::Token;
use crate::hashed::Hashed;

/// Tokens that are kept, and bytes of what is known of them, by all threads together.
const MOST_TOKENS: usize = 1 << 18;
const MOST_BYTES: usize = 64 << 20;

/// Slots looked at for a token; what has no room among them is measured anew each time.
const REACH: usize = 32;

/// A token in the memo: where its record begins.
pub type Id = u32;

/// Number of what is a mark and not a word.
pub const NO_WORD: u32 = u32::MAX;

/// Tokens and what is known of them.
#[derive(Clone, Debug, Default)]
pub struct Memo {
    /// Among how many memos the room is divided; 0 is 1.
    shares: usize,
    /// Open-addressed: 1 + beginning of the record, 0 where free.
    slots: Vec<u32>,
    tokens: usize,
    /// One behind the other, what every comment asks for: [`HEAD`] words, the sums, the classes
    /// of the words, their numbers among the distinct words, the topic tokens two by two.
    records: Vec<u32>,
    /// What is asked for now and then.
    rest: Vec<Rest>,
    /// Bytes of the tokens that are longer than a key.
    long: Vec<u8>,
    symbols: Vec<u8>,
    words: Vec<Meaning>,
    matches: Vec<Match>,
    /// Numbers of the distinct words, by hash.
    number_of: HashMap<u64, u32, Hashed>,
}

/// Words of a record that are always there: four of the key, three of small numbers, the place
/// in `rest`, and a byte for everything that is counted.
const HEAD: usize = 8 + COUNTS / 4;

/// Where the rest of what is known of a token begins.
#[derive(Clone, Debug, Default)]
struct Rest {
    symbols: u32,
    words: u32,
    matches: u32,
    long: u32,
    /// What is counted, where a byte does not hold it.
    counts: Option<Box<Counts>>,
}

/// The record of a token.
#[derive(Clone, Copy)]
pub struct Record<'m> {
    head: &'m [u32; HEAD],
    /// What follows the head.
    tail: &'m [u32],
}

const LONE: u32 = 1;
const COMPOUND: u32 = 2;
const STOPS: u32 = 4;
const LOW: u32 = 8;
const NOT_LOW: u32 = 16;
const LARGE: u32 = 32;

impl<'m> Record<'m> {
    /// Number of its symbols.
    #[inline]
    pub fn length(self) -> u32 {
        self.head[4] & 0xFFFF
    }

    fn words(self) -> usize {
        (self.head[4] >> 16) as usize
    }

    fn topics(self) -> usize {
        (self.head[5] & 0xFFFF) as usize
    }

    /// Whether it holds word-list entries.
    #[inline]
    pub fn has_matches(self) -> bool {
        self.head[5] >> 16 != 0
    }

    /// Which phrases it may begin.
    #[inline]
    pub fn begun(self) -> u16 {
        self.head[6] as u16
    }

    /// Its last symbol, 0 if it has none.
    #[inline]
    pub fn last(self) -> u8 {
        (self.head[6] >> 24) as u8
    }

    #[inline]
    fn has(self, flag: u32) -> bool {
        self.head[6] >> 16 & flag != 0
    }

    /// See [`Facts::is_lone`].
    #[inline]
    pub fn is_lone(self) -> bool {
        self.has(LONE)
    }

    /// It has blanks beyond ASCII: it is not one token.
    #[inline]
    pub fn is_compound(self) -> bool {
        self.has(COMPOUND)
    }

    /// See [`Facts::stops`].
    #[inline]
    pub fn stops(self) -> bool {
        self.has(STOPS)
    }

    /// See [`Facts::starts_low`].
    #[inline]
    pub fn starts_low(self) -> Option<bool> {
        if self.has(LOW | NOT_LOW) { Some(self.has(LOW)) } else { None }
    }

    /// Adds its sums, as many as there are.
    #[inline]
    pub fn add_sums(self, sums: &mut [i64]) {
        for (sum, own) in sums.iter_mut().zip(self.tail.as_chunks::<2>().0) {
            *sum += long(own) as i64;
        }
    }

    /// The classes of its words and marks, if a token has `width` sums.
    #[inline]
    pub fn classes(self, width: usize) -> impl Iterator<Item = u64> + 'm {
        self.tail[2 * width..][..2 * self.words()].as_chunks::<2>().0.iter().map(long)
    }

    /// The numbers of its words among the distinct words, [`NO_WORD`] for marks.
    #[inline]
    pub fn numbers(self, width: usize) -> &'m [u32] {
        &self.tail[2 * width + 2 * self.words()..][..self.words()]
    }

    /// Its topic tokens.
    #[inline]
    pub fn for_each_topic(self, width: usize, mut each: impl FnMut(Token)) {
        let pairs = &self.tail[2 * width + 3 * self.words()..][..self.topics().div_ceil(2)];
        for &pair in pairs {
            each(pair as Token);
            // The last of an odd number stands twice.
            each((pair >> 16) as Token);
        }
    }
}

#[inline]
fn long(halves: &[u32; 2]) -> u64 {
    u64::from(halves[0]) | u64::from(halves[1]) << 32
}

fn halves(number: u64) -> [u32; 2] {
    [number as u32, (number >> 32) as u32]
}

fn span(start: u32, count: u32) -> Range<usize> {
    start as usize..(start + count) as usize
}

/// A token's bytes where they are few, else their hash and number; with a length in the
/// last byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Key(u64, u64);

/// Bytes that fit a key.
const SHORT: usize = 15;

impl Key {
    /// The key of `bytes[range]`; that of a token of few bytes is those bytes.
    #[inline(always)]
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

    #[inline]
    fn words(self) -> [u32; 4] {
        let ([a, b], [c, d]) = (halves(self.0), halves(self.1));
        [a, b, c, d]
    }

    #[inline]
    fn is_long(self) -> bool {
        self.1 >> 56 > SHORT as u64
    }

    #[inline]
    fn hash(self) -> usize {
        let product = u128::from(self.0 ^ 0x9E37_79B9_7F4A_7C15) * u128::from(self.1 ^ 0xD6E8_FEB8_6659_FD93);
        (product as u64 ^ (product >> 64) as u64) as usize
    }
}

/// A token that is being looked for.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    start: u32,
    end: u32,
    /// What the first place it may be in held.
    slot: u32,
    key: Key,
}

impl Look {
    /// Where it stands.
    #[inline]
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
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
    /// One of so many memos that share the room there is.
    pub fn one_of(shares: usize) -> Self {
        Self { shares, ..Self::default() }
    }

    /// To be called between comments: begins anew when full.
    pub fn relieve(&mut self) {
        let shares = self.shares.max(1);
        let most_tokens = MOST_TOKENS / shares;
        if self.slots.is_empty() {
            self.slots = vec![0; (2 * most_tokens).next_power_of_two()];
        } else if self.tokens > most_tokens || self.bytes() > MOST_BYTES / shares {
            *self = Self::one_of(shares);
            self.relieve();
        }
    }

    fn bytes(&self) -> usize {
        self.records.len() * size_of::<u32>()
            + self.rest.len() * size_of::<Rest>()
            + self.long.len()
            + self.symbols.len()
            + self.words.len() * (size_of::<Meaning>() + 2 * size_of::<(u64, u32)>())
            + self.matches.len() * size_of::<Match>()
    }

    /// Begins to look for the token `bytes[range]`: what [`Memo::found`] goes on with. Apart, so
    /// that the memory of many tokens is waited for at once.
    #[inline(always)]
    pub fn look(&self, bytes: &[u8], range: Range<usize>) -> Look {
        let key = Key::of(bytes, range.clone());
        let slot = self.slots[key.hash() & (self.slots.len() - 1)];
        Look { start: range.start as u32, end: range.end as u32, slot, key }
    }

    /// The token, if it is in the first place it may be in, as most are.
    #[inline(always)]
    pub fn found(&self, look: &Look) -> Option<Id> {
        let id = look.slot.checked_sub(1)?;
        let record = &self.records[id as usize..][..HEAD];
        (record[..4] == look.key.words() && !look.key.is_long()).then_some(id)
    }

    /// The token `bytes[range]`, if it was noted.
    #[inline(always)]
    pub fn find(&self, bytes: &[u8], range: Range<usize>) -> Option<Id> {
        let key = Key::of(bytes, range.clone());
        self.place(key, &bytes[range]).ok()
    }

    /// The record of a token, or the free slot it would take, if there is one.
    #[inline(always)]
    fn place(&self, key: Key, token: &[u8]) -> Result<Id, Option<usize>> {
        let mask = self.slots.len() - 1;
        let (first, words) = (key.hash(), key.words());
        for step in 0..REACH {
            let at = (first + step) & mask;
            let slot = self.slots[at];
            if slot == 0 {
                return Err(Some(at));
            }
            let record = &self.records[slot as usize - 1..][..HEAD];
            if record[..4] == words && (!key.is_long() || self.is_long(record, token)) {
                return Ok(slot - 1);
            }
        }
        Err(None)
    }

    fn is_long(&self, record: &[u32], token: &[u8]) -> bool {
        self.long[self.rest[record[7] as usize].long as usize..].starts_with(token)
    }

    /// Notes the token `bytes[range]`, which was not found: its facts, if it is one token at
    /// all, and its sums, as many as those of every other.
    pub fn note(&mut self, bytes: &[u8], range: Range<usize>, facts: Option<&Facts>, sums: &[i64]) -> Id {
        let (key, token) = (Key::of(bytes, range.clone()), &bytes[range]);
        let id = self.records.len() as Id;
        if let Err(Some(slot)) = self.place(key, token) {
            self.slots[slot] = id + 1;
        }
        self.tokens += 1;
        let mut rest = Rest {
            symbols: self.symbols.len() as u32,
            words: self.words.len() as u32,
            matches: self.matches.len() as u32,
            long: self.long.len() as u32,
            counts: None,
        };
        if key.is_long() {
            self.long.extend(token);
        }
        self.records.extend(key.words());
        let place = self.rest.len() as u32;
        match facts {
            Some(facts) => {
                let is_large = facts.counts.iter().any(|&count| count > 255);
                rest.counts = is_large.then(|| Box::new(facts.counts));
                self.records.extend(small(facts));
                self.records.push(place);
                let bytes = facts.counts.map(|count| count as u8);
                self.records.extend(bytes.as_chunks::<4>().0.iter().map(|&four| u32::from_le_bytes(four)));
                self.records.extend(sums.iter().flat_map(|&sum| halves(sum as u64)));
                self.extend(facts);
            }
            None => {
                self.records.extend([0, 0, COMPOUND << 16, place]);
                self.records.extend([0; COUNTS / 4]);
            }
        }
        self.rest.push(rest);
        id
    }

    /// Appends what is of no fixed size.
    fn extend(&mut self, facts: &Facts) {
        self.records.extend(facts.words.iter().flat_map(|meaning| halves(meaning.class)));
        for meaning in &facts.words {
            let next = self.number_of.len() as u32;
            let mut number = |hash| *self.number_of.entry(hash).or_insert(next);
            self.records.push(if meaning.is_word { number(meaning.word.hash) } else { NO_WORD });
        }
        let pair = |pair: &[Token]| u32::from(pair[0]) | u32::from(*pair.last().unwrap_or(&pair[0])) << 16;
        self.records.extend(facts.topics.chunks(2).map(pair));
        self.symbols.extend(facts.symbols());
        self.words.extend(&facts.words);
        self.matches.extend(&facts.matches);
    }

    /// What is known of a token.
    #[inline]
    pub fn record(&self, id: Id) -> Record<'_> {
        const EMPTY: [u32; HEAD] = [0; HEAD];
        let (head, tail) = self.records[id as usize..].split_first_chunk().unwrap_or((&EMPTY, &[]));
        Record { head, tail }
    }

    /// Adds the first of what is counted of a token.
    #[inline]
    pub fn add_counts(&self, record: Record<'_>, sums: &mut [u32]) {
        if record.has(LARGE) {
            let large = self.rest(record).counts.iter().flat_map(|counts| counts.iter());
            sums.iter_mut().zip(large).for_each(|(sum, &count)| *sum = sum.wrapping_add(count));
            return;
        }
        let mut counts = [0; COUNTS];
        for (four, word) in counts.as_chunks_mut::<4>().0.iter_mut().zip(&record.head[8..]) {
            *four = word.to_le_bytes();
        }
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum = sum.wrapping_add(u32::from(count)));
    }

    /// How many words of letters or digits it has.
    #[inline]
    pub fn words_of_letters(&self, record: Record<'_>) -> u32 {
        if record.has(LARGE) {
            return self.rest(record).counts.as_ref().map_or(0, |counts| counts[WORDS]);
        }
        record.head[8 + WORDS / 4] >> (8 * (WORDS % 4)) & 0xFF
    }

    fn rest(&self, record: Record<'_>) -> &Rest {
        &self.rest[record.head[7] as usize]
    }

    /// Its symbols.
    pub fn symbols(&self, record: Record<'_>) -> &[u8] {
        &self.symbols[span(self.rest(record).symbols, record.length())]
    }

    /// Its words and marks.
    pub fn words(&self, record: Record<'_>) -> &[Meaning] {
        &self.words[span(self.rest(record).words, record.words() as u32)]
    }

    /// Its word-list entries.
    pub fn matches(&self, record: Record<'_>) -> &[Match] {
        &self.matches[span(self.rest(record).matches, record.head[5] >> 16)]
    }

    /// Number of distinct words.
    pub fn distinct(&self) -> usize {
        self.number_of.len()
    }
}

/// The small numbers of a record.
fn small(facts: &Facts) -> [u32; 3] {
    let both = |low: usize, high: usize| low as u32 | (high as u32) << 16;
    let flag = |is: bool, flag: u32| if is { flag } else { 0 };
    let flags = flag(facts.is_lone, LONE)
        | flag(facts.stops, STOPS)
        | flag(facts.starts_low == Some(true), LOW)
        | flag(facts.starts_low == Some(false), NOT_LOW)
        | flag(facts.counts.iter().any(|&count| count > 255), LARGE);
    let last = facts.symbols().last().copied().unwrap_or(0);
    [
        both(facts.symbols().len(), facts.words.len()),
        both(facts.topics.len(), facts.matches.len()),
        u32::from(facts.begun) | flags << 16 | u32::from(last) << 24,
    ]
}
