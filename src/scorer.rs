//! A model compiled for speed: the probabilities of [`Model::score`], to the bit.
//!
//! Comments repeat their tokens. What can be said of a token by itself is worked out when it
//! first comes and looked up afterwards; a comment is then little more than a sum over its
//! tokens. All sums are of integers, so no grouping of them changes a score.

mod fold;
mod head;
mod tables;

use std::sync::{Mutex, PoisonError};

use crate::features::ngram::Space;
use crate::features::topic::{Background, Bag, COLUMNS, Context, Wanted};
use crate::memo::Memo;
use crate::model::{LabelModel, Model};
use crate::reading::{Measure, Reading};
use fold::{Fold, Uses};
use head::Head;
use tables::{Sums, Tables};

/// A model, ready to score many comments.
#[derive(Clone, Debug)]
pub struct Scorer<'m> {
    model: &'m Model,
    tables: Tables,
    heads: Vec<Head>,
    uses: Uses,
    wanted: Wanted,
    /// `ln(1 + n)` of small numbers.
    logs: Vec<f64>,
}

/// Buffers of one thread, and the tokens it knows; reused from comment to comment.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    reading: Reading,
    fold: Fold,
    sums: Sums,
    bag: Bag,
    scalars: Vec<f64>,
    /// Margins of the blocks of each label, then their peaks.
    margins: Vec<Vec<f64>>,
    terms: Vec<f64>,
}

impl Scratch {
    fn one_of(threads: usize) -> Self {
        let mut scratch = Self::default();
        scratch.reading.memo = Memo::one_of(threads);
        scratch
    }

    /// The topic tokens of the comment that was [read](Scorer::read) last.
    pub fn bag(&mut self) -> &Bag {
        let Self { reading, bag, .. } = self;
        bag.gather(|seen| {
            for &id in &reading.ids {
                reading.memo.for_each_topic(id, |token| seen.insert(token));
            }
        });
        bag
    }
}

/// Buffers for every thread of the pool, which know what they have met from batch to batch.
#[derive(Debug)]
pub struct Scratches(Vec<Mutex<Scratch>>);

impl Default for Scratches {
    fn default() -> Self {
        let threads = rayon::current_num_threads();
        Self((0..threads).map(|_| Mutex::new(Scratch::one_of(threads))).collect())
    }
}

impl Scratches {
    /// Calls `work` with the buffers of this thread; who is not of the pool borrows those of its
    /// first.
    pub fn with<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let own = rayon::current_thread_index().unwrap_or(0) % self.0.len();
        // Whoever panicked over them left nothing that the next comment would not overwrite.
        work(&mut self.0[own].lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Numbers whose logarithm is looked up.
const FEW: u32 = 64;

impl<'m> Scorer<'m> {
    /// Compiles `model`; takes about as much memory as the model.
    pub fn new(model: &'m Model) -> Self {
        let scalars = model.extractor.scalar_names();
        let heads: Vec<Head> = model.labels.iter().map(|label| Head::new(label, scalars.len())).collect();
        let logs = (0..FEW).map(|n| f64::from(n).ln_1p()).collect();
        let is_used = |i: usize| heads.iter().any(|head| head.uses_scalar(i));
        let distinct_words = scalars.iter().position(|name| name == "distinct_words").is_some_and(is_used);
        let is_wanted = |prefix: &str| {
            let columns = COLUMNS.iter().enumerate().filter(|(_, name)| name.starts_with(prefix));
            columns.into_iter().any(|(i, _)| heads.iter().any(|head| head.uses_topic(i)))
        };
        let wanted = Wanted { relative: is_wanted("topic.rel_"), space: is_wanted("topic.space_") };
        Self { model, tables: Tables::new(model), heads, uses: Uses { distinct_words }, wanted, logs }
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
        self.read(text, scratch);
        let mut terms = std::mem::take(&mut scratch.terms);
        terms.clear();
        self.terms(scratch, &mut terms);
        if !context.is_empty() {
            scratch.bag();
        }
        self.judge(&terms, &scratch.bag, context, scores);
        scratch.terms = terms;
    }

    /// Reads a comment, which `scratch` then holds.
    pub fn read(&self, text: &str, scratch: &mut Scratch) {
        let measure = Measure {
            extractor: &self.model.extractor,
            expect: &|symbols, buckets| self.tables.expect_chars(symbols, buckets),
            sums: &|buckets, sums| self.tables.chars(buckets, sums),
        };
        scratch.reading.read(text, &measure);
    }

    /// What it measures threads against.
    pub fn reference(&self) -> (&'m Background, Wanted) {
        (&self.model.background, self.wanted)
    }

    /// Number of terms of a comment.
    pub fn width(&self) -> usize {
        self.heads.iter().map(Head::width).sum()
    }

    /// Appends what the comment that `scratch` holds adds to the labels whatever it stands under.
    pub fn terms(&self, scratch: &mut Scratch, terms: &mut Vec<f64>) {
        let Scratch { reading, fold, sums, scalars, margins, .. } = scratch;
        fold.fold(reading, &self.model.extractor, &self.tables, self.uses, sums);
        scalars.clear();
        scalars.extend(fold.scan.values().map(f64::from));
        let lists = self.model.extractor.lists();
        scalars.extend(fold.hits[..lists].iter().map(|&n| self.log(n)));
        scalars.extend(&fold.peaks[..lists]);
        let labels = &self.model.labels;
        margins.resize(labels.len(), Vec::new());
        for (margins, label) in margins.iter_mut().zip(labels) {
            margins.resize(2 * label.blocks.len(), 0.0);
        }
        self.tables.margins(self.model, sums, margins);
        for (head, margins) in self.heads.iter().zip(margins) {
            head.terms(margins, scalars, terms);
        }
    }

    /// Appends the probability of each label for a comment whose text adds `terms`; `bag` has its
    /// topic tokens unless the context is empty.
    pub fn judge(&self, terms: &[f64], bag: &Bag, context: &Context<'_>, scores: &mut Vec<Option<f64>>) {
        // Nothing is tied to nothing.
        let topic = match context.is_empty() {
            true => [0.0; COLUMNS.len()],
            false => self.model.background.wanted_columns(bag, context, self.wanted),
        };
        let mut rest = terms;
        for (label, head) in self.model.labels.iter().zip(&self.heads) {
            let terms = rest.split_off(..head.width()).unwrap_or_default();
            let probability = || head.probability(terms, &self.pairs(label, bag, context), &topic);
            scores.push(Model::comparable(label, context).then(probability));
        }
    }

    /// The margins of the label's blocks over pairs, which are of no token alone, then their
    /// peaks, in the places of all its blocks; nothing if it has none.
    fn pairs(&self, label: &LabelModel, bag: &Bag, context: &Context<'_>) -> Vec<f64> {
        let n = label.blocks.len();
        let mut margins = Vec::new();
        for (k, block) in label.blocks.iter().enumerate().filter(|(_, b)| b.space == Space::Pairs) {
            margins.resize(2 * n, 0.0);
            let found = block.pair_margins(block.scale(&self.model.idf), bag, context);
            (margins[k], margins[n + k]) = (found.whole, found.peak);
        }
        margins
    }

    fn log(&self, n: u32) -> f64 {
        self.logs.get(n as usize).copied().unwrap_or_else(|| f64::from(n).ln_1p())
    }
}

#[cfg(test)]
mod tests {
    use super::tables::WIDEST;
    use super::*;
    use crate::features::Extraction;
    use crate::features::ngram::{bucket, char_ngrams};
    use crate::features::topic::{ArticleTokens, Thread};
    use crate::model::file::embedded;
    use crate::text::Folded;
    use proptest::prelude::*;

    /// A model with every kind of table: own scales, more blocks than a record holds.
    fn wide() -> Model {
        let (mut model, _) = embedded().unwrap();
        // What is left of a text of no symbol says something, too.
        let chars = model.extractor.bits(Space::Chars);
        char_ngrams(&[], |hash, _| {
            let bucket = bucket(hash, chars) as usize;
            model.idf[Space::Chars as usize][bucket] = 1.5;
            let blocks = model.labels.iter_mut().flat_map(|label| &mut label.blocks);
            blocks.filter(|block| block.space == Space::Chars).for_each(|block| block.weights[bucket] = 0.7);
        });
        let own: Vec<_> = model.labels.iter().flat_map(|label| &label.blocks).take(2).cloned().collect();
        for label in &mut model.labels {
            for copy in 0..WIDEST {
                let mut block = own[copy % own.len()].clone();
                block.intercept += copy as f64;
                if copy == 2 {
                    let scale = block.scale(&model.idf).iter().map(|s| s * 0.5 - 1.0);
                    block.scale = Some(scale.collect());
                }
                if copy == 3 {
                    block.space = Space::Pairs;
                    block.weights.iter_mut().step_by(3).for_each(|weight| *weight = 0.1);
                    block.weights.truncate(1 << model.extractor.bits(Space::Pairs));
                    block.scale = Some(vec![1.5; block.weights.len()]);
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

    /// Texts that are more than the sum of their tokens.
    const ODD: [&str; 14] = [
        "Halt die Klappe! Halt  die\tKlappe, du Witzfigur. Halt die Klap",
        "(halt die Klappe) Schau, halt\u{A0}die\u{2003}Klappe",
        "Geh in den Keller, geh in die Arbeit und halt's Maul: alle sind so, na klar. Ab in den Knast!",
        "so ein I d i o t ! du I\u{A0}D\u{A0}I\u{A0}O\u{A0}T a b",
        "a b c d e f g h i j k l m n o p",
        "a a a a a i",
        "Das ist ein recht langer Satz ? Und der hier ist es auch. Ja",
        "Das ist ein recht langer Satz (oder?) \u{200B} \u{1} Und der hier ist es auch. \u{A8} Na.",
        "\u{308}a \u{308}b \u{308}c x\u{308} \u{AD} Ö\u{37A}",
        "d.o.t.s Id*ot V.ollidiot 4rsch @fritz_b https://example.org/a?b 😂😂 👍🏻 COVID-19 1d10t",
        "\u{FDFA} ﷺ ㎏ ½ ﬁ\u{B4}x\u{B4}y",
        "\u{1} \u{200B}klein \u{A0}Groß",
        "Haben Sie gehört, was sie sagt? Ihr da! Ich, wir, alle: nie vielleicht DOOF",
        "Man sollte euch an die Wand stellen, einfach mal die Fresse halten und setzen, sechs",
    ];

    /// Lone letters that carry so much unseen that together they are longer than a token may be,
    /// and the same bytes as one chunk, in either order.
    fn lone_and_long() -> Vec<String> {
        let lone = ["i", "d", "i"].map(|letter| format!("{letter}{}", "\u{200B}".repeat(500)));
        let joined = lone.concat();
        let lone = lone.join(" ");
        let both = [format!("{joined} xx {lone} xx {joined} {lone}"), format!("{lone} hallo"), joined];
        both.into_iter().chain([lone]).collect()
    }

    fn reference(model: &Model, text: &str, context: &Context<'_>) -> Vec<Option<f64>> {
        let mut one = Extraction::default();
        model.extractor.extract(text, &mut one);
        model.score(&one, &one.bag, context)
    }

    fn holds(model: &Model, texts: &[String]) {
        let scorer = Scorer::new(model);
        let (mut scratch, mut thread) = (Scratch::default(), Thread::default());
        for text in texts {
            scorer.read(text, &mut scratch);
            assert_eq!(scratch.bag(), &Bag::new(&Folded::new(text)));
        }
        for text in texts {
            let bag = Bag::new(&Folded::new(text));
            thread.add(&bag);
            let article = ArticleTokens::new(text, "Die neue Brücke", "Sie wird gebaut.");
            let nothing = Context::default();
            let full = Context {
                article: Some(&article),
                thread: Some(&thread),
                level: None,
                table: None,
                parent: Some(&bag),
            };
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
            texts.push("x y ".repeat(900));
            texts.push("ganz".repeat(3000));
            texts.push(String::new());
            texts.extend(["A", "a"].map(|letter| letter.repeat(5000)));
            texts.extend(["\u{AD}", "\u{200B}\u{200B}"].map(str::to_owned));
            texts.extend(lone_and_long());
            texts.extend(lone_and_long().into_iter().rev());
            texts.extend(ODD.map(str::to_owned));
            holds(&embedded().unwrap().0, &texts);
            holds(&wide(), &texts);
        }
    }
}
