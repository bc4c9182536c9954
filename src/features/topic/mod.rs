//! How well a comment fits its article, its thread and its parent.
//!
//! A token of the comment counts as tied to a reference by how much more often the
//! reference uses it than comments do in general:
//!
//! `fit(c, R) = Σ_t idf_t · ln(1 + R(t) / (μ · b_t)) / Σ_t idf_t` over the distinct
//! tokens `t` of `c`, with `R(t)` the reference's weighted count of `t` and `b_t` the
//! token's share of all tokens of the training texts. The columns `topic.rel_…` are a
//! comment's fit less that of all other comments of its thread taken together;
//! `topic.lift` is the fit less `ln(1 + Σ_t R(t) / μ)`, what a reference of that size says
//! of any token: the log-likelihood ratio of reference and comments in general, which
//! does not grow with the thread. The columns `topic.space_…` are cosines in a
//! [`Subspace`].
//!
//! A thread can stand under a foreign article as a whole; its comments then fit each other. So
//! a thread whose comments, taken together, use the words of the article's text no more than
//! comments in general (their fit less what is expected, as in `topic.lift`, is not above 0) is
//! taken for missing, and the parent with it.
//!
//! Memory per article is bounded: 64 KiB for the thread, 12 bytes per bucket for the
//! article. Nothing depends on the order in which comments are read.

mod article;
mod background;
mod bag;
mod contributions;
mod counts;
mod fit;
mod level;
mod near;
mod pairs;
mod subspace;
mod table;
mod thread;
mod ties;

pub use article::{ArticleTokens, PASSAGES, TITLE, passages};
pub use background::Background;
pub use bag::{BITS, BUCKETS, Bag, Bags, Token, for_each_token};
pub use contributions::{Contributions, SIMILARITIES, spread};
pub use fit::Wanted;
pub use level::Level;
pub use pairs::for_each_pair;
pub use subspace::{DIMENSIONS, Position, Subspace};
pub use table::{LaidOut, Reference, ThreadTable};
pub use thread::Thread;

/// Names of the columns [`Background::columns`] writes.
pub const COLUMNS: [&str; 15] = [
    "topic.all",
    "topic.title",
    "topic.text",
    "topic.passage",
    "topic.thread",
    "topic.parent",
    "topic.rel_all",
    "topic.rel_thread",
    "topic.lift",
    "topic.space_article",
    "topic.space_thread",
    "topic.has_article",
    "topic.has_text",
    "topic.has_thread",
    "topic.has_parent",
];

/// What a comment is compared with; each reference may be missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The article.
    pub article: Option<&'a ArticleTokens>,
    /// The thread, the comment itself counted in.
    pub thread: Option<&'a Thread>,
    /// [`Background::level`] of this thread and article; worked out anew when missing.
    pub level: Option<&'a Level>,
    /// Thread and article laid out for scoring; `thread` and `level` are not looked at then.
    pub table: Option<LaidOut<'a>>,
    /// The comment it answers.
    pub parent: Option<&'a Bag>,
}

impl<'a> Context<'a> {
    /// Other comments of the thread.
    fn others(&self) -> u32 {
        let table = self.table.map(|table| table.comments());
        table.or(self.thread.map(Thread::comments)).map_or(0, |comments| comments.saturating_sub(1))
    }

    fn level(&self) -> Option<&'a Level> {
        self.table.map(LaidOut::level).or(self.level)
    }

    /// Whether there is nothing to compare with.
    pub fn is_empty(&self) -> bool {
        self.article.is_none_or(ArticleTokens::is_empty) && self.others() == 0 && self.parent.is_none()
    }
}

#[cfg(test)]
mod tests;
