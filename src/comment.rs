//! The nouns: a comment, its article, and what people judged about it.

use serde::{Deserialize, Serialize};

/// A reader comment. A blank field means that the export did not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Identifier, unique within an export.
    pub id: String,
    /// The article it stands under.
    pub article_id: String,
    /// The comment it answers.
    pub parent_id: String,
    /// Name the comment is signed with.
    pub author: String,
    /// When it was written, ISO 8601.
    pub created_at: String,
    /// What it says; paragraphs are kept as blank lines.
    pub text: String,
}

/// A news article: what a comment can be on-topic with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Identifier that comments refer to.
    pub article_id: String,
    /// Headline.
    pub title: String,
    /// Standfirst, the paragraph that sums the article up.
    pub lead: String,
    /// Body; paragraphs are kept as blank lines.
    pub text: String,
    /// Byline.
    pub author: String,
    /// When it appeared, ISO 8601.
    pub published_at: String,
    /// Where it was read from (a file name or address).
    pub source: String,
}

/// A comment that people judged: one entry per label of the corpus it stands in,
/// `None` where nobody judged it. Not judged is never the same as `Some(false)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Example {
    /// The comment.
    pub comment: Comment,
    /// Judgements, aligned with the corpus' label names.
    pub judgements: Vec<Option<bool>>,
    /// Fold to cross-validate over, where the table has a fold column.
    pub fold: Option<String>,
    /// Cells of the further columns that were asked for, aligned with the corpus' `columns`;
    /// blank where the table has no such column.
    pub extra: Vec<String>,
    /// Line of the record in its table, from 1.
    pub line: u64,
    /// How many comments of the stream it stands for, above 0, where it was sampled unevenly.
    pub weight: Option<f64>,
}
