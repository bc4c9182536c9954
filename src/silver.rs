//! Off-topic examples without anybody's judgement: comments moved under a foreign article.
//!
//! A desk that has threads but no off-topic labels can still learn what belongs under an
//! article. A moved comment takes the place of a comment drawn at random from another
//! article of its table, article and parent, so that neither the size of the thread nor
//! having a parent gives it away. It never moves to an article that shares a rare word
//! with its own article or with itself: such a move might well be on topic.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::corpus::Corpus;
use crate::error::{Error, Result};
use crate::features::ngram::hash_word;
use crate::model::OFF_TOPIC;
use crate::text::{Folded, is_word};

/// A word of fewer symbols is never rare.
const SHORTEST: usize = 4;
/// Places drawn for a comment before it is left where it is.
const DRAWS: u64 = 20;

/// What was done, for the provenance of a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Share of comments that were to be moved, 0–1.
    pub rate: f64,
    /// Seed of the draws.
    pub seed: u64,
    /// Comments moved and labelled 1.
    pub moved: usize,
    /// Comments left in place, not judged before, and labelled 0.
    pub kept: usize,
    /// Comments that were to be moved but found no article that shares no rare word.
    pub stayed: usize,
}

/// Moves about `rate` of the comments of the `tables` (each named by a part of its path;
/// none: all that are not unlabelled) under foreign articles of their table. Moved comments are off-topic, the
/// others are not, where nobody judged them; what is judged off-topic is not moved. Adds
/// the label [`OFF_TOPIC`] if the corpus has none. The same rows, rate and seed give the
/// same moves.
///
/// # Errors
/// If `rate` is not above 0 and below 1, or nothing can be moved.
pub fn swap_articles(corpus: &mut Corpus, tables: &[String], rate: f64, seed: u64) -> Result<Report> {
    if !(rate > 0.0 && rate < 1.0) {
        return Err(Error::parameter(format!(
            "the rate of moved comments is {rate}; it lies between 0 and 1"
        )));
    }
    let label = label(corpus);
    let mut report = Report { rate, seed, ..Report::default() };
    let sources = corpus.sources.clone();
    let mut first = 0;
    for (i, (name, rows)) in sources.into_iter().enumerate() {
        let rows = first..first + rows;
        first = rows.end;
        if i >= corpus.unlabelled && crate::train::names_source(tables, &name) {
            swap_table(corpus, rows, label, &mut report);
        }
    }
    match report.moved {
        0 => Err(Error::input("no comment could be moved: two articles that share no rare word are needed")),
        _ => Ok(report),
    }
}

fn label(corpus: &mut Corpus) -> usize {
    if let Some(label) = corpus.labels.iter().position(|l| l == OFF_TOPIC) {
        return label;
    }
    corpus.labels.push(OFF_TOPIC.to_owned());
    corpus.examples.iter_mut().for_each(|e| e.judgements.push(None));
    corpus.labels.len() - 1
}

fn swap_table(corpus: &mut Corpus, rows: std::ops::Range<usize>, label: usize, report: &mut Report) {
    let under: Vec<usize> = rows.filter(|&i| !corpus.examples[i].comment.article_id.is_empty()).collect();
    let words = RareWords::of(corpus, &under);
    // Places as they were before anything moved.
    let places: Vec<(String, String)> = under
        .iter()
        .map(|&i| {
            (corpus.examples[i].comment.article_id.clone(), corpus.examples[i].comment.parent_id.clone())
        })
        .collect();
    for (k, &i) in under.iter().enumerate() {
        let example = &mut corpus.examples[i];
        let draw = Draw::of(&example.comment.text, &example.comment.id, report.seed);
        let judged = example.judgements[label];
        if judged != Some(true) && draw.unit(0) < report.rate {
            let own = words.of_text(&example.comment.text);
            let mut drawn = (1..=DRAWS).map(|n| &places[draw.below(n, places.len())]);
            let found = drawn.find(|(article, _)| {
                *article != places[k].0
                    && !words.shared(&places[k].0, article)
                    && !words.touches(article, &own)
            });
            if let Some((article, parent)) = found {
                example.comment.article_id.clone_from(article);
                example.comment.parent_id.clone_from(parent);
                example.judgements[label] = Some(true);
                report.moved += 1;
                continue;
            }
            report.stayed += 1;
        }
        report.kept += usize::from(judged.is_none());
        example.judgements[label] = Some(judged.unwrap_or(false));
    }
}

/// Random numbers that belong to a comment, whatever row it stands in.
struct Draw(u64);

impl Draw {
    fn of(text: &str, id: &str, seed: u64) -> Self {
        Self(xxh3_64_with_seed(text.as_bytes(), seed) ^ xxh3_64(id.as_bytes()).rotate_left(32))
    }

    fn number(&self, n: u64) -> u64 {
        xxh3_64_with_seed(&n.to_le_bytes(), self.0)
    }

    /// 0–1.
    fn unit(&self, n: u64) -> f64 {
        (self.number(n) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&self, n: u64, end: usize) -> usize {
        (self.number(n) % end as u64) as usize
    }
}

/// The words of each article that few other articles have.
struct RareWords(BTreeMap<String, HashSet<u64>>);

impl RareWords {
    /// Of the articles that these rows stand under: title, lead and text, or where there
    /// is none of these, what its comments say.
    fn of(corpus: &Corpus, rows: &[usize]) -> Self {
        let mut words: BTreeMap<String, HashSet<u64>> = BTreeMap::new();
        for &i in rows {
            let comment = &corpus.examples[i].comment;
            let article = corpus.articles.get(&comment.article_id);
            let told = article.filter(|a| [&a.title, &a.lead, &a.text].iter().any(|part| !part.is_empty()));
            match told {
                Some(_) if words.contains_key(&comment.article_id) => {}
                Some(a) => {
                    let all = [&a.title, &a.lead, &a.text].into_iter().flat_map(|part| word_hashes(part));
                    words.insert(comment.article_id.clone(), all.collect());
                }
                None => {
                    words.entry(comment.article_id.clone()).or_default().extend(word_hashes(&comment.text));
                }
            }
        }
        let mut articles: HashMap<u64, usize> = HashMap::new();
        words.values().flatten().for_each(|word| *articles.entry(*word).or_default() += 1);
        let few = (words.len() / 50).max(2);
        words.values_mut().for_each(|of_one| of_one.retain(|word| articles[word] <= few));
        Self(words)
    }

    fn of_text(&self, text: &str) -> Vec<u64> {
        word_hashes(text)
    }

    fn shared(&self, a: &str, b: &str) -> bool {
        match (self.0.get(a), self.0.get(b)) {
            (Some(a), Some(b)) => !a.is_disjoint(b),
            _ => false,
        }
    }

    fn touches(&self, article: &str, words: &[u64]) -> bool {
        self.0.get(article).is_some_and(|rare| words.iter().any(|word| rare.contains(word)))
    }
}

fn word_hashes(text: &str) -> Vec<u64> {
    let folded = Folded::new(text);
    let long = |&(start, end): &(usize, usize)| end - start >= SHORTEST && is_word(folded.symbols[start]);
    folded.words().filter(long).map(|(start, end)| hash_word(&folded.symbols[start..end])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comment::{Article, Comment, Example};

    /// Articles of distinct words, the last two of which share one.
    fn corpus(judged: Option<bool>) -> Corpus {
        let titles =
            ["Brücke gesperrt", "Ernte verregnet", "Museum eröffnet", "Tunnel gebaut", "Tunnel geflutet"];
        let article = |(i, title): (usize, &&str)| {
            let article =
                Article { article_id: i.to_string(), title: (*title).to_owned(), ..Article::default() };
            (i.to_string(), article)
        };
        let example = |i: usize| Example {
            comment: Comment {
                id: format!("k{i}"),
                article_id: (i % titles.len()).to_string(),
                text: format!("Kommentar {}", i * 7919),
                ..Comment::default()
            },
            judgements: vec![judged],
            ..Example::default()
        };
        Corpus {
            labels: vec![OFF_TOPIC.to_owned()],
            examples: (0..400).map(example).collect(),
            articles: titles.iter().enumerate().map(article).collect(),
            sources: vec![("a.csv".to_owned(), 200), ("b.csv".to_owned(), 200)],
            ..Corpus::default()
        }
    }

    #[test]
    fn about_the_rate_is_moved_and_everything_is_labelled() {
        let before = corpus(None);
        let mut after = before.clone();
        let report = swap_articles(&mut after, &[], 0.25, 7).unwrap();
        assert!((60..140).contains(&report.moved), "{report:?}");
        assert_eq!(report.moved + report.kept, 400);
        for (a, b) in after.examples.iter().zip(&before.examples) {
            let moved = a.comment.article_id != b.comment.article_id;
            assert_eq!(a.judgements, [Some(moved)]);
            let tunnels = ["3", "4"];
            let both = [&a, &b].iter().all(|e| tunnels.contains(&e.comment.article_id.as_str()));
            assert!(!(moved && both), "a shared rare word");
        }
    }

    #[test]
    fn the_seed_decides_and_the_order_of_rows_does_not_choose_who_moves() {
        let run = |seed, mut corpus: Corpus| {
            swap_articles(&mut corpus, &[], 0.3, seed).unwrap();
            corpus.examples
        };
        assert_eq!(run(1, corpus(None)), run(1, corpus(None)));
        assert_ne!(run(1, corpus(None)), run(2, corpus(None)));
    }

    #[test]
    fn what_is_judged_stays_judged_and_other_tables_stay_as_they_are() {
        let mut all_off = corpus(Some(true));
        assert!(swap_articles(&mut all_off, &[], 0.5, 1).is_err());
        assert_eq!(all_off.examples, corpus(Some(true)).examples);
        for (unlabelled, tables) in [(0, vec!["b.csv".to_owned()]), (1, vec![])] {
            let mut one_table = Corpus { unlabelled, ..corpus(None) };
            swap_articles(&mut one_table, &tables, 0.5, 1).unwrap();
            assert_eq!(one_table.examples[..200], corpus(None).examples[..200]);
            assert!(one_table.examples[200..].iter().all(|e| e.judgements[0].is_some()));
        }
    }

    #[test]
    fn a_corpus_without_the_label_gets_it() {
        let mut plain = corpus(None);
        plain.labels = vec!["incivility".to_owned()];
        swap_articles(&mut plain, &[], 0.5, 1).unwrap();
        assert_eq!(plain.labels, ["incivility", OFF_TOPIC]);
        assert!(plain.examples.iter().all(|e| e.judgements.len() == 2));
    }

    #[test]
    fn a_rate_out_of_range_or_a_single_article_is_refused() {
        for rate in [0.0, 1.0, -0.5, f64::NAN] {
            assert!(swap_articles(&mut corpus(None), &[], rate, 1).is_err());
        }
        let mut one = corpus(None);
        one.examples.iter_mut().for_each(|e| e.comment.article_id = "0".to_owned());
        assert!(swap_articles(&mut one, &[], 0.5, 1).is_err());
    }

    #[test]
    fn articles_without_text_go_by_what_their_comments_say() {
        let mut silent = corpus(None);
        silent.articles.clear();
        let report = swap_articles(&mut silent, &[], 0.5, 1).unwrap();
        assert!(report.moved > 0);
    }
}
