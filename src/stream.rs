//! Scoring a stream of comments in two passes: the first gathers the threads, the
//! second scores each comment against them.
//!
//! Memory does not grow with the number of comments, but for eight bytes for each that is
//! answered, nor much with that of articles; see [`Threads::spilling`].

mod key;
mod parents;
mod room;
mod share;
pub mod spill;

use std::collections::HashMap;

use rayon::prelude::*;

pub use self::key::{Key, Keys};
pub use self::parents::{PARENT_REACH, Parents};
pub use self::share::share_out;
use self::spill::{Open, Place, Spill};
use crate::comment::Article;
use crate::features::topic::{ArticleTokens, Background, Bag, Context, Level, Thread, Token, Wanted};
use crate::hashed::Hashed;
use crate::text::Folded;

/// Bytes of threads and articles that are kept in memory where there is a store for others.
const ROOM: usize = 64 << 20;

/// What the first pass gathers: per article its tokens and its thread, and which
/// comments are answered (eight bytes each).
#[derive(Debug, Default)]
pub struct Threads {
    articles: HashMap<Key, Slot, Hashed>,
    parents: Keys,
    spill: Spill,
    /// Bytes of all entries in memory.
    held: usize,
    room: usize,
    /// Counts the calls that use entries, to tell those not used for long.
    now: u32,
}

/// What is known of an article, in pieces that add up.
#[derive(Debug, Default)]
struct Slot {
    entry: Option<Box<Entry>>,
    /// The pieces in the store; while reading goes on, `entry` is not among them.
    stored: Place,
    has_article: bool,
    /// When it was used last.
    used: u32,
}

#[derive(Debug, Default)]
struct Entry {
    article: Option<ArticleTokens>,
    thread: Thread,
    /// By reference.
    levels: Vec<Level>,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.thread.bytes() + self.article.as_ref().map_or(0, ArticleTokens::bytes) + size_of::<Self>()
    }

    fn sum_up(&mut self, references: &[Reference<'_>]) {
        let (thread, article) = (&self.thread, self.article.as_ref());
        let level = |(background, wanted): &Reference<'_>| background.wanted_level(thread, article, *wanted);
        self.levels = references.iter().map(level).collect();
    }
}

/// What threads are measured against, and which columns are wanted of that.
pub type Reference<'a> = (&'a Background, Wanted);

/// The entry of an article, and comments that join its thread.
type Group<'a> = (Box<Entry>, &'a [(Key, &'a [Token])]);

impl Threads {
    /// Threads of which about 64 MB are kept in memory and the others in what `open` opens
    /// when there are more. No score depends on it.
    pub fn spilling(open: Open) -> Self {
        Self { spill: Spill::new(open), room: ROOM, ..Self::default() }
    }

    /// Notes an article. What was noted of it first stays.
    pub fn add_article(&mut self, article: &Article) {
        self.add_articles(std::slice::from_ref(article));
    }

    /// Notes articles as [`Threads::add_article`] does, on all threads.
    pub fn add_articles(&mut self, articles: &[Article]) {
        let mut is_new = |article: &&Article| {
            let slot = self.articles.entry(Key::of(&article.article_id)).or_default();
            !std::mem::replace(&mut slot.has_article, true)
        };
        let new: Vec<&Article> = articles.iter().filter(&mut is_new).collect();
        let tokens_of = |article: &&Article| ArticleTokens::new(&article.title, &article.lead, &article.text);
        let tokens: Vec<ArticleTokens> = new.par_iter().map(tokens_of).collect();
        for (article, tokens) in new.into_iter().zip(tokens) {
            let key = Key::of(&article.article_id);
            let mut entry = self.take(key);
            entry.article = Some(tokens);
            self.put(key, entry);
        }
    }

    /// How many articles comments name, and of how many of them nothing else is known.
    pub fn known(&self) -> (usize, usize) {
        (self.articles.len(), self.articles.values().filter(|slot| !slot.has_article).count())
    }

    /// Notes a comment: its text joins its thread, its parent is remembered.
    pub fn add_comment(&mut self, text: &str, article_id: &str, parent_id: &str) {
        self.add_to_threads(vec![(Key::of(article_id), Bag::new(&Folded::new(text)).tokens())]);
        self.add_parents([Key::of(parent_id)]);
    }

    /// Adds comments to the threads of their articles, if any, on all threads of the pool: each
    /// its article and its distinct topic tokens.
    pub fn add_to_threads(&mut self, mut comments: Vec<(Key, &[Token])>) {
        comments.retain(|(article, _)| !article.is_none());
        // Counts are the same in every order.
        comments.sort_unstable_by_key(|(article, _)| *article);
        let of_article = comments.chunk_by(|a, b| a.0 == b.0);
        let mut groups: Vec<Group<'_>> = of_article.map(|group| (self.take(group[0].0), group)).collect();
        let add_all = |(entry, group): &mut Group<'_>| {
            group.iter().for_each(|(_, tokens)| entry.thread.add_tokens(tokens));
        };
        match &mut groups[..] {
            [only] => add_all(only),
            groups => groups.par_iter_mut().for_each(add_all),
        }
        groups.into_iter().for_each(|(entry, group)| self.put(group[0].0, entry));
    }

    /// Remembers which comments are answered.
    pub fn add_parents(&mut self, parents: impl IntoIterator<Item = Key>) {
        self.parents.extend(parents.into_iter().filter(|parent| !parent.is_none()));
    }

    /// The entry of an article, to be changed and [put](Self::put) back.
    fn take(&mut self, article: Key) -> Box<Entry> {
        let Some(mut entry) = self.articles.entry(article).or_default().entry.take() else {
            return Box::default();
        };
        self.held -= entry.bytes();
        entry.levels.clear();
        entry
    }

    fn put(&mut self, article: Key, entry: Box<Entry>) {
        self.held += entry.bytes();
        let slot = self.articles.entry(article).or_default();
        (slot.entry, slot.used) = (Some(entry), self.now);
    }

    /// Number of articles noted.
    pub fn articles(&self) -> usize {
        self.articles.len()
    }

    /// What a comment of the article is compared with, the parent apart; by the only model, or
    /// the first.
    pub fn context(&self, article_id: &str) -> Context<'_> {
        self.context_of(Key::of(article_id), 0)
    }

    /// The same for the model with reference number `reference`.
    pub fn context_of(&self, article: Key, reference: usize) -> Context<'_> {
        let slot = if article.is_none() { None } else { self.articles.get(&article) };
        let entry = slot.and_then(|slot| slot.entry.as_deref());
        Context {
            article: entry.and_then(|e| e.article.as_ref()),
            thread: entry.map(|e| &e.thread),
            level: entry.and_then(|e| e.levels.get(reference)),
            parent: None,
        }
    }

    /// Whether some comment answers another.
    pub fn has_answers(&self) -> bool {
        !self.parents.is_empty()
    }

    /// Whether some comment answers `id`.
    pub fn is_answered(&self, id: Key) -> bool {
        !id.is_none() && self.parents.contains(&id)
    }
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
    fn comments_noted_together_are_those_noted_one_by_one() {
        let rows = [("eins zwei", "a", ""), ("drei", "", "p"), ("zwei", "a", "q"), ("vier", "b", "")];
        let (mut one, mut all) = (Threads::default(), Threads::default());
        rows.iter().for_each(|(text, article, parent)| one.add_comment(text, article, parent));
        let bags = rows.map(|(text, ..)| Bag::new(&Folded::new(text)));
        let articles = rows.iter().map(|(_, article, _)| Key::of(article));
        all.add_to_threads(articles.zip(bags.iter().map(Bag::tokens)).collect());
        all.add_parents(rows.iter().map(|(.., parent)| Key::of(parent)));
        for article in ["a", "b"] {
            let counts = |threads: &Threads| {
                let mut counts: Vec<_> = threads.context(article).thread.unwrap().counts().collect();
                counts.sort_unstable();
                counts
            };
            assert_eq!(counts(&one), counts(&all));
            assert!(!counts(&all).is_empty());
        }
        assert_eq!(["p", "q", "r"].map(|id| all.is_answered(Key::of(id))), [true, true, false]);
        assert_eq!(all.articles(), 2);
    }
}
