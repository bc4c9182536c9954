//! Whole tables in memory, for training and evaluation.

use std::collections::HashMap;

use super::columns::WEIGHT;
use super::row::{Outcome, Reject, Row};
use super::table::Table;
use crate::comment::{Article, Example};
use crate::error::{Error, Position, Result};

/// What was judged, by row, with everything around it.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    /// Names of the labels, in the order of the judgements.
    pub labels: Vec<String>,
    /// Names of the further columns that were asked for.
    pub columns: Vec<String>,
    /// All rows in order, also those nobody judged: they are part of the thread.
    pub examples: Vec<Example>,
    /// Articles by `article_id`, given or found inline.
    pub articles: HashMap<String, Article>,
    /// Name and number of rows of every table.
    pub sources: Vec<(String, usize)>,
    /// How many of the tables, the first, are unlabelled.
    pub unlabelled: usize,
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
    read_corpus_with(Vec::new(), tables, articles, labels, fold, &[])
}

/// [`read_corpus`] that also keeps the cells of `columns`, whatever they hold, and reads tables
/// before the others of which no judgement counts, if there are any, and which name no folds.
///
/// # Errors
/// Those of [`read_corpus`], and [`Kind::Input`](crate::error::Kind::Input) when no table has
/// one of the columns.
pub fn read_corpus_with(
    unlabelled: Vec<Table>,
    tables: impl IntoIterator<Item = Result<Table>>,
    articles: HashMap<String, Article>,
    labels: &[String],
    fold: Option<&str>,
    columns: &[String],
) -> Result<Corpus> {
    let mut corpus =
        Corpus { labels: labels.to_vec(), columns: columns.to_vec(), articles, ..Corpus::default() };
    let mut found = vec![false; labels.len()];
    let mut found_columns = vec![false; columns.len()];
    corpus.unlabelled = unlabelled.len();
    let unlabelled = unlabelled.into_iter().map(|table| (Ok(table), false));
    for (table, is_labelled) in unlabelled.chain(tables.into_iter().map(|table| (table, true))) {
        let mut table = table?;
        let mut at = Wanted::of(&table, labels, fold.filter(|_| is_labelled), columns)?;
        if !is_labelled {
            at.labels.fill(None);
        }
        found_columns.iter_mut().zip(&at.extra).for_each(|(found, at)| *found |= at.is_some());
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
    if let Some((column, _)) = columns.iter().zip(found_columns).find(|(_, found)| !found) {
        return Err(Error::input(format!("no table has a column `{column}`")));
    }
    corpus.checksum = checksum(&corpus);
    Ok(corpus)
}

/// The columns of one table that a corpus wants.
struct Wanted {
    labels: Vec<Option<usize>>,
    fold: Option<usize>,
    extra: Vec<Option<usize>>,
    weight: Option<usize>,
}

impl Wanted {
    fn of(table: &Table, labels: &[String], fold: Option<&str>, extra: &[String]) -> Result<Self> {
        let columns = table.columns();
        let labels = labels.iter().map(|label| columns.named(label)).collect();
        let no_column = |name: &str| {
            Error::input(format!("there is no fold column `{name}`")).at(Position::file(table.name()))
        };
        let fold = fold.map(|name| columns.named(name).ok_or_else(|| no_column(name))).transpose()?;
        let extra = extra.iter().map(|name| columns.named(name)).collect();
        Ok(Self { labels, fold, extra, weight: columns.named(WEIGHT) })
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
        extra: at.extra.iter().map(|at| at.map_or("", |at| row.field(at).trim()).to_owned()).collect(),
        line: row.line(),
        weight: at.weight.map_or(Ok(None), |at| row.weight(at))?,
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
    for Example { comment: c, judgements, fold, weight, .. } in &corpus.examples {
        [&c.id, &c.article_id, &c.parent_id, &c.author, &c.created_at, &c.text]
            .into_iter()
            .for_each(|part| add(part));
        judgements.iter().for_each(|j| add(j.map_or("", |yes| if yes { "1" } else { "0" })));
        add(fold.as_deref().unwrap_or_default());
        // Corpora without weights keep the checksum they always had.
        if let Some(weight) = weight {
            add(&weight.to_string());
        }
    }
    let mut articles: Vec<&Article> = corpus.articles.values().collect();
    articles.sort_by_key(|a| &a.article_id);
    for a in articles {
        [&a.article_id, &a.title, &a.lead, &a.text].into_iter().for_each(|part| add(part));
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::corpus::{Code, Mapping, Options, Role};
    use crate::error::Kind;

    fn table(name: &str, text: &str, role: Role) -> Result<Table> {
        Table::open(name, Cursor::new(text.to_owned()), role, &Options::default())
    }

    fn corpus(texts: &[&str], labels: &[&str]) -> Result<Corpus> {
        let labels: Vec<String> = labels.iter().map(|l| (*l).to_owned()).collect();
        let tables = texts.iter().map(|text| table("t.csv", text, Role::Comments));
        read_corpus(tables, HashMap::new(), &labels, None)
    }

    #[test]
    fn a_label_is_not_judged_where_it_has_no_column() {
        let a = "id,text,incivility\n1,a,ja\n2,b,\n3,c,0\n";
        let b = "off_topic;text\n1;d\n";
        let corpus = corpus(&[a, b], &["incivility", "off_topic"]).unwrap();
        let judged: Vec<_> = corpus.examples.iter().map(|e| e.judgements.clone()).collect();
        let expected = [[Some(true), None], [None, None], [Some(false), None], [None, Some(true)]];
        assert_eq!(judged, expected);
        assert_eq!(corpus.sources, [("t.csv".to_owned(), 3), ("t.csv".to_owned(), 1)]);
    }

    #[test]
    fn a_label_that_no_table_has_is_named() {
        let error = corpus(&["text,hate\na,1\n"], &["incivility"]).unwrap_err();
        assert_eq!(error.kind(), Kind::Labels);
        assert!(error.to_string().contains("`incivility`"), "{error}");
    }

    #[test]
    fn a_judgement_that_is_none_rejects_its_row() {
        let corpus = corpus(&["id,text,hate\n1,a,vielleicht\n2,b,1\n"], &["hate"]).unwrap();
        assert_eq!(corpus.examples.len(), 1);
        let (name, reject) = &corpus.rejects[0];
        assert_eq!((name.as_str(), reject.line, reject.code), ("t.csv", 2, Code::BadLabel));
        assert!(reject.reason.contains("`hate`") && !reject.reason.contains("vielleicht"));
    }

    #[test]
    fn inline_articles_are_found_by_identifier_or_content() {
        let text = "text,article_id,article_title,article_text,hate\n\
                    a,7,Titel,,1\nb,7,Anderer,Langtext,0\nc,,Frei,,\nd,,Frei,,\ne,,,,\n";
        let corpus = corpus(&[text], &["hate"]).unwrap();
        let article = &corpus.articles["7"];
        assert_eq!((article.title.as_str(), article.text.as_str()), ("Titel", "Langtext"));
        let ids: Vec<&str> = corpus.examples.iter().map(|e| e.comment.article_id.as_str()).collect();
        assert_eq!(ids[2], ids[3]);
        assert_eq!(corpus.articles[ids[2]].title, "Frei");
        assert_eq!((ids[4], corpus.articles.len()), ("", 2));
    }

    #[test]
    fn a_fold_is_read_and_a_missing_one_refused() {
        let text = "text,hate,fold\na,1,x\nb,0, \n";
        let read = |fold| {
            let tables = [table("t.csv", text, Role::Comments)];
            read_corpus(tables, HashMap::new(), &["hate".to_owned()], Some(fold))
        };
        let folds: Vec<_> = read("fold").unwrap().examples.into_iter().map(|e| e.fold).collect();
        assert_eq!(folds, [Some("x".to_owned()), None]);
        assert_eq!(read("group").unwrap_err().to_string(), "t.csv: there is no fold column `group`");
    }

    #[test]
    fn further_columns_are_kept_and_a_missing_one_is_named() {
        let read = |names: &[&str]| {
            let columns: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
            let tables = ["text,hate,desk\na,1, Sport\n", "text,hate\nb,0\n"]
                .map(|text| table("t.csv", text, Role::Comments));
            read_corpus_with(Vec::new(), tables, HashMap::new(), &["hate".to_owned()], None, &columns)
        };
        let corpus = read(&["desk"]).unwrap();
        let rows: Vec<_> = corpus.examples.into_iter().map(|e| (e.extra, e.line)).collect();
        assert_eq!(rows, [(vec!["Sport".to_owned()], 2), (vec![String::new()], 2)]);
        assert!(read(&["desk", "mood"]).unwrap_err().to_string().contains("`mood`"));
    }

    #[test]
    fn the_checksum_is_of_content_and_order() {
        let sum = |text| corpus(&[text], &["hate"]).unwrap().checksum;
        let base = sum("id,text,hate\n1,a,1\n2,b,0\n");
        assert_eq!(base, sum("hate;text;id\r\n1;a;1\r\nnein;\"b\";2\r\n"));
        for other in
            ["id,text,hate\n2,b,0\n1,a,1\n", "id,text,hate\n1,a,\n2,b,0\n", "id,text,hate\n1,ab,1\n2,,0\n"]
        {
            assert_ne!(base, sum(other), "{other:?}");
        }
    }

    #[test]
    fn articles_are_read_and_the_broken_ones_handed_back() {
        let text = "id;Titel;Body\n1;T;a\n;U;b\n2;;\n1;V;c\n3;;d\n";
        let (articles, rejects) = read_articles(&mut table("a.csv", text, Role::Articles).unwrap()).unwrap();
        let mut ids: Vec<_> = articles.keys().map(String::as_str).collect();
        ids.sort_unstable();
        assert_eq!((ids, articles["1"].title.as_str()), (vec!["1", "3"], "T"));
        let codes: Vec<_> = rejects.iter().map(|r| r.code).collect();
        assert_eq!(codes, [Code::EmptyId, Code::EmptyText, Code::DuplicateId]);
    }

    #[test]
    fn a_mapped_label_is_found() {
        let options = Options { mapping: Mapping::parse(["hate=Hass"]).unwrap(), ..Options::default() };
        let table = Table::open("t.csv", Cursor::new("text,Hass\na,1\n"), Role::Comments, &options);
        let corpus = read_corpus([table], HashMap::new(), &["hate".to_owned()], None).unwrap();
        assert_eq!(corpus.examples[0].judgements, [Some(true)]);
    }

    #[test]
    fn weights_are_read_blank_or_refused() {
        let corpus =
            corpus(&["text,hate,sampling_weight\na,1,2.5\nb,0,\nc,0,-1\nd,0,viel\n"], &["hate"]).unwrap();
        assert_eq!(corpus.examples.iter().map(|e| e.weight).collect::<Vec<_>>(), [Some(2.5), None]);
        assert!(corpus.rejects.iter().all(|(_, reject)| reject.code == Code::BadWeight));
        assert_eq!(corpus.rejects.len(), 2);
    }
}
