//! Hashed n-grams of a folded text, counted.
//!
//! Character n-grams of 2–6 symbols inside word bounds (a token is read with a
//! blank on either side, as scikit-learn's `char_wb` does), and word 1–2-grams.
//! An n-gram of up to six one-byte symbols fits a machine word, so it is hashed
//! without touching memory; a word is hashed from its symbols.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::features::classes::Classes;
use crate::text::{Folded, SPACE};

/// Which n-grams a block is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Space {
    /// Character 2–6-grams inside word bounds.
    Chars,
    /// Word 1–2-grams; a punctuation mark is a word.
    Words,
    /// Word-class 1–4-grams and word-list entries, see [`classes`](super::classes).
    Classes,
}

impl Space {
    /// Every space, in the order models store them.
    pub const ALL: [Space; 3] = [Space::Chars, Space::Words, Space::Classes];

    /// Name in configurations, models and explanations.
    pub fn name(self) -> &'static str {
        match self {
            Space::Chars => "chars",
            Space::Words => "words",
            Space::Classes => "classes",
        }
    }

    /// Calls `each(hash, symbols)` for every n-gram of `folded`, where `hash` is of
    /// 64 well-mixed bits and `symbols` is the range of symbols the n-gram covers.
    pub fn for_each(self, folded: &Folded, classes: &Classes, each: impl FnMut(u64, Range<usize>)) {
        match self {
            Space::Chars => char_ngrams(&folded.symbols, each),
            Space::Words => word_ngrams(folded, each),
            Space::Classes => classes.for_each(each),
        }
    }
}

/// Shortest and longest character n-gram, in symbols, blanks of the word bound included.
pub const CHAR_NGRAM: Range<usize> = 2..7;

fn char_ngrams(symbols: &[u8], mut each: impl FnMut(u64, Range<usize>)) {
    let mut start = 0;
    while start < symbols.len() {
        let length = symbols[start..].iter().position(|&s| s == SPACE).unwrap_or(symbols.len() - start);
        token_ngrams(&symbols[start..start + length], start, &mut each);
        start += length + 1;
    }
}

/// N-grams of one token with a blank before and after: for every last symbol, all
/// lengths at once from one rolling word of the last seven symbols.
#[inline]
fn token_ngrams(token: &[u8], offset: usize, each: &mut impl FnMut(u64, Range<usize>)) {
    let padded = token.len() + 2;
    let mut window = u64::from(SPACE);
    for last in 1..padded {
        let symbol = if last + 1 == padded { SPACE } else { token[last - 1] };
        window = window << 8 | u64::from(symbol);
        let seen = last + 1;
        for n in CHAR_NGRAM.start..CHAR_NGRAM.end.min(seen + 1) {
            let gram = window & ((1 << (8 * n)) - 1);
            let from = (seen - n).max(1) - 1;
            let to = last.min(token.len());
            each(mix(gram | (n as u64) << 56), offset + from..offset + to);
        }
    }
}

fn word_ngrams(folded: &Folded, mut each: impl FnMut(u64, Range<usize>)) {
    let mut previous: Option<(u64, usize)> = None;
    for (start, end) in folded.words() {
        let word = hash_word(&folded.symbols[start..end]);
        each(word, start..end);
        if let Some((before, from)) = previous {
            each(mix(before.rotate_left(17) ^ word), from..end);
        }
        previous = Some((word, start));
    }
}

/// Hash of a word's symbols; the same on every machine and in every version of a model format.
pub fn hash_word(symbols: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(symbols)
}

/// Murmur3's 64-bit finaliser: every input bit changes every output bit with
/// probability one half.
#[inline]
pub(crate) fn mix(mut h: u64) -> u64 {
    h = (h ^ h >> 33).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    h = (h ^ h >> 33).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    h ^ h >> 33
}

/// Bucket of a hash in a table of `2^bits` buckets.
#[inline]
pub fn bucket(hash: u64, bits: u32) -> u32 {
    (hash >> (64 - bits)) as u32
}

/// Counts buckets of one text. Small, so that it stays in the nearest cache; the
/// entries keep the order of first occurrence, so that sums over them are the same
/// on every machine.
#[derive(Clone, Debug, Default)]
pub struct Counter {
    /// 1 + position in `entries`, 0 where free; open addressing, a power of two long.
    slots: Vec<u32>,
    entries: Vec<(u32, u32)>,
}

impl Counter {
    /// Forgets everything and makes room for `ngrams` distinct buckets.
    pub fn clear(&mut self, ngrams: usize) {
        let slots = (2 * ngrams).next_power_of_two().max(64);
        self.slots.clear();
        self.slots.resize(slots, 0);
        self.entries.clear();
    }

    /// Counts `bucket` once more.
    ///
    /// More distinct buckets than [`Counter::clear`] made room for make room for themselves.
    #[inline]
    pub fn add(&mut self, bucket: u32) {
        let mask = self.slots.len() - 1;
        let mut at = (bucket.wrapping_mul(0x9E37_79B1) >> 8) as usize & mask;
        loop {
            match self.slots[at] {
                0 => break,
                n => {
                    let entry = &mut self.entries[n as usize - 1];
                    if entry.0 == bucket {
                        entry.1 += 1;
                        return;
                    }
                }
            }
            at = (at + 1) & mask;
        }
        self.entries.push((bucket, 1));
        self.slots[at] = self.entries.len() as u32;
        if 2 * self.entries.len() > self.slots.len() {
            self.grow();
        }
    }

    /// Distinct buckets and how often each came, in order of first occurrence.
    pub fn entries(&self) -> &[(u32, u32)] {
        &self.entries
    }

    fn grow(&mut self) {
        let slots = 2 * self.slots.len();
        self.slots.clear();
        self.slots.resize(slots, 0);
        for (i, &(bucket, _)) in self.entries.iter().enumerate() {
            let mut at = (bucket.wrapping_mul(0x9E37_79B1) >> 8) as usize & (slots - 1);
            while self.slots[at] != 0 {
                at = (at + 1) & (slots - 1);
            }
            self.slots[at] = i as u32 + 1;
        }
    }

    /// Counts the n-grams of `folded`, whose classes are `classes`, in `space` over `2^bits` buckets.
    pub fn count(&mut self, space: Space, folded: &Folded, classes: &Classes, bits: u32) {
        let expected = match space {
            Space::Chars => 4 * folded.symbols.len(),
            Space::Words => folded.symbols.len() / 2,
            Space::Classes => 4 * classes.len(),
        };
        // A long text repeats itself: its distinct n-grams are far fewer.
        self.clear(expected.min(4096));
        space.for_each(folded, classes, |hash, _| self.add(bucket(hash, bits)));
    }
}

/// Sublinear term frequency, `1 + ln(count)`.
#[inline]
pub fn sublinear(count: u32) -> f32 {
    match count {
        1 => 1.0,
        2 => 1.693_147_2,
        3 => 2.098_612_3,
        n => 1.0 + (n as f32).ln(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn grams(space: Space, text: &str) -> Vec<String> {
        let folded = Folded::new(text);
        let mut out = Vec::new();
        space.for_each(&folded, &Classes::default(), |_, range| {
            out.push(String::from_utf8_lossy(&folded.symbols[range]).into_owned())
        });
        out
    }

    #[test]
    fn char_ngrams_stay_inside_word_bounds() {
        assert_eq!(grams(Space::Chars, "ab"), ["a", "ab", "ab", "b", "ab", "ab"]);
        assert_eq!(grams(Space::Chars, "a b").len(), 6);
        // Lengths 2..=6 of " abcdefg " padded: 8 + 7 + 6 + 5 + 4.
        assert_eq!(grams(Space::Chars, "abcdefg").len(), 30);
    }

    #[test]
    fn word_ngrams_are_single_words_and_neighbours() {
        assert_eq!(grams(Space::Words, "Na ja!"), ["na", "ja", "na ja", "!", "ja!"]);
    }

    #[test]
    fn ngrams_of_different_length_do_not_share_a_hash() {
        let folded = Folded::new("aaa aab abcabc");
        let mut seen = HashMap::new();
        char_ngrams(&folded.symbols, |hash, range| {
            seen.entry(hash).or_insert_with(Vec::new).push(range.len());
        });
        // " a" … "aaa": every hash belongs to n-grams of one spelling only.
        assert_eq!(seen.len(), distinct_padded(&folded.symbols));
    }

    fn distinct_padded(symbols: &[u8]) -> usize {
        let mut all = std::collections::HashSet::new();
        for token in symbols.split(|&s| s == SPACE) {
            let padded = [&[SPACE][..], token, &[SPACE]].concat();
            for n in CHAR_NGRAM {
                for window in padded.windows(n) {
                    all.insert(window.to_vec());
                }
            }
        }
        all.len()
    }

    #[test]
    fn the_counter_counts_like_a_map() {
        let mut counter = Counter::default();
        counter.clear(2);
        let mut map: HashMap<u32, u32> = HashMap::new();
        let mut state = 1u32;
        for _ in 0..10_000 {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            let bucket = state >> 22;
            counter.add(bucket);
            *map.entry(bucket).or_default() += 1;
        }
        assert_eq!(counter.entries().len(), map.len());
        assert!(counter.entries().iter().all(|(b, n)| map[b] == *n));
    }

    #[test]
    fn frequencies_are_sublinear() {
        for n in 1..50u32 {
            assert!((f64::from(sublinear(n)) - (1.0 + f64::from(n).ln())).abs() < 1e-6);
        }
    }
}
