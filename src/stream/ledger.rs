//! What was measured of comments, put down article by article: so that each thread is laid out
//! once, while all of its comments are at hand, and forgotten before the next.
//!
//! Articles are dealt out among parts by the hash of their identifier. What is noted goes to the
//! end of its part, in memory as long as there is room and then into a file; a part is read as a
//! whole and sorted by article. Memory does not grow with what is noted, but for a part that is
//! too large to be read as a whole, of which every thread is in memory.

use std::collections::HashMap;
use std::io::{self, SeekFrom};
use std::sync::{Mutex, PoisonError};

use super::Key;
use super::record::{ArticleRecord, Record, Row, encode_article, encode_row};
use super::store::{Open, Store};
use crate::comment::Article;
use crate::error::Result;
use crate::features::topic::{ArticleTokens, Bag, Context, Level, Reference, Thread, ThreadTable};
use crate::hashed::Hashed;

/// Parts, of which each thread holds one at a time.
const PARTS: usize = 256;

/// Bytes that are kept in memory.
const ROOM: usize = 64 << 20;

/// Bytes that are put away at once.
const CHUNK: usize = 32 << 10;

/// Bytes of a part that is read as a whole.
const WHOLE: u64 = 64 << 20;

/// The measures of all comments, by article.
pub struct Ledger {
    parts: Vec<Part>,
    /// Whether comments count into threads.
    has_threads: bool,
    open: Open,
    store: Option<Mutex<Box<dyn Store>>>,
    /// Bytes in the store, and in memory.
    stored: u64,
    held: usize,
    room: usize,
    /// Bytes that are put away at once, and those of a part that is read as a whole.
    chunk: usize,
    whole: u64,
}

#[derive(Debug, Default)]
struct Part {
    chunks: Vec<Chunk>,
    /// What follows them.
    last: Vec<u8>,
}

/// Some records, one behind the other.
#[derive(Debug)]
enum Chunk {
    Held(Vec<u8>),
    Stored { offset: u64, length: usize },
}

impl Chunk {
    fn len(&self) -> usize {
        match self {
            Self::Held(bytes) => bytes.len(),
            Self::Stored { length, .. } => *length,
        }
    }
}

/// How many articles there are, and of how many of them nothing but comments is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// All of them.
    pub articles: usize,
    /// Those without title and text.
    pub unknown: usize,
}

impl Known {
    /// Of both together.
    pub fn and(self, other: Self) -> Self {
        Self { articles: self.articles + other.articles, unknown: self.unknown + other.unknown }
    }
}

/// What a comment stands under.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'a> {
    article: Option<&'a ArticleTokens>,
    table: Option<&'a ThreadTable>,
    /// In place of a table, where many threads are in memory.
    thread: Option<(&'a Thread, &'a [Level])>,
}

impl<'a> Place<'a> {
    /// What a comment is compared with, against reference number `reference`.
    pub fn context(self, reference: usize, parent: Option<&'a Bag>) -> Context<'a> {
        Context {
            article: self.article,
            thread: self.thread.map(|(thread, _)| thread),
            level: self.thread.map(|(_, levels)| &levels[reference]),
            table: self.table.map(|table| table.laid_out(reference)),
            parent,
        }
    }
}

/// Buffers to [judge](Ledger::judge) with.
#[derive(Debug, Default)]
pub struct Desk {
    table: ThreadTable,
    row: Row,
    chunks: Vec<Vec<u8>>,
}

/// The tokens of an article, if it is known, and its rank.
#[derive(Debug, Default)]
struct Stated(Option<(u8, ArticleTokens)>);

impl Stated {
    /// Takes an article unless there is one that comes before it.
    fn take(&mut self, record: &ArticleRecord<'_>) {
        if self.0.as_ref().is_none_or(|(rank, _)| record.rank < *rank) {
            self.0 = Some((record.rank, ArticleTokens::new(record.title, record.lead, record.text)));
        }
    }

    fn tokens(&self) -> Option<&ArticleTokens> {
        self.0.as_ref().map(|(_, tokens)| tokens)
    }

    fn known(&self) -> Known {
        Known { articles: 1, unknown: usize::from(self.0.is_none()) }
    }
}

/// An article and its thread, where many are in memory at once.
#[derive(Debug, Default)]
struct Group {
    article: Stated,
    thread: Thread,
    levels: Vec<Level>,
}

impl Group {
    fn sum_up(&mut self, references: &[Reference<'_>]) {
        let level = |(background, wanted): &Reference<'_>| {
            background.wanted_level(&self.thread, self.article.tokens(), *wanted)
        };
        self.levels = references.iter().map(level).collect();
    }

    fn place(&self) -> Place<'_> {
        Place { article: self.article.tokens(), table: None, thread: Some((&self.thread, &self.levels)) }
    }
}

impl Ledger {
    /// Nothing yet; what has no room goes to what `open` opens. Comments count into threads if
    /// it `has_threads`.
    pub fn new(has_threads: bool, open: Open) -> Self {
        Self {
            parts: (0..PARTS).map(|_| Part::default()).collect(),
            has_threads,
            open,
            store: None,
            stored: 0,
            held: 0,
            room: ROOM,
            chunk: CHUNK,
            whole: WHOLE,
        }
    }

    /// How many parts can be [judged](Ledger::judge), each by itself.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Notes an article. Of several with one identifier that of the least `rank` counts, and of
    /// those the first.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when the store cannot be written,
    /// [`Kind::Input`](crate::error::Kind::Input) if it has 2 GiB of text.
    pub fn note_article(&mut self, article: &Article, rank: u8) -> Result<()> {
        let key = Key::of(&article.article_id);
        let part = self.part_of(key, 0);
        encode_article(key, article, rank, &mut self.parts[part].last)?;
        self.relieve(part)
    }

    /// Notes a comment.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when the store cannot be written.
    pub fn note(&mut self, row: &Row) -> Result<()> {
        let part = self.part_of(row.article, row.number.unwrap_or(0));
        encode_row(row, &mut self.parts[part].last)?;
        self.relieve(part)
    }

    /// What has no article can be anywhere. Of the hash not those bits that a map looks at first.
    fn part_of(&self, article: Key, number: u64) -> usize {
        let hash = if article.is_none() { number } else { article.hash() >> 32 };
        hash as usize % self.parts.len()
    }

    /// Ends the chunk of a part when it is large enough.
    fn relieve(&mut self, part: usize) -> Result<()> {
        let Part { chunks, last } = &mut self.parts[part];
        if last.len() < self.chunk {
            return Ok(());
        }
        if self.store.is_none() && self.held + last.len() <= self.room {
            self.held += last.len();
            // With room for the record that ends it.
            let next = Vec::with_capacity(self.chunk + self.chunk / 8);
            chunks.push(Chunk::Held(std::mem::replace(last, next)));
            return Ok(());
        }
        let store = match &mut self.store {
            Some(store) => store,
            none => none.insert(Mutex::new((self.open)()?)),
        };
        let store = store.get_mut().unwrap_or_else(PoisonError::into_inner);
        store.seek(SeekFrom::Start(self.stored))?;
        store.write_all(last)?;
        chunks.push(Chunk::Stored { offset: self.stored, length: last.len() });
        self.stored += last.len() as u64;
        last.clear();
        last.shrink_to(self.chunk + self.chunk / 8);
        Ok(())
    }

    /// Calls `each` for every comment of a part that has a number, with what it stands under, of
    /// which the threads are laid out against `references`. In no order that means anything.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io) when the store cannot be read, and what `each` says.
    pub fn judge(
        &self,
        part: usize,
        references: &[Reference<'_>],
        desk: &mut Desk,
        mut each: impl FnMut(Place<'_>, &Row) -> Result<()>,
    ) -> Result<Known> {
        let part = &self.parts[part];
        let size: usize = part.chunks.iter().map(Chunk::len).sum();
        match size as u64 <= self.whole {
            true => self.judge_whole(part, references, desk, &mut each),
            false => self.judge_by_chunks(part, references, &mut desk.row, &mut each),
        }
    }

    /// Article by article.
    fn judge_whole(
        &self,
        part: &Part,
        references: &[Reference<'_>],
        desk: &mut Desk,
        each: &mut impl FnMut(Place<'_>, &Row) -> Result<()>,
    ) -> Result<Known> {
        let Desk { table, row, chunks } = desk;
        chunks.resize_with(part.chunks.len(), Vec::new);
        let each_chunk = part.chunks.iter().zip(chunks.iter_mut());
        let mut all =
            each_chunk.map(|(chunk, buffer)| self.bytes(chunk, buffer)).collect::<Result<Vec<_>>>()?;
        all.push(&part.last);
        let mut records: Vec<(Key, u32, u32)> = Vec::new();
        for (i, bytes) in (0..).zip(&all) {
            Record::for_each(bytes, |at, record| records.push((record.article(), i, at as u32)));
        }
        records.sort_unstable();
        let mut known = Known::default();
        for of_article in records.chunk_by(|a, b| a.0 == b.0) {
            let mut records =
                of_article.iter().map(|&(_, i, at)| Record::at(&all[i as usize][at as usize..]));
            if of_article[0].0.is_none() {
                records.try_for_each(|record| hand_out(&record, Place::default(), row, each))?;
                continue;
            }
            let mut article = Stated::default();
            table.clear();
            for record in records.clone() {
                match record {
                    Record::Article(record) => article.take(&record),
                    Record::Row(record) if self.has_threads => {
                        record.tokens(&mut row.tokens);
                        table.add(row.tokens.tokens());
                    }
                    Record::Row(_) => {}
                }
            }
            table.lay_out(article.tokens(), references);
            let table = self.has_threads.then_some(&*table);
            let place = Place { article: article.tokens(), table, thread: None };
            records.try_for_each(|record| hand_out(&record, place, row, each))?;
            known = known.and(article.known());
        }
        Ok(known)
    }

    /// Chunk by chunk, all threads at once, as small as they can be kept: for what is too large to
    /// be sorted in memory, as one thread of a million comments is.
    fn judge_by_chunks(
        &self,
        part: &Part,
        references: &[Reference<'_>],
        row: &mut Row,
        each: &mut impl FnMut(Place<'_>, &Row) -> Result<()>,
    ) -> Result<Known> {
        let mut groups: HashMap<Key, Group, Hashed> = HashMap::default();
        self.for_each_record(part, |record| {
            if record.article().is_none() {
                return Ok(());
            }
            let group = groups.entry(record.article()).or_default();
            match record {
                Record::Article(record) => group.article.take(record),
                Record::Row(record) if self.has_threads => {
                    record.tokens(&mut row.tokens);
                    group.thread.add(&row.tokens);
                }
                Record::Row(_) => {}
            }
            Ok(())
        })?;
        groups.values_mut().for_each(|group| group.sum_up(references));
        self.for_each_record(part, |record| {
            let place = groups.get(&record.article()).map(Group::place).unwrap_or_default();
            hand_out(record, place, row, each)
        })?;
        Ok(groups.values().map(|group| group.article.known()).fold(Known::default(), Known::and))
    }

    fn for_each_record(&self, part: &Part, mut each: impl FnMut(&Record<'_>) -> Result<()>) -> Result<()> {
        let mut buffer = Vec::new();
        for chunk in &part.chunks {
            Record::try_for_each(self.bytes(chunk, &mut buffer)?, &mut each)?;
        }
        Record::try_for_each(&part.last, each)
    }

    /// The records of a chunk, for which there is a `buffer`.
    fn bytes<'a>(&'a self, chunk: &'a Chunk, buffer: &'a mut Vec<u8>) -> Result<&'a [u8]> {
        match (chunk, &self.store) {
            (Chunk::Held(bytes), _) => Ok(bytes),
            (Chunk::Stored { offset, length }, Some(store)) => {
                buffer.resize(*length, 0);
                let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
                store.seek(SeekFrom::Start(*offset))?;
                store.read_exact(buffer)?;
                Ok(buffer)
            }
            (Chunk::Stored { .. }, None) => Err(io::Error::other("there is no store").into()),
        }
    }
}

fn hand_out(
    record: &Record<'_>,
    place: Place<'_>,
    row: &mut Row,
    each: &mut impl FnMut(Place<'_>, &Row) -> Result<()>,
) -> Result<()> {
    match record {
        Record::Row(record) if record.number.is_some() => {
            record.write(row);
            each(place, row)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Threads;
    use super::*;
    use crate::features::topic::{Background, Wanted};
    use crate::text::Folded;

    const COMMENTS: usize = 400;
    const ARTICLES: usize = 7;

    fn bag(text: &str) -> Bag {
        Bag::new(&Folded::new(text))
    }

    fn text(i: usize) -> String {
        format!("Kommentar {} zur Sache {} und zum Titel {}", i % 9, i % 31, i % ARTICLES)
    }

    /// Every eighth comment stands nowhere.
    fn article(i: usize) -> String {
        if i % 8 == 7 { String::new() } else { format!("a{}", i % ARTICLES) }
    }

    fn title(i: usize, what: &str) -> Article {
        let (article_id, title) = (format!("a{i}"), format!("{what} Titel {i}"));
        Article { article_id, title, text: format!("Absatz {i}\n\nnoch einer"), ..Article::default() }
    }

    fn open() -> io::Result<Box<dyn Store>> {
        Ok(Box::new(io::Cursor::new(Vec::new())))
    }

    /// Notes everything in a ledger with so much room, a thousand bytes at a time; what comes of each comment by number.
    fn judged(has_threads: bool, room: usize, whole: u64) -> (Vec<Option<Vec<f64>>>, Known, bool) {
        let background = Background::learn(&[bag("ein paar Worte im Allgemeinen zur Sache")]);
        let mut ledger = Ledger { room, whole, chunk: 1000, ..Ledger::new(has_threads, open) };
        (0..ARTICLES - 1).for_each(|i| ledger.note_article(&title(i, "ein anderer"), 2).unwrap());
        for i in 0..COMMENTS {
            let tokens = bag(&text(i));
            let parent = (i % 3 == 2).then(|| Bag::common(tokens.tokens(), bag(&text(i - 1)).tokens()));
            let number = (i % 5 != 4).then_some(i as u64);
            let (article, terms) = (Key::of(&article(i)), vec![i as f64, -0.5]);
            ledger.note(&Row { number, article, tokens, parent, terms }).unwrap();
        }
        (0..ARTICLES - 1).for_each(|i| ledger.note_article(&title(i, "der"), 1).unwrap());
        (0..ARTICLES - 1).for_each(|i| ledger.note_article(&title(i, "zu spät der"), 1).unwrap());
        let (mut rows, mut known) = (vec![None; COMMENTS], Known::default());
        let mut desk = Desk::default();
        for part in 0..ledger.parts() {
            let of_part = ledger.judge(part, &[(&background, Wanted::ALL)], &mut desk, |place, row| {
                let (mut columns, number) = (row.terms.clone(), row.number.unwrap());
                background.columns(&row.tokens, &place.context(0, row.parent.as_ref()), &mut columns);
                assert!(rows[number as usize].replace(columns).is_none(), "{number} comes once");
                Ok(())
            });
            known = known.and(of_part.unwrap());
        }
        (rows, known, ledger.store.is_some())
    }

    #[test]
    fn comments_are_judged_in_their_threads_wherever_those_were_put() {
        let background = Background::learn(&[bag("ein paar Worte im Allgemeinen zur Sache")]);
        for has_threads in [true, false] {
            let mut threads = Threads::default();
            (0..ARTICLES - 1).for_each(|i| threads.add_article(&title(i, "der")));
            (0..COMMENTS).filter(|_| has_threads).for_each(|i| threads.add_comment(&text(i), &article(i)));
            let expected: Vec<Option<Vec<f64>>> = (0..COMMENTS)
                .map(|i| {
                    let parent = (i % 3 == 2).then(|| bag(&text(i - 1)));
                    let context = Context { parent: parent.as_ref(), ..threads.context(&article(i)) };
                    let mut columns = vec![i as f64, -0.5];
                    background.columns(&bag(&text(i)), &context, &mut columns);
                    (i % 5 != 4).then_some(columns)
                })
                .collect();
            for (room, whole, spills) in [(ROOM, WHOLE, false), (9_000, WHOLE, true), (9_000, 1, true)] {
                let (rows, known, has_spilled) = judged(has_threads, room, whole);
                assert_eq!((rows == expected, has_spilled), (true, spills), "{has_threads} {room} {whole}");
                assert_eq!(known, Known { articles: ARTICLES, unknown: 1 });
            }
        }
    }

    #[test]
    fn without_a_place_to_put_things_the_error_says_why() {
        let no_place = || Err(io::Error::other("the folder is full"));
        let mut ledger = Ledger { room: 0, chunk: 1000, ..Ledger::new(true, no_place) };
        let row = Row { number: Some(0), article: Key::of("a"), tokens: bag(&text(0)), ..Row::default() };
        let error = (0..100).find_map(|_| ledger.note(&row).err()).unwrap();
        assert!(error.to_string().contains("the folder is full"), "{error}");
    }
}
