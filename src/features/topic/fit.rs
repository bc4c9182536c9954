//! The formula: what one token ties, summed over a comment.

use super::article::{ArticleTokens, PASSAGES, TITLE};
use super::background::Background;
use super::bag::{Bag, Token};
use super::subspace::{DIMENSIONS, Position};
use super::thread::Thread;
use super::{COLUMNS, Context};

/// What one mention in the title weighs, one comment of the thread being 1.
const TITLE_WEIGHT: f32 = 40.0;
/// The same for lead and body.
const TEXT_WEIGHT: f32 = 10.0;
/// `1 / μ`: `μ` is about how many tokens of a reference make a token's own share of it
/// expected. Anything from 5,000 to 60,000 does.
const INVERSE_MU: f32 = 1.0 / 10_000.0;
/// The same for a reference that is a set: title, text, passage, parent.
const INVERSE_MU_SET: f32 = 50.0 * INVERSE_MU;
/// The same for `topic.lift`.
const INVERSE_MU_LIFT: f32 = 1.0 / 100_000.0;

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
}

/// What a thread and its article are as wholes: how well all comments fit, taken together
/// (sums over comments and tokens, in fixed point, 2⁻¹⁶), how many tokens they have, and
/// where they lie. Whole numbers, so that they are the same in every order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    all: i64,
    thread: i64,
    /// To the article alone, as in `topic.lift`.
    about: i64,
    weight: i64,
    tokens: i64,
    /// Of the comments, in the space.
    position: Position,
    /// Of the article.
    article: Position,
}

fn fixed(value: f32) -> i64 {
    (value * 65_536.0) as i64
}

impl Level {
    fn add(&mut self, times: i64, idf: f32, ties: &Ties) {
        self.all += times * fixed(ties.all);
        self.thread += times * fixed(ties.thread);
        self.weight += times * fixed(idf);
        self.tokens += times;
    }

    /// Means of the comments that are left when `own` is taken out.
    fn without(&self, own: &Level) -> Option<[f64; 2]> {
        let weight = self.weight - own.weight;
        let mean = |all: i64, own: i64| (all - own) as f64 / weight as f64;
        (weight > 0).then(|| [mean(self.all, own.all), mean(self.thread, own.thread)])
    }
}

/// A comment's fits: means over its tokens, weighted by idf.
#[derive(Clone, Copy, Debug, Default)]
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
    /// Where the comment lies, and where article and thread are from there.
    pub(super) position: Position,
    pub(super) directions: [[f64; DIMENSIONS]; 2],
}

impl Context<'_> {
    /// What `token` of the comment ties it to, and its idf.
    #[inline]
    pub(super) fn ties(&self, background: &Background, token: Token) -> (f32, Ties) {
        let parts = self.article.map_or(0, |a| a.parts(token));
        let others = self.thread.map_or(0, |t| t.others(token));
        let in_parent = self.parent.is_some_and(|p| p.contains(token));
        ties(background.weights(token), parts, others, in_parent)
    }
}

#[inline]
fn ties((idf, rarity): (f32, f32), parts: u64, others: u16, in_parent: bool) -> (f32, Ties) {
    if parts == 0 && others == 0 && !in_parent {
        return (idf, Ties::default());
    }
    let tie = |count: f32, inverse_mu: f32| idf * ln_1p(count * inverse_mu * rarity);
    let others = f32::from(others);
    let thread = if others > 0.0 { tie(others, INVERSE_MU) } else { 0.0 };
    if parts == 0 && !in_parent {
        return (idf, Ties { all: thread, lift: tie(others, INVERSE_MU_LIFT), thread, ..Ties::default() });
    }
    let (in_title, passages) = (parts & TITLE != 0, parts >> 1);
    let one = tie(1.0, INVERSE_MU_SET);
    let given = |yes: bool, value: f32| if yes { value } else { 0.0 };
    let article = article_weight(parts);
    let all = if article > 0.0 { tie(article + others, INVERSE_MU) } else { thread };
    let lift = tie(article + others, INVERSE_MU_LIFT);
    let (title, text, parent) = (given(in_title, one), given(passages != 0, one), given(in_parent, one));
    (idf, Ties { all, lift, title, text, thread, parent, passages })
}

/// What a token of an article weighs that has it in these parts.
#[inline]
fn article_weight(parts: u64) -> f32 {
    let given = |yes: bool, value: f32| if yes { value } else { 0.0 };
    given(parts & TITLE != 0, TITLE_WEIGHT) + given(parts > TITLE, TEXT_WEIGHT)
}

/// The same, of all tokens of an article.
fn article_size(article: &ArticleTokens) -> f32 {
    let [title, text] = article.sizes().map(|n| n as f32);
    TITLE_WEIGHT * title + TEXT_WEIGHT * text
}

impl Background {
    /// What a token that the article has in these parts ties to the article alone.
    #[inline]
    fn about(&self, token: Token, parts: u64) -> f32 {
        let (idf, rarity) = self.weights(token);
        idf * ln_1p(article_weight(parts) * INVERSE_MU_LIFT * rarity)
    }

    /// Sums up a thread and its article.
    pub fn level(&self, thread: &Thread, article: Option<&ArticleTokens>) -> Level {
        let mut level = Level::default();
        for (token, count) in thread.counts() {
            let parts = article.map_or(0, |a| a.parts(token));
            let (idf, ties) = ties(self.weights(token), parts, count - 1, false);
            level.add(i64::from(count), idf, &ties);
            if parts != 0 {
                level.about += i64::from(count) * fixed(self.about(token, parts));
            }
            if let Some(space) = self.subspace() {
                level.position.add(space.place(token), i64::from(count));
            }
        }
        if let (Some(space), Some(article)) = (self.subspace(), article) {
            for (token, parts) in article.tokens() {
                let times = i64::from(parts & TITLE != 0) * 4 + i64::from(parts > TITLE);
                level.article.add(space.place(token), times);
            }
        }
        level
    }

    /// The fits of a comment, and what it was compared with: a misplaced thread is no reference.
    pub(super) fn fits<'a>(&self, comment: &Bag, context: &Context<'a>) -> (Fits, Context<'a>) {
        let fits = self.fits_in(comment, context);
        if !fits.is_misplaced {
            return (fits, *context);
        }
        let alone = Context { thread: None, parent: None, ..*context };
        (self.fits_in(comment, &alone), alone)
    }

    fn fits_in(&self, comment: &Bag, context: &Context<'_>) -> Fits {
        let mut fits = Fits::default();
        let mut own = Level::default();
        let mut passages = [0.0f32; PASSAGES];
        for &token in comment.tokens() {
            let (idf, t) = context.ties(self, token);
            fits.weight += idf;
            own.add(1, idf, &t);
            if t == Ties::default() {
                continue;
            }
            let s = &mut fits.sums;
            s.all += t.all;
            s.lift += t.lift;
            s.title += t.title;
            s.text += t.text;
            s.thread += t.thread;
            s.parent += t.parent;
            let mut bits = t.passages;
            while bits != 0 {
                passages[bits.trailing_zeros() as usize] += t.text;
                bits &= bits - 1;
            }
        }
        let best = passages.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        fits.passage = best.filter(|(_, sum)| *sum > 0.0);
        own.position = self.subspace().map(|space| space.position(comment)).unwrap_or_default();
        fits.position = own.position;
        self.against(&mut fits, comment, &own, context);
        fits
    }

    /// What needs thread and article as wholes.
    fn against(&self, fits: &mut Fits, comment: &Bag, own: &Level, context: &Context<'_>) {
        let (article, alone) = (context.article.filter(|a| !a.is_empty()), Thread::default());
        let thread = context.thread.filter(|_| context.others() > 0);
        if thread.is_none() && article.is_none() {
            return;
        }
        let level = match context.level {
            Some(level) => *level,
            None => self.level(thread.unwrap_or(&alone), article),
        };
        let mut size = article.map_or(0.0, article_size);
        fits.directions[0] = own.position.direction_to(&level.article);
        if thread.is_some() {
            size += (level.tokens - own.tokens).max(0) as f32;
            fits.others = level.without(own);
            fits.is_misplaced =
                article.is_some_and(|article| self.is_misplaced(comment, article, &level, own));
            fits.directions[1] = own.position.direction_to(&level.position.without(&own.position));
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
        article.passages() > 0
            && weight > 0.0
            && fall_short(own.all)
            && fall_short(comment.tokens().iter().map(about).sum())
    }

    /// Appends the [`COLUMNS`] of a comment to `row`; a missing reference is 0 in its
    /// own column and in its `has_` column.
    pub fn columns(&self, comment: &Bag, context: &Context<'_>, row: &mut Vec<f64>) {
        let (fits, context) = self.fits(comment, context);
        let mean = |sum: f32| if fits.weight > 0.0 { f64::from(sum) / f64::from(fits.weight) } else { 0.0 };
        let Ties { all, lift, title, text, thread, parent, .. } = fits.sums;
        let passage = fits.passage.map_or(0.0, |(_, sum)| sum);
        let [all_rel, thread_rel] = fits.others.map_or([0.0; 2], |[a, t]| [mean(all) - a, mean(thread) - t]);
        let flag = |b: bool| f64::from(u8::from(b));
        let article = context.article.filter(|a| !a.is_empty());
        let columns: [f64; COLUMNS.len()] = [
            mean(all),
            mean(title),
            mean(text),
            mean(passage),
            mean(thread),
            mean(parent),
            all_rel,
            thread_rel,
            mean(lift) - fits.expected,
            fits.position.along(&fits.directions[0]),
            fits.position.along(&fits.directions[1]),
            flag(article.is_some()),
            flag(article.is_some_and(|a| a.passages() > 0)),
            flag(context.others() > 0),
            flag(context.parent.is_some()),
        ];
        row.extend(columns);
    }
}

/// `ln(1 + x)` for `x ≥ 0`, to about 1e-6, by arithmetic that is the same on every
/// machine: `ln m = 2 artanh((m − 1) / (m + 1))` with the mantissa `m` in `[√½, √2)`.
#[inline]
fn ln_1p(x: f32) -> f32 {
    const ROOT_HALF: u32 = 0x3F35_04F3;
    let shifted = (1.0 + x).to_bits() - ROOT_HALF;
    let exponent = (shifted >> 23) as f32;
    let m = f32::from_bits((shifted & 0x007F_FFFF) + ROOT_HALF);
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    exponent * std::f32::consts::LN_2 + 2.0 * s * (1.0 + z * (1.0 / 3.0 + z * (0.2 + z * (1.0 / 7.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_the_logarithm() {
        let mut x = 0.0f32;
        while x < 1e9 {
            let exact = f64::from(x).ln_1p();
            assert!((f64::from(ln_1p(x)) - exact).abs() < 2e-6 * exact.max(1.0), "{x}");
            x = x * 1.013 + 1e-4;
        }
    }
}
