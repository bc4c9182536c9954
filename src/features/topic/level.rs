//! A thread and its article, summed up.

use super::article::ArticleTokens;
use super::background::Background;
use super::bag::Token;
use super::fit::{Ties, Wanted, article_weight, ties};
use super::near::Places;
use super::thread::Thread;
use super::ties::{Weights, fixed};

/// What a thread and its article are as wholes: how well all comments fit, taken together
/// (sums over comments and tokens, in fixed point, 2⁻¹⁶), how many tokens they have, and
/// where they lie. Whole numbers, so that they are the same in every order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Level {
    pub(super) all: i64,
    pub(super) thread: i64,
    /// To the article alone, as in `topic.lift`.
    pub(super) about: i64,
    pub(super) weight: i64,
    pub(super) tokens: i64,
    /// In the space, where there is one and it is wanted.
    pub(super) places: Option<Box<Places>>,
}

impl Level {
    /// Adds what `times` comments are tied by with one token.
    #[inline(always)]
    pub(super) fn add(&mut self, times: i64, weights: &Weights, ties: &Ties) {
        let [all, thread] = ties.fixed.map(i64::from);
        self.all += times * all;
        self.thread += times * thread;
        self.weight += times * weights.fixed;
    }

    /// Adds what one comment is tied by: to everything and to the thread, and its weight.
    #[inline]
    pub(super) fn add_fixed(&mut self, [all, thread, weight]: [i64; 3]) {
        self.all += all;
        self.thread += thread;
        self.weight += weight;
    }

    /// Means of the comments that are left when `own` is taken out.
    pub(super) fn without(&self, own: &Level) -> Option<[f64; 2]> {
        let weight = self.weight - own.weight;
        let mean = |all: i64, own: i64| (all - own) as f64 / weight as f64;
        (weight > 0).then(|| [mean(self.all, own.all), mean(self.thread, own.thread)])
    }
}

impl Background {
    /// What a token that the article has in these parts ties to the article alone.
    #[inline]
    pub(super) fn about(&self, token: Token, parts: u64) -> f32 {
        self.tie(self.level_of(token), article_weight(parts)).lift
    }

    /// Sums up a thread and its article.
    pub fn level(&self, thread: &Thread, article: Option<&ArticleTokens>) -> Level {
        self.wanted_level(thread, article, Wanted::ALL)
    }

    /// The same for those who want no more than these columns.
    pub fn wanted_level(&self, thread: &Thread, article: Option<&ArticleTokens>, wanted: Wanted) -> Level {
        self.level_of_counts(thread.counts(), article, wanted, |_, _, _| {})
    }

    /// The same of counts; calls `each` with the parts of the article that a token stands in, its
    /// weights and what it ties a comment of the thread by.
    #[inline(always)]
    pub(super) fn level_of_counts(
        &self,
        counts: impl Iterator<Item = (Token, u16)> + Clone,
        article: Option<&ArticleTokens>,
        wanted: Wanted,
        mut each: impl FnMut(u64, &Weights, &Ties),
    ) -> Level {
        let mut level = Level::default();
        for (token, count) in counts.clone() {
            let parts = article.map_or(0, |a| a.parts(token));
            let (weights, ties) = ties(self, token, parts, count - 1, false);
            level.add(i64::from(count), weights, &ties);
            level.tokens += i64::from(count);
            if parts != 0 {
                level.about += i64::from(count) * fixed(self.about(token, parts));
            }
            each(parts, weights, &ties);
        }
        let space = self.subspace().filter(|_| wanted.space);
        level.places = space.map(|space| Box::new(space.places(counts, article)));
        level
    }
}
