//! A model compiled for speed: the probabilities of [`Model::score`], to the bit, without
//! its detours.
//!
//! What is read together lies together: one table per space holds, bucket by bucket, the
//! scale and the weights of every block of every label that share it, so that each distinct
//! n-gram of a comment is looked up once. Columns that are the same for all labels are
//! worked out once, spaces that no block uses are not counted, and no comment allocates.

use crate::features::Extraction;
use crate::features::ngram::{Grams, Space};
use crate::features::topic::{Bag, COLUMNS, Context};
use crate::model::Model;
use crate::model::block::{Margins, Sum, fixed};

/// Most weights in a record; blocks beyond begin another table.
const WIDEST: usize = 4;

/// A model, ready to score many comments.
#[derive(Clone, Debug)]
pub struct Scorer<'m> {
    model: &'m Model,
    spaces: Vec<Space>,
    tables: Vec<Table>,
}

/// Blocks over one space with one scale.
#[derive(Clone, Debug)]
struct Table {
    space: Space,
    /// Per bucket, in [fixed] point, its scale squared, then its scale times its weight in each
    /// block.
    records: Vec<i32>,
    /// Label and position of each block.
    blocks: Vec<(usize, usize)>,
}

/// Buffers of one thread, reused from comment to comment.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    one: Extraction,
    bag: Bag,
    /// Scalars and topic columns.
    shared: Vec<f64>,
    /// Margins of the blocks of each label, then their peaks.
    margins: Vec<Vec<f64>>,
    row: Vec<f64>,
}

impl<'m> Scorer<'m> {
    /// Compiles `model`; takes about as much memory as the model.
    pub fn new(model: &'m Model) -> Self {
        let mut tables: Vec<Table> = Vec::new();
        for space in Space::ALL {
            let blocks = || {
                let labels = model.labels.iter().enumerate();
                let all = labels.flat_map(|(l, label)| label.blocks.iter().enumerate().map(move |b| (l, b)));
                all.filter(move |(_, (_, block))| block.space == space)
            };
            let plain = blocks().filter(|(_, (_, block))| block.scale.is_none());
            let plain: Vec<(usize, usize)> = plain.map(|(l, (k, _))| (l, k)).collect();
            tables.extend(plain.chunks(WIDEST).map(|chosen| Table::new(model, space, chosen)));
            let own_scale = blocks().filter(|(_, (_, block))| block.scale.is_some());
            tables.extend(own_scale.map(|(l, (k, _))| Table::new(model, space, &[(l, k)])));
        }
        let used = |space: &Space| tables.iter().any(|t| t.space == *space);
        let spaces = Space::ALL.into_iter().filter(used).collect();
        Self { model, spaces, tables }
    }

    /// Appends the probability of each label of the model to `scores`, 0–1; `None` where it is
    /// not [comparable](Model::comparable).
    pub fn score(
        &self,
        text: &str,
        context: &Context<'_>,
        scratch: &mut Scratch,
        scores: &mut Vec<Option<f64>>,
    ) {
        let Scratch { one, bag, shared, margins, row } = scratch;
        self.model.extractor.extract_spaces(text, &self.spaces, one);
        shared.clear();
        shared.extend(&one.scalars);
        if context.is_empty() {
            // Nothing is tied to nothing.
            shared.extend([0.0; COLUMNS.len()]);
        } else {
            bag.fill(&one.folded);
            self.model.background.columns(bag, context, shared);
        }
        margins.resize(self.model.labels.len(), Vec::new());
        for (margins, label) in margins.iter_mut().zip(&self.model.labels) {
            margins.clear();
            margins.resize(2 * label.blocks.len(), 0.0);
        }
        for table in &self.tables {
            let grams = &one.ngrams[table.space as usize];
            match table.blocks.len() {
                1 => table.write::<1>(self.model, grams, margins),
                2 => table.write::<2>(self.model, grams, margins),
                3 => table.write::<3>(self.model, grams, margins),
                _ => table.write::<WIDEST>(self.model, grams, margins),
            }
        }
        for (label, margins) in self.model.labels.iter().zip(margins) {
            row.clear();
            row.extend(margins.iter().chain(&*shared));
            scores.push(Model::comparable(label, context).then(|| label.probability(row)));
        }
    }
}

impl Table {
    fn new(model: &Model, space: Space, blocks: &[(usize, usize)]) -> Self {
        let chosen: Vec<_> = blocks.iter().map(|&(l, k)| &model.labels[l].blocks[k]).collect();
        let scale = chosen.first().map_or(&[][..], |block| block.scale(&model.idf));
        let width = 1 + blocks.len();
        let mut records = vec![0; scale.len() * width];
        for (bucket, record) in records.chunks_exact_mut(width).enumerate() {
            let s = f64::from(scale[bucket]);
            record[0] = fixed(s * s);
            for (said, block) in record[1..].iter_mut().zip(&chosen) {
                *said = fixed(s * f64::from(block.weights[bucket]));
            }
        }
        Self { space, records, blocks: blocks.to_vec() }
    }

    /// Writes the margins of the `N` blocks: those of [`Block::margins`].
    ///
    /// [`Block::margins`]: crate::model::block::Block::margins
    fn write<const N: usize>(&self, model: &Model, grams: &Grams, margins: &mut [Vec<f64>]) {
        let (mut whole, mut peaks) = ([Sum::default(); N], [f64::NEG_INFINITY; N]);
        for sentence in grams.sentences() {
            let sums = self.sums::<N>(sentence);
            for k in 0..N {
                whole[k] += sums[k];
                peaks[k] = peaks[k].max(sums[k].margin());
            }
        }
        for (k, &(label, block)) in self.blocks.iter().enumerate() {
            let blocks = &model.labels[label].blocks;
            let intercept = blocks[block].intercept;
            let found = Margins::new(intercept + whole[k].margin(), intercept + peaks[k]);
            (margins[label][block], margins[label][blocks.len() + block]) = (found.whole, found.peak);
        }
    }

    fn sums<const N: usize>(&self, buckets: &[u32]) -> [Sum; N] {
        let (mut squares, mut said) = (0, [0; N]);
        for &bucket in buckets {
            let at = bucket as usize * (N + 1);
            let record = &self.records[at..at + N + 1];
            squares += i64::from(record[0]);
            for (sum, said) in said.iter_mut().zip(&record[1..]) {
                *sum += i64::from(*said);
            }
        }
        said.map(|said| Sum { said, squares })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::topic::{ArticleTokens, Thread};
    use crate::model::file::embedded;
    use crate::text::Folded;
    use proptest::prelude::*;

    /// A model with every kind of table: own scales, more blocks than a record holds.
    fn wide() -> Model {
        let (mut model, _) = embedded().unwrap();
        let own: Vec<_> = model.labels.iter().flat_map(|label| &label.blocks).take(2).cloned().collect();
        for label in &mut model.labels {
            for copy in 0..WIDEST {
                let mut block = own[copy % own.len()].clone();
                block.intercept += copy as f64;
                if copy == 2 {
                    let scale = block.scale(&model.idf).iter().map(|s| s * 0.5 - 1.0);
                    block.scale = Some(scale.collect());
                }
                label.blocks.push(block);
                for (column, weight) in [(copy, 0.3), (label.blocks.len() + copy, 0.2)] {
                    label.head.weights.insert(column, weight);
                    label.head.means.insert(column, 0.1);
                }
            }
        }
        model
    }

    fn reference(model: &Model, text: &str, context: &Context<'_>) -> Vec<Option<f64>> {
        let mut one = Extraction::default();
        model.extractor.extract(text, &mut one);
        model.score(&one, &Bag::new(&one.folded), context)
    }

    fn holds(model: &Model, texts: &[String]) {
        let scorer = Scorer::new(model);
        let (mut scratch, mut thread) = (Scratch::default(), Thread::default());
        for text in texts {
            let bag = Bag::new(&Folded::new(text));
            thread.add(&bag);
            let article = ArticleTokens::new(text, "Die neue Brücke", "Sie wird gebaut.");
            let nothing = Context::default();
            let full =
                Context { article: Some(&article), thread: Some(&thread), level: None, parent: Some(&bag) };
            let alone = Context { thread: Some(&thread), ..nothing };
            for context in [nothing, full, alone] {
                let mut scores = Vec::new();
                scorer.score(text, &context, &mut scratch, &mut scores);
                assert_eq!(scores, reference(model, text, &context));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn scores_are_those_of_the_model_to_the_bit(
            mut texts in prop::collection::vec("([a-zäöüßA-Z]{1,9}[ ,.!?]{1,2}){0,40}|\\PC{0,60}", 1..6)
        ) {
            texts.push("na ".repeat(200));
            texts.push(String::new());
            holds(&embedded().unwrap().0, &texts);
            holds(&wide(), &texts);
        }
    }
}
