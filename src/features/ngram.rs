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
    #[inline(always)]
    pub fn for_each(self, folded: &Folded, classes: &Classes, each: impl FnMut(u64, Range<usize>)) {
        match self {
            Space::Chars => char_ngrams(&folded.symbols, each),
            Space::Words => word_ngrams(words(folded), each),
            Space::Classes => classes.for_each(each),
        }
    }
}

/// Shortest and longest character n-gram, in symbols, blanks of the word bound included.
pub const CHAR_NGRAM: Range<usize> = 2..7;

/// N-grams of every token with a blank before and after: for every last symbol, all
/// lengths at once from one rolling word of the last symbols.
#[inline(always)]
fn char_ngrams(symbols: &[u8], mut each: impl FnMut(u64, Range<usize>)) {
    let (mut window, mut seen, mut start) = (u64::from(SPACE), 1, 0);
    for at in 0..=symbols.len() {
        let symbol = symbols.get(at).copied().unwrap_or(SPACE);
        let is_end = symbol == SPACE;
        window = window << 8 | u64::from(symbol);
        seen += 1;
        for n in CHAR_NGRAM.start..CHAR_NGRAM.end.min(seen + 1) {
            let gram = window & ((1 << (8 * n)) - 1);
            let from = start + (seen - n).max(1) - 1;
            each(mix(gram | (n as u64) << 56), from..at + usize::from(!is_end));
        }
        if is_end {
            (seen, start) = (1, at + 1);
        }
    }
}

#[inline(always)]
fn word_ngrams(words: impl Iterator<Item = Word>, mut each: impl FnMut(u64, Range<usize>)) {
    let mut previous: Option<(u64, usize)> = None;
    for Word { hash: word, start, end } in words {
        each(word, start..end);
        if let Some((before, from)) = previous {
            each(mix(before.rotate_left(17) ^ word), from..end);
        }
        previous = Some((word, start));
    }
}

/// A word or mark of a folded text.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// Its [`hash_word`].
    pub hash: u64,
    /// Its first symbol.
    pub start: usize,
    /// The symbol after its last.
    pub end: usize,
}

/// The words of `folded`, hashed.
pub fn words(folded: &Folded) -> impl Iterator<Item = Word> + '_ {
    let word = |(start, end)| Word { hash: hash_word(&folded.symbols[start..end]), start, end };
    folded.words().map(word)
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

/// Counts buckets of one text: one number per bucket of the table, and a list of those
/// that are not 0, so that counting takes neither a search nor a branch. The list keeps the
/// order of first occurrence, so that sums over it are the same on every machine.
#[derive(Clone, Debug, Default)]
pub struct Counter {
    /// By bucket; they stop at 65,535.
    counts: Vec<u16>,
    /// The first `distinct` are the buckets that came.
    came: Vec<u32>,
    distinct: usize,
}

impl Counter {
    /// Counts the n-grams of `folded`, whose classes are `classes`, in `space` over `2^bits` buckets.
    pub fn count(&mut self, space: Space, folded: &Folded, classes: &Classes, bits: u32) {
        let mut tally = self.clear(bits);
        space.for_each(folded, classes, |hash, _| tally.add(bucket(hash, bits)));
        self.distinct = tally.distinct;
    }

    /// Counts the n-grams of [`Space::Words`], given the words.
    pub fn count_words(&mut self, words: &[Word], bits: u32) {
        let mut tally = self.clear(bits);
        word_ngrams(words.iter().copied(), |hash, _| tally.add(bucket(hash, bits)));
        self.distinct = tally.distinct;
    }

    /// Distinct buckets and how often each came, in order of first occurrence.
    pub fn entries(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let came = self.came[..self.distinct].iter();
        came.map(|&bucket| (bucket, u32::from(self.counts[bucket as usize])))
    }

    /// How often `bucket` came.
    pub fn get(&self, bucket: u32) -> u32 {
        self.counts.get(bucket as usize).copied().map_or(0, u32::from)
    }

    /// Forgets everything; makes the table `2^bits` long.
    fn clear(&mut self, bits: u32) -> Tally<'_> {
        for &bucket in &self.came[..self.distinct] {
            self.counts[bucket as usize] = 0;
        }
        self.counts.resize(1 << bits, 0);
        Tally { counts: &mut self.counts, came: &mut self.came, distinct: 0 }
    }
}

/// A [`Counter`] at work; apart, so that the number of buckets stays in a register.
struct Tally<'a> {
    counts: &'a mut [u16],
    came: &'a mut Vec<u32>,
    distinct: usize,
}

impl Tally<'_> {
    #[inline(always)]
    fn add(&mut self, bucket: u32) {
        if self.distinct == self.came.len() {
            self.came.resize(2 * self.distinct + 512, 0);
        }
        let count = &mut self.counts[bucket as usize];
        self.came[self.distinct] = bucket;
        self.distinct += usize::from(*count == 0);
        *count = count.saturating_add(1);
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
        for bits in [10, 12, 10] {
            let mut map: HashMap<u32, u32> = HashMap::new();
            let mut tally = counter.clear(bits);
            let mut state = 1u32;
            for _ in 0..10_000 {
                state = state.wrapping_mul(1664525).wrapping_add(1013904223);
                let bucket = state >> (32 - bits);
                tally.add(bucket);
                *map.entry(bucket).or_default() += 1;
            }
            counter.distinct = tally.distinct;
            assert_eq!(counter.entries().count(), map.len());
            assert!(counter.entries().all(|(b, n)| map[&b] == n && counter.get(b) == n));
        }
    }

    #[test]
    fn counts_stop_at_the_largest_number() {
        let mut counter = Counter::default();
        let mut tally = counter.clear(10);
        (0..70_000).for_each(|_| tally.add(7));
        counter.distinct = tally.distinct;
        assert_eq!(counter.entries().collect::<Vec<_>>(), [(7, 65_535)]);
    }

    #[test]
    fn words_counted_from_a_list_are_those_of_the_space() {
        let folded = Folded::new("Na ja, na ja! 12 Uhr");
        let (mut one, mut other) = (Counter::default(), Counter::default());
        one.count(Space::Words, &folded, &Classes::default(), 12);
        other.count_words(&words(&folded).collect::<Vec<_>>(), 12);
        assert!(one.entries().eq(other.entries()) && one.entries().count() > 5);
    }

    #[test]
    fn frequencies_are_sublinear() {
        for n in 1..50u32 {
            assert!((f64::from(sublinear(n)) - (1.0 + f64::from(n).ln())).abs() < 1e-6);
        }
    }
}
