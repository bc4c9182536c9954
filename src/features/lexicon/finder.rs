//! Finds which of some thousand patterns stand in a text. Most positions are settled by their first
//! two symbols; where a pattern may begin, its first eight are looked up as one number.

use std::collections::HashMap;
use std::ops::Range;

use crate::features::ngram::mix;
use crate::hashed::Hashed;
use crate::text::{SPACE, is_word};

/// Symbols of a pattern that are looked up; of a shorter one all. They fit a machine word, and as
/// no symbol is 0 it tells their number.
const LONGEST: usize = 8;

/// Patterns by their first symbols.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    /// By two symbols: how many are to be looked up of the patterns that begin with them, a bit
    /// each; first of those that begin where a word begins, then of those that begin anywhere.
    lengths: Vec<[u8; 2]>,
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
        let mut finder = Self { lengths: vec![[0; 2]; 1 << 16], ..Self::default() };
        for (number, (pattern, at_word)) in (0..).zip(patterns) {
            let (head, tail) = pattern.split_at(pattern.len().min(LONGEST));
            let Some(&first) = head.first() else { continue };
            // A pattern of one symbol may have anything behind it.
            let seconds = pattern.get(1).map_or(0..=u8::MAX, |&second| second..=second);
            for second in seconds {
                finder.lengths[pair(first, second)][usize::from(!at_word)] |= 1 << (head.len() - 1);
            }
            finder.patterns.push(Pattern { head: packed(head), tail: tail.to_vec(), number });
        }
        finder.patterns.sort_by_key(|pattern| pattern.head);
        let mut at = 0;
        for alike in finder.patterns.chunk_by(|a, b| a.head == b.head) {
            let end = at + alike.len() as u32;
            finder.heads.insert(mix(alike[0].head), at..end);
            at = end;
        }
        finder
    }

    /// Every pattern in `symbols` that is `wanted`, in order; overlapping ones too.
    pub fn find(&self, symbols: &[u8], wanted: impl Fn(&Found) -> bool) -> Vec<Found> {
        let mut found = Vec::new();
        let mut inside = false;
        for (start, &symbol) in symbols.iter().enumerate() {
            let second = symbols.get(start + 1).copied().unwrap_or(SPACE);
            let [at_word, anywhere] = self.lengths[pair(symbol, second)];
            let lengths = if inside { anywhere } else { anywhere | at_word };
            inside = is_word(symbol);
            if lengths != 0 {
                let wanted = |one: &Found| wanted(one);
                self.begun(symbols, start, lengths).filter(wanted).for_each(|one| found.push(one));
            }
        }
        if found.len() > 1 {
            found.sort_unstable();
        }
        found
    }

    /// The patterns that begin at `start`, of which so many symbols are to be looked up.
    fn begun<'a>(&'a self, symbols: &'a [u8], start: usize, lengths: u8) -> impl Iterator<Item = Found> + 'a {
        let rest = &symbols[start..];
        let all = packed(&rest[..rest.len().min(LONGEST)]);
        let there = (1..=rest.len().min(LONGEST)).filter(move |n| lengths & 1 << (n - 1) != 0);
        there.flat_map(move |n| {
            let head = mix(all & u64::MAX >> (8 * (LONGEST - n)));
            let alike = self.heads.get(&head).map_or(0..0, |range| range.start as usize..range.end as usize);
            let fitting =
                self.patterns[alike].iter().filter(move |pattern| rest[n..].starts_with(&pattern.tail));
            fitting.map(move |p| Found { start, end: start + n + p.tail.len(), number: p.number })
        })
    }
}

fn pair(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

fn packed(symbols: &[u8]) -> u64 {
    symbols.iter().rev().fold(0, |all, &symbol| all << 8 | u64::from(symbol))
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
