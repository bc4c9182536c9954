//! Can the labels be trusted? What is wrong with a labelled corpus, and what each fault costs.
//!
//! Texts are compared and scored, never handed back: a finding names table, line and identifier.

mod agreement;
mod duplicates;
mod labels;
mod leaks;
mod texts;

pub use agreement::{Agreement, Annotator, agreement};
pub use duplicates::{Across, Conflict, Duplicates, duplicates};
pub use labels::{Class, FEWEST_TO_CHECK, SMALL, Suspect, Suspects, classes, suspects};
pub use leaks::{Leak, LeakVerdict, Through, leaks};
pub use texts::{Foreign, TextCost, Texts, is_mojibake, texts};

use serde::Serialize;

use crate::corpus::Corpus;
use crate::error::Result;
use crate::evaluate::{Scored, cross_validate, outer_folds};
use crate::features::Extractor;
use crate::near_duplicates::{Cluster, SIMILAR, clusters};
use crate::prepared::Prepared;
use crate::train::Config;

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Row of the corpus, from 0.
    #[serde(skip)]
    pub row: u32,
    /// Name of its table.
    pub table: String,
    /// Line in the table, from 1.
    pub line: u64,
    /// Identifier of the comment; may be blank.
    pub id: String,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// Rows read.
    pub rows: usize,
    /// How often each label was judged, and whether that is enough.
    pub classes: Vec<Class>,
    /// Texts that occur more than once.
    pub duplicates: Duplicates,
    /// Labels that can be told without reading.
    pub leaks: Vec<Leak>,
    /// Damaged texts and texts in another language.
    pub texts: Texts,
    /// Judgements that contradict all others; one entry per label that could be learned.
    pub suspects: Vec<Suspects>,
    /// Why a label could not be checked by learning it.
    pub not_checked: Vec<String>,
    /// Agreement of annotators, where their columns were named.
    pub agreement: Option<Agreement>,
}

/// How to look.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Parameters of the models behind the out-of-fold scores.
    pub config: &'a Config,
    /// Folds, at least 2.
    pub folds: usize,
    /// Further columns of the corpus that hold the judgements of one annotator each.
    pub annotators: &'a [String],
}

/// Looks through `corpus`; `done` is told the number of each fold that was scored, from 1.
///
/// # Errors
/// If a cell of an annotator is no judgement, or a score is not a number. A label that cannot be
/// learned is no error, but stands in `not_checked`.
pub fn audit(
    corpus: &Corpus,
    extractor: &Extractor,
    options: Options<'_>,
    done: impl FnMut(usize),
) -> Result<Audit> {
    let agreement = match options.annotators {
        [] => None,
        names => Some(agreement(corpus, names)?),
    };
    let mut prepared = Prepared::new(corpus, extractor);
    let all_texts: Vec<&str> = corpus.examples.iter().map(|e| e.comment.text.as_str()).collect();
    let clusters = clusters(&all_texts, SIMILAR);
    let duplicates = duplicates(corpus, &clusters, &prepared.groups);
    let classes = classes(corpus);
    let (scored, not_checked) = out_of_fold(&mut prepared, &clusters, extractor, options, done);
    Ok(Audit {
        rows: corpus.examples.len(),
        classes,
        duplicates,
        leaks: leaks(corpus)?,
        texts: texts(corpus, &scored),
        suspects: scored.iter().map(|s| suspects(s, corpus)).collect(),
        not_checked,
        agreement,
    })
}

/// Where `row` stands.
pub fn place(corpus: &Corpus, row: u32) -> Place {
    let example = &corpus.examples[row as usize];
    let (mut table, mut before) = ("", 0);
    for (name, rows) in &corpus.sources {
        table = name;
        before += rows;
        if (row as usize) < before {
            break;
        }
    }
    Place { row, table: table.to_owned(), line: example.line, id: example.comment.id.clone() }
}

/// Scores of models that saw neither the row nor a twin of it, and why labels are not among them.
fn out_of_fold(
    prepared: &mut Prepared,
    clusters: &[Cluster],
    extractor: &Extractor,
    options: Options<'_>,
    done: impl FnMut(usize),
) -> (Vec<Scored>, Vec<String>) {
    let mut reasons = keep_learnable(prepared);
    if prepared.labels.is_empty() {
        return (Vec::new(), reasons);
    }
    for (i, cluster) in clusters.iter().enumerate() {
        // Numbers this small are no hashes of articles.
        cluster.rows.iter().for_each(|&row| prepared.groups[row as usize] = i as u64);
    }
    let scored = outer_folds(prepared, options.folds, options.config.seed, false)
        .and_then(|folds| cross_validate(prepared, &folds, extractor, options.config, done));
    match scored {
        Ok(scored) => (scored, reasons),
        Err(e) => {
            reasons.push(e.to_string());
            (Vec::new(), reasons)
        }
    }
}

/// Drops the labels that have too few rows of a class for the folds of folds.
fn keep_learnable(prepared: &mut Prepared) -> Vec<String> {
    let count = |at: usize, wanted: bool| {
        prepared.judgements.iter().filter(|judgements| judgements[at] == Some(wanted)).count()
    };
    let fewest: Vec<usize> =
        (0..prepared.labels.len()).map(|at| count(at, true).min(count(at, false))).collect();
    let keep: Vec<bool> = fewest.iter().map(|n| *n >= FEWEST_TO_CHECK).collect();
    let reason = |(name, n): (&String, &usize)| {
        (*n < FEWEST_TO_CHECK).then(|| {
            format!("label `{name}`: {n} rows of the smaller class, {FEWEST_TO_CHECK} are needed to check the others")
        })
    };
    let reasons = prepared.labels.iter().zip(&fewest).filter_map(reason).collect();
    let mut at = keep.iter();
    prepared.labels.retain(|_| at.next() == Some(&true));
    for judgements in &mut prepared.judgements {
        let mut at = keep.iter();
        judgements.retain(|_| at.next() == Some(&true));
    }
    reasons
}
