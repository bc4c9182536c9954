//! The first pass: inline articles and threads; and, where all of it has room, the rows
//! themselves, so that they need not be read again, or else what was measured of them.

use std::collections::VecDeque;
use std::ops::Range;

use netiquette::corpus::Row;
use netiquette::features::topic::{Bag, Bags};
use netiquette::stream::{Threads, share_out};

use super::batch::Batch;
use super::measure::Measured;
use super::measures::{self, Measures};
use super::reader::{Fate, Reader};
use crate::cli::inputs::Tables;

/// Bytes of rows, and of what was measured of them, that are kept at most, if that much of the room
/// for threads is left.
const KEPT: usize = 48 << 20;

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

/// What is known of the rows to be scored after the first pass.
pub enum Kept {
    Nothing,
    /// What was measured of them, or of the first of them.
    Measures(measures::Kept),
    /// All of them, measured.
    Rows(VecDeque<Batch>),
}

/// What is kept so far.
enum Keep {
    Nothing,
    Measures(Measures, bool),
    Rows(VecDeque<Batch>, usize),
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
    /// Reads all that `reader` gives, if there is something for threads in it, and keeps what it
    /// can where it reads rows to be scored.
    ///
    /// # Errors
    /// If reading fails.
    pub fn read(
        self,
        reader: &mut Reader<'_>,
        fate: impl Fn(&Row<'_>) -> Fate + Sync,
    ) -> netiquette::Result<Kept> {
        let Self { threads, with_comments, measure } = self;
        if !reader.has_something(with_comments) {
            return Ok(Kept::Nothing);
        }
        let mut keep = if reader.has_layout() { Keep::Rows(VecDeque::new(), 0) } else { Keep::Nothing };
        let (mut batch, mut next) = (Batch::default(), Batch::default());
        // The batch that is measured and not in its threads yet, of which the first is none.
        let mut before = Batch::default();
        reader.fill(&mut batch, &fate)?;
        while !batch.is_empty() {
            let in_full = keep.wants_more();
            let beside = || {
                take_in(&before, threads, with_comments)?;
                reader.fill(&mut next, &fate)
            };
            let chunks = if in_full || with_comments { batch.chunks() } else { 0 };
            let (read, measured) = share_out(chunks, beside, |i| measure(&batch, batch.chunk(i), in_full));
            read?;
            batch.set_measured(Measured::join(&measured));
            keep = keep.take(&mut before, threads.room_left());
            let spare = std::mem::replace(&mut before, std::mem::take(&mut batch));
            batch = std::mem::replace(&mut next, spare);
        }
        take_in(&before, threads, with_comments)?;
        Ok(keep.take(&mut before, threads.room_left()).finish())
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

impl Keep {
    /// Whether the rows that come next are to be measured in full.
    fn wants_more(&self) -> bool {
        matches!(self, Self::Rows(..) | Self::Measures(_, true))
    }

    /// Keeps a batch that was taken in, as far as there is `room`.
    fn take(self, batch: &mut Batch, room: usize) -> Self {
        batch.articles = Vec::new();
        if batch.is_empty() {
            return self;
        }
        match self {
            Self::Rows(mut rows, size) if size + batch.size() <= room.min(KEPT) => {
                let (size, like) = (size + batch.size(), batch.like());
                rows.push_back(std::mem::replace(batch, like));
                Self::Rows(rows, size)
            }
            Self::Rows(rows, _) => {
                let empty = Measures::new().map_or(Self::Nothing, |measures| Self::Measures(measures, true));
                let keep = rows.iter().fold(empty, Self::write);
                keep.write(batch)
            }
            measures => measures.write(batch),
        }
    }

    /// Writes what was measured; where that fails, nothing is kept, and all will be measured again.
    fn write(self, batch: &Batch) -> Self {
        match self {
            Self::Measures(mut measures, true) => match measures.write(batch) {
                Ok(has_room) => Self::Measures(measures, has_room),
                Err(_) => Self::Nothing,
            },
            other => other,
        }
    }

    fn finish(self) -> Kept {
        match self {
            Self::Nothing => Kept::Nothing,
            Self::Measures(measures, _) => measures.finish().map_or(Kept::Nothing, Kept::Measures),
            Self::Rows(rows, _) => Kept::Rows(rows),
        }
    }
}
