//! The first pass: inline articles and threads; and, where all of it has room, the rows
//! themselves, so that they need not be read again.

use std::collections::VecDeque;

use netiquette::corpus::Row;
use netiquette::features::topic::Bag;
use netiquette::stream::Threads;

use super::batch::Batch;
use super::reader::{Fate, Reader};
use crate::cli::inputs::Tables;

/// Bytes of rows that are kept at most, if that much of the room for threads is left.
const KEPT: usize = 32 << 20;

/// Reads a table whose comments are not scored here.
///
/// # Errors
/// If reading fails.
pub fn gather(
    table: Tables<'_>,
    threads: &mut Threads,
    bag: impl Fn(&str) -> Bag + Sync,
) -> netiquette::Result<()> {
    let gather = Gather { threads, with_comments: true, bag };
    gather.read(&mut Reader::new(table, None).with_articles(), |_| Fate::Score).map(drop)
}

/// What of the input makes threads.
pub struct Gather<'a, B> {
    pub threads: &'a mut Threads,
    /// Comments count into threads, and are answered.
    pub with_comments: bool,
    /// The topic tokens of a text.
    pub bag: B,
}

impl<B: Fn(&str) -> Bag + Sync> Gather<'_, B> {
    /// Reads all that `reader` gives, if there is something for threads in it. Where it reads rows
    /// to be scored, and the room for threads is enough for them as well, they are given back.
    ///
    /// # Errors
    /// If reading fails.
    pub fn read(
        self,
        reader: &mut Reader<'_>,
        fate: impl Fn(&Row<'_>) -> Fate + Sync,
    ) -> netiquette::Result<Option<VecDeque<Batch>>> {
        let Self { threads, with_comments, bag } = self;
        if !reader.has_something(with_comments) {
            return Ok(None);
        }
        let mut kept = reader.has_layout().then(VecDeque::new);
        let mut size = 0;
        let (mut batch, mut next) = (Batch::default(), Batch::default());
        reader.fill(&mut batch, &fate)?;
        while !batch.is_empty() {
            threads.add_articles(&batch.articles);
            let comments = if with_comments { batch.gathered() } else { Vec::new() };
            threads.add_comments(&comments, &bag, || reader.fill(&mut next, &fate))?;
            threads.relieve()?;
            size += batch.size();
            if kept.is_some() && size > threads.room_left().min(KEPT) {
                kept = None;
                reader.without_layout();
            }
            if let Some(kept) = &mut kept {
                batch.articles = Vec::new();
                kept.push_back(std::mem::take(&mut batch));
            }
            std::mem::swap(&mut batch, &mut next);
        }
        Ok(kept)
    }
}
