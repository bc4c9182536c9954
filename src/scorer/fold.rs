//! From the facts of its tokens to what is measured of a comment: sums, and the few things
//! that need more than one token at a time, which are phrases, sentences, n-grams of words
//! and classes, and which words are distinct.

use super::tables::{Sums, Tables};
use crate::features::Extractor;
use crate::features::classes::{LONGEST, NONE, edges, entry_gram, longer};
use crate::features::heuristic::{COUNTS, Counts, Scan, WORDS};
use crate::features::lexicon::{MOST_LISTS, Match, NO_PHRASE, Taken};
use crate::features::ngram::{Space, mix};
use crate::features::sentence::FEWEST_WORDS;
use crate::memo::{Id, SUMS};
use crate::reading::Reading;

/// What is measured of a comment; reused from comment to comment.
#[derive(Clone, Debug, Default)]
pub struct Fold {
    /// Its heuristics.
    pub scan: Scan,
    /// Hits of each word list.
    pub hits: [u32; MOST_LISTS],
    /// The most hits per root of the number of words of any sentence.
    pub peaks: [f64; MOST_LISTS],
    /// Word-list entries that count, in the order of their ends.
    found: Vec<Match>,
    phrases: Vec<Match>,
    /// Words whose class is another than that of their token by itself.
    covered: Vec<(usize, u64)>,
    /// N-grams of the sentence.
    words: Vec<u64>,
    classes: Vec<u64>,
    /// Words of letters or digits, where it matters how many are distinct.
    seen: Vec<u64>,
}

/// What a model asks of a comment beside what all models do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Uses {
    /// How many words are distinct.
    pub distinct_words: bool,
}

/// Tokens of which what fits a byte can be summed up in two.
const FEW: usize = 256;

/// Adds up counts, modulo 2³².
fn add(sums: &mut Counts, counts: &Counts) {
    sums.iter_mut().zip(counts).for_each(|(sum, n)| *sum = sum.wrapping_add(*n));
}

/// The last n-grams of one, two and three classes.
type Chain = [u64; LONGEST - 1];

/// Adds sums over characters to those of the sentence, and begins anew with them.
fn take_in(near: &mut [i64; SUMS], sums: &mut Sums, width: usize) {
    sums.sentence[..width].iter_mut().zip(std::mem::take(near)).for_each(|(sum, near)| *sum += near);
}

impl Fold {
    /// Folds the comment that `reading` holds, as far as `uses` asks for it.
    pub fn fold(
        &mut self,
        reading: &Reading,
        extractor: &Extractor,
        tables: &Tables,
        uses: Uses,
        sums: &mut Sums,
    ) {
        let memo = &reading.memo;
        self.begin(reading);
        sums.clear(tables);
        self.find(reading, extractor);
        let expect = tables.expecting_classes();
        let (has_words, has_classes) = (tables.has(Space::Words), tables.has(Space::Classes));
        let width = tables.width_of_chars();
        // Here rather than where they belong, for these are in registers.
        let (mut few, mut near) = ([0u16; COUNTS], [0; SUMS]);
        let (mut symbols, mut word, mut before) = (0, 0, None);
        let mut chain = [edges()[0], 0, 0];
        self.classes.push(chain[0]);
        let mut length = 1;
        let (mut sentence_words, mut stopped, mut first, mut next) = (0, false, 0, 0);
        for (i, &id) in reading.ids.iter().enumerate() {
            let record = memo.record(id);
            let words = match memo.shape(record) {
                Ok(shape) => {
                    few.iter_mut().zip(shape).for_each(|(sum, &n)| *sum += u16::from(n));
                    u32::from(shape[WORDS])
                }
                Err(counts) => {
                    add(&mut self.scan.counts, counts);
                    counts[WORDS]
                }
            };
            if i % FEW == FEW - 1 {
                add(&mut self.scan.counts, &std::mem::replace(&mut few, [0; COUNTS]).map(u32::from));
            }
            memo.add_sums(id, &mut near, &mut sums.sentence[..width]);
            if uses.distinct_words {
                self.seen.extend(memo.parts(id).iter().filter(|part| part.is_word).map(|part| part.hash));
            }
            if has_classes {
                memo.for_each_class(id, |class| {
                    let class = if self.covered.is_empty() { class } else { self.class(word, class) };
                    chain = self.push_class(chain, length, class, &expect);
                    length += 1;
                    word += 1;
                });
            }
            if has_words {
                for word in memo.parts(id).iter().map(|part| part.hash) {
                    self.words.push(word);
                    self.words.extend(before.map(|before: u64| mix(before.rotate_left(17) ^ word)));
                    before = Some(word);
                }
            }
            symbols += record.length();
            while self.found.get(next).is_some_and(|found| found.end <= symbols) {
                next += 1;
            }
            symbols += 1;
            sentence_words += words;
            stopped = record.stops() || stopped && words == 0;
            if stopped && sentence_words >= FEWEST_WORDS && i + 1 < reading.ids.len() {
                take_in(&mut near, sums, width);
                self.end_sentence(first..next, sentence_words, extractor, tables, sums);
                (sentence_words, first) = (0, next);
            }
        }
        if has_classes {
            self.push_class(chain, length, edges()[1], &expect);
        }
        if reading.ids.is_empty() {
            // The bounds of a text of no symbol are an n-gram too.
            tables.add_chars_of_nothing(sums);
        }
        add(&mut self.scan.counts, &few.map(u32::from));
        self.scan.characters = symbols.saturating_sub(1);
        self.scan.last = reading.ids.last().and_then(|&id| memo.symbols(id).last()).copied().unwrap_or(0);
        take_in(&mut near, sums, width);
        self.seen.sort_unstable();
        self.seen.dedup();
        self.scan.distinct_words = self.seen.len() as u32;
        self.end_sentence(first..next, sentence_words, extractor, tables, sums);
    }

    fn begin(&mut self, reading: &Reading) {
        self.scan = Scan {
            counts: reading.beside,
            starts_low: reading.starts_low.unwrap_or(false),
            ..Scan::default()
        };
        self.words.clear();
        self.classes.clear();
        self.hits = [0; MOST_LISTS];
        self.peaks = [0.0; MOST_LISTS];
        self.seen.clear();
    }

    /// Finds the word-list entries that count.
    fn find(&mut self, reading: &Reading, extractor: &Extractor) {
        let memo = &reading.memo;
        self.found.clear();
        self.phrases.clear();
        self.covered.clear();
        let has_matches = |id: &&Id| memo.record(**id).has_matches();
        reading.ids.iter().filter(has_matches).for_each(|&id| memo.expect_matches(id));
        reading.ids.last().iter().for_each(|&&id| memo.expect_last(id));
        let mut offset = 0;
        for (i, &id) in reading.ids.iter().enumerate() {
            let record = memo.record(id);
            let moved =
                |found: Match| Match { start: found.start + offset, end: found.end + offset, ..found };
            if record.has_matches() {
                self.found.extend(memo.matches(id).iter().map(|&found| moved(found)));
            }
            let phrases = extractor.lexicon().phrases();
            let second = || {
                reading
                    .ids
                    .get(i + 1)
                    .is_some_and(|&id| phrases.may_go_on(record.begun(), memo.record(id).first()))
            };
            if record.begun() != NO_PHRASE && second() {
                let token = |i: usize| reading.ids.get(i).map(|&id| memo.symbols(id));
                phrases.at(record.begun(), i, token, |found| self.phrases.push(moved(found)));
            }
            offset += record.length() + 1;
        }
        if !self.phrases.is_empty() {
            self.found.extend(&self.phrases);
            self.found.sort_by_key(|found| (found.end, found.start));
        }
        let mut taken = Taken::default();
        self.found.retain(|found| taken.takes(found));
        let mut phrases = std::mem::take(&mut self.phrases);
        phrases.retain(|phrase| extractor.marks(phrase.category) && self.has_found(phrase));
        self.phrases = phrases;
        if !self.phrases.is_empty() {
            self.cover(reading, extractor, offset as usize);
        }
    }

    /// Whether `phrase` is among those found, which are in the order of their ends.
    fn has_found(&self, phrase: &Match) -> bool {
        let place = |found: &Match| (found.end, found.start);
        let first = self.found.partition_point(|found| place(found) < place(phrase));
        self.found[first..].iter().take_while(|found| place(found) == place(phrase)).any(|f| f == phrase)
    }

    /// Finds the words whose class a phrase changes. Entries paint their symbols, so that many
    /// phrases in a long text cost no more than their letters.
    fn cover(&mut self, reading: &Reading, extractor: &Extractor, symbols: usize) {
        let memo = &reading.memo;
        let span = |found: &Match| found.start as usize..found.end as usize;
        let (mut category, mut by_phrase) = (vec![NONE; symbols], vec![false; symbols]);
        for found in self.found.iter().filter(|found| extractor.marks(found.category)) {
            category[span(found)].iter_mut().for_each(|least| *least = found.category.min(*least));
        }
        self.phrases.iter().for_each(|phrase| by_phrase[span(phrase)].fill(true));
        let (mut offset, mut number) = (0, 0);
        for &id in &reading.ids {
            for part in memo.parts(id) {
                let word = offset + part.range().start..offset + part.range().end;
                if by_phrase[word.clone()].contains(&true) {
                    let least = category[word].iter().copied().min().unwrap_or(NONE);
                    self.covered.push((number, part.alone.under(least)));
                }
                number += 1;
            }
            offset += memo.record(id).length() as usize + 1;
        }
    }

    fn class(&self, word: usize, class: u64) -> u64 {
        let covered = self.covered.binary_search_by_key(&word, |covered| covered.0);
        covered.map_or(class, |at| self.covered[at].1)
    }

    /// Adds the n-grams that end with the `length`th class, counted from 0, which are to `expect`.
    #[inline]
    fn push_class(&mut self, chain: Chain, length: usize, class: u64, expect: &impl Fn(u64)) -> Chain {
        let grams = [class, longer(chain[0], class), longer(chain[1], class), longer(chain[2], class)];
        grams.iter().for_each(|&gram| expect(gram));
        match length < LONGEST {
            true => self.classes.extend_from_slice(&grams[..=length]),
            false => self.classes.extend_from_slice(&grams),
        }
        [grams[0], grams[1], grams[2]]
    }

    fn end_sentence(
        &mut self,
        found: std::ops::Range<usize>,
        words: u32,
        extractor: &Extractor,
        tables: &Tables,
        sums: &mut Sums,
    ) {
        let mut hits = [0u32; MOST_LISTS];
        let has_classes = tables.has(Space::Classes);
        for found in &self.found[found] {
            if let Some(column) = extractor.column(found.category) {
                let root = f64::from(words.max(FEWEST_WORDS)).sqrt();
                self.hits[column] += 1;
                hits[column] += 1;
                self.peaks[column] = self.peaks[column].max(f64::from(hits[column]) / root);
            }
            if has_classes && extractor.marks(found.category) {
                self.classes.push(entry_gram(found.entry));
            }
        }
        tables.end_sentence(&self.words, &self.classes, sums);
        self.words.clear();
        self.classes.clear();
    }
}
