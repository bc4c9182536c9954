//! A thread and its article laid out for scoring all of its comments: what a token ties one of
//! them by is the same for each that has it, so it is worked out once. To the bit what
//! [`Context`](super::Context) gives without it.

use super::article::{ArticleTokens, TITLE};
use super::background::Background;
use super::bag::{BUCKETS, Token};
use super::fit::{Sums, Wanted};
use super::level::Level;

/// What threads are measured against, and which columns are wanted of that.
pub type Reference<'a> = (&'a Background, Wanted);

/// The comments of one article, counted; memory for other threads when cleared.
#[derive(Clone, Debug)]
pub struct ThreadTable {
    /// By token 1 + its place among `counts`; 0 where no comment has it.
    places: Vec<u16>,
    /// The tokens and in how many comments they stand, and one more to be written over.
    counts: Vec<(Token, u16)>,
    comments: u32,
    layouts: Vec<Layout>,
}

/// What the tokens tie by, against one background.
#[derive(Clone, Debug, Default)]
struct Layout {
    ties: Vec<Tied>,
    mentions: Vec<Mention>,
    level: Level,
}

/// What a token ties a comment by.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Tied {
    /// Its idf, then what it ties to everything, by lift and to the thread.
    sums: [f32; 4],
    /// In fixed point what it ties to everything and to the thread, and its idf.
    fixed: [i32; 3],
    /// 1 + its place among the mentions; 0 where the article does not have it.
    mention: u32,
}

/// A token that the article has.
#[derive(Clone, Copy, Debug)]
struct Mention {
    parts: u64,
    /// What it ties to title or text.
    one: f32,
}

/// A [`ThreadTable`] laid out against one of its references.
#[derive(Clone, Copy, Debug)]
pub struct LaidOut<'a> {
    table: &'a ThreadTable,
    layout: &'a Layout,
}

impl Default for ThreadTable {
    fn default() -> Self {
        Self { places: vec![0; BUCKETS], counts: vec![(0, 0)], comments: 0, layouts: Vec::new() }
    }
}

impl ThreadTable {
    /// Forgets all comments.
    pub fn clear(&mut self) {
        self.counts.iter().for_each(|(token, _)| self.places[usize::from(*token)] = 0);
        self.counts.clear();
        self.counts.push((0, 0));
        self.comments = 0;
    }

    /// Counts one more comment that has these distinct tokens.
    pub fn add(&mut self, tokens: &[Token]) {
        self.comments += 1;
        // Room for all of them, so that a new one is written without a look whether it is new.
        let known = self.counts.len() - 1;
        self.counts.resize(known + tokens.len() + 1, (0, 0));
        let mut next = known;
        for &token in tokens {
            let place = &mut self.places[usize::from(token)];
            self.counts[next] = (token, 0);
            let is_new = *place == 0;
            *place = if is_new { next as u16 + 1 } else { *place };
            next += usize::from(is_new);
            let count = &mut self.counts[usize::from(*place) - 1].1;
            *count = count.saturating_add(1);
        }
        self.counts.truncate(next + 1);
    }

    /// Lays the comments so far out against each of the `references`, under `article`.
    pub fn lay_out(&mut self, article: Option<&ArticleTokens>, references: &[Reference<'_>]) {
        self.layouts.resize_with(references.len(), Layout::default);
        let known = &self.counts[..self.counts.len() - 1];
        for (layout, (background, wanted)) in self.layouts.iter_mut().zip(references) {
            layout.fill(known, article, background, *wanted);
        }
    }

    /// What was [laid out](Self::lay_out) against reference number `reference`.
    pub fn laid_out(&self, reference: usize) -> LaidOut<'_> {
        LaidOut { table: self, layout: &self.layouts[reference] }
    }
}

impl Layout {
    fn fill(
        &mut self,
        counts: &[(Token, u16)],
        article: Option<&ArticleTokens>,
        background: &Background,
        wanted: Wanted,
    ) {
        self.ties.clear();
        self.mentions.clear();
        self.level =
            background.level_of_counts(counts.iter().copied(), article, wanted, |parts, weights, ties| {
                if parts != 0 {
                    self.mentions.push(Mention { parts, one: weights.one });
                }
                let [all, thread] = ties.fixed;
                self.ties.push(Tied {
                    sums: [weights.idf, ties.all, ties.lift, ties.thread],
                    fixed: [all, thread, weights.fixed as i32],
                    mention: if parts == 0 { 0 } else { self.mentions.len() as u32 },
                });
            });
    }
}

impl<'a> LaidOut<'a> {
    /// Number of comments.
    pub fn comments(&self) -> u32 {
        self.table.comments
    }

    /// How many other comments share `token` with a comment that is counted in.
    pub(super) fn others(&self, token: Token) -> u16 {
        match self.table.places[usize::from(token)] {
            0 => 0,
            place => self.table.counts[usize::from(place) - 1].1 - 1,
        }
    }

    pub(super) fn level(self) -> &'a Level {
        &self.layout.level
    }

    /// Adds what the tokens of a comment that is counted in tie it by, but for its parent.
    pub(super) fn sum(&self, comment: &[Token], sums: &mut Sums) {
        let mut four = [0.0f32; 4];
        let mut own = [0i64; 3];
        for &token in comment {
            let place = usize::from(self.table.places[usize::from(token)]);
            let tied = &self.layout.ties[place - 1];
            four.iter_mut().zip(tied.sums).for_each(|(sum, tie)| *sum += tie);
            own.iter_mut().zip(tied.fixed).for_each(|(sum, tie)| *sum += i64::from(tie));
            if tied.mention != 0 {
                let Mention { parts, one } = self.layout.mentions[tied.mention as usize - 1];
                sums.mention(parts & TITLE != 0, parts >> 1, one);
            }
        }
        [sums.weight, sums.ties.all, sums.ties.lift, sums.ties.thread] = four;
        sums.own.add_fixed(own);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bag, Context, Subspace, Thread};
    use super::*;
    use crate::text::Folded;
    use proptest::prelude::*;

    fn bag(text: &str) -> Bag {
        Bag::new(&Folded::new(text))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn columns_are_those_of_the_thread_to_the_bit(
            texts in prop::collection::vec("([a-c]{1,3}(brücke|suppe)? ){0,9}", 1..20),
            (title, body) in ("([a-c]{1,3}brücke ){0,2}", "([a-c]{1,3}(suppe)? ){0,9}(\n\n([a-c]{1,2}brücke ){0,9})?"),
            (parent, is_answer, has_article) in (0usize..20, any::<bool>(), any::<bool>()),
            general in prop::collection::vec("([a-z]{1,5}|[a-c]{1,2}brücke| )*", 1..9),
        ) {
            let general: Vec<Bag> = general.iter().map(|text| bag(text)).collect();
            let learned: Vec<&Bag> = general.iter().collect();
            let plain = Background::learn(&general);
            let space = Subspace::learn(&learned, &learned, |token| plain.weights(token).0);
            let spacious = plain.clone().with_subspace(Some(space));
            let few = Wanted { relative: false, space: false };
            let references: [Reference<'_>; 3] = [(&plain, few), (&plain, Wanted::ALL), (&spacious, Wanted::ALL)];
            let article = ArticleTokens::new(&title, "", &body);
            let article = has_article.then_some(&article);
            // One table for all threads: what was laid out before leaves nothing.
            let mut table = ThreadTable::default();
            for texts in [&texts[..1], &texts[..]] {
                let bags: Vec<Bag> = texts.iter().map(|text| bag(text)).collect();
                let mut thread = Thread::default();
                table.clear();
                for comment in &bags {
                    thread.add(comment);
                    table.add(comment.tokens());
                }
                table.lay_out(article, &references);
                let parent = is_answer.then(|| &bags[parent % bags.len()]);
                for (k, (background, wanted)) in references.iter().enumerate() {
                    let slow = Context { article, thread: Some(&thread), level: None, table: None, parent };
                    let fast = Context { thread: None, table: Some(table.laid_out(k)), ..slow };
                    prop_assert_eq!(fast.is_empty(), slow.is_empty());
                    for comment in &bags {
                        let columns = |context| background.wanted_columns(comment, context, *wanted).map(f64::to_bits);
                        prop_assert_eq!(columns(&fast), columns(&slow));
                    }
                }
            }
        }
    }

    #[test]
    fn a_full_counter_stays_exact_for_those_left() {
        let comment = bag("Brücke");
        let token = comment.tokens()[0];
        let background = Background::learn([&comment]);
        let mut table = ThreadTable::default();
        for (comments, others) in [(1, 0), (2, 1), (65_535, 65_534), (70_000, 65_534)] {
            table.clear();
            (0..comments).for_each(|_| table.add(comment.tokens()));
            table.lay_out(None, &[(&background, Wanted::ALL)]);
            let laid_out = table.laid_out(0);
            assert_eq!((laid_out.others(token), laid_out.comments()), (others, comments));
        }
    }
}
