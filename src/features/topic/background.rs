//! How often each token stands in comments in general; learned without labels.

use super::bag::{BUCKETS, Bag, Token};
use super::subspace::Subspace;
use super::ties::{Table, Tie, Weights};

/// Document counts of the tokens, kept to about 6 % in one byte, `⌊12 · log2(1 + n)⌉`, so
/// that the table is small; training and scoring use the same rounded counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Background {
    documents: u32,
    levels: Vec<u8>,
    /// By level, up to the highest there is: `ln((1 + documents) / (1 + n)) + 1`, one over the
    /// share of all tokens.
    by_level: Vec<Weights>,
    ties: Table,
    subspace: Option<Subspace>,
}

/// Steps of the one-byte counts per doubling.
const LEVELS: f64 = 12.0;

impl Background {
    /// Learns from the tokens of texts.
    pub fn learn<'a>(texts: impl IntoIterator<Item = &'a Bag>) -> Self {
        let mut counts = vec![0u32; BUCKETS];
        let mut documents = 0;
        for bag in texts {
            documents += 1;
            for &token in bag.tokens() {
                counts[usize::from(token)] += 1;
            }
        }
        let level = |&n: &u32| (LEVELS * (1.0 + f64::from(n)).log2()).round().min(255.0) as u8;
        Self::from_levels(documents, counts.iter().map(level).collect())
    }

    /// From what [`Background::levels`] gave.
    pub fn from_levels(documents: u32, levels: Vec<u8>) -> Self {
        let count = |level: u8| (f64::from(level) / LEVELS).exp2() - 1.0;
        let total: f64 = levels.iter().map(|&l| count(l) + 0.5).sum();
        let n = f64::from(documents);
        let weights = |level: u8| {
            let c = count(level);
            let idf = ((1.0 + n) / (1.0 + c)).ln().max(0.0) + 1.0;
            Weights::new(idf as f32, (total / (c + 0.5)) as f32)
        };
        let highest = levels.iter().copied().max().unwrap_or(0);
        let by_level: Vec<Weights> = (0..=highest).map(weights).collect();
        Self { documents, ties: Table::new(&by_level), by_level, levels, subspace: None }
    }

    /// The same with a space; without one the columns `topic.space_…` are 0.
    pub fn with_subspace(self, subspace: Option<Subspace>) -> Self {
        Self { subspace, ..self }
    }

    /// The space, if one was learned.
    pub fn subspace(&self) -> Option<&Subspace> {
        self.subspace.as_ref()
    }

    /// Number of texts learned from, and the rounded count of each token.
    pub fn levels(&self) -> (u32, &[u8]) {
        (self.documents, &self.levels)
    }

    /// `idf` of a token, at least 1, and one over its share of all tokens.
    #[inline]
    pub fn weights(&self, token: Token) -> (f32, f32) {
        let Weights { idf, rarity, .. } = *self.weights_of(self.level_of(token));
        (idf, rarity)
    }

    #[inline]
    pub(super) fn level_of(&self, token: Token) -> u8 {
        self.levels[usize::from(token)]
    }

    #[inline]
    pub(super) fn weights_of(&self, level: u8) -> &Weights {
        &self.by_level[usize::from(level)]
    }

    /// What a token of `level` is tied by where `count` stand in a reference.
    #[inline]
    pub(super) fn tie(&self, level: u8, count: u32) -> Tie {
        self.ties.tie(level, self.weights_of(level), count)
    }
}
