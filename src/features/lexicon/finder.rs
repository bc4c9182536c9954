//! Finds which of some thousand patterns stand in a text. Most positions are settled by their first
//! two symbols, most of the others by their first four; where a pattern may begin, its first eight
//! are looked up as one number.

use std::collections::HashMap;
use std::ops::Range;

use crate::features::ngram::mix;
use crate::hashed::Hashed;
use crate::text::is_word;

/// Symbols of a pattern that are looked up; of a shorter one all. They fit a machine word, and as
/// no symbol is 0 it tells their number.
const LONGEST: usize = 8;

/// Words of bits for four symbols.
const FOURS: usize = 1 << 10;

/// Patterns by their first symbols.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    /// By two symbols: how many are to be looked up of the patterns that begin with them, a bit
    /// each; first of those that begin where a word begins, then of those that begin anywhere.
    lengths: Vec<[u8; 2]>,
    /// A bit for a hash of the first four symbols of every pattern that has as many.
    fours: Vec<u64>,
    /// Which of `patterns` begin with some symbols.
    heads: HashMap<u64, Range<u32>, Hashed>,
    /// In the order of their heads.
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    head: u64,
    /// What follows the head.
    tail: Vec<u8>,
    number: u32,
}

/// Where a pattern stands. The order is that of the ends; of those that end together the longest
/// comes first, of one spelling that with the smallest number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The symbol after its last.
    pub end: usize,
    /// Its first symbol.
    pub start: usize,
    /// Number of the pattern.
    pub number: u32,
}

impl Finder {
    /// For patterns, numbered as they come, each with whether it begins only where a word does.
    pub fn new<'a>(patterns: impl Iterator<Item = (&'a [u8], bool)>) -> Self {
        let (lengths, fours) = (vec![[0; 2]; 1 << 16], vec![0; FOURS]);
        let mut finder = Self { lengths, fours, ..Self::default() };
        for (number, (pattern, at_word)) in (0..).zip(patterns) {
            let (head, tail) = pattern.split_at(pattern.len().min(LONGEST));
            let Some(&first) = head.first() else { continue };
            // A pattern of one symbol may have anything behind it.
            let seconds = pattern.get(1).map_or(0..=u8::MAX, |&second| second..=second);
            for second in seconds {
                finder.lengths[usize::from(u16::from_le_bytes([first, second]))][usize::from(!at_word)] |=
                    1 << (head.len() - 1);
            }
            finder.patterns.push(Pattern { head: packed(head), tail: tail.to_vec(), number });
        }
        finder.patterns.sort_by_key(|pattern| pattern.head);
        let mut at = 0;
        for alike in finder.patterns.chunk_by(|a, b| a.head == b.head) {
            let end = at + alike.len() as u32;
            let (word, bit) = four(alike[0].head);
            finder.fours[word] |= bit;
            finder.heads.insert(mix(alike[0].head), at..end);
            at = end;
        }
        finder
    }

    /// Every pattern in `symbols` that is `wanted`, in order; overlapping ones too.
    pub fn find(&self, symbols: &[u8], wanted: impl Fn(&Found) -> bool) -> Vec<Found> {
        let mut found = Vec::new();
        // From the end, so that one more symbol before those behind it is a shift.
        let mut all = 0;
        for (start, &symbol) in symbols.iter().enumerate().rev() {
            all = all << 8 | u64::from(symbol);
            let [at_word, anywhere] = self.lengths[usize::from(all as u16)];
            let is_inside = || start > 0 && is_word(symbols[start - 1]);
            let lengths = if at_word != 0 && !is_inside() { anywhere | at_word } else { anywhere };
            if lengths != 0 {
                self.begun(all, &symbols[start..], lengths, |length, number| {
                    let one = Found { start, end: start + length, number };
                    found.extend(wanted(&one).then_some(one));
                });
            }
        }
        if found.len() > 1 {
            found.sort_unstable();
        }
        found
    }

    /// The patterns that `symbols` begin with, of which so many are to be looked up in `all`, the
    /// first [`LONGEST`] of them as a number: how long they are, and their numbers.
    #[inline]
    fn begun(&self, all: u64, symbols: &[u8], lengths: u8, mut each: impl FnMut(usize, u32)) {
        let (word, bit) = four(all);
        // What is shorter is not told by four.
        let is_likely = if self.fours[word] & bit != 0 { u8::MAX } else { 0b111 };
        let mut lengths = lengths & is_likely;
        while lengths != 0 {
            let n = lengths.trailing_zeros() as usize + 1;
            lengths &= lengths - 1;
            // Where there are fewer symbols it ends with a 0, which no head does.
            let head = mix(all & u64::MAX >> (8 * (LONGEST - n)));
            let alike = self.heads.get(&head).map_or(0..0, |range| range.start as usize..range.end as usize);
            let begins = |pattern: &&Pattern| symbols.get(n..).is_some_and(|s| s.starts_with(&pattern.tail));
            let fitting = self.patterns[alike].iter().filter(begins);
            fitting.for_each(|pattern| each(n + pattern.tail.len(), pattern.number));
        }
    }
}

/// Where the bit for the first four of `symbols` is.
#[inline]
fn four(symbols: u64) -> (usize, u64) {
    let hash = (symbols as u32).wrapping_mul(0x9E37_79B1) >> 16;
    (hash as usize / 64, 1 << (hash % 64))
}

/// The first [`LONGEST`] symbols as a number, or all.
pub(super) fn packed(symbols: &[u8]) -> u64 {
    let first = &symbols[..symbols.len().min(LONGEST)];
    first.iter().rev().fold(0, |all, &symbol| all << 8 | u64::from(symbol))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aho_corasick::{AhoCorasick, MatchKind};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_finds_what_an_automaton_finds(
            patterns in prop::collection::vec("[ab]{1,3}|[abc ]{1,12}|%", 0..40),
            text in "[abc %]{0,60}",
        ) {
            let anywhere = patterns.iter().map(|pattern| (pattern.as_bytes(), false));
            let found = Finder::new(anywhere).find(text.as_bytes(), |_| true);
            let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns).unwrap();
            let expected = automaton.find_overlapping_iter(&text);
            let expected = expected.map(|m| Found { end: m.end(), start: m.start(), number: m.pattern().as_u32() });
            prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }

        #[test]
        fn what_begins_with_a_word_is_found_only_there(text in "[ab .]{0,30}", pattern in "[ab]{1,10}") {
            let find = |at_word| Finder::new([(pattern.as_bytes(), at_word)].into_iter()).find(text.as_bytes(), |_| true);
            let mut anywhere = find(false);
            anywhere.retain(|one| one.start == 0 || !is_word(text.as_bytes()[one.start - 1]));
            prop_assert_eq!(find(true), anywhere);
        }
    }
}
