//! A comment read as the tokens it is made of, each looked up in a [memo](crate::memo).

use std::ops::Range;

use crate::features::Extractor;
use crate::features::heuristic::{COUNTS, OF_CHARACTERS};
use crate::features::token::Facts;
use crate::memo::{Id, Memo};
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
    /// How many sums there are.
    pub width: usize,
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
        let mut start = 0;
        for_each_blank(text.as_bytes(), |blank| {
            if start < blank {
                self.chunk(text, start..blank, measure);
            }
            start = blank + 1;
        });
        self.end_lone(text, measure);
    }

    /// Reads what stands between two ASCII blanks.
    #[inline]
    fn chunk(&mut self, text: &str, range: Range<usize>, measure: &Measure<'_>) {
        let found = self.memo.find(text.as_bytes(), range.clone());
        let id = found.unwrap_or_else(|| self.note_chunk(text, range.clone(), measure));
        let entry = self.memo.entry(id);
        if entry.is_compound {
            let offset = range.start;
            for (start, end) in tokens(&text[range]) {
                let range = offset + start..offset + end;
                let found = self.memo.find(text.as_bytes(), range.clone());
                let id = found.unwrap_or_else(|| self.note(text, range.clone(), measure));
                self.push(text, id, range, measure);
            }
        } else {
            self.push(text, id, range, measure);
        }
    }

    /// Takes a token in.
    #[inline]
    fn push(&mut self, text: &str, id: Id, range: Range<usize>, measure: &Measure<'_>) {
        let entry = self.memo.entry(id);
        self.starts_low = self.starts_low.or(entry.starts_low);
        if entry.length == 0 {
            add(&mut self.beside, &entry.counts);
            return;
        }
        if entry.is_lone {
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
                add(&mut self.beside[..OF_CHARACTERS], &self.memo.entry(single).counts);
            }
            for (sum, &count) in self.beside[..OF_CHARACTERS].iter_mut().zip(&self.memo.entry(id).counts) {
                *sum = sum.wrapping_sub(u32::from(count));
            }
            self.ids.push(id);
        }
        self.lone.clear();
    }

    #[cold]
    fn note_chunk(&mut self, text: &str, range: Range<usize>, measure: &Measure<'_>) -> Id {
        let chunk = &text[range.clone()];
        let is_compound = chunk.len() > LONGEST_TOKEN || !chunk.is_ascii() && chunk.contains(is_blank);
        match is_compound {
            true => {
                self.sums.clear();
                self.sums.resize(measure.width, 0);
                self.memo.note(text.as_bytes(), range, None, &self.sums)
            }
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

/// Adds what is counted of a token.
#[inline]
pub fn add(sums: &mut [u32], counts: &[u16; COUNTS]) {
    for (sum, &count) in sums.iter_mut().zip(counts) {
        *sum = sum.wrapping_add(u32::from(count));
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
    let is_other = (low ^ b' ' as u64 * EACH) + 0x7F * EACH;
    let from_tab = low + (0x80 - 9) * EACH;
    let beyond = low + (0x80 - 14) * EACH;
    (!is_other | from_tab & !beyond) & !bytes & HIGH
}
