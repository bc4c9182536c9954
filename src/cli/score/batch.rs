//! Rows on their way to their scores, a batch in one buffer.

use std::ops::Range;

use netiquette::Article;
use netiquette::corpus::{Field, Reject, Row};
use netiquette::stream::Key;

use super::reader::Fate;
use crate::cli::rejects::Tally;
use crate::cli::writer::Layout;

/// Records of a batch, and bytes of them; the scores do not depend on it.
const BATCH: usize = 4096;
const BATCH_BYTES: usize = 8 << 20;

/// Rows that one thread works on at a time.
const CHUNK: usize = 16;

/// Records of the input, one behind the other.
#[derive(Debug, Default)]
pub struct Batch {
    /// What is kept of the rows, and those texts that do not stand in it.
    bytes: String,
    rows: Vec<Waiting>,
    /// The number of the first row, from 0.
    pub first: u64,
    /// Records that are no rows.
    pub rejects: Vec<Rejected>,
    /// Articles that stand inline.
    pub articles: Vec<Article>,
    /// What becomes of the records.
    pub tally: Tally,
    /// Records that were read up to here, where a checkpoint is due.
    pub checkpoint: Option<u64>,
    /// Bytes beside `bytes`.
    others: usize,
}

/// A record that is no row.
#[derive(Debug)]
pub struct Rejected {
    /// The name of its table.
    pub table: String,
    pub reject: Reject,
    /// An earlier job has written it.
    pub is_done: bool,
}

/// A row of a batch.
#[derive(Debug, Default)]
pub struct Waiting {
    kept: Range<usize>,
    text: Range<usize>,
    id: Key,
    article: Key,
    parent: Key,
    is_scored: bool,
}

impl Waiting {
    /// Its article.
    pub fn article(&self) -> Key {
        self.article
    }

    /// Its identifier.
    pub fn id(&self) -> Key {
        self.id
    }

    /// That of what it answers.
    pub fn parent(&self) -> Key {
        self.parent
    }

    /// Whether it can be answered or answers.
    pub fn has_name(&self) -> bool {
        !self.id.is_none() || !self.parent.is_none()
    }

    /// Whether it is to be scored.
    pub fn is_scored(&self) -> bool {
        self.is_scored
    }
}

impl Batch {
    /// One without records, with room for about as many as this one has.
    pub fn like(&self) -> Self {
        let bytes = self.bytes.len();
        let rows = Vec::with_capacity(self.rows.len());
        Self { bytes: String::with_capacity(bytes + bytes / 8), rows, ..Self::default() }
    }

    /// Forgets all records.
    pub fn clear(&mut self) {
        let (mut bytes, mut rows) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.rows));
        bytes.clear();
        rows.clear();
        *self = Self { bytes, rows, ..Self::default() };
    }

    /// Whether no record is in it.
    pub fn is_empty(&self) -> bool {
        self.tally.read == 0
    }

    /// Whether no more records should follow.
    pub fn is_full(&self) -> bool {
        self.tally.read as usize >= BATCH || self.bytes.len() + self.others >= BATCH_BYTES
    }

    /// Memory held, in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len() + self.rows.len() * size_of::<Waiting>() + self.others
    }

    /// Takes a row to be scored, and to be written by `layout`.
    pub fn score(&mut self, row: &Row<'_>, layout: &Layout) {
        let start = self.bytes.len();
        layout.keep(row, &mut self.bytes);
        let kept = start..self.bytes.len();
        // The text is kept but once where it stands in what is kept.
        let text = match row.place(Field::Text).filter(|_| layout.keeps_raw()) {
            Some(place) => start + place.start..start + place.end,
            None => self.take_text(row),
        };
        self.tally.score();
        self.push(row, Waiting { kept, text, is_scored: true, ..Waiting::default() });
    }

    /// Takes a row that is not to be scored.
    pub fn pass(&mut self, row: &Row<'_>, fate: Fate) {
        match fate {
            Fate::Score => self.tally.score(),
            Fate::Skip | Fate::Leave => self.tally.skip(),
            Fate::Nameless => {}
        }
        match fate {
            // It only lies between others.
            Fate::Leave => self.rows.push(Waiting::default()),
            _ => {
                let text = self.take_text(row);
                self.push(row, Waiting { text, ..Waiting::default() });
            }
        }
    }

    fn take_text(&mut self, row: &Row<'_>) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.push_str(row.get(Field::Text));
        start..self.bytes.len()
    }

    fn push(&mut self, row: &Row<'_>, waiting: Waiting) {
        let article = article_key(row);
        let [id, parent] = [Field::Id, Field::ParentId].map(|field| Key::of(row.get(field)));
        self.rows.push(Waiting { id, article, parent, ..waiting });
    }

    /// Takes a record that is no row of `table`.
    pub fn reject(&mut self, table: &str, reject: Reject, is_done: bool) {
        self.tally.reject();
        self.others += table.len() + reject.raw.len() + size_of::<Rejected>();
        self.rejects.push(Rejected { table: table.to_owned(), reject, is_done });
    }

    /// Takes an article.
    pub fn add_article(&mut self, article: Article) {
        self.others += size_of_article(&article);
        self.articles.push(article);
    }

    /// Forgets the articles.
    pub fn forget_articles(&mut self) {
        self.others -= self.articles.iter().map(size_of_article).sum::<usize>();
        self.articles = Vec::new();
    }

    /// All rows.
    pub fn rows(&self) -> &[Waiting] {
        &self.rows
    }

    /// Of some of the rows those to be scored.
    pub fn scored<'a>(&self, rows: &'a [Waiting]) -> impl Iterator<Item = &'a Waiting> + Clone + use<'a> {
        rows.iter().filter(|row| row.is_scored)
    }

    /// The text of a row.
    pub fn text(&self, row: &Waiting) -> &str {
        &self.bytes[row.text.clone()]
    }

    /// What is kept of a row.
    pub fn kept(&self, row: &Waiting) -> &str {
        &self.bytes[row.kept.clone()]
    }

    /// In how many parts the rows are worked on.
    pub fn chunks(&self) -> usize {
        self.rows.len().div_ceil(CHUNK)
    }

    /// The rows of chunk `i`.
    pub fn chunk(&self, i: usize) -> Range<usize> {
        i * CHUNK..self.rows.len().min((i + 1) * CHUNK)
    }
}

fn size_of_article(article: &Article) -> usize {
    article.title.len() + article.lead.len() + article.text.len()
}

/// The article of a row.
pub fn article_key(row: &Row<'_>) -> Key {
    match row.get(Field::ArticleId) {
        "" => Key::of(&row.article_id()),
        stated => Key::of(stated),
    }
}
