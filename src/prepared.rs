//! A corpus, measured once: everything that does not depend on which rows a model is
//! trained on. The folds of a cross-validation share it.

use std::collections::HashMap;
use std::sync::OnceLock;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::corpus::Corpus;
use crate::features::ngram::Space;
use crate::features::topic::{ArticleTokens, Background, Bag, Context, Level, Thread, for_each_pair};
use crate::features::{Extraction, Extractor};
use crate::model::block::{Block, Margins};
use crate::model::{LabelModel, Model};
use crate::sparse::CsrMatrix;

/// Rows that one task measures; the result does not depend on it.
const CHUNK: usize = 256;

/// The measured corpus; row `i` is example `i`.
#[derive(Debug)]
pub struct Prepared {
    /// Label names.
    pub labels: Vec<String>,
    /// Per row and label, `None` where nobody judged.
    pub judgements: Vec<Vec<Option<bool>>>,
    /// In the order of [`Space::OF_TEXT`], a row per sentence.
    spaces: [CsrMatrix; Space::OF_TEXT.len()],
    /// Counted when first asked for: many a model does without.
    pairs: OnceLock<CsrMatrix>,
    pair_bits: u32,
    /// Heuristics and word-list columns per row.
    pub scalars: Vec<Vec<f64>>,
    /// Topic tokens per row.
    pub bags: Vec<Bag>,
    /// Names of the tables, in order.
    pub sources: Vec<String>,
    /// Table each row came from.
    pub source_of: Vec<u32>,
    /// Rows that must not be torn apart by a fold share a group: those of one article,
    /// or, without one, those of the same text.
    pub groups: Vec<u64>,
    /// How many comments each row stands for, where it says so.
    pub weights: Vec<Option<f64>>,
    /// The fold each row names.
    pub folds: Vec<Option<String>>,
    threads: Vec<Thread>,
    articles: Vec<Option<ArticleTokens>>,
    thread_of: Vec<Option<u32>>,
    parent_of: Vec<Option<u32>>,
}

struct Measured {
    /// Per space and sentence.
    ngrams: [Vec<Vec<(u32, u32)>>; Space::OF_TEXT.len()],
    scalars: Vec<f64>,
    bag: Bag,
    group: u64,
}

impl Prepared {
    /// Measures `corpus`.
    pub fn new(corpus: &Corpus, extractor: &Extractor) -> Self {
        let mut spaces = Space::OF_TEXT.map(|space| CsrMatrix::new(1 << extractor.bits(space)));
        let (mut scalars, mut bags, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        for chunk in corpus.examples.chunks(16 * CHUNK) {
            let measured: Vec<Vec<Measured>> =
                chunk.par_chunks(CHUNK).map(|examples| measure(examples, extractor)).collect();
            for row in measured.into_iter().flatten() {
                for (space, sentences) in spaces.iter_mut().zip(row.ngrams) {
                    space.push_group(sentences);
                }
                scalars.push(row.scalars);
                bags.push(row.bag);
                groups.push(row.group);
            }
        }
        let (sources, source_of) = sources(corpus);
        let mut prepared = Self {
            labels: corpus.labels.clone(),
            judgements: corpus.examples.iter().map(|e| e.judgements.clone()).collect(),
            weights: corpus.examples.iter().map(|e| e.weight).collect(),
            folds: corpus.examples.iter().map(|e| e.fold.clone()).collect(),
            spaces,
            pairs: OnceLock::new(),
            pair_bits: extractor.bits(Space::Pairs),
            scalars,
            bags,
            sources,
            source_of,
            groups,
            threads: Vec::new(),
            articles: Vec::new(),
            thread_of: Vec::new(),
            parent_of: Vec::new(),
        };
        prepared.link(corpus);
        prepared
    }

    /// Counts of n-grams of `space`: `2^bits` columns, a group of rows per comment.
    pub fn space(&self, space: Space) -> &CsrMatrix {
        match space {
            Space::Pairs => self.pairs.get_or_init(|| self.count_pairs()),
            of_text => &self.spaces[of_text as usize],
        }
    }

    /// On one thread: rows that are looked at on several would wait for this, and this for them.
    fn count_pairs(&self) -> CsrMatrix {
        let of_row = |i: usize| {
            let mut buckets = Vec::new();
            let context = self.context(i, &[]);
            for_each_pair(&self.bags[i], &context, self.pair_bits, |_, bucket| buckets.push(bucket));
            count(&buckets)
        };
        let mut pairs = CsrMatrix::new(1 << self.pair_bits);
        (0..self.rows()).for_each(|i| pairs.push_group([of_row(i)]));
        pairs
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.scalars.len()
    }

    /// Keeps rows together that name the same fold, instead of those of one article.
    pub fn group_by_folds(&mut self) {
        for (group, fold) in self.groups.iter_mut().zip(&self.folds) {
            if let Some(fold) = fold {
                *group = xxh3_64(fold.as_bytes());
            }
        }
    }

    /// How well the comments of each thread fit, under `background`.
    pub fn levels(&self, background: &Background) -> Vec<Level> {
        let threads = self.threads.par_iter().zip(&self.articles);
        threads.map(|(thread, article)| background.level(thread, article.as_ref())).collect()
    }

    /// Forgets threads and parents, as if every comment were the only one.
    pub fn without_threads(mut self) -> Self {
        self.threads.iter_mut().for_each(|thread| *thread = Thread::default());
        self.parent_of.fill(None);
        self
    }

    /// What row `i` is compared with; `levels` are those of [`Prepared::levels`].
    pub fn context<'a>(&'a self, i: usize, levels: &'a [Level]) -> Context<'a> {
        let thread = self.thread_of[i].map(|t| t as usize);
        Context {
            article: thread.and_then(|t| self.articles[t].as_ref()),
            thread: thread.map(|t| &self.threads[t]),
            level: thread.and_then(|t| levels.get(t)),
            table: None,
            parent: self.parent_of[i].map(|p| &self.bags[p as usize]),
        }
    }

    /// The dense row of comment `i` for `label` of `model`; `levels` are those of
    /// [`Prepared::levels`].
    pub fn row(&self, i: usize, model: &Model, label: &LabelModel, levels: &[Level]) -> Vec<f64> {
        let margins = |block: &Block, scale: &[f32]| self.margins(i, block, scale);
        model.dense_row(label, margins, &self.scalars[i], &self.bags[i], &self.context(i, levels))
    }

    fn margins(&self, i: usize, block: &Block, scale: &[f32]) -> Margins {
        let matrix = self.space(block.space);
        block.margins(matrix.group(i).map(|sentence| block.sum(scale, matrix.row(sentence))))
    }

    /// Finds each row's article, thread and parent. Articles of two tables are two
    /// even when their identifiers are the same.
    fn link(&mut self, corpus: &Corpus) {
        let mut thread_at: HashMap<(u32, &str), u32> = HashMap::new();
        let mut row_at: HashMap<(u32, &str), u32> = HashMap::new();
        for (i, example) in corpus.examples.iter().enumerate() {
            let c = &example.comment;
            let source = self.source_of[i];
            if !c.id.is_empty() {
                row_at.insert((source, &c.id), i as u32);
            }
            if c.article_id.is_empty() {
                self.thread_of.push(None);
                continue;
            }
            let thread = *thread_at.entry((source, &c.article_id)).or_insert_with(|| {
                let article = corpus.articles.get(&c.article_id);
                self.articles.push(article.map(|a| ArticleTokens::new(&a.title, &a.lead, &a.text)));
                self.threads.push(Thread::default());
                self.threads.len() as u32 - 1
            });
            self.threads[thread as usize].add(&self.bags[i]);
            self.thread_of.push(Some(thread));
        }
        // As in a stream, a parent stands before its answers.
        let parent = |(i, e): (usize, &crate::comment::Example)| {
            let parent = row_at.get(&(self.source_of[i], e.comment.parent_id.as_str())).copied();
            parent.filter(|parent| (*parent as usize) < i)
        };
        self.parent_of = corpus.examples.iter().enumerate().map(parent).collect();
    }
}

fn sources(corpus: &Corpus) -> (Vec<String>, Vec<u32>) {
    let names = corpus.sources.iter().map(|(name, _)| name.clone()).collect();
    let per_table = corpus.sources.iter().enumerate();
    (names, per_table.flat_map(|(i, (_, rows))| std::iter::repeat_n(i as u32, *rows)).collect())
}

fn measure(examples: &[crate::comment::Example], extractor: &Extractor) -> Vec<Measured> {
    let mut extraction = Extraction::default();
    let measure_one = |example: &crate::comment::Example| {
        extractor.extract(&example.comment.text, &mut extraction);
        let counted = |space: Space| extraction.ngrams[space as usize].sentences().map(count).collect();
        let article = &example.comment.article_id;
        Measured {
            ngrams: Space::OF_TEXT.map(counted),
            scalars: extraction.scalars.clone(),
            bag: extraction.bag.clone(),
            group: match article.is_empty() {
                true => xxh3_64(&extraction.folded.symbols),
                false => xxh3_64(article.as_bytes()),
            },
        }
    };
    examples.iter().map(measure_one).collect()
}

/// Distinct buckets, ascending, with how often each comes.
fn count(buckets: &[u32]) -> Vec<(u32, u32)> {
    let mut sorted = buckets.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect()
}
