//! The symbols a character can become.

use unicode_normalization::char::is_combining_mark;

/// Blank between tokens; runs of white space become one.
pub const SPACE: u8 = b' ';
/// A mention (`@name`), whoever is meant.
pub const MENTION: u8 = 1;
/// A web address, wherever it leads.
pub const URL: u8 = 2;
/// An emoji that smiles or praises.
pub const EMOJI_KIND: u8 = 3;
/// An emoji that laughs, which under a comment is often at somebody.
pub const EMOJI_LAUGH: u8 = 4;
/// An emoji that is angry, disgusted or insulting.
pub const EMOJI_ANGRY: u8 = 5;
/// Any other emoji or symbol.
pub const EMOJI_OTHER: u8 = 6;
/// The umlauts keep their own symbols; `ß` is written `ss`.
pub(super) const A_UMLAUT: u8 = 0xE4;
pub(super) const O_UMLAUT: u8 = 0xF6;
pub(super) const U_UMLAUT: u8 = 0xFC;
/// Letters of other scripts share these 32 symbols.
pub(super) const FOREIGN: u8 = 0x80;

/// The vowel under an umlaut, or `symbol` itself.
pub const fn without_umlaut(symbol: u8) -> u8 {
    match symbol {
        A_UMLAUT => b'a',
        O_UMLAUT => b'o',
        U_UMLAUT => b'u',
        other => other,
    }
}

/// Letters and digits, of any script.
pub fn is_word(symbol: u8) -> bool {
    symbol >= FOREIGN || symbol.is_ascii_alphanumeric()
}

/// Letters, of any script.
pub fn is_letter(symbol: u8) -> bool {
    symbol >= FOREIGN || symbol.is_ascii_lowercase()
}

/// Whether `c` adds nothing to what is read: an ignorable character or
/// a combining mark.
pub fn is_unseen(c: char) -> bool {
    !c.is_ascii() && (is_ignorable(c) || is_combining_mark(c))
}

/// Characters that are not seen: zero-width, soft hyphen, bidi controls,
/// variation selectors, tags.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// The symbol of a character that is no ASCII and not read as Latin: what kind of emoji, or a letter.
pub(super) fn class(c: char) -> u8 {
    match c {
        '😀' | '😃' | '😇' | '😊' | '😋' | '😌' | '😍' | '🙂' | '😘' | '😙' | '👍' | '👏' | '❤' | '💪'
        | '🙏' | '☺' | '🥰' | '💚' | '💙' => EMOJI_KIND,
        '😂' | '🤣' | '😁' | '😄'..='😆' | '😉' | '😏' | '😜' | '😝' | '🙃' | '🙄' | '🤔' => {
            EMOJI_LAUGH
        }
        '😠' | '😡' | '🤬' | '😤' | '🤮' | '🤢' | '🖕' | '💩' | '🤡' | '👎' | '🐷' | '🐖' | '🐒' | '🐑'
        | '🐀' | '👿' | '🤦' | '💀' => EMOJI_ANGRY,
        c if c.is_alphanumeric() => FOREIGN | ((c as u32).wrapping_mul(0x9E37_79B1) >> 27) as u8,
        _ => EMOJI_OTHER,
    }
}

/// Symbol of each ASCII byte; 0 is dropped.
pub(super) const ASCII: [u8; 128] = {
    let mut table = [0; 128];
    let mut b = 0;
    while b < 128 {
        table[b] = match b as u8 {
            b'\t' | b'\n' | 0x0B | 0x0C | b'\r' | b' ' => SPACE,
            b'`' => b'\'',
            upper @ b'A'..=b'Z' => upper + 32,
            shown @ 0x21..=0x7E => shown,
            _ => 0,
        };
        b += 1;
    }
    table
};
