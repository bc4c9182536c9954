//! The formula: what one token ties, summed over a comment.

use std::borrow::Cow;

use super::article::{ArticleTokens, PASSAGES, TITLE};
use super::background::Background;
use super::bag::{Bag, Token};
use super::level::Level;
use super::near::Near;
use super::thread::Thread;
use super::ties::{INVERSE_MU_LIFT, Tie, Weights, fixed, ln_1p};
use super::{COLUMNS, Context};

/// What one mention in the title weighs, one comment of the thread being 1.
const TITLE_WEIGHT: u32 = 40;
/// The same for lead and body.
const TEXT_WEIGHT: u32 = 10;

/// Which columns are to be worked out beside those that all models use; the others may be anything.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// `topic.rel_…`.
    pub relative: bool,
    /// `topic.space_…`.
    pub space: bool,
}

impl Wanted {
    /// All of them.
    pub const ALL: Self = Self { relative: true, space: true };
}

/// What a token ties its comment to; 0 where the reference does not have it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Ties {
    pub(super) all: f32,
    pub(super) lift: f32,
    pub(super) title: f32,
    pub(super) text: f32,
    pub(super) thread: f32,
    pub(super) parent: f32,
    /// Passages that have the token, a bit each.
    pub(super) passages: u64,
    /// `all` and `thread` in fixed point.
    pub(super) fixed: [i32; 2],
}

/// What the tokens of a comment tie it by, together.
pub(super) struct Sums {
    pub(super) weight: f32,
    pub(super) ties: Ties,
    /// In fixed point, as in the level that it is part of.
    pub(super) own: Level,
    passages: [f32; PASSAGES],
}

impl Default for Sums {
    fn default() -> Self {
        Self { weight: 0.0, ties: Ties::default(), own: Level::default(), passages: [0.0; PASSAGES] }
    }
}

impl Sums {
    /// Adds what a token ties by that stands in the title or these passages.
    #[inline]
    pub(super) fn mention(&mut self, in_title: bool, passages: u64, one: f32) {
        if in_title {
            self.ties.title += one;
        }
        if passages != 0 {
            self.ties.text += one;
        }
        let mut bits = passages;
        while bits != 0 {
            self.passages[bits.trailing_zeros() as usize] += one;
            bits &= bits - 1;
        }
    }
}

/// A comment's fits: means over its tokens, weighted by idf.
#[derive(Clone, Debug, Default)]
pub(super) struct Fits {
    pub(super) weight: f32,
    pub(super) sums: Ties,
    /// The nearest passage of the article and the sum over its tokens.
    pub(super) passage: Option<(usize, f32)>,
    /// Mean fits of the other comments: to everything, to the thread.
    pub(super) others: Option<[f64; 2]>,
    /// What any token could expect of a reference of this size.
    pub(super) expected: f64,
    /// Whether the thread is about something else than the article it stands under.
    is_misplaced: bool,
    /// In the space, where there is one and it is wanted.
    pub(super) near: Option<Box<Near>>,
}

impl Context<'_> {
    /// What `token` of the comment ties it to, and its weights.
    #[inline(always)]
    pub(super) fn ties<'a>(&self, background: &'a Background, token: Token) -> (&'a Weights, Ties) {
        let parts = self.article.map_or(0, |a| a.parts(token));
        let others = match self.table {
            Some(table) => table.others(token),
            None => self.thread.map_or(0, |t| t.others(token)),
        };
        let in_parent = self.parent.is_some_and(|p| p.contains(token));
        ties(background, token, parts, others, in_parent)
    }
}

#[inline(always)]
pub(super) fn ties(
    background: &Background,
    token: Token,
    parts: u64,
    others: u16,
    in_parent: bool,
) -> (&Weights, Ties) {
    let level = background.level_of(token);
    let weights = background.weights_of(level);
    let by_thread = background.tie(level, u32::from(others));
    let ties = match parts == 0 && !in_parent {
        true => Ties::of_thread(&by_thread),
        false => {
            let article = article_weight(parts);
            let by_both =
                if article > 0 { background.tie(level, article + u32::from(others)) } else { by_thread };
            more_ties(weights.one, &by_both, &by_thread, parts, in_parent)
        }
    };
    (weights, ties)
}

impl Ties {
    /// Of what stands in the thread alone.
    #[inline(always)]
    fn of_thread(&Tie { fit, lift, fixed }: &Tie) -> Self {
        Self { all: fit, lift, thread: fit, fixed: [fixed; 2], ..Self::default() }
    }
}

/// What one mention in the title or the text of an article weighs, in comments.
pub(super) fn article_weight(parts: u64) -> u32 {
    u32::from(parts & TITLE != 0) * TITLE_WEIGHT + u32::from(parts > TITLE) * TEXT_WEIGHT
}

/// The ties of what stands not only in the thread; few tokens do.
#[inline(never)]
fn more_ties(one: f32, by_both: &Tie, by_thread: &Tie, parts: u64, in_parent: bool) -> Ties {
    let given = |yes: bool| if yes { one } else { 0.0 };
    Ties {
        all: by_both.fit,
        lift: by_both.lift,
        title: given(parts & TITLE != 0),
        text: given(parts > TITLE),
        thread: by_thread.fit,
        parent: given(in_parent),
        passages: parts >> 1,
        fixed: [by_both.fixed, by_thread.fixed],
    }
}

/// What all tokens of an article weigh.
fn article_size(article: &ArticleTokens) -> f32 {
    let [title, text] = article.sizes().map(|n| n as f32);
    TITLE_WEIGHT as f32 * title + TEXT_WEIGHT as f32 * text
}

impl Background {
    /// The fits of a comment, and what it was compared with: a misplaced thread is no reference.
    pub(super) fn fits<'a>(
        &self,
        comment: &Bag,
        context: &Context<'a>,
        wanted: Wanted,
    ) -> (Fits, Context<'a>) {
        let fits = self.fits_in(comment, context, wanted);
        if !fits.is_misplaced {
            return (fits, *context);
        }
        let alone = Context { thread: None, table: None, parent: None, level: context.level(), ..*context };
        (self.fits_in(comment, &alone, wanted), alone)
    }

    /// Adds what the tokens of a comment tie it by.
    fn sum(&self, comment: &Bag, context: &Context<'_>, wanted: Wanted, sums: &mut Sums) {
        let sums_own = wanted.relative || context.article.is_some_and(ArticleTokens::has_text);
        for &token in comment.tokens() {
            let (weights, ties) = context.ties(self, token);
            sums.weight += weights.idf;
            sums.ties.all += ties.all;
            sums.ties.lift += ties.lift;
            sums.ties.thread += ties.thread;
            if sums_own {
                sums.own.add(1, weights, &ties);
            }
            if ties.passages != 0 || ties.title != 0.0 {
                sums.mention(ties.title != 0.0, ties.passages, weights.one);
            }
        }
        self.sum_parent(comment, context.parent, sums);
    }

    /// Adds what the tokens of a comment tie it to its parent by.
    fn sum_parent(&self, comment: &Bag, parent: Option<&Bag>, sums: &mut Sums) {
        let shared = |token: &&Token| comment.contains(**token);
        for &token in parent.into_iter().flat_map(Bag::tokens).filter(shared) {
            sums.ties.parent += self.weights_of(self.level_of(token)).one;
        }
    }

    fn fits_in(&self, comment: &Bag, context: &Context<'_>, wanted: Wanted) -> Fits {
        let mut sums = Sums::default();
        match context.table {
            Some(table) => {
                table.sum(comment.tokens(), &mut sums);
                self.sum_parent(comment, context.parent, &mut sums);
            }
            None => self.sum(comment, context, wanted, &mut sums),
        }
        let Sums { weight, ties, mut own, passages } = sums;
        own.tokens = comment.tokens().len() as i64;
        let mut fits = Fits { weight, sums: ties, ..Fits::default() };
        if fits.sums.text > 0.0 {
            let passages = passages.into_iter().enumerate();
            fits.passage = passages.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        }
        self.against(&mut fits, comment, &own, context, wanted);
        fits
    }

    /// What needs thread and article as wholes.
    fn against(&self, fits: &mut Fits, comment: &Bag, own: &Level, context: &Context<'_>, wanted: Wanted) {
        let (article, alone) = (context.article.filter(|a| !a.is_empty()), Thread::default());
        let has_others = context.others() > 0;
        if !has_others && article.is_none() {
            return;
        }
        let level = match context.level() {
            Some(level) => Cow::Borrowed(level),
            None => {
                let thread = context.thread.filter(|_| has_others);
                Cow::Owned(self.wanted_level(thread.unwrap_or(&alone), article, wanted))
            }
        };
        let mut size = article.map_or(0.0, article_size);
        if let (true, Some(space), Some(places)) = (wanted.space, self.subspace(), &level.places) {
            fits.near = Some(Box::new(space.near(comment, places, has_others)));
        }
        if has_others {
            size += (level.tokens - own.tokens).max(0) as f32;
            fits.is_misplaced =
                article.is_some_and(|article| self.is_misplaced(comment, article, &level, own));
            if wanted.relative {
                fits.others = level.without(own);
            }
        }
        fits.expected = f64::from(ln_1p(size * INVERSE_MU_LIFT));
    }

    /// Whether the other comments of the thread, taken together, use the words of the article no
    /// more than comments in general do. A title alone is too little to say so.
    fn is_misplaced(&self, comment: &Bag, article: &ArticleTokens, level: &Level, own: &Level) -> bool {
        let weight = (level.weight - own.weight) as f64;
        let expected = f64::from(ln_1p(article_size(article) * INVERSE_MU_LIFT)) * weight;
        let fall_short = |own: i64| (level.about - own) as f64 <= expected;
        let about = |&token: &Token| match article.parts(token) {
            0 => 0,
            parts => fixed(self.about(token, parts)),
        };
        // What the comment itself says of the article is at most `own.all`, which costs nothing.
        article.has_text()
            && weight > 0.0
            && fall_short(own.all)
            && fall_short(comment.tokens().iter().map(about).sum())
    }

    /// Appends the [`COLUMNS`] of a comment to `row`; a missing reference is 0 in its
    /// own column and in its `has_` column.
    pub fn columns(&self, comment: &Bag, context: &Context<'_>, row: &mut Vec<f64>) {
        row.extend(self.wanted_columns(comment, context, Wanted::ALL));
    }

    /// The same where only the `wanted` ones matter.
    pub fn wanted_columns(
        &self,
        comment: &Bag,
        context: &Context<'_>,
        wanted: Wanted,
    ) -> [f64; COLUMNS.len()] {
        let (fits, context) = self.fits(comment, context, wanted);
        let mean = |sum: f32| if fits.weight > 0.0 { f64::from(sum) / f64::from(fits.weight) } else { 0.0 };
        let Ties { all, lift, title, text, thread, parent, .. } = fits.sums;
        let passage = fits.passage.map_or(0.0, |(_, sum)| sum);
        let [all_rel, thread_rel] = fits.others.map_or([0.0; 2], |[a, t]| [mean(all) - a, mean(thread) - t]);
        let [by_article, by_thread] = fits.near.map_or([0.0; 2], |near| near.cosines());
        let flag = |b: bool| f64::from(u8::from(b));
        let article = context.article.filter(|a| !a.is_empty());
        [
            mean(all),
            mean(title),
            mean(text),
            mean(passage),
            mean(thread),
            mean(parent),
            all_rel,
            thread_rel,
            mean(lift) - fits.expected,
            by_article,
            by_thread,
            flag(article.is_some()),
            flag(article.is_some_and(ArticleTokens::has_text)),
            flag(context.others() > 0),
            flag(context.parent.is_some()),
        ]
    }
}
