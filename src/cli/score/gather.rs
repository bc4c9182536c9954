//! The first pass: what comments are compared with, and what their own texts say; and the rows
//! themselves where they have room, so that they need not be read again.

use std::collections::VecDeque;

use netiquette::corpus::Row;
use netiquette::stream::{self, Ledger, Parents, share_out};

use super::batch::Batch;
use super::measure::{Measured, Scorers};
use super::reader::{Fate, Reader};

/// Bytes of rows that are kept at most.
const KEPT: usize = 48 << 20;

/// What the first pass found.
#[derive(Default)]
pub struct Gathered {
    /// All records, if they are to be scored and had room.
    pub kept: Option<VecDeque<Batch>>,
    /// How many rows there are, and how many records that are none.
    pub rows: u64,
    pub rejected: u64,
}

/// Where the first pass puts what it finds.
pub struct Gather<'a> {
    pub scorers: &'a Scorers<'a>,
    pub ledger: &'a mut Ledger,
    /// The comments that may be answered; none where nobody says what he answers.
    pub parents: Option<Parents>,
}

impl Gather<'_> {
    /// Reads all that `reader` gives. Articles that stand inline have this `rank`, see
    /// [`Ledger::note_article`].
    ///
    /// # Errors
    /// If reading fails, or what is found cannot be put down.
    pub fn read(
        &mut self,
        reader: &mut Reader<'_>,
        fate: impl Fn(&Row<'_>) -> Fate + Sync,
        rank: u8,
    ) -> netiquette::Result<Gathered> {
        let kept = reader.is_to_be_scored().then(VecDeque::new);
        let mut gathered = Gathered { kept, ..Gathered::default() };
        let mut room = KEPT;
        let (mut batch, mut next) = (Batch::default(), Batch::default());
        // The batch that is measured and not put down yet, of which the first is none.
        let mut before = (Batch::default(), Vec::new());
        reader.fill(&mut batch, &fate)?;
        while !batch.is_empty() {
            let (scorers, answers) = (self.scorers, self.parents.is_some());
            let beside = || {
                self.put_down(&before.0, &before.1, rank)?;
                reader.fill(&mut next, &fate)
            };
            let measure = |i: usize| scorers.measure(&batch, batch.chunk(i), answers);
            let (read, measured) = share_out(batch.chunks(), beside, measure);
            read?;
            let spare = gathered.take(&mut before.0, &mut room);
            before = (std::mem::replace(&mut batch, next), measured);
            next = spare;
        }
        self.put_down(&before.0, &before.1, rank)?;
        gathered.take(&mut before.0, &mut room);
        Ok(gathered)
    }

    /// Puts down the articles of a batch, and what was measured of its rows, chunk by chunk.
    fn put_down(&mut self, batch: &Batch, measured: &[Measured], rank: u8) -> netiquette::Result<()> {
        for article in &batch.articles {
            self.ledger.note_article(article, rank)?;
        }
        let mut noted = stream::Row::default();
        for (chunk, measured) in measured.iter().enumerate() {
            for (i, at) in batch.chunk(chunk).enumerate() {
                let (row, tokens) = (&batch.rows()[at], measured.bags.tokens(i));
                if let Some(parents) = &mut self.parents {
                    noted.parent = parents.shared(row.parent(), tokens);
                    parents.add(row.id(), tokens);
                }
                if row.is_scored() || !row.article().is_none() {
                    noted.number = row.is_scored().then_some(batch.first + at as u64);
                    noted.article = row.article();
                    noted.tokens.copy(tokens.iter().copied());
                    noted.terms.clear();
                    if row.is_scored() {
                        measured.terms(i).for_each(|terms| noted.terms.extend_from_slice(terms));
                    }
                    self.ledger.note(&noted)?;
                }
            }
        }
        Ok(())
    }
}

impl Gathered {
    /// Takes in a batch, and keeps it if it has room; gives one to be filled.
    fn take(&mut self, batch: &mut Batch, room: &mut usize) -> Batch {
        self.rows += batch.rows().len() as u64;
        self.rejected += batch.tally.rejected;
        batch.forget_articles();
        let size = batch.size();
        match &mut self.kept {
            Some(kept) if size <= *room => {
                *room -= size;
                let like = batch.like();
                if !batch.is_empty() {
                    kept.push_back(std::mem::replace(batch, like));
                }
            }
            kept => *kept = None,
        }
        std::mem::take(batch)
    }
}
