//! A quick look at whether a token may hold any entry at all, so that most tokens do not go
//! through the automaton: the first symbols of every entry, as bits.

use crate::text::is_word;

/// Symbols of an entry that are looked at; of a shorter one all.
const LONGEST: usize = 4;
/// Bits of the table, as a power of two.
const BITS: u32 = 16;

/// The first symbols of entries, hashed.
#[derive(Clone, Debug)]
pub struct Prefixes {
    /// A bit for those that begin with a word, one for those that begin anywhere.
    table: Vec<u8>,
    /// Lengths there are, a bit each.
    lengths: u8,
}

const AT_WORD: u8 = 1;
const ANYWHERE: u8 = 2;

impl Prefixes {
    /// Of patterns, each with whether it begins where a word begins.
    pub fn new<'a>(patterns: impl Iterator<Item = (&'a Vec<u8>, bool)>) -> Self {
        let mut prefixes = Self { table: vec![0; 1 << BITS], lengths: 0 };
        for (pattern, at_word) in patterns {
            let n = pattern.len().min(LONGEST);
            prefixes.lengths |= 1 << n;
            prefixes.table[place(packed(&pattern[..n]), n)] |= if at_word { AT_WORD } else { ANYWHERE };
        }
        prefixes
    }

    /// False only if no entry is in `symbols`.
    pub fn may_be_in(&self, symbols: &[u8]) -> bool {
        let mut before_is_word = false;
        for at in 0..symbols.len() {
            let wanted = if before_is_word { ANYWHERE } else { ANYWHERE | AT_WORD };
            before_is_word = is_word(symbols[at]);
            let rest = &symbols[at..symbols.len().min(at + LONGEST)];
            let all = packed(rest);
            for n in (1..=rest.len()).filter(|n| self.lengths & 1 << n != 0) {
                let first = all & (u32::MAX >> (8 * (LONGEST - n)));
                if self.table[place(first, n)] & wanted != 0 {
                    return true;
                }
            }
        }
        false
    }
}

fn packed(symbols: &[u8]) -> u32 {
    symbols.iter().rev().fold(0, |all, &symbol| all << 8 | u32::from(symbol))
}

fn place(symbols: u32, n: usize) -> usize {
    ((symbols ^ (n as u32) << 29).wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::lexicon::Lexicon;
    use crate::text::Folded;
    use proptest::prelude::*;

    #[test]
    fn most_tokens_hold_nothing() {
        let patterns = [b"depp".to_vec(), b"idiot".to_vec(), b"du".to_vec(), b"%".to_vec()];
        let prefixes = Prefixes::new(patterns.iter().zip([true, false, true, false]));
        for (token, may) in
            [("haus", false), ("deppen", true), ("volldepp", false), ("vollidiot", true), ("und", false)]
        {
            assert_eq!(prefixes.may_be_in(token.as_bytes()), may, "{token}");
        }
        assert!(["du", "dumm", "5%", "na-du"].iter().all(|token| prefixes.may_be_in(token.as_bytes())));
    }

    proptest! {
        #[test]
        fn what_the_automaton_finds_may_be_in(
            words in prop::collection::vec("(du|idiot|depp|halt|maul|arsch|[a-zäöü]{1,6}|[-*.!%'])*", 0..4)
        ) {
            let lexicon = Lexicon::builtin().unwrap();
            for word in &words {
                let symbols = Folded::new(word).symbols;
                let found = lexicon.automaton.find_overlapping_iter(&symbols);
                let fitting = found.filter(|f| lexicon.entries[f.pattern().as_usize()].fits(&symbols, f.range()));
                prop_assert!(fitting.count() == 0 || lexicon.prefixes.may_be_in(&symbols), "{word}");
            }
        }
    }
}
