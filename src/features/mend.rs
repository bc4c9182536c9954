//! Undoes what hides an abusive word and what no table of characters can tell from
//! honest writing: stars and dots inside it (`Id*ot`, `Tr.ottel`), a digit for its first
//! letter (`4rsch`), umlauts for vowels (`Tröttöl`). A token is changed only if that
//! makes it hold an entry of an abusive word list right where it was changed.

use std::ops::Range;

use super::lexicon::Lexicon;
use crate::text::{Folded, SPACE, is_letter, is_word, unleet, without_umlaut};

/// Most tokens of one text that are tried against all entries one by one.
const MOST_MASKED: usize = 16;

/// Mends `folded` in place.
pub fn mend(folded: &mut Folded, lexicon: &Lexicon) {
    let mut masked = 0;
    let mut start = 0;
    while start < folded.symbols.len() {
        let rest = &folded.symbols[start..];
        let mut end = start + rest.iter().position(|&s| s == SPACE).unwrap_or(rest.len());
        let oddity = Oddity::of(&folded.symbols[start..end]);
        if oddity.masked && masked < MOST_MASKED {
            masked += 1;
            end -= unmask(folded, start..end, lexicon);
        }
        if oddity.leet {
            replace(folded, start..end, lexicon, unleet);
        }
        if oddity.umlauts {
            replace(folded, start..end, lexicon, without_umlaut);
        }
        start = end + 1;
    }
}

/// What is odd about a token.
#[derive(Default)]
struct Oddity {
    masked: bool,
    leet: bool,
    umlauts: bool,
}

impl Oddity {
    fn of(token: &[u8]) -> Self {
        let mut odd = Self::default();
        if token.len() < 4 {
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

fn is_mask(symbol: u8) -> bool {
    matches!(symbol, b'*' | b'#' | b'%' | b'&' | b'+' | b'_' | b'.' | b'$' | b'@' | b'~' | b'^')
}

/// Rewrites the symbols of `range` by `rule` if that makes an abusive entry appear over
/// a changed one.
fn replace(folded: &mut Folded, range: Range<usize>, lexicon: &Lexicon, rule: impl Fn(u8) -> u8) {
    let token: Vec<u8> = folded.symbols[range.clone()].iter().map(|&s| rule(s)).collect();
    let changed = |i: usize| token[i] != folded.symbols[range.start + i];
    let Some(found) = lexicon.abuse_in(&token, |found| found.clone().any(changed)) else { return };
    folded.symbols[range.start + found.start..range.start + found.end].copy_from_slice(&token[found]);
}

/// Fills the masked letters of a token, or takes the masks out; returns by how many
/// symbols it became shorter.
fn unmask(folded: &mut Folded, range: Range<usize>, lexicon: &Lexicon) -> usize {
    let token = &folded.symbols[range.clone()];
    if let Some((at, entry)) = lexicon.masked_in(token, is_mask) {
        let entry = entry.to_vec();
        folded.symbols[range.start + at..range.start + at + entry.len()].copy_from_slice(&entry);
        return 0;
    }
    let kept: Vec<usize> = range.clone().filter(|&i| is_word(folded.symbols[i])).collect();
    let bare: Vec<u8> = kept.iter().map(|&i| folded.symbols[i]).collect();
    // The entry must have been torn apart, or anything with a dot in it would be read.
    let crosses = |found: &Range<usize>| kept[found.end - 1] - kept[found.start] >= found.len();
    let Some(found) = lexicon.abuse_in(&bare, crosses) else { return 0 };
    let span = kept[found.start]..kept[found.end - 1] + 1;
    let mut position = 0;
    let mut drop = |symbol: u8| {
        let inside = span.contains(&position);
        position += 1;
        inside && !is_word(symbol)
    };
    let gone: Vec<bool> = folded.symbols.iter().map(|&s| drop(s)).collect();
    let before = folded.symbols.len();
    let mut at = gone.iter();
    folded.symbols.retain(|_| !at.next().is_some_and(|gone| *gone));
    let mut at = gone.iter();
    folded.starts.retain(|_| !at.next().is_some_and(|gone| *gone));
    before - folded.symbols.len()
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
