//! Text as the features see it: a comment folded into a small alphabet of
//! one-byte symbols, each knowing the byte of the original it came from.
//!
//! Folding undoes what people do to letters without changing what is read:
//! case, compatibility forms, diacritics, zero-width characters, lookalike
//! letters, leetspeak, spaced-out words, repeats. Two spellings that read the
//! same fold to the same symbols. One byte a symbol makes an n-gram of up to
//! seven symbols fit one machine word.

mod lookalike;
mod symbol;
#[cfg(test)]
mod tests;
mod token;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use lookalike::lookalike;
use symbol::{A_UMLAUT, ASCII, O_UMLAUT, U_UMLAUT, class, is_ignorable};
pub use symbol::{
    EMOJI_ANGRY, EMOJI_KIND, EMOJI_LAUGH, EMOJI_OTHER, MENTION, SPACE, URL, is_letter, is_unseen, is_word,
    without_umlaut,
};
pub use token::{FEWEST_LONE, LONGEST_TOKEN, MOST_LONE, is_blank, tokens, unleet};
use token::{is_address, is_dotted, is_leet, is_lone, is_plain};

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
