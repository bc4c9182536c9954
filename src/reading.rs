//! A comment read as the tokens it is made of, each looked up in a [memo](crate::memo).

use std::ops::Range;

use crate::features::Extractor;
use crate::features::heuristic::{COUNTS, OF_CHARACTERS};
use crate::features::token::Facts;
use crate::memo::{Id, Key, Look, Memo};
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
    /// What stands between ASCII blanks.
    looks: Vec<Look>,
    facts: Facts,
    buckets: Vec<u32>,
    sums: Vec<i64>,
    /// Lone letters that end what was read so far.
    lone: Vec<Range<usize>>,
    joined: String,
}

/// How tokens are measured.
pub struct Measure<'a> {
    /// Says what is to be said of a token.
    pub extractor: &'a Extractor,
    /// Appends where the tables of a model have the n-grams of these symbols, and asks for that
    /// memory.
    pub expect: &'a dyn Fn(&[u8], &mut Vec<u32>),
    /// Appends what the tables add up to there.
    pub sums: &'a dyn Fn(&[u32], &mut Vec<i64>),
}

impl Reading {
    /// Reads `text`.
    pub fn read(&mut self, text: &str, measure: &Measure<'_>) {
        self.memo.relieve();
        self.ids.clear();
        self.lone.clear();
        self.beside = [0; COUNTS];
        self.starts_low = None;
        let bytes = text.as_bytes();
        let mut looks = std::mem::take(&mut self.looks);
        looks.clear();
        let mut start = 0;
        for_each_blank(bytes, |blank| {
            if start < blank {
                looks.push(self.memo.look(bytes, start..blank));
            }
            start = blank + 1;
        });
        self.memo.meet(&mut looks);
        for look in &looks {
            match look.found() {
                Some(id) => self.take(text, id, look.range(), measure),
                None => self.chunk(text, look, measure),
            }
        }
        self.looks = looks;
        self.end_lone(text, measure);
    }

    /// Reads what stands between two ASCII blanks and was not found at once. What is too long for
    /// one token is never noted as it stands: lone letters put together may have the same bytes.
    fn chunk(&mut self, text: &str, look: &Look, measure: &Measure<'_>) {
        let range = look.range();
        if range.len() > LONGEST_TOKEN {
            return self.take_apart(text, range, measure);
        }
        let (key, chunk) = (look.key(), &text[range.clone()]);
        let found = self.memo.find(key, chunk.as_bytes());
        let id = found.unwrap_or_else(|| self.note_chunk(key, chunk, measure));
        self.take(text, id, range, measure);
    }

    /// Takes in what stands between two ASCII blanks.
    #[inline(always)]
    fn take(&mut self, text: &str, id: Id, range: Range<usize>, measure: &Measure<'_>) {
        let record = self.memo.record(id);
        if record.is_plain() && self.starts_low.is_some() && self.lone.is_empty() {
            self.ids.push(id);
        } else if record.is_compound() {
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
            let id = self.find_or_note(&text[range.clone()], measure);
            self.push(text, id, range, measure);
        }
    }

    fn find_or_note(&mut self, token: &str, measure: &Measure<'_>) -> Id {
        let key = Key::of(token.as_bytes(), 0..token.len());
        let found = self.memo.find(key, token.as_bytes());
        found.unwrap_or_else(|| self.note(key, token, measure))
    }

    /// Takes a token in.
    fn push(&mut self, text: &str, id: Id, range: Range<usize>, measure: &Measure<'_>) {
        let record = self.memo.record(id);
        self.starts_low = self.starts_low.or(record.starts_low());
        if record.length() == 0 {
            add(&mut self.beside, &self.memo.counts(record));
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
        self.end_lone(text, measure);
        self.ids.push(id);
    }

    /// Makes one token of the lone letters if they are enough.
    fn end_lone(&mut self, text: &str, measure: &Measure<'_>) {
        if self.lone.len() >= FEWEST_LONE {
            let mut joined = std::mem::take(&mut self.joined);
            joined.clear();
            self.lone.iter().for_each(|range| joined.push_str(&text[range.clone()]));
            let id = self.find_or_note(&joined, measure);
            self.joined = joined;
            // The characters count as they stand, which is one by one.
            let counts = |id: Id| self.memo.counts(self.memo.record(id));
            for single in self.ids.drain(self.ids.len() - self.lone.len()..) {
                add(&mut self.beside, &counts(single)[..OF_CHARACTERS]);
            }
            for (sum, count) in self.beside.iter_mut().zip(&counts(id)[..OF_CHARACTERS]) {
                *sum = sum.wrapping_sub(*count);
            }
            self.ids.push(id);
        }
        self.lone.clear();
    }

    #[cold]
    fn note_chunk(&mut self, key: Key, chunk: &str, measure: &Measure<'_>) -> Id {
        let is_compound = !chunk.is_ascii() && chunk.contains(is_blank);
        match is_compound {
            true => self.memo.note(key, chunk.as_bytes(), None, &[]),
            false => self.note(key, chunk, measure),
        }
    }

    fn note(&mut self, key: Key, token: &str, measure: &Measure<'_>) -> Id {
        self.facts.begin(token, measure.extractor);
        self.buckets.clear();
        (measure.expect)(self.facts.symbols(), &mut self.buckets);
        self.facts.finish(token, measure.extractor);
        self.sums.clear();
        (measure.sums)(&self.buckets, &mut self.sums);
        self.memo.note(key, token.as_bytes(), Some(&self.facts), &self.sums)
    }
}

fn add(sums: &mut [u32], counts: &[u32]) {
    sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum = sum.wrapping_add(*count));
}

/// Calls `each` with the place of every ASCII blank of `bytes`, and of the end.
#[inline(always)]
fn for_each_blank(bytes: &[u8], mut each: impl FnMut(usize)) {
    let (blocks, rest) = bytes.as_chunks::<64>();
    let mut last = [0; 64];
    last[..rest.len()].copy_from_slice(rest);
    for (i, block) in blocks.iter().chain([&last]).enumerate() {
        let words = block.as_chunks::<8>().0.iter().rev();
        let mut blanks = words.fold(0, |all, word| all << 8 | gathered(blanks(u64::from_le_bytes(*word))));
        while blanks != 0 {
            each(64 * i + blanks.trailing_zeros() as usize);
            blanks &= blanks - 1;
        }
    }
    each(bytes.len());
}

/// The highest bits of eight bytes as eight bits.
#[inline]
fn gathered(high: u64) -> u64 {
    (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blanks_are_found_like_byte_by_byte(bytes in prop::collection::vec(
            prop_oneof![any::<u8>(), Just(b' '), 8u8..15, Just(0x80 | b' ')], 0..200
        )) {
            let mut found = Vec::new();
            for_each_blank(&bytes, |at| found.push(at));
            let is_blank = |at: &usize| bytes.get(*at).is_none_or(|byte| matches!(byte, b' ' | 9..=13));
            prop_assert_eq!(found, (0..=bytes.len()).filter(is_blank).collect::<Vec<_>>());
        }
    }
}
