//! How well a comment fits its article, its thread and its parent.
//!
//! A token of the comment counts as tied to a reference by how much more often the
//! reference uses it than comments do in general:
//!
//! `fit(c, R) = Σ_t idf_t · ln(1 + R(t) / (μ · b_t)) / Σ_t idf_t` over the distinct
//! tokens `t` of `c`, with `R(t)` the reference's weighted count of `t` and `b_t` the
//! token's share of all tokens of the training texts. Tokens are the character
//! 4- and 5-grams inside word bounds, so that parts of compounds meet.
//!
//! A thread is kept as integer counts, so that taking a comment out of its own
//! thread is exact and no order of reading changes a score.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::features::ngram::bucket;
use crate::text::{Folded, SPACE, is_word};

/// Names of the columns [`Background::columns`] writes.
pub const COLUMNS: [&str; 9] = [
    "topic.all",
    "topic.article",
    "topic.title",
    "topic.thread",
    "topic.parent",
    "topic.has_article",
    "topic.has_thread",
    "topic.has_parent",
    "topic.thread_size",
];

/// Buckets of the background table, as a power of two.
pub const BITS: u32 = 18;

/// What one mention in each part of an article weighs, one comment of the thread being 1.
const TITLE: f32 = 40.0;
const LEAD: f32 = 20.0;
const BODY: f32 = 10.0;

/// `μ`: about how many tokens of a reference make a token's own share of it expected.
const MU: f32 = 10_000.0;
/// The same for a parent, which is one comment.
const MU_PARENT: f32 = 100.0;

/// The distinct tokens of a text, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bag(Vec<u32>);

impl Bag {
    /// The tokens of `folded`.
    pub fn new(folded: &Folded) -> Self {
        let mut bag = Self::default();
        bag.fill(folded);
        bag
    }

    /// The tokens of `folded`, forgetting what this bag held.
    pub fn fill(&mut self, folded: &Folded) {
        self.0.clear();
        for (start, end) in folded.words() {
            if is_word(folded.symbols[start]) {
                self.push_word(&folded.symbols[start..end]);
            }
        }
        self.0.sort_unstable();
        self.0.dedup();
    }

    fn push_word(&mut self, word: &[u8]) {
        let mut window = u64::from(SPACE);
        for (i, &symbol) in word.iter().chain(&[SPACE]).enumerate() {
            window = window << 8 | u64::from(symbol);
            let seen = i + 2;
            let last = i == word.len();
            if seen >= 4 || last {
                self.push_gram(window & 0xFFFF_FFFF);
            }
            if seen >= 5 {
                self.push_gram(window & 0xFF_FFFF_FFFF);
            }
        }
    }

    fn push_gram(&mut self, gram: u64) {
        let hash = gram.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0.push(bucket((hash ^ hash >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93), BITS));
    }

    /// The tokens, ascending.
    pub fn tokens(&self) -> &[u32] {
        &self.0
    }
}

/// Buckets are hashes already.
#[derive(Clone, Debug, Default)]
pub struct BucketHasher(u64);

impl Hasher for BucketHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = self.0 << 8 | u64::from(b);
        }
    }

    fn write_u32(&mut self, bucket: u32) {
        self.0 = u64::from(bucket).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

type Counts<T> = HashMap<u32, T, BuildHasherDefault<BucketHasher>>;

/// In how many comments of a thread each token stands.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    comments: u32,
    counts: Counts<u32>,
}

impl Thread {
    /// Counts one more comment.
    pub fn add(&mut self, comment: &Bag) {
        self.comments += 1;
        for &token in comment.tokens() {
            *self.counts.entry(token).or_default() += 1;
        }
    }

    /// Number of comments counted.
    pub fn comments(&self) -> u32 {
        self.comments
    }
}

/// The tokens of an article with their weights.
#[derive(Clone, Debug, Default)]
pub struct ArticleTokens {
    title: Counts<f32>,
    all: Counts<f32>,
}

impl ArticleTokens {
    /// The tokens of an article's parts; a missing part is an empty string.
    pub fn new(title: &str, lead: &str, body: &str) -> Self {
        let mut tokens = Self::default();
        let mut folded = Folded::default();
        for (part, weight) in [(title, TITLE), (lead, LEAD), (body, BODY)] {
            folded.fold(part);
            for &token in Bag::new(&folded).tokens() {
                let most = tokens.all.entry(token).or_default();
                *most = most.max(weight);
                if weight == TITLE {
                    tokens.title.insert(token, weight);
                }
            }
        }
        tokens
    }

    /// Whether there is anything to compare with.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// What a comment is compared with; each reference may be missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The article.
    pub article: Option<&'a ArticleTokens>,
    /// The thread, the comment itself counted in.
    pub thread: Option<&'a Thread>,
    /// The comment it answers.
    pub parent: Option<&'a Bag>,
}

impl Context<'_> {
    /// Other comments of the thread.
    fn others(&self) -> u32 {
        self.thread.map_or(0, |t| t.comments.saturating_sub(1))
    }

    /// Whether there is nothing to compare with.
    pub fn is_empty(&self) -> bool {
        self.article.is_none_or(ArticleTokens::is_empty) && self.others() == 0 && self.parent.is_none()
    }
}

/// How often each token stands in comments in general; learned without labels.
///
/// Counts are kept to about 6 % in one byte, `⌊12 · log2(1 + n)⌉`, so that the table is
/// small; training and scoring use the same rounded counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Background {
    documents: u32,
    levels: Vec<u8>,
    idf: Vec<f32>,
    inverse_share: Vec<f32>,
}

/// Steps of the one-byte counts per doubling.
const LEVELS: f64 = 12.0;

impl Background {
    /// Learns from the tokens of texts.
    pub fn learn<'a>(texts: impl IntoIterator<Item = &'a Bag>) -> Self {
        let mut counts = vec![0u32; 1 << BITS];
        let mut documents = 0;
        for bag in texts {
            documents += 1;
            for &token in bag.tokens() {
                counts[token as usize] += 1;
            }
        }
        let level = |&n: &u32| (LEVELS * (1.0 + f64::from(n)).log2()).round().min(255.0) as u8;
        Self::from_levels(documents, counts.iter().map(level).collect())
    }

    /// From what [`Background::levels`] gave.
    pub fn from_levels(documents: u32, levels: Vec<u8>) -> Self {
        let count: Vec<f64> = (0..=255u8).map(|level| (f64::from(level) / LEVELS).exp2() - 1.0).collect();
        let total: f64 = levels.iter().map(|&l| count[usize::from(l)]).sum();
        let n = f64::from(documents);
        // Half an occurrence for every token never seen, of about sixty thousand.
        let idf: Vec<f32> =
            count.iter().map(|c| (((1.0 + n) / (1.0 + c)).ln().max(0.0) + 1.0) as f32).collect();
        let inverse_share: Vec<f32> = count.iter().map(|c| ((total + 30_000.0) / (c + 0.5)) as f32).collect();
        Self {
            documents,
            idf: levels.iter().map(|&l| idf[usize::from(l)]).collect(),
            inverse_share: levels.iter().map(|&l| inverse_share[usize::from(l)]).collect(),
            levels,
        }
    }

    /// Number of texts learned from, and the rounded count of each token.
    pub fn levels(&self) -> (u32, &[u8]) {
        (self.documents, &self.levels)
    }

    /// Appends the [`COLUMNS`] of a comment to `row`; a missing reference is 0 in its
    /// own column and in its `has_` column.
    pub fn columns(&self, comment: &Bag, context: &Context<'_>, row: &mut Vec<f64>) {
        let article = context.article.filter(|a| !a.is_empty());
        let others = context.others();
        let (mut all, mut of_article, mut of_title, mut of_thread) = (0.0, 0.0, 0.0, 0.0);
        let mut of_parent = 0.0;
        let mut total = 0.0f32;
        for &token in comment.tokens() {
            let idf = self.idf[token as usize];
            let rarity = self.inverse_share[token as usize];
            total += idf;
            let a = article.and_then(|a| a.all.get(&token)).copied().unwrap_or(0.0);
            let h =
                context.thread.and_then(|t| t.counts.get(&token)).map_or(0, |n| n.saturating_sub(1)) as f32;
            let tie =
                |count: f32, mu: f32| if count > 0.0 { idf * (count * rarity / mu).ln_1p() } else { 0.0 };
            all += tie(a + h, MU);
            of_article += tie(a, MU);
            of_thread += tie(h, MU);
            if let Some(weight) = article.and_then(|a| a.title.get(&token)) {
                of_title += tie(*weight, MU);
            }
            if context.parent.is_some_and(|p| p.tokens().binary_search(&token).is_ok()) {
                of_parent += tie(1.0, MU_PARENT);
            }
        }
        let mean = |sum: f32| if total > 0.0 { f64::from(sum / total) } else { 0.0 };
        let flag = |b: bool| f64::from(u8::from(b));
        row.extend([all, of_article, of_title, of_thread, of_parent].map(mean));
        row.extend([flag(article.is_some()), flag(others > 0), flag(context.parent.is_some())]);
        row.push(f64::from(others).ln_1p());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag(text: &str) -> Bag {
        Bag::new(&Folded::new(text))
    }

    fn columns(background: &Background, comment: &str, context: &Context<'_>) -> Vec<f64> {
        let mut row = Vec::new();
        background.columns(&bag(comment), context, &mut row);
        row
    }

    fn background() -> Background {
        let bags: Vec<_> = ["Die Bahn kommt", "Das Wetter ist gut", "Die Suppe ist kalt"].map(bag).into();
        Background::learn(&bags)
    }

    #[test]
    fn a_comment_about_the_article_fits_better() {
        let article = ArticleTokens::new("Stadtrat beschließt Straßenbahn", "", "Die neue Linie kommt.");
        let context = Context { article: Some(&article), ..Context::default() };
        let near = columns(&background(), "Endlich eine Straßenbahnlinie", &context);
        let far = columns(&background(), "Mein Kuchen ist verbrannt", &context);
        assert_eq!(near.len(), COLUMNS.len());
        assert!(near[0] > 2.0 * far[0] && near[2] > 0.0);
    }

    #[test]
    fn a_comment_is_not_its_own_thread() {
        let mut thread = Thread::default();
        thread.add(&bag("Die Suppe ist versalzen"));
        let alone = Context { thread: Some(&thread), ..Context::default() };
        assert!(alone.is_empty());
        assert_eq!(columns(&background(), "Die Suppe ist versalzen", &alone)[3], 0.0);
        let mut more = thread.clone();
        more.add(&bag("Suppe? Welche Suppe?"));
        let context = Context { thread: Some(&more), ..Context::default() };
        assert!(columns(&background(), "Die Suppe ist versalzen", &context)[3] > 0.0);
    }

    #[test]
    fn the_order_of_a_thread_does_not_matter() {
        let texts = ["eins zwei drei", "zwei drei vier", "drei vier fünf"];
        let build = |order: [usize; 3]| {
            let mut thread = Thread::default();
            order.iter().for_each(|&i| thread.add(&bag(texts[i])));
            thread
        };
        let (a, b) = (build([0, 1, 2]), build([2, 0, 1]));
        for text in texts {
            let row = |t| columns(&background(), text, &Context { thread: Some(t), ..Context::default() });
            assert_eq!(row(&a), row(&b));
        }
    }

    #[test]
    fn nothing_to_compare_with_is_said() {
        assert!(Context::default().is_empty());
        let empty = ArticleTokens::new("", "", "");
        assert!(Context { article: Some(&empty), ..Context::default() }.is_empty());
    }
}
