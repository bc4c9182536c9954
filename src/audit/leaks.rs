//! Labels that can be told without reading a word: from the identifier, the author, the date.
//!
//! A model does not see these, but the way a corpus was put together does show in them; where one
//! of them tells the label, texts of the classes mostly differ in source as well, and a figure on
//! such rows says little about others.

use std::collections::BTreeMap;

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::comment::Comment;
use crate::corpus::Corpus;
use crate::error::Result;
use crate::metrics::{Bootstrap, Estimate, Ranking};

/// Rows on either side whose labels are taken as a guess.
const NEIGHBOURS: usize = 5;
/// Parts over which categories are learned and guessed.
const FOLDS: u64 = 5;
/// ROC-AUC from which it is a leak, and from whose lower end on it is a hint.
const LEAK: f64 = 0.75;
const HINT: f64 = 0.6;
/// Fewest rows of either class that are looked at.
const FEWEST: usize = 10;

/// What tells the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Through {
    /// The identifier with its numbers left out.
    IdPattern,
    /// Rows whose identifiers follow each other.
    IdOrder,
    /// The author.
    Author,
    /// Rows written one after the other.
    DateOrder,
}

/// Whether it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeakVerdict {
    /// It tells next to nothing.
    None,
    /// It tells something, as regular authors do.
    Hint,
    /// It tells the label.
    Leak,
}

/// How well a label is told.
#[derive(Clone, Debug, Serialize)]
pub struct Leak {
    /// The label.
    pub label: String,
    /// By what.
    pub through: Through,
    /// ROC-AUC of a guess from other rows: 0.5 is nothing, 1 is everything.
    pub roc_auc: Estimate,
    /// What follows.
    pub verdict: LeakVerdict,
}

/// All guesses that can be made; a blank or unique column can tell nothing.
///
/// # Errors
/// None for any corpus: guesses are always numbers.
pub fn leaks(corpus: &Corpus) -> Result<Vec<Leak>> {
    let mut found = Vec::new();
    for (at, label) in corpus.labels.iter().enumerate() {
        let judged = corpus.examples.iter().filter_map(|e| e.judgements[at].map(|t| (&e.comment, t)));
        let (comments, targets): (Vec<&Comment>, Vec<bool>) = judged.unzip();
        let positives = targets.iter().filter(|t| **t).count();
        if positives.min(targets.len() - positives) < FEWEST {
            continue;
        }
        for (through, guesses) in guesses(&comments, &targets) {
            let ranking = Ranking::new(&guesses, &targets)?;
            let bootstrap = Bootstrap { replicates: 200, seed: 0 };
            let auc = bootstrap.estimate(targets.len(), |counts| ranking.roc_auc_of(counts));
            found.extend(auc.map(|roc_auc| Leak {
                label: label.clone(),
                through,
                roc_auc,
                verdict: verdict(roc_auc),
            }));
        }
    }
    Ok(found)
}

fn verdict(auc: Estimate) -> LeakVerdict {
    match auc {
        Estimate { value, low, .. } if value >= LEAK && low >= HINT => LeakVerdict::Leak,
        Estimate { low, .. } if low >= HINT => LeakVerdict::Hint,
        _ => LeakVerdict::None,
    }
}

fn guesses(comments: &[&Comment], targets: &[bool]) -> Vec<(Through, Vec<f64>)> {
    let patterns: Vec<String> = comments.iter().map(|c| pattern(&c.id)).collect();
    let authors: Vec<String> = comments.iter().map(|c| c.author.to_lowercase()).collect();
    let ids =
        |k: usize| (!comments[k].id.is_empty()).then(|| (patterns[k].clone(), numbers(&comments[k].id)));
    let dates = |k: usize| Some(comments[k].created_at.clone()).filter(|date| !date.is_empty());
    [
        (Through::IdPattern, by_category(&patterns, targets)),
        (Through::IdOrder, by_neighbours(ids, targets)),
        (Through::Author, by_category(&authors, targets)),
        (Through::DateOrder, by_neighbours(dates, targets)),
    ]
    .into_iter()
    .filter_map(|(through, guesses)| Some((through, guesses?)))
    .collect()
}

/// `aut-017` and `aut-3` have the pattern `aut-#`.
fn pattern(id: &str) -> String {
    let mut out = String::new();
    for c in id.chars() {
        match c.is_ascii_digit() {
            true if out.ends_with('#') => {}
            true => out.push('#'),
            false => out.push(c),
        }
    }
    out
}

fn numbers(id: &str) -> Vec<u64> {
    id.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

/// The share of problems in the same category among the rows of the other parts, drawn to the
/// overall share by one row. `None` with one category, or where hardly any occurs twice.
fn by_category(categories: &[String], targets: &[bool]) -> Option<Vec<f64>> {
    let fold = |row: usize| (xxh3_64(&(row as u64).to_le_bytes()) % FOLDS) as usize;
    let mut seen: BTreeMap<&str, [[f64; 2]; FOLDS as usize]> = BTreeMap::new();
    let mut all = [[0.0; 2]; FOLDS as usize];
    for (row, (category, &target)) in categories.iter().zip(targets).enumerate() {
        let target = f64::from(u8::from(target));
        for [rows, positives] in [&mut seen.entry(category).or_default()[fold(row)], &mut all[fold(row)]] {
            *rows += 1.0;
            *positives += target;
        }
    }
    if seen.len() < 2 || seen.len() * 2 > categories.len() {
        return None;
    }
    let outside = |cells: &[[f64; 2]], left_out: usize| {
        let others = cells.iter().enumerate().filter(|(fold, _)| *fold != left_out);
        others.fold([0.0; 2], |sum, (_, cell)| [sum[0] + cell[0], sum[1] + cell[1]])
    };
    let guess = |(row, category): (usize, &String)| {
        let [rows, positives] = outside(&seen[category.as_str()], fold(row));
        let [all_rows, all_positives] = outside(&all, fold(row));
        (positives + all_positives / f64::max(all_rows, 1.0)) / (rows + 1.0)
    };
    Some(categories.iter().enumerate().map(guess).collect())
}

/// The share of problems among the rows next to each in the order of `key`; rows without one are
/// guessed at the overall share. `None` where most have none.
fn by_neighbours<K: Ord>(key: impl Fn(usize) -> Option<K>, targets: &[bool]) -> Option<Vec<f64>> {
    let mut order: Vec<(K, usize)> =
        (0..targets.len()).filter_map(|row| key(row).map(|k| (k, row))).collect();
    if order.len() * 2 < targets.len() {
        return None;
    }
    // Rows of one key in no order that could tell anything.
    order.sort_by(|a, b| a.0.cmp(&b.0).then(xxh3_64(&a.1.to_le_bytes()).cmp(&xxh3_64(&b.1.to_le_bytes()))));
    let share = |rows: &mut dyn Iterator<Item = bool>| {
        let (n, positives) = rows.fold((0.0, 0.0), |(n, p), t| (n + 1.0, p + f64::from(u8::from(t))));
        positives / f64::max(n, 1.0)
    };
    let mut guesses = vec![share(&mut targets.iter().copied()); targets.len()];
    for (at, (_, row)) in order.iter().enumerate() {
        let around = at.saturating_sub(NEIGHBOURS)..(at + NEIGHBOURS + 1).min(order.len());
        guesses[*row] = share(&mut around.filter(|k| *k != at).map(|k| targets[order[k].1]));
    }
    Some(guesses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comment::Example;
    use crate::metrics::SplitMix64;

    /// 300 rows, a third of them problems at random; `author` and the rest by the judgement.
    fn verdicts(comment: impl Fn(usize, bool, &mut SplitMix64) -> Comment) -> Vec<(Through, LeakVerdict)> {
        let mut random = SplitMix64::new(5);
        let mut example = |i: usize| {
            let target = random.next_f64() < 0.33;
            Example {
                comment: comment(i, target, &mut random),
                judgements: vec![Some(target)],
                ..Example::default()
            }
        };
        let examples = (0..300).map(&mut example).collect();
        let corpus = Corpus { labels: vec!["hate".to_owned()], examples, ..Corpus::default() };
        leaks(&corpus).unwrap().into_iter().map(|l| (l.through, l.verdict)).collect()
    }

    #[test]
    fn planted_leaks_are_found() {
        let by_id = verdicts(|i, t, _| Comment {
            id: format!("{}-{i}", if t { "x" } else { "y" }),
            ..Comment::default()
        });
        assert!(by_id.contains(&(Through::IdPattern, LeakVerdict::Leak)), "{by_id:?}");
        let by_number = verdicts(|i, t, _| Comment {
            id: (i + if t { 1000 } else { 0 }).to_string(),
            ..Comment::default()
        });
        assert!(by_number.contains(&(Through::IdOrder, LeakVerdict::Leak)), "{by_number:?}");
        let by_author = verdicts(|_, t, r| Comment {
            author: format!("a{}", r.below(10) + if t { 10 } else { 0 }),
            ..Comment::default()
        });
        assert!(by_author.contains(&(Through::Author, LeakVerdict::Leak)), "{by_author:?}");
        let by_date = verdicts(|i, t, _| Comment {
            created_at: format!("2025-{:02}-{:02}", if t { 3 } else { 8 }, i % 28 + 1),
            ..Comment::default()
        });
        assert_eq!(by_date, [(Through::DateOrder, LeakVerdict::Leak)]);
    }

    #[test]
    fn what_tells_nothing_is_no_leak() {
        let found = verdicts(|i, _, r| Comment {
            id: format!("c{i}"),
            author: format!("a{}", r.below(20)),
            created_at: format!("2025-03-{:02}", i % 28 + 1),
            ..Comment::default()
        });
        let expected =
            [Through::IdOrder, Through::Author, Through::DateOrder].map(|t| (t, LeakVerdict::None));
        assert_eq!(found, expected);
    }

    #[test]
    fn numbers_are_no_pattern() {
        assert_eq!(
            (pattern("aut-017b2"), pattern("42"), pattern("")),
            ("aut-#b#".into(), "#".into(), "".into())
        );
    }
}
