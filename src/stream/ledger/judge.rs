//! A part of a ledger, read again: article by article, each with its thread.

use std::collections::HashMap;

use super::super::Key;
use super::super::record::{ArticleRecord, Record, Row};
use super::{Chunk, Ledger, Part};
use crate::error::Result;
use crate::features::topic::{ArticleTokens, Bag, Context, Level, Reference, Thread, ThreadTable};
use crate::hashed::Hashed;

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
