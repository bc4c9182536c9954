//! What stands between blanks, and what it looks like.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::symbol::{ASCII, SPACE, is_ignorable, is_letter, is_unseen, is_word};

/// Lone letters that are one word, at least and at most.
pub const FEWEST_LONE: usize = 3;
/// See [`FEWEST_LONE`].
pub const MOST_LONE: usize = 1024;

/// Longest token in bytes; what has more without a blank is several.
pub const LONGEST_TOKEN: usize = 4096;

/// The tokens of `text` as `(start, end)` byte ranges: what stands between [blanks](is_blank).
/// Some fold to nothing.
pub fn tokens(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let blanks = text[at..].chars().take_while(|&c| is_blank(c)).map(char::len_utf8).sum::<usize>();
        let start = at + blanks;
        let shown = text[start..].chars().take_while(|&c| !is_blank(c)).map(char::len_utf8);
        let mut length = 0;
        for bytes in shown {
            if length + bytes > LONGEST_TOKEN {
                break;
            }
            length += bytes;
        }
        at = start + length;
        (length > 0).then_some((start, at))
    })
}

/// Whether `c` stands between tokens: white space and what is nothing but a blank with a mark.
pub fn is_blank(c: char) -> bool {
    match c {
        c if c.is_ascii() => ASCII[c as usize] == SPACE,
        '\u{2800}' => true,
        c if c.is_alphanumeric() => false,
        c if c.is_whitespace() => true,
        c => {
            let (mut blank, mut other) = (false, false);
            decompose_compatible(c, |d| {
                blank |= d == ' ';
                other |= d != ' ' && !is_unseen(d);
            });
            blank && !other
        }
    }
}

/// Whether a token, transcribed to `symbols`, is a letter by itself.
pub(super) fn is_lone(token: &str, symbols: &[u8]) -> bool {
    let first = token.chars().find(|&c| !is_ignorable(c));
    // A mark would stand over the letter before it once they are joined.
    symbols.len() == 1 && is_letter(symbols[0]) && !first.is_some_and(is_combining_mark)
}

/// Whether rewriting leaves `token` as it is, as one sees at a glance: letters, none three
/// times in a row, and one mark behind them at most.
pub(super) fn is_plain(token: &[u8]) -> bool {
    let letters = match token {
        [letters @ .., b'.' | b',' | b'!' | b'?'] => letters,
        _ => token,
    };
    letters.len() > 1
        && letters.iter().all(|&s| is_letter(s))
        && letters.windows(3).all(|w| w[0] != w[1] || w[1] != w[2])
        && !letters.starts_with(b"www")
}

/// Whether it begins like a web address.
pub(super) fn is_address(token: &[u8]) -> bool {
    token.starts_with(b"http:/") || token.starts_with(b"https:/") || token.starts_with(b"www.")
}

/// Letters with one separator between each: `d.o.t.s`, at least three.
pub(super) fn is_dotted(token: &[u8]) -> bool {
    let end = token.iter().rposition(|&s| is_letter(s)).map_or(0, |n| n + 1);
    let inner = &token[..end];
    inner.len() >= 5
        && inner.len() % 2 == 1
        && matches!(inner[1], b'.' | b'-' | b'_' | b'*')
        && inner.iter().enumerate().all(|(i, &s)| if i % 2 == 0 { is_letter(s) } else { s == inner[1] })
}

/// Letters and digits (or `@ $ !`) that alternate at least twice: `1d10t`, `h4llo`,
/// but not `covid19` or `2g`.
pub(super) fn is_leet(token: &[u8]) -> bool {
    let end = token.iter().rposition(|&s| is_word(s)).map_or(0, |n| n + 1);
    let start = token.iter().position(|&s| is_letter(s) || unleet(s) != s).unwrap_or(end).min(end);
    let mut switches = 0;
    let mut previous = None;
    for &s in &token[start..end] {
        let kind = match s {
            s if is_letter(s) => true,
            s if unleet(s) != s => false,
            _ => return false,
        };
        switches += usize::from(previous.is_some_and(|p| p != kind));
        previous = Some(kind);
    }
    switches >= 2
}

/// The letter that a digit or sign stands for in leetspeak, or `symbol` itself.
pub const fn unleet(symbol: u8) -> u8 {
    match symbol {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' | b'+' => b't',
        b'8' => b'b',
        b'9' | b'6' => b'g',
        b'|' => b'l',
        other => other,
    }
}
