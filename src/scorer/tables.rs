//! The text blocks of a model, laid out so that what is read together lies together: per
//! space and scale one table that holds, bucket by bucket, the scale and the weights of every
//! block of every label.

use prefetch_index::prefetch_index;

use crate::features::ngram::{Space, bucket, char_ngrams};
use crate::model::Model;
use crate::model::block::{Margins, Sum, fixed};

/// Most weights in a record; blocks beyond begin another table.
pub const WIDEST: usize = 4;

/// All tables over spaces [of the text](Space::OF_TEXT) of a model.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Those over characters come first, and there are so many of them.
    tables: Vec<Table>,
    chars: usize,
    /// How many sums there are, and how many of them over characters.
    width: usize,
    of_chars: usize,
}

/// Blocks over one space with one scale.
#[derive(Clone, Debug)]
struct Table {
    space: Space,
    bits: u32,
    /// Per bucket, in [fixed] point, its scale squared, then its scale times its weight in each
    /// block.
    records: Vec<i32>,
    /// Label and position of each block.
    blocks: Vec<(usize, usize)>,
    /// Where its sums are among all.
    at: usize,
}

/// What the blocks say of a comment; reused from comment to comment.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    /// Of the sentence so far, per table the squares and what each block has said.
    pub sentence: Vec<i64>,
    whole: Vec<i64>,
    /// The largest margin of a sentence, where `whole` has what the block has said.
    peaks: Vec<f64>,
}

impl Sums {
    /// Forgets everything.
    pub fn clear(&mut self, tables: &Tables) {
        for sums in [&mut self.sentence, &mut self.whole] {
            sums.clear();
            sums.resize(tables.width, 0);
        }
        self.peaks.clear();
        self.peaks.resize(tables.width, f64::NEG_INFINITY);
    }
}

impl Tables {
    /// The tables of `model`; take about as much memory as the model.
    pub fn new(model: &Model) -> Self {
        let mut tables = Self { tables: Vec::new(), chars: 0, width: 0, of_chars: 0 };
        for space in Space::OF_TEXT {
            let blocks = || {
                let labels = model.labels.iter().enumerate();
                let all = labels.flat_map(|(l, label)| label.blocks.iter().enumerate().map(move |b| (l, b)));
                all.filter(move |(_, (_, block))| block.space == space)
            };
            let plain = blocks().filter(|(_, (_, block))| block.scale.is_none());
            let plain: Vec<(usize, usize)> = plain.map(|(l, (k, _))| (l, k)).collect();
            plain.chunks(WIDEST).for_each(|chosen| tables.add(model, space, chosen));
            let own_scale = blocks().filter(|(_, (_, block))| block.scale.is_some());
            own_scale.for_each(|(l, (k, _))| tables.add(model, space, &[(l, k)]));
            if space == Space::Chars {
                (tables.chars, tables.of_chars) = (tables.tables.len(), tables.width);
            }
        }
        tables
    }

    fn add(&mut self, model: &Model, space: Space, blocks: &[(usize, usize)]) {
        let chosen: Vec<_> = blocks.iter().map(|&(l, k)| &model.labels[l].blocks[k]).collect();
        let scale = chosen.first().map_or(&[][..], |block| block.scale(&model.idf));
        let width = 1 + blocks.len();
        let mut records = vec![0; scale.len() * width];
        for ((bucket, record), &scale) in records.chunks_exact_mut(width).enumerate().zip(scale) {
            // Most buckets are empty.
            if scale != 0.0 {
                let s = f64::from(scale);
                record[0] = fixed(s * s);
                for (said, block) in record[1..].iter_mut().zip(&chosen) {
                    *said = fixed(s * f64::from(block.weights[bucket]));
                }
            }
        }
        let (bits, at) = (model.extractor.bits(space), self.width);
        self.tables.push(Table { space, bits, records, blocks: blocks.to_vec(), at });
        self.width += width;
    }

    /// Whether a block is over `space`.
    pub fn has(&self, space: Space) -> bool {
        self.tables.iter().any(|table| table.space == space)
    }

    /// How many sums over characters a token has.
    pub fn width_of_chars(&self) -> usize {
        self.of_chars
    }

    /// Appends the buckets of the character n-grams of a token, and asks for their memory.
    pub fn expect_chars(&self, symbols: &[u8], to: &mut Vec<u32>) {
        let tables = &self.tables[..self.chars];
        let Some(bits) = tables.first().map(|table| table.bits) else { return };
        char_ngrams(symbols, |hash, _| {
            let bucket = bucket(hash, bits);
            tables.iter().for_each(|table| table.expect(bucket));
            to.push(bucket);
        });
    }

    /// Appends the sums over the character n-grams in these buckets.
    pub fn chars(&self, buckets: &[u32], to: &mut Vec<i64>) {
        for table in &self.tables[..self.chars] {
            match table.blocks.len() {
                1 => to.extend(table.sums::<2>(buckets)),
                2 => to.extend(table.sums::<3>(buckets)),
                3 => to.extend(table.sums::<4>(buckets)),
                _ => to.extend(table.sums::<{ WIDEST + 1 }>(buckets)),
            }
        }
    }

    /// Adds the sums over the character n-grams of a text that folds to nothing.
    pub fn add_chars_of_nothing(&self, sums: &mut Sums) {
        let (mut buckets, mut own) = (Vec::new(), Vec::with_capacity(self.of_chars));
        self.expect_chars(&[], &mut buckets);
        self.chars(&buckets, &mut own);
        sums.sentence.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
    }

    /// What asks for the memory of n-grams of classes.
    pub fn expecting_classes(&self) -> impl Fn(u64) {
        let table = self.tables.iter().find(|table| table.space == Space::Classes);
        move |hash| {
            if let Some(table) = table {
                table.expect(bucket(hash, table.bits));
            }
        }
    }

    /// Ends a sentence whose n-grams of words and classes are these; those of characters are
    /// summed up already.
    pub fn end_sentence(&self, words: &[u64], classes: &[u64], sums: &mut Sums) {
        for table in &self.tables {
            let to = &mut sums.sentence[table.at..=table.at + table.blocks.len()];
            match table.space {
                Space::Chars | Space::Pairs => {}
                Space::Words => table.add_all(words, to),
                Space::Classes => table.add_all(classes, to),
            }
            let squares = to[0];
            for (k, peak) in sums.peaks[table.at + 1..].iter_mut().enumerate().take(table.blocks.len()) {
                *peak = peak.max(Sum { said: to[k + 1], squares }.margin());
            }
        }
        for (whole, sentence) in sums.whole.iter_mut().zip(&mut sums.sentence) {
            *whole += std::mem::take(sentence);
        }
    }

    /// Writes the margins of the blocks of each label, then their peaks: those of
    /// [`Block::margins`](crate::model::block::Block::margins).
    pub fn margins(&self, model: &Model, sums: &Sums, margins: &mut [Vec<f64>]) {
        for table in &self.tables {
            let squares = sums.whole[table.at];
            for (k, &(label, block)) in table.blocks.iter().enumerate() {
                let blocks = &model.labels[label].blocks;
                let (said, intercept) = (sums.whole[table.at + 1 + k], blocks[block].intercept);
                let all = intercept + Sum { said, squares }.margin();
                let Margins { whole, peak } = Margins::new(all, intercept + sums.peaks[table.at + 1 + k]);
                (margins[label][block], margins[label][blocks.len() + block]) = (whole, peak);
            }
        }
    }
}

impl Table {
    /// Asks for the memory of a record.
    #[inline(always)]
    fn expect(&self, bucket: u32) {
        prefetch_index(&self.records, bucket as usize * (1 + self.blocks.len()));
    }

    fn sums<const WIDTH: usize>(&self, buckets: &[u32]) -> [i64; WIDTH] {
        let records = self.records.as_chunks::<WIDTH>().0;
        let mut sums = [0; WIDTH];
        buckets.iter().for_each(|&bucket| add(&mut sums, &records[bucket as usize]));
        sums
    }

    /// Adds the records of n-grams.
    fn add_all(&self, hashes: &[u64], to: &mut [i64]) {
        match self.blocks.len() {
            1 => self.add_wide::<2>(hashes, to),
            2 => self.add_wide::<3>(hashes, to),
            3 => self.add_wide::<4>(hashes, to),
            _ => self.add_wide::<{ WIDEST + 1 }>(hashes, to),
        }
    }

    fn add_wide<const WIDTH: usize>(&self, hashes: &[u64], to: &mut [i64]) {
        let records = self.records.as_chunks::<WIDTH>().0;
        let mut sums = [0; WIDTH];
        hashes.iter().for_each(|&hash| add(&mut sums, &records[bucket(hash, self.bits) as usize]));
        to.iter_mut().zip(sums).for_each(|(to, sum)| *to += sum);
    }
}

#[inline]
fn add<const WIDTH: usize>(sums: &mut [i64; WIDTH], record: &[i32; WIDTH]) {
    sums.iter_mut().zip(record).for_each(|(sum, &value)| *sum += i64::from(value));
}
