//! What can be said of a token whatever comment it stands in.
//!
//! A comment is made of tokens, and nearly all that is measured of it is a sum over them; so
//! a token can be measured once and looked up when it comes again.

use super::Extractor;
use super::classes::{Class, NONE, is_capital};
use super::heuristic::{COUNTS, Counts, count_characters, count_symbols, count_word, starts_low};
use super::lexicon::{Match, Taken};
use super::mend::mend_token;
use super::ngram::{Word, words};
use super::topic::{Token, for_each_token};
use crate::text::{Folded, is_word};

/// The facts of one token; reused from token to token.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    folded: Folded,
    /// Whether it is a letter by itself, of which three and more in a row are one word.
    pub is_lone: bool,
    /// Whether its first character is a small letter; `None` where none is seen.
    pub starts_low: Option<bool>,
    /// What is counted of it.
    pub counts: Counts,
    /// Its words and marks.
    pub words: Vec<Meaning>,
    /// Its topic tokens, as they come.
    pub topics: Vec<Token>,
    /// Its word-list entries, overlapping ones too.
    pub matches: Vec<Match>,
    /// Which phrases it may begin.
    pub begun: u16,
    /// Whether a sentence that is long enough ends with it: a stop stands behind its last word.
    pub stops: bool,
}

/// A word or mark of a token.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meaning {
    /// Hash and place in the token.
    pub word: Word,
    /// Its class, the word-list entries of the token considered.
    pub class: u64,
    /// Its class by itself.
    pub alone: Class,
    /// Whether it is a word of letters or digits.
    pub is_word: bool,
}

impl Facts {
    /// Measures `token`, which is one of [`text::tokens`](crate::text::tokens) or lone letters
    /// put together.
    pub fn measure(&mut self, token: &str, extractor: &Extractor) {
        self.begin(token, extractor);
        self.finish(token, extractor);
    }

    /// Begins to measure `token`: then its [symbols](Self::symbols) are known.
    pub fn begin(&mut self, token: &str, extractor: &Extractor) {
        let Self { folded, .. } = self;
        self.is_lone = folded.fold_token(token);
        self.starts_low = starts_low(token);
        self.topics.clear();
        for_each_token(folded, |topic, _| self.topics.push(topic));
        let left = mend_token(&mut folded.symbols, &mut folded.starts, extractor.lexicon());
        folded.symbols.truncate(left);
        folded.starts.truncate(left);
    }

    /// Measures all the rest of it.
    pub fn finish(&mut self, token: &str, extractor: &Extractor) {
        let Self { folded, .. } = self;
        self.counts = [0; COUNTS];
        count_characters(token, &mut self.counts);
        count_symbols(&folded.symbols, &mut self.counts);
        self.matches.clear();
        extractor.lexicon().matches(&folded.symbols, |found| self.matches.push(found));
        self.begun = extractor.lexicon().phrases().begun_by(&folded.symbols);
        self.words.clear();
        self.stops = false;
        let mut taken = Taken::default();
        let marks = |found: &&Match| taken.takes(found) && extractor.marks(found.category);
        let covering: Vec<Match> = self.matches.iter().filter(marks).copied().collect();
        let bytes = token.as_bytes();
        for word in words(folded) {
            let capital = |at: usize| is_capital(bytes, folded.starts[word.start + at] as usize);
            let alone = Class::of(&folded.symbols[word.start..word.end], word.hash, capital);
            let first = folded.symbols[word.start];
            let is_word = is_word(first);
            if is_word {
                let capital = bytes[folded.starts[word.start] as usize].is_ascii_uppercase();
                count_word(&word, capital, &mut self.counts);
                self.stops = false;
            }
            self.stops |= matches!(first, b'.' | b'!' | b'?' | b':');
            let class = alone.under(category(&covering, word.start as u32, word.end as u32));
            self.words.push(Meaning { word, class, alone, is_word });
        }
    }

    /// The token, folded and mended.
    pub fn symbols(&self) -> &[u8] {
        &self.folded.symbols
    }
}

/// The smallest category of those of `covering` that cover something of `start..end`.
fn category(covering: &[Match], start: u32, end: u32) -> u8 {
    let over = covering.iter().filter(|found| found.start < end && start < found.end);
    over.map(|found| found.category).min().unwrap_or(NONE)
}
