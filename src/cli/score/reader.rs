//! The records of the input in batches, read ahead of their scoring.

use std::collections::VecDeque;

use netiquette::corpus::{Field, Outcome, Row};
use netiquette::stream::Keys;

use super::append::nameless;
use super::batch::Batch;
use crate::cli::inputs::Tables;
use crate::cli::signals;
use crate::cli::writer::Layout;

/// What is done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is scored, unless an earlier job has done so.
    Score,
    /// It is passed over; it can be what others answer.
    Skip,
    /// It is passed over as if it were not there.
    Leave,
    /// It could not be told from others.
    Nameless,
}

/// Where batches come from: a table, or what the first pass kept.
pub struct Reader<'a> {
    table: Tables<'a>,
    kept: VecDeque<Batch>,
    /// How rows are written; without it none is scored.
    layout: Option<&'a Layout>,
    /// Articles met inline, where those are asked for.
    articles: Option<Keys>,
    /// Records read, and rows among them.
    records: u64,
    rows: u64,
    /// Records that an earlier job has dealt with.
    done: u64,
    /// Records up to the next checkpoint, and between two.
    checkpoint: Option<(u64, u64)>,
}

impl<'a> Reader<'a> {
    /// The batches of `table`; with a `layout` its rows can be scored.
    pub fn new(table: Tables<'a>, layout: Option<&'a Layout>) -> Self {
        let kept = VecDeque::new();
        Self { table, kept, layout, articles: None, records: 0, rows: 0, done: 0, checkpoint: None }
    }

    /// The same with the articles that stand inline.
    pub fn with_articles(mut self) -> Self {
        let columns = self.table.columns();
        let inline = [Field::ArticleTitle, Field::ArticleText, Field::ArticleLead];
        let has_some = inline.iter().any(|field| columns.index(*field).is_some());
        self.articles = has_some.then(Keys::default);
        self
    }

    /// The same with a checkpoint every `interval` records behind the `done` ones of an earlier job.
    pub fn with_checkpoints(mut self, done: u64, interval: u64) -> Self {
        (self.done, self.checkpoint) = (done, Some((done.saturating_add(interval), interval)));
        self
    }

    /// The same batches once more, which were all there are.
    pub fn again(mut self, batches: VecDeque<Batch>) -> Self {
        self.kept = batches;
        self
    }

    /// Whether rows are read to be scored.
    pub fn is_to_be_scored(&self) -> bool {
        self.layout.is_some()
    }

    /// Whether the table has a column for this.
    pub fn has(&self, field: Field) -> bool {
        self.table.columns().index(field).is_some()
    }

    /// Whether its columns say what rows stand under.
    pub fn has_places(&self) -> bool {
        self.articles.is_some() || self.has(Field::ArticleId) || self.has(Field::ParentId)
    }

    /// Rows so far with members that are no columns.
    pub fn unread(&self) -> u64 {
        self.table.unread()
    }

    /// Reads the next records into `batch`; none if there are no more.
    ///
    /// # Errors
    /// If reading fails, or a signal asks to stop. The batch then holds what was read before.
    pub fn fill(&mut self, batch: &mut Batch, fate: impl Fn(&Row<'_>) -> Fate) -> netiquette::Result<()> {
        if let Some(kept) = self.kept.pop_front() {
            *batch = kept;
            return signals::check();
        }
        batch.clear();
        batch.first = self.rows;
        while !batch.is_full() && batch.checkpoint.is_none() {
            let Some(outcome) = self.table.next_row()? else { break };
            signals::check()?;
            self.records += 1;
            let is_done = self.records <= self.done;
            match outcome {
                Outcome::Reject(reject) => batch.reject(self.table.name(), reject, is_done),
                Outcome::Row(row) => {
                    self.rows += 1;
                    let fate = fate(&row);
                    if let Some(articles) = &mut self.articles {
                        take_article(&row, articles, batch);
                    }
                    let nameless = (fate == Fate::Nameless).then(|| nameless(&row));
                    match (fate, self.layout) {
                        (Fate::Score, Some(layout)) if !is_done => batch.score(&row, layout),
                        _ => batch.pass(&row, fate),
                    }
                    if let Some(reject) = nameless {
                        batch.reject(self.table.name(), reject, is_done);
                    }
                }
            }
            if let Some((due, interval)) = self.checkpoint.filter(|(due, _)| self.records >= *due) {
                batch.checkpoint = Some(self.records);
                self.checkpoint = Some((due.saturating_add(interval), interval));
            }
        }
        Ok(())
    }
}

/// Takes the article of a row, the first time it comes.
fn take_article(row: &Row<'_>, articles: &mut Keys, batch: &mut Batch) {
    let key = super::batch::article_key(row);
    if key.is_none() || articles.contains(&key) {
        return;
    }
    if let Some(article) = row.inline_article() {
        articles.insert(key);
        batch.add_article(article);
    }
}
