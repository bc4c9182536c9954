//! Word-list entries of several words, found token by token: the first token ends with the
//! first word of the entry, the next ones are its next words, the last begins with its last.

use std::collections::HashMap;

use super::finder::packed;
use super::{Entry, Match};
use crate::error::{Error, Result};
use crate::features::ngram::hash_word;
use crate::hashed::Hashed;
use crate::text::{SPACE, is_word};

/// The entries with a blank, by their first word.
#[derive(Clone, Debug, Default)]
pub struct Phrases {
    groups: Vec<Group>,
    /// A bit for the first and last symbol of every first word, then of those of entries that may
    /// begin inside a word: nearly all that is none is told so by them.
    edges: [Vec<u64>; 2],
    /// Number of the group of each first word, by its hash.
    by_first: HashMap<u64, Begin, Hashed>,
    /// Symbols of the longest first word.
    longest: usize,
}

/// Which phrases a token may begin: number of their group.
pub type Begin = u16;

/// It begins none.
pub const NO_PHRASE: Begin = 0;
/// It may begin phrases of several groups.
const ANY: Begin = Begin::MAX;

/// The phrases with one first word.
#[derive(Clone, Debug, Default)]
struct Group {
    /// A bit for the first symbol of every second word.
    seconds: u64,
    /// Whether an entry may begin inside a word.
    open: bool,
    phrases: Vec<Phrase>,
}

#[derive(Clone, Debug)]
struct Phrase {
    parts: Vec<Vec<u8>>,
    /// The first symbols of the second word as a number, and which of its bytes those are.
    second: (u64, u64),
    entry: Entry,
}

/// Words of bits for pairs of symbols.
const EDGES: usize = 1 << 10;

/// Where the bit for the first and last symbol of a word is; a word of none has none.
#[inline]
fn edges(word: &[u8]) -> Option<(usize, u64)> {
    let (&first, &last) = (word.first()?, word.last()?);
    Some((usize::from(first) << 2 | usize::from(last) >> 6, 1 << (last % 64)))
}

fn bit(symbol: u8) -> u64 {
    1 << (symbol % 64)
}

impl Phrases {
    /// # Errors
    /// If the phrases begin with more words than can be numbered.
    pub(super) fn new<'a>(patterns: impl Iterator<Item = (&'a Vec<u8>, &'a Entry)>) -> Result<Self> {
        let mut phrases = Self { edges: [(); 2].map(|()| vec![0; EDGES]), ..Self::default() };
        for (pattern, &entry) in patterns {
            let parts: Vec<Vec<u8>> = pattern.split(|&s| s == SPACE).map(<[u8]>::to_vec).collect();
            let groups = &mut phrases.groups;
            let number = *phrases.by_first.entry(hash_word(&parts[0])).or_insert_with(|| {
                groups.push(Group::default());
                groups.len() as Begin
            });
            phrases.longest = phrases.longest.max(parts[0].len());
            if let Some((word, bit)) = edges(&parts[0]) {
                phrases.edges[0][word] |= bit;
                phrases.edges[1][word] |= if entry.begins { 0 } else { bit };
            }
            let group = &mut phrases.groups[usize::from(number) - 1];
            group.seconds |= bit(parts[1][0]);
            let second = (packed(&parts[1]), packed(&vec![u8::MAX; parts[1].len()]));
            group.phrases.push(Phrase { parts, second, entry });
            group.open |= !entry.begins;
            if phrases.groups.len() >= usize::from(ANY) {
                return Err(Error::parameter("word lists: phrases begin with too many different words"));
            }
        }
        Ok(phrases)
    }

    /// Which phrases `token` may begin.
    pub fn begun_by(&self, token: &[u8]) -> Begin {
        let mut begun = NO_PHRASE;
        let is_inside = |i: usize| i > 0 && is_word(token[i - 1]);
        let is_likely = |i: usize| {
            let of = &self.edges[usize::from(is_inside(i))];
            edges(&token[i..]).is_some_and(|(word, bit)| of[word] & bit != 0)
        };
        let starts = token.len().saturating_sub(self.longest)..token.len();
        for i in starts.filter(|&i| is_likely(i)) {
            if let Some(&group) = self.by_first.get(&hash_word(&token[i..]))
                && (!is_inside(i) || self.groups[usize::from(group) - 1].open)
            {
                begun = if begun == NO_PHRASE { group } else { ANY };
            }
        }
        begun
    }

    /// Whether a token that begins with `second` may go on with one of the phrases `begun`.
    #[inline]
    pub fn may_go_on(&self, begun: Begin, second: u8) -> bool {
        self.begun(begun).iter().any(|group| group.seconds & bit(second) != 0)
    }

    fn begun(&self, begun: Begin) -> &[Group] {
        match begun {
            NO_PHRASE => &[],
            ANY => &self.groups[..],
            number => std::slice::from_ref(&self.groups[usize::from(number) - 1]),
        }
    }

    /// Calls `hit` for the phrases that begin in token number `first`, which
    /// [begins](Phrases::begun_by) some; `token` gives the tokens, and `None` behind the last.
    /// Positions are counted from the beginning of the first.
    pub fn at<'a>(
        &self,
        begun: Begin,
        first: usize,
        token: impl Fn(usize) -> Option<&'a [u8]>,
        mut hit: impl FnMut(Match),
    ) {
        let Some(second) = token(first + 1) else { return };
        let (symbols, first_bit) = (packed(second), second.first().map_or(0, |&symbol| bit(symbol)));
        let likely = self.begun(begun).iter().filter(|group| group.seconds & first_bit != 0);
        for phrase in likely.flat_map(|group| &group.phrases) {
            let (head, mask) = phrase.second;
            if symbols & mask == head {
                phrase.at(first, &token).into_iter().for_each(&mut hit);
            }
        }
    }
}

impl Phrase {
    fn at<'a>(&self, first: usize, token: &impl Fn(usize) -> Option<&'a [u8]>) -> Option<Match> {
        let (begin, end) = (token(first)?, self.parts.len() - 1);
        let start = begin.len().checked_sub(self.parts[0].len())?;
        let is_begun = begin[start..] == self.parts[0][..];
        if !is_begun || self.entry.begins && start > 0 && is_word(begin[start - 1]) {
            return None;
        }
        let mut length = begin.len();
        for (i, part) in self.parts.iter().enumerate().skip(1) {
            let token = token(first + i)?;
            let fits = match i == end {
                true => {
                    let behind = token.get(part.len());
                    token.starts_with(part) && !(self.entry.ends && behind.is_some_and(|&s| is_word(s)))
                }
                false => token == &part[..],
            };
            if !fits {
                return None;
            }
            length += 1 + part.len();
        }
        let Entry { category, hash, .. } = self.entry;
        Some(Match { start: start as u32, end: length as u32, category, entry: hash })
    }
}
