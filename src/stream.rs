//! Scoring a stream of comments in two passes: the first gathers the threads, the
//! second scores each comment against them.
//!
//! Memory does not grow with the number of comments, but for eight bytes for each that is
//! answered, nor much with that of articles; see [`Threads::spilling`].

pub mod spill;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use self::spill::{Open, Place, Spill};
use crate::comment::Article;
use crate::error::Result;
use crate::features::topic::{ArticleTokens, Background, Bag, Context, Level, Thread};
use crate::hashed::Hashed;
use crate::text::Folded;

/// Comments that may lie between a comment and its parent for the parent to count.
pub const PARENT_REACH: usize = 65_536;

/// Tokens that all parents within reach may have together (64 MiB); beyond it the oldest are
/// forgotten early. Comments of usual length do not come near it.
const PARENT_TOKENS: usize = 1 << 24;

/// Bytes of threads and articles that are kept in memory where there is a store for others.
const ROOM: usize = 64 << 20;

/// Comments that one thread reads at a time.
const CHUNK: usize = 64;

/// What the first pass gathers: per article its tokens and its thread, and which
/// comments are answered (eight bytes each).
#[derive(Debug, Default)]
pub struct Threads {
    articles: HashMap<u64, Slot, Hashed>,
    parents: HashSet<u64, Hashed>,
    folded: Folded,
    bag: Bag,
    spill: Spill,
    /// Bytes of all entries in memory.
    held: usize,
    room: usize,
}

/// What is known of an article, in pieces that add up.
#[derive(Debug, Default)]
struct Slot {
    entry: Option<Box<Entry>>,
    /// The pieces in the store; while reading goes on, `entry` is not among them.
    places: Vec<Place>,
    has_article: bool,
}

#[derive(Debug, Default)]
struct Entry {
    article: Option<ArticleTokens>,
    thread: Thread,
    /// By background.
    levels: Vec<Level>,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.thread.bytes() + self.article.as_ref().map_or(0, ArticleTokens::bytes) + size_of::<Self>()
    }
}

/// What the first pass takes from a row.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// The comment; needed only under an article.
    pub text: String,
    /// Its article, if any.
    pub article_id: String,
    /// The comment it answers, if any.
    pub parent_id: String,
}

impl Threads {
    /// Threads of which about 64 MB are kept in memory and the others in what `open` opens
    /// when there are more. No score depends on it.
    pub fn spilling(open: Open) -> Self {
        Self { spill: Spill::new(open), room: ROOM, ..Self::default() }
    }

    /// Notes an article. What was noted of it first stays.
    pub fn add_article(&mut self, article: &Article) {
        let slot = self.articles.entry(key(&article.article_id)).or_default();
        if !slot.has_article {
            slot.has_article = true;
            let tokens = ArticleTokens::new(&article.title, &article.lead, &article.text);
            self.held += change(slot, |entry| entry.article = Some(tokens));
        }
    }

    /// Whether the article's text is known.
    pub fn knows_article(&self, article_id: &str) -> bool {
        self.articles.get(&key(article_id)).is_some_and(|slot| slot.has_article)
    }

    /// Notes a comment: its text joins its thread, its parent is remembered.
    pub fn add_comment(&mut self, text: &str, article_id: &str, parent_id: &str) {
        if !article_id.is_empty() {
            self.folded.fold(text);
            self.bag.fill(&self.folded);
            let slot = self.articles.entry(key(article_id)).or_default();
            self.held += change(slot, |entry| entry.thread.add(&self.bag));
        }
        self.add_parent(parent_id);
    }

    /// Notes comments as [`Threads::add_comment`] does, on all threads; `bag` gives the topic
    /// tokens of a text.
    pub fn add_comments(&mut self, comments: &[Gathered], bag: impl Fn(&str) -> Bag + Sync) {
        let of_chunk = |comments: &[Gathered]| {
            let in_thread = comments.iter().filter(|c| !c.article_id.is_empty());
            in_thread.map(|c| (key(&c.article_id), bag(&c.text))).collect::<Vec<_>>()
        };
        let bags: Vec<Vec<(u64, Bag)>> = comments.par_chunks(CHUNK).map(of_chunk).collect();
        for (article, bag) in bags.into_iter().flatten() {
            let slot = self.articles.entry(article).or_default();
            self.held += change(slot, |entry| entry.thread.add(&bag));
        }
        comments.iter().for_each(|comment| self.add_parent(&comment.parent_id));
    }

    fn add_parent(&mut self, parent_id: &str) {
        if !parent_id.is_empty() {
            self.parents.insert(key(parent_id));
        }
    }

    /// To be called between comments: makes room where there is a store.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when the store cannot be written.
    pub fn relieve(&mut self) -> Result<()> {
        if self.held > self.room && self.spill.is_possible() {
            self.put_away()?;
        }
        Ok(())
    }

    fn put_away(&mut self) -> Result<()> {
        for slot in self.articles.values_mut() {
            if let Some(entry) = slot.entry.take() {
                slot.places.push(self.spill.write(&entry)?);
            }
        }
        self.held = 0;
        Ok(())
    }

    /// Ends the first pass: sums up every thread once for each of the `backgrounds` (of the
    /// models that will score), so that no comment has to. Changes no score.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when the store cannot be written.
    pub fn settle(&mut self, backgrounds: &[&Background]) -> Result<()> {
        if self.spill.is_used() {
            return self.put_away();
        }
        let mut entries: Vec<&mut Entry> =
            self.articles.values_mut().filter_map(|slot| slot.entry.as_deref_mut()).collect();
        entries.par_iter_mut().for_each(|entry| entry.sum_up(backgrounds));
        Ok(())
    }

    /// Fetches what [`context`](Threads::context) will be asked for, with the `backgrounds` of
    /// [`settle`](Threads::settle), after which nothing can be added.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when the store cannot be read.
    pub fn fetch<'a>(
        &mut self,
        article_ids: impl Iterator<Item = &'a str>,
        backgrounds: &[&Background],
    ) -> Result<()> {
        if !self.spill.is_used() {
            return Ok(());
        }
        if self.held > self.room {
            self.articles.values_mut().for_each(|slot| slot.entry = None);
            self.held = 0;
        }
        for id in article_ids {
            let Some(slot) = self.articles.get_mut(&key(id)).filter(|slot| slot.entry.is_none()) else {
                continue;
            };
            let mut entry = Box::<Entry>::default();
            for &place in &slot.places {
                self.spill.add_to(&mut entry, place)?;
            }
            entry.sum_up(backgrounds);
            self.held += entry.bytes();
            slot.entry = Some(entry);
        }
        Ok(())
    }

    /// Number of articles noted.
    pub fn articles(&self) -> usize {
        self.articles.len()
    }

    /// What a comment of the article is compared with, the parent apart; by the only model, or
    /// the first.
    pub fn context(&self, article_id: &str) -> Context<'_> {
        self.context_of(article_id, 0)
    }

    /// The same for the model with background number `background`.
    pub fn context_of(&self, article_id: &str, background: usize) -> Context<'_> {
        let slot = match article_id.is_empty() {
            true => None,
            false => self.articles.get(&key(article_id)),
        };
        let entry = slot.and_then(|slot| slot.entry.as_deref());
        Context {
            article: entry.and_then(|e| e.article.as_ref()),
            thread: entry.map(|e| &e.thread),
            level: entry.and_then(|e| e.levels.get(background)),
            parent: None,
        }
    }

    /// Whether some comment answers `id`.
    pub fn is_answered(&self, id: &str) -> bool {
        !id.is_empty() && self.parents.contains(&key(id))
    }
}

impl Entry {
    fn sum_up(&mut self, backgrounds: &[&Background]) {
        let (thread, article) = (&self.thread, self.article.as_ref());
        self.levels = backgrounds.iter().map(|background| background.level(thread, article)).collect();
    }
}

/// Changes the entry of `slot`; by how many bytes it has grown.
fn change(slot: &mut Slot, change: impl FnOnce(&mut Entry)) -> usize {
    let before = slot.entry.as_ref().map_or(0, |entry| entry.bytes());
    let entry = slot.entry.get_or_insert_default();
    change(entry);
    entry.levels.clear();
    entry.bytes().saturating_sub(before)
}

/// The answered comments among the last [`PARENT_REACH`], for the second pass.
#[derive(Debug, Default)]
pub struct Parents {
    bags: HashMap<u64, Arc<Bag>, Hashed>,
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
    fn comments_noted_together_are_those_noted_one_by_one() {
        let rows = [("eins zwei", "a", ""), ("drei", "", "p"), ("zwei", "a", "q"), ("vier", "b", "")];
        let own = str::to_owned;
        let gathered = rows.map(|(text, article, parent)| Gathered {
            text: own(text),
            article_id: own(article),
            parent_id: own(parent),
        });
        let (mut one, mut all) = (Threads::default(), Threads::default());
        rows.iter().for_each(|(text, article, parent)| one.add_comment(text, article, parent));
        all.add_comments(&gathered, |text| Bag::new(&Folded::new(text)));
        for article in ["a", "b"] {
            let counts = |threads: &Threads| {
                let mut counts: Vec<_> = threads.context(article).thread.unwrap().counts().collect();
                counts.sort_unstable();
                counts
            };
            assert_eq!(counts(&one), counts(&all));
            assert!(!counts(&all).is_empty());
        }
        assert_eq!(["p", "q", "r"].map(|id| all.is_answered(id)), [true, true, false]);
        assert_eq!(all.articles(), 2);
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

    #[test]
    fn what_is_put_away_is_what_is_kept() {
        let open: Open = || Ok(Box::new(std::io::Cursor::new(Vec::new())));
        let background = Background::learn(&[Bag::new(&Folded::new("ein paar Worte im Allgemeinen"))]);
        let (mut kept, mut spilling) = (Threads::default(), Threads::spilling(open));
        spilling.room = 1000;
        let title = |i: usize| Article {
            article_id: format!("a{}", i % 7),
            title: format!("Titel {i}"),
            text: format!("Absatz {i}\n\nnoch einer"),
            ..Article::default()
        };
        for threads in [&mut kept, &mut spilling] {
            for i in 0..100 {
                threads.add_article(&title(i));
                threads.add_comment(
                    &format!("Kommentar {} zur Sache {i}", i % 9),
                    &format!("a{}", i % 7),
                    "",
                );
                threads.relieve().unwrap();
            }
            threads.settle(&[&background]).unwrap();
        }
        assert!(spilling.spill.is_used() && !kept.spill.is_used());
        let comment = Bag::new(&Folded::new("Kommentar 3 zum Titel 5 und zur Sache"));
        for i in 0..7 {
            let id = format!("a{i}");
            spilling.fetch([id.as_str()].into_iter(), &[&background]).unwrap();
            let columns = |threads: &Threads| {
                let mut columns = Vec::new();
                background.columns(&comment, &threads.context(&id), &mut columns);
                columns
            };
            assert_eq!(columns(&spilling), columns(&kept), "{id}");
        }
    }
}
