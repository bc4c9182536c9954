//! Whole tables in memory, for training and evaluation.

use std::collections::HashMap;

use super::row::{Outcome, Reject, Row};
use super::table::Table;
use crate::comment::{Article, Example};
use crate::error::{Error, Position, Result};

/// What was judged, by row, with everything around it.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    /// Names of the labels, in the order of the judgements.
    pub labels: Vec<String>,
    /// All rows in order, also those nobody judged: they are part of the thread.
    pub examples: Vec<Example>,
    /// Articles by `article_id`, given or found inline.
    pub articles: HashMap<String, Article>,
    /// Name and number of rows of every table.
    pub sources: Vec<(String, usize)>,
    /// BLAKE3 over labels, rows in order, and articles by identifier.
    pub checksum: [u8; 32],
    /// Records that are in no row, each with the name of its table.
    pub rejects: Vec<(String, Reject)>,
}

/// Reads `tables` (of the role Comments) one after the other. A label that one table has no
/// column for was not judged there; folds are read from the column `fold`, if one is named.
/// What `articles` says goes before what stands inline.
///
/// # Errors
/// [`Kind::Labels`](crate::error::Kind::Labels) when a label has a column in no table,
/// [`Kind::Input`](crate::error::Kind::Input) when the fold has none,
/// and whatever opening and reading gives.
pub fn read_corpus(
    tables: impl IntoIterator<Item = Result<Table>>,
    articles: HashMap<String, Article>,
    labels: &[String],
    fold: Option<&str>,
) -> Result<Corpus> {
    let mut corpus = Corpus { labels: labels.to_vec(), articles, ..Corpus::default() };
    let mut found = vec![false; labels.len()];
    for table in tables {
        let mut table = table?;
        let at = Wanted::of(&table, labels, fold)?;
        found.iter_mut().zip(&at.labels).for_each(|(found, at)| *found |= at.is_some());
        let before = corpus.examples.len();
        corpus.read_table(&mut table, &at)?;
        corpus.sources.push((table.name().to_owned(), corpus.examples.len() - before));
    }
    if let Some((label, _)) = labels.iter().zip(found).find(|(_, found)| !found) {
        return Err(Error::labels(format!(
            "no table has a column `{label}` (--column {label}=NAME maps one)"
        )));
    }
    corpus.checksum = checksum(&corpus);
    Ok(corpus)
}

/// The columns of one table that a corpus wants.
struct Wanted {
    labels: Vec<Option<usize>>,
    fold: Option<usize>,
}

impl Wanted {
    fn of(table: &Table, labels: &[String], fold: Option<&str>) -> Result<Self> {
        let columns = table.columns();
        let labels = labels.iter().map(|label| columns.named(label)).collect();
        let no_column = |name: &str| {
            Error::input(format!("there is no fold column `{name}`")).at(Position::file(table.name()))
        };
        let fold = fold.map(|name| columns.named(name).ok_or_else(|| no_column(name))).transpose()?;
        Ok(Self { labels, fold })
    }
}

impl Corpus {
    fn read_table(&mut self, table: &mut Table, at: &Wanted) -> Result<()> {
        let name = table.name().to_owned();
        while let Some(outcome) = table.next_row()? {
            let read = match outcome {
                Outcome::Row(row) => example(&row, at).map(|example| (example, row.inline_article())),
                Outcome::Reject(reject) => Err(reject),
            };
            match read {
                Ok((example, article)) => {
                    self.examples.push(example);
                    self.add_inline(article);
                }
                Err(reject) => self.rejects.push((name.clone(), reject)),
            }
        }
        Ok(())
    }

    /// Fills what is not known of an article; what is known stays.
    fn add_inline(&mut self, inline: Option<Article>) {
        let Some(inline) = inline else { return };
        let known = self.articles.entry(inline.article_id.clone()).or_insert_with(|| inline.clone());
        let fill = |known: &mut String, new: String| {
            if known.is_empty() {
                *known = new;
            }
        };
        fill(&mut known.title, inline.title);
        fill(&mut known.lead, inline.lead);
        fill(&mut known.text, inline.text);
    }
}

fn example(row: &Row<'_>, at: &Wanted) -> Result<Example, Reject> {
    let judgements = at.labels.iter().map(|at| at.map_or(Ok(None), |at| row.judgement(at)));
    let fold = at.fold.map(|at| row.field(at).trim()).filter(|fold| !fold.is_empty());
    Ok(Example {
        judgements: judgements.collect::<Result<_, _>>()?,
        fold: fold.map(str::to_owned),
        comment: row.comment(),
    })
}

/// Reads a table of articles; rejected records are handed back with the articles.
///
/// # Errors
/// Whatever reading gives.
pub fn read_articles(table: &mut Table) -> Result<(HashMap<String, Article>, Vec<Reject>)> {
    let (mut articles, mut rejects) = (HashMap::new(), Vec::new());
    while let Some(outcome) = table.next_row()? {
        match outcome {
            Outcome::Row(row) => {
                let article = row.article();
                articles.insert(article.article_id.clone(), article);
            }
            Outcome::Reject(reject) => rejects.push(reject),
        }
    }
    Ok((articles, rejects))
}

/// Every part with its length before it, so that no two corpora look alike.
fn checksum(corpus: &Corpus) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    let mut add = |part: &str| {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    };
    corpus.labels.iter().for_each(|label| add(label));
    for Example { comment: c, judgements, fold } in &corpus.examples {
        [&c.id, &c.article_id, &c.parent_id, &c.author, &c.created_at, &c.text]
            .into_iter()
            .for_each(|part| add(part));
        judgements.iter().for_each(|j| add(j.map_or("", |yes| if yes { "1" } else { "0" })));
        add(fold.as_deref().unwrap_or_default());
    }
    let mut articles: Vec<&Article> = corpus.articles.values().collect();
    articles.sort_by_key(|a| &a.article_id);
    for a in articles {
        [&a.article_id, &a.title, &a.lead, &a.text].into_iter().for_each(|part| add(part));
    }
    hash.finalize().into()
}
