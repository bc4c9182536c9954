//! Words as classes: what a sentence looks like when its content words are gone.
//!
//! A function word stays itself, a word-list hit becomes its category, a mark stays a
//! mark, a number a number; of any other word only its ending is left, or that it is
//! written with a capital or in capitals. N-grams of such classes say how somebody is
//! spoken to, not about what, and so carry over from one corpus to another.

use std::ops::Range;
use std::sync::LazyLock;

use crate::features::lexicon::Lexicon;
use crate::features::ngram::{hash_word, mix};
use crate::text::{Folded, is_letter, is_word};

/// Longest n-gram of classes.
pub const LONGEST: usize = 4;

/// Function words, greetings and pronouns that stay themselves.
const KEPT: &str = "ich du er sie es wir ihr mich dich ihn uns euch mir dir ihm ihnen mein dein sein unser euer \
    meine deine seine ihre eure der die das den dem des ein eine einen einem einer eines kein keine keinen nicht nie \
    nur so zu wie was wer wo wann warum wieso weil wenn dass ob und oder aber doch mal halt eben wohl ja nein schon \
    noch auch immer alle alles jeder man sich selbst selber bin bist ist sind seid war waren habe hast hat haben habt \
    wird werden würde kann kannst können muss müssen soll sollen sollte darf will wollen lass lassen geh geht gehen \
    gehört gehören mit ohne von für gegen bei nach aus auf in im an am um über unter vor hier da dort dieser diese \
    dieses solche solchen mehr sehr ganz gar einfach endlich bitte danke herr frau";

/// Words of address, told from the third person by their capital.
const POLITE: &str = "sie ihr ihre ihnen";

const LONGEST_KEPT: usize = 8;
const SLOTS: usize = 1024;

/// Open-addressed sets of [`KEPT`] and [`POLITE`]; 0 is free.
static KEPT_SET: LazyLock<Box<[u64; SLOTS]>> = LazyLock::new(|| set(KEPT));
static POLITE_SET: LazyLock<Box<[u64; SLOTS]>> = LazyLock::new(|| set(POLITE));

fn set(words: &str) -> Box<[u64; SLOTS]> {
    let mut slots = Box::new([0; SLOTS]);
    for word in words.split_whitespace() {
        let hash = hash_word(&Folded::new(word).symbols);
        let mut at = hash as usize % SLOTS;
        while slots[at] != 0 {
            at = (at + 1) % SLOTS;
        }
        slots[at] = hash;
    }
    slots
}

fn holds(slots: &[u64; SLOTS], hash: u64) -> bool {
    let mut at = hash as usize % SLOTS;
    while slots[at] != 0 {
        if slots[at] == hash {
            return true;
        }
        at = (at + 1) % SLOTS;
    }
    false
}

/// The class of every token of one text, and the word-list entries it holds. Reused
/// from text to text.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    tokens: Vec<(u64, Range<usize>)>,
    entries: Vec<(u64, Range<usize>)>,
    /// Smallest category that covers each symbol, `NONE` where none does.
    covered: Vec<u8>,
}

/// No category.
pub const NONE: u8 = u8::MAX;
/// Before the first token; the end is told from the beginning.
const EDGE: u64 = 0x5EED_0001;
const NUMBER: u64 = 0x5EED_0002;
const SHOUTED: u64 = 0x5EED_0003;
const CAPITAL: u64 = 0x5EED_0004;
const ENDING: u64 = 0x5EED_0100_0000;
const CATEGORY: u64 = 0x5EED_0200_0000;
const MARK: u64 = 0x5EED_0300_0000;
const POLITELY: u64 = 0x5EED_0400_0000;
const ENTRY: u64 = 0x5EED_0500_0000;

/// The class of a word or mark by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Class {
    alone: u64,
    /// It stays what it is, whatever word list it is in.
    kept: bool,
}

impl Class {
    /// The class of `word`, whose [hash](hash_word) that is; `capital` says whether the character of
    /// a symbol is one.
    pub fn of(word: &[u8], hash: u64, capital: impl Fn(usize) -> bool) -> Self {
        let kept = |alone| Self { alone, kept: true };
        let first = word[0];
        if !is_word(first) {
            return kept(mix(MARK ^ u64::from(first)));
        }
        if word.len() <= LONGEST_KEPT && holds(&KEPT_SET, hash) {
            let polite = capital(0) && holds(&POLITE_SET, hash);
            return kept(if polite { mix(POLITELY ^ hash) } else { hash });
        }
        let alone = match () {
            () if !is_letter(first) => mix(NUMBER),
            () if word.len() > 2 && (0..word.len()).all(&capital) => mix(SHOUTED),
            () if capital(0) => mix(CAPITAL),
            () => {
                let last = u64::from(word[word.len() - 1]);
                let before = if word.len() > 1 { u64::from(word[word.len() - 2]) } else { 0 };
                mix(ENDING ^ before << 8 ^ last)
            }
        };
        Self { alone, kept: false }
    }

    /// The class under a word-list entry of `category`, or under [`NONE`].
    pub fn under(self, category: u8) -> u64 {
        if self.kept || category == NONE { self.alone } else { mix(CATEGORY ^ u64::from(category)) }
    }
}

/// The edges of a text, which count as tokens.
pub fn edges() -> [u64; 2] {
    [mix(EDGE), mix(EDGE ^ 0xFF)]
}

/// What follows `gram` with `class` behind it.
#[inline]
pub fn longer(gram: u64, class: u64) -> u64 {
    mix(gram.rotate_left(17) ^ class)
}

/// The n-gram that a word-list entry is.
pub fn entry_gram(entry: u64) -> u64 {
    mix(ENTRY ^ entry)
}

impl Classes {
    /// Classes of `text`, whose folding is `folded`; calls `hit(category, end)` for every
    /// word-list hit on the way. `marking[category]`: whether a hit makes a class.
    pub fn fill(
        &mut self,
        text: &str,
        folded: &Folded,
        lexicon: &Lexicon,
        marking: &[bool],
        mut hit: impl FnMut(usize, usize),
    ) {
        self.tokens.clear();
        self.entries.clear();
        self.covered.clear();
        self.covered.resize(folded.symbols.len(), NONE);
        lexicon.for_each(folded, |category, entry, range| {
            hit(category, range.end);
            if marking[category] {
                for covered in &mut self.covered[range.clone()] {
                    *covered = (*covered).min(category as u8);
                }
                self.entries.push((entry_gram(entry), range));
            }
        });
        let bytes = text.as_bytes();
        for (start, end) in folded.words() {
            let capital = |at: usize| is_capital(bytes, folded.starts[start + at] as usize);
            let category = self.covered[start..end].iter().copied().min().unwrap_or(NONE);
            let word = &folded.symbols[start..end];
            let class = Class::of(word, hash_word(word), capital).under(category);
            self.tokens.push((class, start..end));
        }
    }

    /// Calls `each(hash, symbols)` for the n-grams of classes, of one to [`LONGEST`]
    /// tokens, the edges of the text counting as tokens, and for the word-list entries.
    pub fn for_each(&self, mut each: impl FnMut(u64, Range<usize>)) {
        let n = self.tokens.len();
        let end = self.tokens.last().map_or(0, |t| t.1.end);
        let token = |i: usize| match i {
            0 => (edges()[0], 0..0),
            i if i <= n => self.tokens[i - 1].clone(),
            _ => (edges()[1], end..end),
        };
        for first in 0..n + 2 {
            let (mut gram, range) = token(first);
            each(gram, range.clone());
            for last in first + 1..(first + LONGEST).min(n + 2) {
                let (class, to) = token(last);
                gram = longer(gram, class);
                each(gram, range.start..to.end);
            }
        }
        for (entry, range) in &self.entries {
            each(*entry, range.clone());
        }
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }
}

/// Whether the character at byte `at` is a capital: ASCII, or an umlaut.
pub fn is_capital(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        Some(b) if b.is_ascii() => b.is_ascii_uppercase(),
        Some(0xC3) => bytes.get(at + 1).is_some_and(|b| (0x80..0x9F).contains(b)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(text: &str) -> Vec<u64> {
        let lexicon = Lexicon::new([("insult", "*depp*"), ("civil", "danke")]).unwrap();
        let mut classes = Classes::default();
        classes.fill(text, &Folded::new(text), &lexicon, &[true, false], |_, _| ());
        classes.tokens.iter().map(|t| t.0).collect()
    }

    #[test]
    fn what_looks_alike_is_one_class() {
        for (one, other, alike) in [
            ("Sie Depp", "Sie Volldepp", true),
            ("Sie Depp", "sie Depp", false),
            ("laufen", "raufen", true),
            ("laufen", "Raufen", false),
            ("HOLT", "STOPP", true),
            ("Ärger", "Haus", true),
            ("12", "1975", true),
            ("!", "?", false),
            ("nicht", "leicht", false),
        ] {
            assert_eq!(classes(one) == classes(other), alike, "{one} / {other}");
        }
    }

    #[test]
    fn grams_span_one_to_four_tokens_and_the_edges() {
        let lexicon = Lexicon::new([("insult", "depp")]).unwrap();
        let (mut classes, mut spans) = (Classes::default(), Vec::new());
        let text = "du Depp!";
        classes.fill(text, &Folded::new(text), &lexicon, &[true], |_, _| ());
        classes.for_each(|_, range| spans.push(range));
        // Five tokens with the edges: 5 + 4 + 3 + 2 n-grams, and one entry.
        assert_eq!(spans.len(), 15);
        assert!(spans.contains(&(0..8)));
        assert_eq!(spans[14], 3..7);
    }
}
