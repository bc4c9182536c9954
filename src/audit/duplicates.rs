//! What texts that occur more than once mean for labels, tables and folds.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::{Place, place};
use crate::corpus::Corpus;
use crate::near_duplicates::Cluster;

/// Repetition in a corpus.
#[derive(Clone, Debug, Serialize)]
pub struct Duplicates {
    /// Texts that occur more than once.
    pub clusters: usize,
    /// Rows beyond the first of each: labelled twice.
    pub extra: usize,
    /// Of them those that read the same as an earlier one.
    pub extra_exact: usize,
    /// Rows with a twin under another article, which a cross-validation by article tears apart.
    pub apart: usize,
    /// Clusters judged both ways.
    pub conflicts: Vec<Conflict>,
    /// Rows of one table that stand in another.
    pub across: Vec<Across>,
}

/// One text, judged both ways.
#[derive(Clone, Debug, Serialize)]
pub struct Conflict {
    /// The label.
    pub label: String,
    /// Rows judged 1.
    pub ones: Vec<Place>,
    /// Rows judged 0.
    pub zeros: Vec<Place>,
    /// Whether a text judged 1 and one judged 0 read the same.
    pub exact: bool,
}

/// A table's rows that stand in another table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Across {
    /// The earlier table.
    pub train: String,
    /// The later table.
    pub test: String,
    /// Rows of the later one with a twin in the earlier one.
    pub rows: usize,
    /// Of them the same text exactly.
    pub exact: usize,
    /// `rows` among all of the later one.
    pub share: f64,
}

/// What the clusters of a corpus mean for its labels, its tables and its folds by `groups`.
pub fn duplicates(corpus: &Corpus, clusters: &[Cluster], groups: &[u64]) -> Duplicates {
    let extra = |c: &Cluster| c.rows.len() - 1;
    let is_apart = |c: &&Cluster| c.rows.iter().any(|&r| groups[r as usize] != groups[c.rows[0] as usize]);
    Duplicates {
        clusters: clusters.len(),
        extra: clusters.iter().map(extra).sum(),
        extra_exact: clusters
            .iter()
            .map(|c| c.rows.iter().zip(&c.reads_as).filter(|(r, a)| r != a).count())
            .sum(),
        apart: clusters.iter().filter(is_apart).map(|c| c.rows.len()).sum(),
        conflicts: clusters.iter().flat_map(|c| conflicts(corpus, c)).collect(),
        across: across(corpus, clusters),
    }
}

fn conflicts(corpus: &Corpus, cluster: &Cluster) -> Vec<Conflict> {
    let conflict = |(at, label): (usize, &String)| {
        let judged = |wanted: bool| -> (Vec<Place>, HashSet<u32>) {
            let is_so =
                |(row, _): &(&u32, &u32)| corpus.examples[**row as usize].judgements[at] == Some(wanted);
            let rows = cluster.rows.iter().zip(&cluster.reads_as).filter(is_so);
            rows.map(|(&row, &reads_as)| (place(corpus, row), reads_as)).unzip()
        };
        let ((ones, said), (zeros, denied)) = (judged(true), judged(false));
        let both = !ones.is_empty() && !zeros.is_empty();
        both.then(|| Conflict { label: label.clone(), ones, zeros, exact: !said.is_disjoint(&denied) })
    };
    corpus.labels.iter().enumerate().filter_map(conflict).collect()
}

fn across(corpus: &Corpus, clusters: &[Cluster]) -> Vec<Across> {
    let per_table = corpus.sources.iter().enumerate();
    let table_of: Vec<usize> = per_table.flat_map(|(i, (_, rows))| std::iter::repeat_n(i, *rows)).collect();
    let mut found: BTreeMap<(usize, usize), [usize; 2]> = BTreeMap::new();
    for cluster in clusters {
        let rows: Vec<(usize, u32)> = cluster
            .rows
            .iter()
            .zip(&cluster.reads_as)
            .map(|(&row, &a)| (table_of[row as usize], a))
            .collect();
        let tables: HashSet<usize> = rows.iter().map(|row| row.0).collect();
        let texts: HashSet<&(usize, u32)> = rows.iter().collect();
        for &(test, text) in &rows {
            for &train in tables.iter().filter(|train| **train < test) {
                let [near, exact] = found.entry((train, test)).or_default();
                *near += 1;
                *exact += usize::from(texts.contains(&(train, text)));
            }
        }
    }
    let named = |((train, test), [rows, exact]): ((usize, usize), [usize; 2])| Across {
        train: corpus.sources[train].0.clone(),
        test: corpus.sources[test].0.clone(),
        rows,
        exact,
        share: rows as f64 / corpus.sources[test].1 as f64,
    };
    found.into_iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comment::Example;

    #[test]
    fn conflicts_and_tables_are_told() {
        let example = |judged| Example { judgements: vec![judged], ..Example::default() };
        let corpus = Corpus {
            labels: vec!["hate".to_owned()],
            examples: [Some(true), None, Some(false), Some(true)].map(example).to_vec(),
            sources: vec![("train.csv".to_owned(), 2), ("test.csv".to_owned(), 2)],
            ..Corpus::default()
        };
        let clusters = [Cluster { rows: vec![0, 2, 3], reads_as: vec![0, 2, 0] }];
        let found = duplicates(&corpus, &clusters, &[7, 8, 7, 9]);
        assert_eq!((found.extra, found.extra_exact, found.apart), (2, 1, 3));
        let conflict = &found.conflicts[0];
        assert_eq!((conflict.ones.len(), conflict.zeros[0].row, conflict.exact), (2, 2, false));
        assert_eq!(
            found.across[0],
            Across { train: "train.csv".into(), test: "test.csv".into(), rows: 2, exact: 1, share: 1.0 }
        );
    }
}
