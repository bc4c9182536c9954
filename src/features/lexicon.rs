//! Word lists, matched on the folded text all at once.
//!
//! An entry is a word (`depp`), a stem that may go on (`hohlk*`), or a part that
//! may also begin inside a compound (`*idiot*`). A model carries the lists it was
//! trained with, so that a later edition of them does not change its scores.

mod finder;
mod phrase;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::error::{Error, Result};
use crate::features::ngram::hash_word;
use crate::text::{Folded, SPACE, is_word};
use finder::{Finder, Found};
pub use phrase::{NO_PHRASE, Phrases};

/// The lists that come with this version: category name and text.
pub const BUILTIN: [(&str, &str); 21] = [
    ("insult", include_str!("../../data/lexicons/insult.txt")),
    ("vulgar", include_str!("../../data/lexicons/vulgar.txt")),
    ("dehumanising", include_str!("../../data/lexicons/dehumanising.txt")),
    ("contempt", include_str!("../../data/lexicons/contempt.txt")),
    ("nonsense", include_str!("../../data/lexicons/nonsense.txt")),
    ("political", include_str!("../../data/lexicons/political.txt")),
    ("threat", include_str!("../../data/lexicons/threat.txt")),
    ("accusation", include_str!("../../data/lexicons/accusation.txt")),
    ("command", include_str!("../../data/lexicons/command.txt")),
    ("ambiguous", include_str!("../../data/lexicons/ambiguous.txt")),
    ("negative", include_str!("../../data/lexicons/negative.txt")),
    ("sarcasm", include_str!("../../data/lexicons/sarcasm.txt")),
    ("address", include_str!("../../data/lexicons/address.txt")),
    ("generalising", include_str!("../../data/lexicons/generalising.txt")),
    ("affairs", include_str!("../../data/lexicons/affairs.txt")),
    ("politics", include_str!("../../data/lexicons/politics.txt")),
    ("civil", include_str!("../../data/lexicons/civil.txt")),
    ("forum", include_str!("../../data/lexicons/forum.txt")),
    ("newspaper", include_str!("../../data/lexicons/newspaper.txt")),
    ("advertising", include_str!("../../data/lexicons/advertising.txt")),
    (GROUP, include_str!("../../data/lexicons/group.txt")),
];

/// How many of the [`BUILTIN`] lists hold abuse; the others hold what goes with it or against it.
pub const ABUSIVE: usize = 9;

/// The category of group names, which is never a feature by itself.
pub const GROUP: &str = "group";

/// The categories that the word classes leave out: whole turns of speech, for they are made of
/// function words, and what is talked about.
pub const NO_CLASS: [&str; 7] =
    ["sarcasm", "address", "generalising", "civil", "forum", "newspaper", "advertising"];

/// Most lists a lexicon can hold.
pub const MOST_LISTS: usize = 32;

/// Compiled word lists.
#[derive(Clone, Debug)]
pub struct Lexicon {
    categories: Vec<String>,
    lists: Vec<String>,
    finder: Finder,
    entries: Vec<Entry>,
    /// Letters of the single-word entries of abuse.
    words: Vec<(Vec<u8>, Entry)>,
    /// First two letters and positions in `words`, ascending.
    starting: Vec<([u8; 2], usize)>,
    phrases: Phrases,
}

/// An entry that was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// Its first symbol.
    pub start: u32,
    /// The symbol after its last.
    pub end: u32,
    /// Its category.
    pub category: u8,
    /// Hash of its letters.
    pub entry: u64,
}

impl Match {
    /// The symbols it covers.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Of entries of one category that overlap, the one that ends first counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taken([u32; MOST_LISTS]);

impl Taken {
    /// Whether `found` counts, given those that came before it.
    pub fn takes(&mut self, found: &Match) -> bool {
        let free = &mut self.0[usize::from(found.category)];
        let takes = found.start >= *free;
        if takes {
            *free = found.end;
        }
        takes
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    category: u8,
    /// Of its letters; an entry of another edition of the lists has the same.
    hash: u64,
    /// Must begin where a word begins.
    begins: bool,
    /// Must end where a word ends.
    ends: bool,
}

impl Lexicon {
    /// Compiles `(category, text)` lists: one entry a line, `#` begins a comment.
    ///
    /// # Errors
    /// If there are more than 32 categories or an entry has nothing to match.
    pub fn new<C: Into<String>, L: Into<String>>(lists: impl IntoIterator<Item = (C, L)>) -> Result<Self> {
        let (categories, lists): (Vec<String>, Vec<String>) =
            lists.into_iter().map(|(c, l)| (c.into(), l.into())).unzip();
        if categories.len() > MOST_LISTS {
            return Err(Error::parameter(format!(
                "{} word lists, but {MOST_LISTS} are the most",
                categories.len()
            )));
        }
        let mut patterns = Vec::new();
        let mut entries = Vec::new();
        for (category, list) in lists.iter().enumerate() {
            for (n, line) in list.lines().enumerate() {
                let word = line.split('#').next().unwrap_or("").trim();
                if word.is_empty() {
                    continue;
                }
                let pattern = Folded::new(word.trim_matches('*')).symbols;
                if pattern.is_empty() {
                    let list = &categories[category];
                    return Err(Error::parameter(format!(
                        "word list {list}, line {}: nothing to match",
                        n + 1
                    )));
                }
                let hash = hash_word(&pattern);
                patterns.push(pattern);
                entries.push(Entry {
                    category: category as u8,
                    hash,
                    begins: !word.starts_with('*'),
                    ends: !word.ends_with('*'),
                });
            }
        }
        let abusive = |entry: &Entry| is_abusive(&categories[usize::from(entry.category)]);
        let words =
            patterns.iter().zip(&entries).filter(|(p, e)| abusive(e) && p.len() > 3 && !p.contains(&SPACE));
        let words: Vec<(Vec<u8>, Entry)> = words.map(|(p, e)| (p.clone(), *e)).collect();
        let letters = words.iter().enumerate().map(|(i, (word, _))| ([word[0], word[1]], i));
        let mut starting: Vec<_> = letters.collect();
        starting.sort_unstable();
        let phrases = Phrases::new(patterns.iter().zip(&entries).filter(|(p, _)| p.contains(&SPACE)))?;
        let finder = Finder::new(patterns.iter().zip(&entries).map(|(p, entry)| (&p[..], entry.begins)));
        Ok(Self { categories, lists, finder, entries, words, starting, phrases })
    }

    /// The lists that come with this version.
    ///
    /// # Errors
    /// None in a build whose tests passed.
    pub fn builtin() -> Result<Self> {
        Self::new(BUILTIN)
    }

    /// Category names, in order.
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// Category names and the lists they were compiled from.
    pub fn lists(&self) -> impl Iterator<Item = (&str, &str)> {
        self.categories.iter().map(String::as_str).zip(self.lists.iter().map(String::as_str))
    }

    /// Calls `hit(category, entry, symbols)` for every entry found, `entry` being a hash of its
    /// letters; of entries of one
    /// category that overlap, the one that ends first counts.
    pub fn for_each(&self, folded: &Folded, mut hit: impl FnMut(usize, u64, Range<usize>)) {
        let mut taken = Taken::default();
        self.matches(&folded.symbols, |found| {
            if taken.takes(&found) {
                hit(usize::from(found.category), found.entry, found.range());
            }
        });
    }

    /// Calls `each` for every entry found, overlapping or not, in the order of their ends, of those
    /// that end together the longest first.
    pub fn matches(&self, symbols: &[u8], mut each: impl FnMut(Match)) {
        for found in self.find(symbols) {
            let Entry { category, hash, .. } = self.entries[found.number as usize];
            each(Match { start: found.start as u32, end: found.end as u32, category, entry: hash });
        }
    }

    fn find(&self, symbols: &[u8]) -> Vec<Found> {
        let entry = |found: &Found| &self.entries[found.number as usize];
        self.finder.find(symbols, |found| entry(found).fits(symbols, found.start..found.end))
    }

    /// The entries of several words.
    pub fn phrases(&self) -> &Phrases {
        &self.phrases
    }

    /// The first entry of abuse in `symbols` whose range is `wanted`.
    pub fn abuse_in(&self, symbols: &[u8], wanted: impl Fn(&Range<usize>) -> bool) -> Option<Range<usize>> {
        self.find(symbols).into_iter().find_map(|found| {
            let range = found.start..found.end;
            let category = self.entries[found.number as usize].category;
            let abusive = is_abusive(&self.categories[usize::from(category)]);
            (abusive && wanted(&range)).then_some(range)
        })
    }

    /// Where in `token` an abusive word fits whose letters are there or masked, at least
    /// one of them masked and no more than half, and the word.
    pub fn masked_in(&self, token: &[u8], is_mask: impl Fn(u8) -> bool) -> Option<(usize, &[u8])> {
        let fits = |at: usize, (word, entry): &(Vec<u8>, Entry)| {
            let Some(part) = token.get(at..at + word.len()) else { return false };
            let alike = part.iter().zip(word).all(|(s, w)| s == w || is_mask(*s));
            let masks = || part.iter().filter(|s| is_mask(**s)).count();
            alike && masks() > 0 && 2 * masks() <= word.len() && entry.fits(token, at..at + word.len())
        };
        let first_at = |at: usize| {
            let next = *token.get(at + 1)?;
            let seconds = match is_mask(next) {
                // Of the four letters and more of a word no more than half are masked.
                true if token[at + 2..].iter().all(|&s| is_mask(s)) => return None,
                true => [0, u8::MAX],
                false => [next, next],
            };
            let place = |second: u8, i: usize| ([token[at], second], i);
            let start = self.starting.partition_point(|&it| it < place(seconds[0], 0));
            let alike = self.starting[start..].iter().take_while(|&&it| it <= place(seconds[1], usize::MAX));
            alike.map(|&(_, i)| i).filter(|&i| fits(at, &self.words[i])).min().map(|i| (i, at))
        };
        // The first word in the order of the lists, where it fits first; a mask stands behind.
        let last = token.iter().rposition(|&s| is_mask(s)).unwrap_or(0);
        let found = (0..last).filter_map(first_at).min();
        found.map(|(i, at)| (at, &self.words[i].0[..]))
    }
}

impl Entry {
    /// Whether the word bounds around `range` are those the entry asks for.
    fn fits(&self, symbols: &[u8], range: Range<usize>) -> bool {
        let begins = !self.begins || range.start == 0 || !is_word(symbols[range.start - 1]);
        begins && (!self.ends || range.end == symbols.len() || !is_word(symbols[range.end]))
    }
}

/// Whether the category is one of abuse.
pub fn is_abusive(category: &str) -> bool {
    BUILTIN[..ABUSIVE].iter().any(|(name, _)| *name == category)
}
