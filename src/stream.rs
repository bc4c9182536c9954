//! Comments by their articles: threads in memory, and the [`Ledger`] of those that are more than
//! that.

mod key;
mod ledger;
mod parents;
mod record;
mod share;
mod store;

use std::collections::HashMap;

pub use self::key::{Key, Keys};
pub use self::ledger::{Desk, Known, Ledger, Place};
pub use self::parents::{PARENT_REACH, Parents};
pub use self::record::Row;
pub use self::share::share_out;
pub use self::store::{Open, Store};
use crate::comment::Article;
use crate::features::topic::{ArticleTokens, Bag, Context, Thread};
use crate::hashed::Hashed;
use crate::text::Folded;

/// Threads and articles, all in memory.
#[derive(Debug, Default)]
pub struct Threads {
    entries: HashMap<Key, Entry, Hashed>,
}

#[derive(Debug, Default)]
struct Entry {
    article: Option<ArticleTokens>,
    thread: Thread,
}

impl Threads {
    /// Notes an article. What was noted of it first stays.
    pub fn add_article(&mut self, article: &Article) {
        let entry = self.entries.entry(Key::of(&article.article_id)).or_default();
        entry.article.get_or_insert_with(|| ArticleTokens::new(&article.title, &article.lead, &article.text));
    }

    /// Notes a comment: its text joins the thread of its article, if it has one.
    pub fn add_comment(&mut self, text: &str, article_id: &str) {
        if !article_id.is_empty() {
            let entry = self.entries.entry(Key::of(article_id)).or_default();
            entry.thread.add(&Bag::new(&Folded::new(text)));
        }
    }

    /// What a comment of the article is compared with, the parent apart.
    pub fn context(&self, article_id: &str) -> Context<'_> {
        let entry = if article_id.is_empty() { None } else { self.entries.get(&Key::of(article_id)) };
        Context {
            article: entry.and_then(|entry| entry.article.as_ref()),
            thread: entry.map(|entry| &entry.thread),
            ..Context::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_of_their_article_only() {
        let mut threads = Threads::default();
        threads.add_comment("eins", "a");
        threads.add_comment("zwei", "a");
        threads.add_comment("drei", "b");
        threads.add_comment("ohne", "");
        assert_eq!(threads.context("a").thread.unwrap().comments(), 2);
        assert!(threads.context("b").is_empty(), "a thread of one has nobody to compare with");
        assert!(threads.context("").thread.is_none());
    }
}
