//! The tokens a comment is compared by: character 4-grams inside word bounds, so that
//! parts of compounds meet; hashed, each once. 5-grams beside them double the cost and
//! add nothing.

use std::ops::Range;

use crate::features::ngram::bucket;
use crate::text::{Folded, SPACE, is_word};

/// Buckets of the tokens, as a power of two; half a bit of accuracy is lost at 12.
pub const BITS: u32 = 15;
/// Number of buckets.
pub const BUCKETS: usize = 1 << BITS;

/// A token: the bucket its n-gram falls into, below [`BUCKETS`].
pub type Token = u16;

/// The distinct tokens of a text, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bag(Vec<Token>);

impl Bag {
    /// The tokens of `folded`.
    pub fn new(folded: &Folded) -> Self {
        let mut bag = Self::default();
        bag.fill(folded);
        bag
    }

    /// The tokens of `folded`, forgetting what this bag held.
    pub fn fill(&mut self, folded: &Folded) {
        self.gather(|seen| for_each_token(folded, |token, _| seen.insert(token)));
    }

    /// The tokens that `insert` puts into a set, forgetting what this bag held.
    pub fn gather(&mut self, insert: impl FnOnce(&mut Seen)) {
        let mut seen = Seen::default();
        insert(&mut seen);
        seen.write(&mut self.0);
    }

    /// Of distinct `tokens`, ascending.
    pub fn of(tokens: &[Token]) -> Self {
        Self(tokens.to_vec())
    }

    /// Those that two lists of distinct tokens, ascending, have in common.
    pub fn common(one: &[Token], other: &[Token]) -> Self {
        let (mut i, mut j, mut common) = (0, 0, Vec::new());
        while let (Some(a), Some(b)) = (one.get(i), other.get(j)) {
            if a == b {
                common.push(*a);
            }
            i += usize::from(a <= b);
            j += usize::from(b <= a);
        }
        Self(common)
    }

    /// Takes the distinct `tokens`, ascending, forgetting what this bag held.
    pub fn copy(&mut self, tokens: impl IntoIterator<Item = Token>) {
        self.0.clear();
        self.0.extend(tokens);
    }

    /// The tokens, ascending.
    pub fn tokens(&self) -> &[Token] {
        &self.0
    }

    /// Whether `token` is among them.
    pub fn contains(&self, token: Token) -> bool {
        self.0.binary_search(&token).is_ok()
    }
}

/// The distinct tokens of several texts, one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bags {
    tokens: Vec<Token>,
    ends: Vec<u32>,
}

impl Bags {
    /// None yet, with room for so many texts and tokens.
    pub fn with_room(texts: usize, tokens: usize) -> Self {
        Self { tokens: Vec::with_capacity(tokens), ends: Vec::with_capacity(texts) }
    }

    /// Appends those of one more text.
    pub fn push(&mut self, tokens: &[Token]) {
        self.extend(tokens.iter().copied());
    }

    /// The same, one after the other.
    pub fn extend(&mut self, tokens: impl Iterator<Item = Token>) {
        self.tokens.extend(tokens);
        self.ends.push(self.tokens.len() as u32);
    }

    /// How many texts.
    pub fn texts(&self) -> usize {
        self.ends.len()
    }

    /// The tokens of text `i`.
    pub fn tokens(&self, i: usize) -> &[Token] {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.tokens[start as usize..self.ends[i] as usize]
    }
}

/// A set of tokens: one bit per bucket sorts them and removes duplicates in one go.
pub struct Seen {
    words: [u64; WORDS],
    /// A bit for each word that holds anything.
    busy: [u64; WORDS / 64],
}

const WORDS: usize = BUCKETS / 64;

impl Default for Seen {
    fn default() -> Self {
        Self { words: [0; WORDS], busy: [0; WORDS / 64] }
    }
}

/// Calls `each` with the numbers of the bits of `words`, ascending.
#[inline(always)]
fn for_each_bit(words: &[u64], mut each: impl FnMut(usize)) {
    for (i, &word) in words.iter().enumerate() {
        let mut left = word;
        while left != 0 {
            each(64 * i + left.trailing_zeros() as usize);
            left &= left - 1;
        }
    }
}

impl Seen {
    /// Puts a token in.
    #[inline]
    pub fn insert(&mut self, token: Token) {
        let word = usize::from(token) / 64;
        self.words[word] |= 1 << (token % 64);
        self.busy[word / 64] |= 1 << (word % 64);
    }

    fn write(&self, to: &mut Vec<Token>) {
        to.clear();
        for_each_bit(&self.busy, |word| {
            for_each_bit(&self.words[word..=word], |bit| to.push((64 * word + bit) as Token));
        });
    }
}

/// Calls `each(token, symbols)` for every n-gram of `folded`, where `symbols` is the
/// range of symbols it covers. A word shorter than four with its bounds is one token.
pub fn for_each_token(folded: &Folded, mut each: impl FnMut(Token, Range<usize>)) {
    for (start, end) in folded.words() {
        if is_word(folded.symbols[start]) {
            word_tokens(&folded.symbols[start..end], |token, r| each(token, start + r.start..start + r.end));
        }
    }
}

#[inline]
fn word_tokens(word: &[u8], mut each: impl FnMut(Token, Range<usize>)) {
    let mut window = u32::from(SPACE);
    for (i, &symbol) in word.iter().chain(&[SPACE]).enumerate() {
        window = window << 8 | u32::from(symbol);
        let end = (i + 1).min(word.len());
        if i >= 2 || i == word.len() {
            each(hash(window), i.max(3) - 3..end);
        }
    }
}

#[inline]
fn hash(gram: u32) -> Token {
    let hash = u64::from(gram).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bucket((hash ^ hash >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93), BITS) as Token
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grams(text: &str) -> Vec<String> {
        let folded = Folded::new(text);
        let mut grams = Vec::new();
        for_each_token(&folded, |_, r| grams.push(String::from_utf8_lossy(&folded.symbols[r]).into_owned()));
        grams
    }

    #[test]
    fn grams_stay_inside_word_bounds() {
        assert_eq!(grams("Bahn"), ["bah", "bahn", "ahn"]);
        assert_eq!(grams("ja, so"), ["ja", "so"]);
        assert_eq!(grams("!?"), [""; 0]);
    }

    #[test]
    fn tokens_are_ascending_and_distinct() {
        let bag = Bag::new(&Folded::new("Die Bahn, die Bahn und die Straßenbahnhaltestelle"));
        assert!(bag.tokens().windows(2).all(|w| w[0] < w[1]));
        assert!(bag.tokens().iter().all(|&t| bag.contains(t) && usize::from(t) < BUCKETS));
    }

    #[test]
    fn several_bags_are_each_of_them() {
        let texts = ["Die Bahn", "", "Straßenbahn"].map(|text| Bag::new(&Folded::new(text)));
        let mut bags = Bags::default();
        texts.iter().for_each(|bag| bags.push(bag.tokens()));
        let mut copied = Bag::default();
        for (i, bag) in texts.iter().enumerate() {
            copied.copy(bags.tokens(i).iter().copied());
            assert_eq!((&copied, &Bag::of(bags.tokens(i))), (bag, bag));
        }
    }

    #[test]
    fn what_is_common_is_in_both() {
        let (one, other) =
            (Bag::new(&Folded::new("Straßenbahn")), Bag::new(&Folded::new("Autobahn, Straße")));
        let common = Bag::common(one.tokens(), other.tokens());
        let by_search: Vec<Token> = one.tokens().iter().copied().filter(|t| other.contains(*t)).collect();
        assert_eq!(common.tokens(), by_search);
        assert!(!by_search.is_empty() && by_search.len() < one.tokens().len());
        assert_eq!(Bag::common(one.tokens(), &[]), Bag::default());
    }

    #[test]
    fn parts_of_compounds_meet() {
        let (part, whole) = (Bag::new(&Folded::new("Waffen")), Bag::new(&Folded::new("Waffenlieferung")));
        assert!(part.tokens().iter().filter(|t| whole.contains(**t)).count() == 4);
    }
}
