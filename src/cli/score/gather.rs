//! The first pass: inline articles and threads; and, where all of it has room, the rows
//! themselves, so that they need not be read again.

use std::collections::VecDeque;
use std::ops::Range;

use netiquette::corpus::Row;
use netiquette::features::topic::{Bag, Bags};
use netiquette::stream::{Threads, share_out};

use super::batch::Batch;
use super::measure::Measured;
use super::reader::{Fate, Reader};
use crate::cli::inputs::Tables;

/// Bytes of rows, and of what was measured of them, that are kept at most, if that much of the room
/// for threads is left.
pub const KEPT: usize = 48 << 20;

/// Reads a table whose comments are not scored here; `bag` gives the topic tokens of a text.
///
/// # Errors
/// If reading fails.
pub fn gather(
    table: Tables<'_>,
    threads: &mut Threads,
    bag: impl Fn(&str) -> Bag + Sync,
) -> netiquette::Result<()> {
    let measure = |batch: &Batch, rows: Range<usize>, _: bool| {
        let mut bags = Bags::default();
        batch.rows()[rows].iter().for_each(|row| bags.push(bag(batch.text(row)).tokens()));
        Measured::of(bags)
    };
    let gather = Gather { threads, with_comments: true, measure };
    gather.read(&mut Reader::new(table, None).with_articles(), |_| Fate::Score).map(drop)
}

/// What of the input makes threads.
pub struct Gather<'a, M> {
    pub threads: &'a mut Threads,
    /// Comments count into threads, and are answered.
    pub with_comments: bool,
    /// Measures rows of a batch: what threads are made of, and, where that is to be kept, all there
    /// is to know of them without threads.
    pub measure: M,
}

impl<M: Fn(&Batch, Range<usize>, bool) -> Measured + Sync> Gather<'_, M> {
    /// Reads all that `reader` gives, if there is something for threads in it. Where it reads rows
    /// to be scored, and the room for threads is enough for them as well, they are given back,
    /// measured.
    ///
    /// # Errors
    /// If reading fails.
    pub fn read(
        self,
        reader: &mut Reader<'_>,
        fate: impl Fn(&Row<'_>) -> Fate + Sync,
    ) -> netiquette::Result<Option<VecDeque<Batch>>> {
        let Self { threads, with_comments, measure } = self;
        if !reader.has_something(with_comments) {
            return Ok(None);
        }
        let mut kept = reader.has_layout().then(VecDeque::new);
        let mut size = 0;
        let (mut batch, mut next) = (Batch::default(), Batch::default());
        // The batch that is measured and not in its threads yet, of which the first is none.
        let mut before = Batch::default();
        reader.fill(&mut batch, &fate)?;
        while !batch.is_empty() {
            let is_kept = kept.is_some();
            let beside = || {
                take_in(&before, threads, with_comments)?;
                reader.fill(&mut next, &fate)
            };
            let chunks = if is_kept || with_comments { batch.chunks() } else { 0 };
            let (read, measured) = share_out(chunks, beside, |i| measure(&batch, batch.chunk(i), is_kept));
            read?;
            batch.set_measured(measured);
            keep(&mut before, &mut kept, &mut size, threads.room_left());
            if kept.is_none() {
                reader.without_layout();
            }
            let spare = std::mem::replace(&mut before, std::mem::take(&mut batch));
            batch = std::mem::replace(&mut next, spare);
        }
        take_in(&before, threads, with_comments)?;
        keep(&mut before, &mut kept, &mut size, threads.room_left());
        Ok(kept)
    }
}

/// Notes what makes threads.
fn take_in(batch: &Batch, threads: &mut Threads, with_comments: bool) -> netiquette::Result<()> {
    threads.add_articles(&batch.articles);
    if with_comments {
        batch.add_to(threads);
    }
    threads.relieve()
}

/// Keeps a batch that was taken in beside the `kept` ones, or none if the room does not do.
fn keep(batch: &mut Batch, kept: &mut Option<VecDeque<Batch>>, size: &mut usize, room: usize) {
    batch.articles = Vec::new();
    *size += batch.size();
    if *size > room.min(KEPT) {
        *kept = None;
    } else if let Some(kept) = kept.as_mut().filter(|_| !batch.is_empty()) {
        let like = batch.like();
        kept.push_back(std::mem::replace(batch, like));
    }
}
