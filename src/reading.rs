//! A comment read as the tokens it is made of, each looked up in a [memo](crate::memo).

use std::ops::Range;

use crate::features::Extractor;
use crate::features::heuristic::{COUNTS, OF_CHARACTERS};
use crate::features::token::Facts;
use crate::memo::{Id, Look, Memo};
use crate::text::{FEWEST_LONE, LONGEST_TOKEN, MOST_LONE, is_blank, tokens};

/// Reads comments; holds the last one.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The tokens met so far.
    pub memo: Memo,
    /// The tokens of the comment, lone letters put together, without those of no symbol.
    pub ids: Vec<Id>,
    /// What is counted beside these tokens, modulo 2³².
    pub beside: [u32; COUNTS],
    /// Whether the first character is a small letter.
    pub starts_low: Option<bool>,
    looks: Vec<Look>,
    facts: Facts,
    sums: Vec<i64>,
    /// Lone letters that end what was read so far.
    lone: Vec<Range<usize>>,
    joined: String,
}

/// How tokens are measured.
pub struct Measure<'a> {
    /// Says what is to be said of a token.
    pub extractor: &'a Extractor,
    /// Appends what the tables of a model add up to.
    pub sums: &'a dyn Fn(&Facts, &mut Vec<i64>),
}

impl Reading {
    /// Reads `text`.
    pub fn read(&mut self, text: &str, measure: &Measure<'_>) {
        self.memo.relieve();
        self.ids.clear();
        self.lone.clear();
        self.beside = [0; COUNTS];
        self.starts_low = None;
        self.looks.clear();
        let mut start = 0;
        for_each_blank(text.as_bytes(), |blank| {
            if start < blank {
                self.looks.push(self.memo.look(text.as_bytes(), start..blank));
            }
            start = blank + 1;
        });
        let looks = std::mem::take(&mut self.looks);
        for look in &looks {
            match self.memo.found(look) {
                Some(id) => self.take(text, id, look.range(), measure),
                None => self.chunk(text, look.range(), measure),
            }
        }
        self.looks = looks;
        self.end_lone(text, measure);
    }

    /// Reads what stands between two ASCII blanks and was not found at once. What is too long for
    /// one token is never noted as it stands: lone letters put together may have the same bytes.
    fn chunk(&mut self, text: &str, range: Range<usize>, measure: &Measure<'_>) {
        if range.len() > LONGEST_TOKEN {
            return self.take_apart(text, range, measure);
        }
        let found = self.memo.find(text.as_bytes(), range.clone());
        let id = found.unwrap_or_else(|| self.note_chunk(text, range.clone(), measure));
        self.take(text, id, range, measure);
    }

    /// Takes in what stands between two ASCII blanks.
    #[inline(always)]
    fn take(&mut self, text: &str, id: Id, range: Range<usize>, measure: &Measure<'_>) {
        let record = self.memo.record(id);
        if record.is_compound() {
            self.take_apart(text, range, measure);
        } else {
            self.push(text, id, range, measure);
        }
    }

    /// Takes in the tokens of a chunk that is more than one.
    #[cold]
    fn take_apart(&mut self, text: &str, chunk: Range<usize>, measure: &Measure<'_>) {
        for (start, end) in tokens(&text[chunk.clone()]) {
            let range = chunk.start + start..chunk.start + end;
            let found = self.memo.find(text.as_bytes(), range.clone());
            let id = found.unwrap_or_else(|| self.note(text, range.clone(), measure));
            self.push(text, id, range, measure);
        }
    }

    /// Takes a token in.
    #[inline(always)]
    fn push(&mut self, text: &str, id: Id, range: Range<usize>, measure: &Measure<'_>) {
        let record = self.memo.record(id);
        self.starts_low = self.starts_low.or(record.starts_low());
        if record.length() == 0 {
            self.memo.add_counts(record, &mut self.beside);
            return;
        }
        if record.is_lone() {
            self.ids.push(id);
            self.lone.push(range);
            if self.lone.len() == MOST_LONE {
                self.end_lone(text, measure);
            }
            return;
        }
        if !self.lone.is_empty() {
            self.end_lone(text, measure);
        }
        self.ids.push(id);
    }

    /// Makes one token of the lone letters if they are enough.
    fn end_lone(&mut self, text: &str, measure: &Measure<'_>) {
        if self.lone.len() >= FEWEST_LONE {
            let mut joined = std::mem::take(&mut self.joined);
            joined.clear();
            self.lone.iter().for_each(|range| joined.push_str(&text[range.clone()]));
            let all = 0..joined.len();
            let found = self.memo.find(joined.as_bytes(), all.clone());
            let id = found.unwrap_or_else(|| self.note(&joined, all, measure));
            self.joined = joined;
            // The characters count as they stand, which is one by one.
            for single in self.ids.drain(self.ids.len() - self.lone.len()..) {
                self.memo.add_counts(self.memo.record(single), &mut self.beside[..OF_CHARACTERS]);
            }
            let mut together = [0; OF_CHARACTERS];
            self.memo.add_counts(self.memo.record(id), &mut together);
            for (sum, count) in self.beside.iter_mut().zip(together) {
                *sum = sum.wrapping_sub(count);
            }
            self.ids.push(id);
        }
        self.lone.clear();
    }

    #[cold]
    fn note_chunk(&mut self, text: &str, range: Range<usize>, measure: &Measure<'_>) -> Id {
        let chunk = &text[range.clone()];
        let is_compound = !chunk.is_ascii() && chunk.contains(is_blank);
        match is_compound {
            true => self.memo.note(text.as_bytes(), range, None, &[]),
            false => self.note(text, range, measure),
        }
    }

    fn note(&mut self, text: &str, range: Range<usize>, measure: &Measure<'_>) -> Id {
        self.facts.measure(&text[range.clone()], measure.extractor);
        self.sums.clear();
        (measure.sums)(&self.facts, &mut self.sums);
        self.memo.note(text.as_bytes(), range, Some(&self.facts), &self.sums)
    }
}

/// Calls `each` with the place of every ASCII blank of `bytes`, and of the end.
#[inline]
fn for_each_blank(bytes: &[u8], mut each: impl FnMut(usize)) {
    let mut words = bytes.chunks_exact(8);
    let mut base = 0;
    for word in words.by_ref() {
        let mut blanks = blanks(u64::from_le_bytes(word.try_into().unwrap_or_default()));
        while blanks != 0 {
            each(base + blanks.trailing_zeros() as usize / 8);
            blanks &= blanks - 1;
        }
        base += 8;
    }
    for (i, &byte) in words.remainder().iter().enumerate() {
        if matches!(byte, b' ' | 9..=13) {
            each(base + i);
        }
    }
    each(bytes.len());
}

/// The highest bit of each of eight bytes that is a blank.
#[inline]
fn blanks(bytes: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let low = bytes & !HIGH;
    let is_other = (low ^ (0x20 * EACH)) + 0x7F * EACH;
    let from_tab = low + (0x80 - 9) * EACH;
    let beyond = low + (0x80 - 14) * EACH;
    (!is_other | from_tab & !beyond) & !bytes & HIGH
}
