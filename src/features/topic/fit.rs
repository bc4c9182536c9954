//! The formula: what one token ties, summed over a comment.

use std::borrow::Cow;

use super::article::{ArticleTokens, PASSAGES, TITLE};
use super::background::Background;
use super::bag::{Bag, Token};
use super::near::{Near, Places};
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
    fixed: [i32; 2],
}

/// What a thread and its article are as wholes: how well all comments fit, taken together
/// (sums over comments and tokens, in fixed point, 2⁻¹⁶), how many tokens they have, and
/// where they lie. Whole numbers, so that they are the same in every order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Level {
    all: i64,
    thread: i64,
    /// To the article alone, as in `topic.lift`.
    about: i64,
    weight: i64,
    tokens: i64,
    /// In the space, where there is one and it is wanted.
    places: Option<Box<Places>>,
}

impl Level {
    /// Adds what `times` comments are tied by with one token.
    #[inline(always)]
    fn add(&mut self, times: i64, weights: &Weights, ties: &Ties) {
        let [all, thread] = ties.fixed.map(i64::from);
        self.all += times * all;
        self.thread += times * thread;
        self.weight += times * weights.fixed;
    }

    /// Means of the comments that are left when `own` is taken out.
    fn without(&self, own: &Level) -> Option<[f64; 2]> {
        let weight = self.weight - own.weight;
        let mean = |all: i64, own: i64| (all - own) as f64 / weight as f64;
        (weight > 0).then(|| [mean(self.all, own.all), mean(self.thread, own.thread)])
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
        let others = self.thread.map_or(0, |t| t.others(token));
        let in_parent = self.parent.is_some_and(|p| p.contains(token));
        ties(background, token, parts, others, in_parent)
    }
}

#[inline(always)]
fn ties(background: &Background, token: Token, parts: u64, others: u16, in_parent: bool) -> (&Weights, Ties) {
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
fn article_weight(parts: u64) -> u32 {
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
    /// What a token that the article has in these parts ties to the article alone.
    #[inline]
    fn about(&self, token: Token, parts: u64) -> f32 {
        self.tie(self.level_of(token), article_weight(parts)).lift
    }

    /// Sums up a thread and its article.
    pub fn level(&self, thread: &Thread, article: Option<&ArticleTokens>) -> Level {
        self.wanted_level(thread, article, Wanted::ALL)
    }

    /// The same for those who want no more than these columns.
    pub fn wanted_level(&self, thread: &Thread, article: Option<&ArticleTokens>, wanted: Wanted) -> Level {
        let mut level = Level::default();
        for (token, count) in thread.counts() {
            let parts = article.map_or(0, |a| a.parts(token));
            let (weights, ties) = ties(self, token, parts, count - 1, false);
            level.add(i64::from(count), weights, &ties);
            level.tokens += i64::from(count);
            if parts != 0 {
                level.about += i64::from(count) * fixed(self.about(token, parts));
            }
        }
        let space = self.subspace().filter(|_| wanted.space);
        level.places = space.map(|space| Box::new(space.places(thread, article)));
        level
    }

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
        let alone = Context { thread: None, parent: None, ..*context };
        (self.fits_in(comment, &alone, wanted), alone)
    }

    fn fits_in(&self, comment: &Bag, context: &Context<'_>, wanted: Wanted) -> Fits {
        let mut fits = Fits::default();
        let mut own = Level { tokens: comment.tokens().len() as i64, ..Level::default() };
        let mut passages = [0.0f32; PASSAGES];
        let sums_own = wanted.relative || context.article.is_some_and(ArticleTokens::has_text);
        let (mut weight, mut sums) = (0.0, Ties::default());
        for &token in comment.tokens() {
            let (weights, t) = context.ties(self, token);
            weight += weights.idf;
            sums.all += t.all;
            sums.lift += t.lift;
            sums.thread += t.thread;
            if sums_own {
                own.add(1, weights, &t);
            }
            if t.passages == 0 && t.title == 0.0 && t.parent == 0.0 {
                continue;
            }
            sums.title += t.title;
            sums.text += t.text;
            sums.parent += t.parent;
            let mut bits = t.passages;
            while bits != 0 {
                passages[bits.trailing_zeros() as usize] += t.text;
                bits &= bits - 1;
            }
        }
        (fits.weight, fits.sums) = (weight, sums);
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
        let thread = context.thread.filter(|_| context.others() > 0);
        if thread.is_none() && article.is_none() {
            return;
        }
        let level = match context.level {
            Some(level) => Cow::Borrowed(level),
            None => Cow::Owned(self.wanted_level(thread.unwrap_or(&alone), article, wanted)),
        };
        let mut size = article.map_or(0.0, article_size);
        if let (true, Some(space), Some(places)) = (wanted.space, self.subspace(), &level.places) {
            fits.near = Some(Box::new(space.near(comment, places, thread.is_some())));
        }
        if thread.is_some() {
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
