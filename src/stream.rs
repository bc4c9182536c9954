//! Scoring a stream of comments in two passes: the first gathers the threads, the
//! second scores each comment against them.
//!
//! Memory grows with the number of articles, not of comments; see [`Threads`].

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::comment::Article;
use crate::features::topic::{ArticleTokens, Background, Bag, Context, Level, Thread};
use crate::text::Folded;

/// Comments that may lie between a comment and its parent for the parent to count.
pub const PARENT_REACH: usize = 65_536;

/// Tokens that all parents within reach may have together (64 MiB); beyond it the oldest are
/// forgotten early. Comments of usual length do not come near it.
const PARENT_TOKENS: usize = 1 << 24;

/// What the first pass gathers: per article its tokens and its thread, and which
/// comments are answered (eight bytes each).
#[derive(Debug, Default)]
pub struct Threads {
    articles: HashMap<u64, Entry>,
    parents: HashSet<u64>,
    folded: Folded,
    bag: Bag,
}

#[derive(Debug, Default)]
struct Entry {
    article: Option<ArticleTokens>,
    thread: Thread,
    level: Option<Level>,
}

impl Threads {
    /// Notes an article. What was noted of it first stays.
    pub fn add_article(&mut self, article: &Article) {
        let entry = self.articles.entry(key(&article.article_id)).or_default();
        entry.article.get_or_insert_with(|| ArticleTokens::new(&article.title, &article.lead, &article.text));
        entry.level = None;
    }

    /// Whether the article's text is known.
    pub fn knows_article(&self, article_id: &str) -> bool {
        self.articles.get(&key(article_id)).is_some_and(|e| e.article.is_some())
    }

    /// Notes a comment: its text joins its thread, its parent is remembered.
    pub fn add_comment(&mut self, text: &str, article_id: &str, parent_id: &str) {
        if !article_id.is_empty() {
            self.folded.fold(text);
            self.bag.fill(&self.folded);
            let entry = self.articles.entry(key(article_id)).or_default();
            entry.thread.add(&self.bag);
            entry.level = None;
        }
        if !parent_id.is_empty() {
            self.parents.insert(key(parent_id));
        }
    }

    /// Sums up every thread once, so that no comment has to; changes no score.
    pub fn settle(&mut self, background: &Background) {
        let mut entries: Vec<&mut Entry> = self.articles.values_mut().collect();
        entries.par_iter_mut().for_each(|entry| {
            entry.level = Some(background.level(&entry.thread, entry.article.as_ref()));
        });
    }

    /// Number of articles noted.
    pub fn articles(&self) -> usize {
        self.articles.len()
    }

    /// What a comment of the article is compared with, the parent apart.
    pub fn context(&self, article_id: &str) -> Context<'_> {
        let entry = match article_id.is_empty() {
            true => None,
            false => self.articles.get(&key(article_id)),
        };
        Context {
            article: entry.and_then(|e| e.article.as_ref()),
            thread: entry.map(|e| &e.thread),
            level: entry.and_then(|e| e.level.as_ref()),
            parent: None,
        }
    }

    /// Whether some comment answers `id`.
    pub fn is_answered(&self, id: &str) -> bool {
        !id.is_empty() && self.parents.contains(&key(id))
    }
}

/// The answered comments among the last [`PARENT_REACH`], for the second pass.
#[derive(Debug, Default)]
pub struct Parents {
    bags: HashMap<u64, Arc<Bag>>,
    order: VecDeque<Option<u64>>,
    tokens: usize,
}

impl Parents {
    /// Notes a comment in the order of the stream; `bag` where some comment answers it.
    pub fn add(&mut self, id: &str, bag: Option<Bag>) {
        let noted = bag.map(|bag| {
            self.tokens += bag.tokens().len();
            let before = self.bags.insert(key(id), Arc::new(bag));
            self.tokens -= before.map_or(0, |before| before.tokens().len());
            key(id)
        });
        self.order.push_back(noted);
        while self.order.len() > PARENT_REACH || self.tokens > PARENT_TOKENS {
            let Some(oldest) = self.order.pop_front() else { break };
            let forgotten = oldest.and_then(|oldest| self.bags.remove(&oldest));
            self.tokens -= forgotten.map_or(0, |bag| bag.tokens().len());
        }
    }

    /// The comment called `id`, if it lies within reach.
    pub fn get(&self, id: &str) -> Option<&Arc<Bag>> {
        if id.is_empty() { None } else { self.bags.get(&key(id)) }
    }
}

fn key(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_of_their_article_only() {
        let mut threads = Threads::default();
        threads.add_comment("eins", "a", "");
        threads.add_comment("zwei", "a", "");
        threads.add_comment("drei", "b", "");
        threads.add_comment("ohne", "", "");
        assert_eq!(threads.articles(), 2);
        assert_eq!(threads.context("a").thread.unwrap().comments(), 2);
        assert!(threads.context("b").is_empty(), "a thread of one has nobody to compare with");
        assert!(threads.context("").thread.is_none());
    }

    #[test]
    fn a_parent_out_of_reach_is_forgotten() {
        let mut parents = Parents::default();
        let bag = Bag::new(&Folded::new("ein Elternkommentar"));
        parents.add("p", Some(bag.clone()));
        for _ in 0..PARENT_REACH - 1 {
            parents.add("", None);
        }
        assert_eq!(parents.get("p").map(Arc::as_ref), Some(&bag));
        parents.add("", None);
        assert_eq!(parents.get("p"), None);
    }

    #[test]
    fn huge_parents_are_forgotten_early_and_all_in_order() {
        let huge: String = (0..400_000).map(|i| format!("w{i:x} ")).collect();
        let bag = Bag::new(&Folded::new(&huge));
        let fitting = PARENT_TOKENS / bag.tokens().len();
        let mut parents = Parents::default();
        for i in 0..=fitting {
            parents.add(&i.to_string(), Some(bag.clone()));
        }
        assert!(parents.get("0").is_none());
        assert!((1..=fitting).all(|i| parents.get(&i.to_string()).is_some()));
        assert!(parents.tokens <= PARENT_TOKENS);
    }
}
