//! Text as the features see it: a comment folded into a small alphabet of
//! one-byte symbols, each knowing the byte of the original it came from.
//!
//! Folding undoes what people do to letters without changing what is read:
//! case, compatibility forms, diacritics, zero-width characters, lookalike
//! letters, leetspeak, spaced-out words, repeats. Two spellings that read the
//! same fold to the same symbols. One byte a symbol makes an n-gram of up to
//! seven symbols fit one machine word.

mod lookalike;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use lookalike::lookalike;

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
const A_UMLAUT: u8 = 0xE4;
const O_UMLAUT: u8 = 0xF6;
const U_UMLAUT: u8 = 0xFC;
/// Letters of other scripts share these 32 symbols.
const FOREIGN: u8 = 0x80;

/// A folded text: `symbols[i]` was read at byte `starts[i]` of the original.
///
/// The text begins and ends without blanks, and no two blanks meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// The symbols, see the constants of this module and lower-case ASCII.
    pub symbols: Vec<u8>,
    /// Byte offset of the character each symbol came from; never decreasing.
    pub starts: Vec<u32>,
}

impl Folded {
    /// Folds `text`.
    pub fn new(text: &str) -> Self {
        let mut folded = Self::default();
        folded.fold(text);
        folded
    }

    /// Folds `text` into this buffer, forgetting what it held: token by token, so that a token
    /// folds the same wherever it stands. Only three and more lone letters in a row
    /// (`i d i o t`) are folded together, as the word they spell.
    pub fn fold(&mut self, text: &str) {
        self.symbols.clear();
        self.starts.clear();
        let (mut lone, mut run, mut behind) = (0, 0, 0);
        for (start, end) in tokens(text) {
            let token = &text[start..end];
            let begin = self.symbols.len() + usize::from(!self.symbols.is_empty());
            if begin > 0 {
                self.push(SPACE, behind);
            }
            self.transcribe(token, start);
            if self.symbols.len() == begin {
                self.truncate(begin.saturating_sub(1));
                continue;
            }
            behind = end;
            if is_lone(token, &self.symbols[begin..]) {
                run = if lone == 0 { begin } else { run };
                lone += 1;
                if lone == MOST_LONE {
                    self.join(run, lone, self.symbols.len());
                    lone = 0;
                }
                continue;
            }
            if lone > 0 {
                let moved = self.join(run, lone, begin - 1);
                self.rewrite(begin - moved);
                lone = 0;
            } else {
                self.rewrite(begin);
            }
        }
        if lone > 0 {
            self.join(run, lone, self.symbols.len());
        }
    }

    /// Folds a single [token](tokens) into this buffer, forgetting what it held. Tells whether it
    /// is one of the letters that are [folded together](Folded::fold).
    pub fn fold_token(&mut self, token: &str) -> bool {
        self.symbols.clear();
        self.starts.clear();
        self.transcribe(token, 0);
        let lone = is_lone(token, &self.symbols);
        self.rewrite(0);
        lone
    }

    /// Words as `(start, end)` symbol ranges: runs of letters and digits; every
    /// other symbol but the blank is a word of its own.
    pub fn words(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let symbols = &self.symbols[..];
        let mut at = 0;
        std::iter::from_fn(move || {
            while at < symbols.len() && symbols[at] == SPACE {
                at += 1;
            }
            let start = at;
            if at == symbols.len() {
                return None;
            }
            at += 1;
            if is_word(symbols[start]) {
                while at < symbols.len() && is_word(symbols[at]) {
                    at += 1;
                }
            }
            Some((start, at))
        })
    }

    fn push(&mut self, symbol: u8, start: usize) {
        self.symbols.push(symbol);
        self.starts.push(start as u32);
    }

    /// Character by character, without what is not seen and without blanks.
    fn transcribe(&mut self, token: &str, offset: usize) {
        let first = self.symbols.len();
        let bytes = token.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            if byte < 0x80 {
                match ASCII[byte as usize] {
                    0 | SPACE => {}
                    symbol => self.push(symbol, offset + at),
                }
                at += 1;
            } else {
                let c = token[at..].chars().next().unwrap_or(' ');
                self.transcribe_char(c, offset + at, first);
                at += c.len_utf8();
            }
        }
    }

    /// Everything beyond ASCII, by compatibility decomposition.
    /// The token's first symbol is number `first`.
    fn transcribe_char(&mut self, c: char, start: usize, first: usize) {
        match c {
            'ä' | 'Ä' => self.push(A_UMLAUT, start),
            'ö' | 'Ö' => self.push(O_UMLAUT, start),
            'ü' | 'Ü' => self.push(U_UMLAUT, start),
            'ß' | 'ẞ' => {
                self.push(b's', start);
                self.push(b's', start);
            }
            c if is_ignorable(c) => {}
            // `⒜` would decompose with its parentheses.
            '\u{249C}'..='\u{24B5}' | '\u{1F110}'..='\u{1F129}' => self.transcribe_part(c, start, first),
            c => decompose_compatible(c, |d| self.transcribe_part(d, start, first)),
        }
    }

    fn transcribe_part(&mut self, c: char, start: usize, first: usize) {
        if is_combining_mark(c) {
            // A diaeresis makes an umlaut; every other mark is ornament.
            if c == '\u{308}'
                && let Some(last) = self.symbols[first..].last_mut()
            {
                *last = match *last {
                    b'a' => A_UMLAUT,
                    b'o' => O_UMLAUT,
                    b'u' => U_UMLAUT,
                    other => other,
                };
            }
            return;
        }
        match c {
            c if is_ignorable(c) => {}
            c if c.is_ascii() => {
                if !matches!(ASCII[c as usize], 0 | SPACE) {
                    self.push(ASCII[c as usize], start);
                }
            }
            'ß' => self.transcribe_char('ß', start, first),
            c if c.is_whitespace() => {}
            c => {
                let lower = c.to_lowercase().next().unwrap_or(c);
                let latin = lookalike(c).or_else(|| lookalike(lower));
                self.push(latin.unwrap_or_else(|| class(lower)), start);
            }
        }
    }

    fn truncate(&mut self, length: usize) {
        self.symbols.truncate(length);
        self.starts.truncate(length);
    }

    /// Makes one token of the `lone` letters from `run` to `end` if they are at least three; the
    /// number of symbols that what follows has moved down by.
    fn join(&mut self, run: usize, lone: usize, end: usize) -> usize {
        if lone < FEWEST_LONE {
            return 0;
        }
        for i in 0..lone {
            self.symbols[run + i] = self.symbols[run + 2 * i];
            self.starts[run + i] = self.starts[run + 2 * i];
        }
        // As any token, the joined one is rewritten: `a a a a` is an `a` drawn out.
        let stop = self.rewrite_token(run..run + lone, run);
        self.symbols.drain(stop..end);
        self.starts.drain(stop..end);
        end - stop
    }

    /// Rewrites the last token, which begins at `begin`: addresses and mentions become one
    /// symbol, repeats are squeezed, leetspeak is read.
    fn rewrite(&mut self, begin: usize) {
        if !is_plain(&self.symbols[begin..]) {
            let end = self.rewrite_token(begin..self.symbols.len(), begin);
            self.truncate(end);
        }
    }

    fn copy_letters(&mut self, range: std::ops::Range<usize>, mut to: usize) -> usize {
        for i in range {
            if is_letter(self.symbols[i]) {
                to = self.copy(i, self.symbols[i], to);
            }
        }
        to
    }

    fn copy(&mut self, i: usize, symbol: u8, to: usize) -> usize {
        self.symbols[to] = symbol;
        self.starts[to] = self.starts[i];
        to + 1
    }

    /// Rewrites one token to position `to`, returns where the next goes.
    fn rewrite_token(&mut self, range: std::ops::Range<usize>, mut to: usize) -> usize {
        let token = &self.symbols[range.clone()];
        if is_address(token) {
            return self.copy(range.start, URL, to);
        }
        if is_dotted(token) {
            return self.copy_letters(range, to);
        }
        let leet = is_leet(token);
        let first = to;
        let mut i = range.start;
        while i < range.end {
            let symbol = self.symbols[i];
            if symbol == b'@' && (i == range.start || !is_word(self.symbols[i - 1])) && i + 1 < range.end {
                let name =
                    self.symbols[i + 1..range.end].iter().take_while(|&&s| is_word(s) || s == b'_').count();
                if name > 0 {
                    to = self.copy(i, MENTION, to);
                    i += 1 + name;
                    continue;
                }
            }
            let symbol = if leet { unleet(symbol) } else { symbol };
            let run = self.symbols[i..range.end].iter().take_while(|&&s| s == self.symbols[i]).count();
            let keep = match run {
                1 | 2 => run,
                // A letter drawn out is said once; a mark shouted stays a shout.
                _ if is_letter(symbol) => 1,
                _ => 3.min(run),
            };
            for k in 0..keep {
                to = self.copy(i + k, symbol, to);
            }
            i += run;
        }
        debug_assert!(to >= first);
        to
    }
}

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
fn is_lone(token: &str, symbols: &[u8]) -> bool {
    let first = token.chars().find(|&c| !is_ignorable(c));
    // A mark would stand over the letter before it once they are joined.
    symbols.len() == 1 && is_letter(symbols[0]) && !first.is_some_and(is_combining_mark)
}

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

/// Whether rewriting leaves `token` as it is, as one sees at a glance: letters, none three
/// times in a row, and one mark behind them at most.
fn is_plain(token: &[u8]) -> bool {
    let letters = match token {
        [letters @ .., b'.' | b',' | b'!' | b'?'] => letters,
        _ => token,
    };
    letters.len() > 1
        && letters.iter().all(|&s| is_letter(s))
        && letters.windows(3).all(|w| w[0] != w[1] || w[1] != w[2])
        && !letters.starts_with(b"www")
}

fn is_address(token: &[u8]) -> bool {
    token.starts_with(b"http:/") || token.starts_with(b"https:/") || token.starts_with(b"www.")
}

/// Letters with one separator between each: `d.o.t.s`, at least three.
fn is_dotted(token: &[u8]) -> bool {
    let end = token.iter().rposition(|&s| is_letter(s)).map_or(0, |n| n + 1);
    let inner = &token[..end];
    inner.len() >= 5
        && inner.len() % 2 == 1
        && matches!(inner[1], b'.' | b'-' | b'_' | b'*')
        && inner.iter().enumerate().all(|(i, &s)| if i % 2 == 0 { is_letter(s) } else { s == inner[1] })
}

/// Letters and digits (or `@ $ !`) that alternate at least twice: `1d10t`, `h4llo`,
/// but not `covid19` or `2g`.
fn is_leet(token: &[u8]) -> bool {
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

/// Whether `c` adds nothing to what is read: an ignorable character or
/// a combining mark.
pub fn is_unseen(c: char) -> bool {
    !c.is_ascii() && (is_ignorable(c) || is_combining_mark(c))
}

/// Characters that are not seen: zero-width, soft hyphen, bidi controls,
/// variation selectors, tags.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

fn class(c: char) -> u8 {
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
const ASCII: [u8; 128] = {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Folded::new(text)
            .symbols
            .iter()
            .map(|&s| match s {
                MENTION => '@',
                URL => '#',
                EMOJI_KIND..=EMOJI_OTHER => '^',
                A_UMLAUT => 'ä',
                O_UMLAUT => 'ö',
                U_UMLAUT => 'ü',
                s if s >= FOREIGN => '?',
                s => s as char,
            })
            .collect()
    }

    #[test]
    fn rewriting_leaves_plain_tokens_alone() {
        let tokens =
            ["das", "na", "haus.", "ja!", "so,", "was?", "schön", "www.", "aaa", "a", "a.b", "x2y", "d-e-p"];
        let mut plain = 0;
        for token in tokens {
            let symbols = token.bytes().map(|b| if b < 0x80 { b } else { 0xF6 }).collect::<Vec<u8>>();
            let starts = (0..symbols.len() as u32).collect();
            let mut folded = Folded { symbols: symbols.clone(), starts };
            if is_plain(&symbols) {
                plain += 1;
                assert_eq!(folded.rewrite_token(0..symbols.len(), 0), symbols.len(), "{token}");
                assert_eq!(folded.symbols, symbols);
            }
        }
        assert_eq!(plain, 7);
    }

    #[test]
    fn what_reads_the_same_folds_the_same() {
        for (text, folded) in [
            ("Guten  Tag,\n\nHERR Müller ", "guten tag, herr müller"),
            ("Mu\u{308}ller", "müller"),
            ("Stra\u{AD}ße", "strasse"),
            ("I\u{200B}di\u{E0041}ot", "idiot"),
            ("ｉｄｉｏｔ 𝐢𝐝𝐢𝐨𝐭 ìdíōt", "idiot idiot idiot"),
            ("іdіоt", "idiot"),
            ("Iiiiidiot", "idiot"),
            ("1d10t h4llo", "idiot hallo"),
            ("covid19 und 2g", "covid19 und 2g"),
            ("so ein I d i o t !", "so ein idiot !"),
            ("d.o.t.s z.B. usw.", "dots z.b. usw."),
            ("d-o-t-s! covid-19", "dots covid-19"),
            ("🅸🅳🅸🅾🆃 ⓘdiot 🄸diot ⒤diot ɪᴅɪᴏᴛ ІDΙΟТ", "idiot idiot idiot idiot idiot idiot"),
            ("(1d10t)", "(idiot)"),
            ("@fritz_b, siehe https://example.org/a?b", "@, siehe #"),
            ("schau www.example.org", "schau #"),
            ("nein!!!!!!!", "nein!!!"),
            ("😂 👍🏻", "^ ^^"),
            ("schön „gesagt“ – ja…", "schön \"gesagt\" - ja..."),
            ("a@example.org", "a@example.org"),
            ("", ""),
            (" \u{200B} ", ""),
            ("Привет", "?p???t"),
        ] {
            if text == "Привет" {
                assert_eq!(Folded::new(text).symbols.len(), 6);
                continue;
            }
            assert_eq!(shown(text), folded, "{text:?}");
        }
    }

    #[test]
    fn symbols_know_their_byte() {
        let text = "Ä 1d10t";
        let folded = Folded::new(text);
        assert_eq!(folded.symbols.len(), folded.starts.len());
        assert_eq!(folded.starts, [0, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn words_are_runs_of_letters_and_single_marks() {
        let folded = Folded::new("Na ja, so2 wie!?");
        let words: Vec<_> = folded.words().map(|(a, b)| &folded.symbols[a..b]).collect();
        assert_eq!(words, [&b"na"[..], b"ja", b",", b"so2", b"wie", b"!", b"?"]);
    }
}
