//! Hashed n-grams of a folded text.
//!
//! Character n-grams of 2–6 symbols inside word bounds (a token is read with a
//! blank on either side, as scikit-learn's `char_wb` does), and word 1–2-grams.
//! An n-gram of up to six one-byte symbols fits a machine word, so it is hashed
//! without touching memory; a word is hashed from its symbols.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::features::classes::Classes;
use crate::features::sentence::Sentences;
use crate::text::{Folded, SPACE};

/// What a block is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Space {
    /// Character 2–6-grams inside word bounds.
    Chars,
    /// Word 1–2-grams; a punctuation mark is a word.
    Words,
    /// Word-class 1–4-grams and word-list entries, see [`classes`](super::classes).
    Classes,
    /// A topic token of the article's title with one of the comment, see
    /// [`for_each_pair`](super::topic::for_each_pair).
    Pairs,
}

impl Space {
    /// Every space, in the order models store them.
    pub const ALL: [Space; 4] = [Space::Chars, Space::Words, Space::Classes, Space::Pairs];

    /// Those of which a text has n-grams by itself: the first of [`Space::ALL`].
    pub const OF_TEXT: [Space; 3] = [Space::Chars, Space::Words, Space::Classes];

    /// Name in configurations, models and explanations.
    pub fn name(self) -> &'static str {
        match self {
            Space::Chars => "chars",
            Space::Words => "words",
            Space::Classes => "classes",
            Space::Pairs => "pairs",
        }
    }

    /// Calls `each(hash, symbols)` for every n-gram that `folded` has by itself, where `hash` is of
    /// 64 well-mixed bits and `symbols` is the range of symbols the n-gram covers.
    #[inline(always)]
    pub fn for_each(self, folded: &Folded, classes: &Classes, each: impl FnMut(u64, Range<usize>)) {
        match self {
            Space::Chars => char_ngrams(&folded.symbols, each),
            Space::Words => word_ngrams(words(folded), each),
            Space::Classes => classes.for_each(each),
            Space::Pairs => {}
        }
    }
}

/// Shortest and longest character n-gram, in symbols, blanks of the word bound included.
pub const CHAR_NGRAM: Range<usize> = 2..7;

/// N-grams of every token with a blank before and after: for every last symbol, all
/// lengths at once from one rolling word of the last symbols.
#[inline(always)]
pub fn char_ngrams(symbols: &[u8], mut each: impl FnMut(u64, Range<usize>)) {
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
#[derive(Clone, Copy, Debug, Default)]
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

/// The n-grams of one text over one space, sentence by sentence: what a text says is the sum
/// of what its n-grams say, so nothing is counted. Reused from text to text.
#[derive(Clone, Debug, Default)]
pub struct Grams {
    /// Buckets by sentence; only the first `sentences` are of this text.
    buckets: Vec<Vec<u32>>,
    sentences: usize,
}

impl Grams {
    /// Gathers the n-grams of `folded`, whose classes are `classes`, over `2^bits` buckets. An
    /// n-gram is of the sentence that its last symbol is in.
    pub fn fill(
        &mut self,
        space: Space,
        folded: &Folded,
        classes: &Classes,
        sentences: &Sentences,
        bits: u32,
    ) {
        self.sentences = sentences.len();
        self.buckets.resize_with(self.buckets.len().max(self.sentences), Vec::new);
        self.buckets[..self.sentences].iter_mut().for_each(Vec::clear);
        space.for_each(folded, classes, |hash, symbols| {
            self.buckets[sentences.holding(symbols.end)].push(bucket(hash, bits));
        });
    }

    /// The buckets of each sentence, one per n-gram.
    pub fn sentences(&self) -> impl Iterator<Item = &[u32]> {
        self.buckets[..self.sentences].iter().map(Vec::as_slice)
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
    fn every_ngram_is_of_one_sentence() {
        let text = "Das ist ein recht langer Satz! Und der hier ist es auch.";
        let folded = Folded::new(text);
        let mut sentences = Sentences::default();
        sentences.find(&folded);
        let mut grams = Grams::default();
        for space in [Space::Chars, Space::Words] {
            grams.fill(space, &folded, &Classes::default(), &sentences, 12);
            let mut all = Vec::new();
            space.for_each(&folded, &Classes::default(), |hash, _| all.push(bucket(hash, 12)));
            let found: Vec<&[u32]> = grams.sentences().collect();
            assert_eq!(found.len(), 2);
            assert_eq!(found.concat(), all);
        }
        // "Und", and "! und", which ends there: seven words of one sort, seven of the other.
        assert_eq!(grams.sentences().last().map(<[u32]>::len), Some(14));
    }
}
