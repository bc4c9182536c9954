//! Undoes what hides an abusive word and what no table of characters can tell from
//! honest writing: stars and dots inside it (`Id*ot`, `Tr.ottel`), a digit for its first
//! letter (`4rsch`), umlauts for vowels (`Tröttöl`). A token is changed only if that
//! makes it hold an entry of an abusive word list right where it was changed.

use std::ops::Range;

use super::lexicon::Lexicon;
use crate::text::{Folded, SPACE, is_letter, is_word, unleet, without_umlaut};

/// Mends `folded` in place.
pub fn mend(folded: &mut Folded, lexicon: &Lexicon) {
    let (mut from, mut to) = (0, 0);
    while from < folded.symbols.len() {
        let rest = &folded.symbols[from..];
        let length = rest.iter().position(|&s| s == SPACE).unwrap_or(rest.len());
        let token = from..from + length;
        let left = mend_token(&mut folded.symbols[token.clone()], &mut folded.starts[token], lexicon);
        // With the blank behind it.
        let next = (from + length + 1).min(folded.symbols.len());
        if from != to {
            folded.symbols.copy_within(from..from + left, to);
            folded.starts.copy_within(from..from + left, to);
        }
        to += left;
        if from + length < next {
            (folded.symbols[to], folded.starts[to]) = (SPACE, folded.starts[next - 1]);
            to += 1;
        }
        from = next;
    }
    folded.symbols.truncate(to);
    folded.starts.truncate(to);
}

/// Mends one token; the number of symbols that are left of it, which stand at its beginning.
pub fn mend_token(symbols: &mut [u8], starts: &mut [u32], lexicon: &Lexicon) -> usize {
    let oddity = Oddity::of(symbols);
    let mut left = symbols.len();
    if oddity.masked {
        left = unmask(symbols, starts, lexicon);
    }
    if oddity.leet {
        replace(&mut symbols[..left], lexicon, unleet);
    }
    if oddity.umlauts {
        replace(&mut symbols[..left], lexicon, without_umlaut);
    }
    left
}

/// What is odd about a token.
#[derive(Default)]
struct Oddity {
    masked: bool,
    leet: bool,
    umlauts: bool,
}

/// Whether a symbol may be odd anywhere.
static MAY_BE_ODD: [bool; 256] = {
    let mut odd = [false; 256];
    let mut s = 0;
    while s < odd.len() {
        let symbol = s as u8;
        odd[s] = is_mask(symbol) || unleet(symbol) != symbol || without_umlaut(symbol) != symbol;
        s += 1;
    }
    odd
};

impl Oddity {
    fn of(token: &[u8]) -> Self {
        let mut odd = Self::default();
        if token.len() < 4 || !token.iter().any(|&s| MAY_BE_ODD[usize::from(s)]) {
            return odd;
        }
        let mut letters = 0;
        for (i, &s) in token.iter().enumerate() {
            letters += usize::from(is_letter(s));
            odd.umlauts |= without_umlaut(s) != s;
            odd.leet |= unleet(s) != s;
            let inside = i > 0 && is_letter(token[i - 1]) && i + 1 < token.len();
            odd.masked |= inside && is_mask(s);
        }
        odd.leet &= letters > 2;
        odd.masked &= letters > 2;
        odd
    }
}

const fn is_mask(symbol: u8) -> bool {
    matches!(symbol, b'*' | b'#' | b'%' | b'&' | b'+' | b'_' | b'.' | b'$' | b'@' | b'~' | b'^')
}

/// Rewrites the symbols of a token by `rule` if that makes an abusive entry appear over
/// a changed one.
fn replace(symbols: &mut [u8], lexicon: &Lexicon, rule: impl Fn(u8) -> u8) {
    let token: Vec<u8> = symbols.iter().map(|&s| rule(s)).collect();
    let Some(found) = lexicon.abuse_in(&token, |found| found.clone().any(|i| token[i] != symbols[i])) else {
        return;
    };
    symbols[found.clone()].copy_from_slice(&token[found]);
}

/// Fills the masked letters of a token, or takes the masks out; how many symbols are left.
fn unmask(symbols: &mut [u8], starts: &mut [u32], lexicon: &Lexicon) -> usize {
    if let Some((at, entry)) = lexicon.masked_in(symbols, is_mask) {
        symbols[at..at + entry.len()].copy_from_slice(entry);
        return symbols.len();
    }
    let kept: Vec<usize> = (0..symbols.len()).filter(|&i| is_word(symbols[i])).collect();
    let bare: Vec<u8> = kept.iter().map(|&i| symbols[i]).collect();
    // The entry must have been torn apart, or anything with a dot in it would be read.
    let crosses = |found: &Range<usize>| kept[found.end - 1] - kept[found.start] >= found.len();
    let Some(found) = lexicon.abuse_in(&bare, crosses) else { return symbols.len() };
    let span = kept[found.start]..kept[found.end - 1] + 1;
    let mut to = span.start;
    for i in span.start..symbols.len() {
        if i >= span.end || is_word(symbols[i]) {
            (symbols[to], starts[to]) = (symbols[i], starts[i]);
            to += 1;
        }
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> String {
        let lexicon =
            Lexicon::new([("insult", "*idiot*\ntrottel*\n*arsch*\nmaul"), ("civil", "danke")]).unwrap();
        let mut folded = Folded::new(text);
        mend(&mut folded, &lexicon);
        assert_eq!(folded.symbols.len(), folded.starts.len());
        folded.symbols.iter().map(|&s| if s == 0xF6 { 'ö' } else { s as char }).collect()
    }

    #[test]
    fn hidden_words_are_found() {
        for (text, expected) in [
            ("du Id*ot!", "du idiot!"),
            ("du Idi**", "du idiot"),
            ("so ein Tr##tel da", "so ein trottel da"),
            ("Voll.idi.oten und d*nke", "voll.idioten und d*nke"),
            ("4rsch", "arsch"),
            ("4fach", "4fach"),
            ("Tröttel hören", "trottel hören"),
            ("M.aul", "maul"),
            ("z.B. schön", "z.b. schön"),
            ("", ""),
        ] {
            assert_eq!(mended(text), expected, "{text}");
        }
    }
}
