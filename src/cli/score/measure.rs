//! What the models say of rows.

use std::ops::Range;

use netiquette::error::Error;
use netiquette::features::topic::{Bags, Context, Reference};
use netiquette::model::LabelModel;
use netiquette::scorer::{Scorer, Scratches};
use netiquette::stream::{Place, Row};

use super::batch::{Batch, Waiting};
use super::judge::Scores;
use crate::cli::models::Named;
use crate::cli::writer::Layout;

/// The models, each with the tokens it knows.
pub struct Scorers<'a> {
    scorers: Vec<(Scorer<'a>, Scratches)>,
    /// Of all models, one after the other.
    labels: Vec<&'a LabelModel>,
}

/// What is known of some rows before their threads are.
#[derive(Debug, Default)]
pub struct Measured {
    /// Their topic tokens, as far as those were asked for.
    pub bags: Bags,
    /// By model what their texts add to its labels, row by row; anything for those that are not
    /// scored.
    terms: Vec<Vec<f64>>,
}

impl Measured {
    /// What the text of row `i` adds to the labels, model by model.
    pub fn terms(&self, i: usize) -> impl Iterator<Item = &[f64]> {
        let rows = self.bags.texts();
        self.terms.iter().map(move |terms| {
            let width = terms.len() / rows;
            &terms[i * width..(i + 1) * width]
        })
    }
}

/// Some rows, scored.
pub struct Scored {
    /// The rows of the batch that they are among.
    pub rows: Range<usize>,
    /// By row and label.
    pub scores: Vec<Option<f64>>,
    pub flags: Vec<bool>,
    /// What is written of them, where that is lines.
    pub lines: Vec<u8>,
}

impl<'a> Scorers<'a> {
    /// Compiles the models.
    pub fn new(models: &'a [Named]) -> Self {
        let scorer = |named: &'a Named| (Scorer::new(&named.model), Scratches::default());
        let labels = models.iter().flat_map(|named| &named.model.labels).collect();
        Self { scorers: models.iter().map(scorer).collect(), labels }
    }

    /// Number of scores of a row.
    pub fn labels(&self) -> usize {
        self.labels.len()
    }

    /// What the models measure threads against.
    pub fn references(&self) -> Vec<Reference<'a>> {
        self.scorers.iter().map(|(scorer, _)| scorer.reference()).collect()
    }

    /// Measures rows as far as no thread is needed: their topic tokens if they stand under an
    /// article or it matters what `answers` what, and what the texts of those to be scored add.
    pub fn measure(&self, batch: &Batch, rows: Range<usize>, answers: bool) -> Measured {
        let rows = &batch.rows()[rows];
        let wants_bag = |row: &Waiting| !row.article().is_none() || answers && row.has_name();
        let placed = rows.iter().filter(|row| wants_bag(row));
        // A byte begins no more than one token as a rule.
        let bytes = placed.map(|row| batch.text(row).len()).sum();
        let mut measured = Measured { bags: Bags::with_room(rows.len(), bytes), terms: Vec::new() };
        for (k, (scorer, scratches)) in self.scorers.iter().enumerate() {
            let width = scorer.width();
            let mut terms = Vec::with_capacity(rows.len() * width);
            scratches.with(|scratch| {
                for row in rows {
                    let wants_bag = k == 0 && wants_bag(row);
                    if wants_bag || row.is_scored() {
                        scorer.read(batch.text(row), scratch);
                    }
                    match row.is_scored() {
                        true => scorer.terms(scratch, &mut terms),
                        false => terms.resize(terms.len() + width, 0.0),
                    }
                    if k == 0 {
                        measured.bags.push(if wants_bag { scratch.bag().tokens() } else { &[] });
                    }
                }
            });
            measured.terms.push(terms);
        }
        measured
    }

    /// Appends the scores of a row that was measured, by all models, in its `place`.
    pub fn judge(&self, place: Place<'_>, row: &Row, scores: &mut Vec<Option<f64>>) {
        let mut terms = &row.terms[..];
        for (k, (scorer, _)) in self.scorers.iter().enumerate() {
            let own = terms.split_off(..scorer.width()).unwrap_or_default();
            scorer.judge(own, &row.tokens, &place.context(k, row.parent.as_ref()), scores);
        }
    }

    /// Scores the rows of a chunk, or takes their scores from those `known`, and makes their lines.
    ///
    /// # Errors
    /// If there are rows that were not there when those were made.
    pub fn score(
        &self,
        batch: &Batch,
        chunk: usize,
        known: Option<&Scores>,
        layout: &Layout,
    ) -> netiquette::Result<Scored> {
        let rows = batch.chunk(chunk);
        let mut scores = Vec::with_capacity(rows.len() * self.labels.len());
        for (at, row) in rows.clone().map(|at| (at, &batch.rows()[at])).filter(|(_, row)| row.is_scored()) {
            match known {
                None => self.score_alone(batch.text(row), &mut scores),
                Some(known) => known.get(batch.first + at as u64, &mut scores).ok_or_else(|| {
                    Error::input("the input grew while it was read; nothing was written: run the job again")
                })?,
            }
        }
        let with_label = scores.iter().zip(self.labels.iter().cycle());
        let flags = with_label.map(|(score, label)| score.is_some_and(|score| label.flags(score))).collect();
        let mut scored = Scored { rows: rows.clone(), scores, flags, lines: Vec::new() };
        self.write(batch, &batch.rows()[rows], layout, &mut scored);
        Ok(scored)
    }

    /// Appends the scores of what stands nowhere.
    fn score_alone(&self, text: &str, scores: &mut Vec<Option<f64>>) {
        for (scorer, scratches) in &self.scorers {
            scratches.with(|scratch| scorer.score(text, &Context::default(), scratch, scores));
        }
    }

    fn write(&self, batch: &Batch, rows: &[Waiting], layout: &Layout, scored: &mut Scored) {
        let Scored { scores, flags, lines, .. } = scored;
        let kept = batch.scored(rows).map(|row| batch.kept(row));
        let n = self.labels.len();
        lines.reserve(kept.clone().map(|kept| kept.len() + layout.width()).sum());
        for (i, kept) in kept.enumerate() {
            let of_row = i * n..(i + 1) * n;
            layout.push(kept, &scores[of_row.clone()], &flags[of_row], lines);
        }
    }
}
