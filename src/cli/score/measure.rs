//! A batch of rows to scores, on all threads.

use std::ops::Range;

use netiquette::features::topic::{Bag, Bags, Context, Token};
use netiquette::model::LabelModel;
use netiquette::scorer::{Scorer, Scratches};
use netiquette::stream::{Reference, Threads, share_out};

use super::batch::{Batch, Waiting};
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
    /// By model what their texts add to its labels, row by row; anything where that was not asked
    /// for.
    terms: Vec<Vec<f64>>,
}

impl Measured {
    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        let terms: usize = self.terms.iter().map(|terms| size_of_val(&terms[..])).sum();
        size_of::<Self>() + self.bags.bytes() + terms
    }

    /// Rows of which only the tokens are known.
    pub fn of(bags: Bags) -> Self {
        Self { bags, terms: Vec::new() }
    }

    /// No rows yet, of so many models.
    pub fn none(models: usize) -> Self {
        Self { terms: vec![Vec::new(); models], ..Self::default() }
    }

    /// What is known of all rows, from what is known of some and those that follow.
    pub fn join(parts: &[Self]) -> Self {
        // Of each kind one piece of memory, which is asked for at once.
        let sum = |size: &dyn Fn(&Self) -> usize| parts.iter().map(size).sum::<usize>();
        let mut bags = Bags::with_room(sum(&|part| part.bags.texts()), sum(&|part| part.bags.size()));
        parts.iter().for_each(|part| bags.append(&part.bags));
        let models = parts.first().map_or(0, |part| part.terms.len());
        let of_model = |k: usize| {
            let mut terms = Vec::with_capacity(sum(&|part| part.terms[k].len()));
            parts.iter().for_each(|part| terms.extend_from_slice(&part.terms[k]));
            terms
        };
        Self { bags, terms: (0..models).map(of_model).collect() }
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.bags.texts()
    }

    /// What the text of row `i` adds to the labels of model `k`.
    fn terms(&self, k: usize, i: usize) -> &[f64] {
        let width = self.terms[k].len() / self.rows();
        &self.terms[k][i * width..(i + 1) * width]
    }

    /// The tokens and the terms of row `i`.
    pub fn of_row(&self, i: usize) -> (&[Token], impl Iterator<Item = f64> + '_) {
        let terms = (0..self.terms.len()).flat_map(move |k| self.terms(k, i).iter().copied());
        (self.bags.tokens(i), terms)
    }

    /// Appends a row of these tokens and terms, of `widths` by model, as bytes.
    pub fn push(&mut self, (tokens, mut terms): (&[u8], &[u8]), widths: &[usize]) {
        self.bags.extend(tokens.chunks_exact(2).map(|b| Token::from_le_bytes([b[0], b[1]])));
        for (to, &width) in self.terms.iter_mut().zip(widths) {
            let (of_model, rest) = terms.split_at(width * size_of::<f64>());
            to.extend(
                of_model.chunks_exact(8).map(|b| b.first_chunk().copied().map_or(0.0, f64::from_le_bytes)),
            );
            terms = rest;
        }
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

    /// How many terms of a row each model has.
    pub fn widths(&self) -> Vec<usize> {
        self.scorers.iter().map(|(scorer, _)| scorer.width()).collect()
    }

    /// Number of scores of a row.
    pub fn labels(&self) -> usize {
        self.labels.len()
    }

    /// What the models measure threads against.
    pub fn references(&self) -> Vec<Reference<'a>> {
        self.scorers.iter().map(|(scorer, _)| scorer.reference()).collect()
    }

    /// The tokens that threads are made of, the same for every model.
    pub fn bag(&self, text: &str) -> Bag {
        let first = self.scorers.first();
        first.map_or_else(Bag::default, |(scorer, scratches)| {
            scratches.with(|scratch| {
                scorer.read(text, scratch);
                scratch.bag().clone()
            })
        })
    }

    /// Measures rows as far as no thread is needed: the topic tokens of those of which `wants_bag`
    /// says so, and, if they are `to_score`, what the texts of those to be scored add.
    fn measure(
        &self,
        batch: &Batch,
        rows: Range<usize>,
        to_score: bool,
        wants_bag: impl Fn(&Waiting) -> bool,
    ) -> Measured {
        let rows = &batch.rows()[rows];
        let placed = rows.iter().filter(|row| wants_bag(row));
        // A byte begins no more than one token as a rule.
        let bytes = placed.map(|row| batch.text(row).len()).sum();
        let mut measured = Measured::of(Bags::with_room(rows.len(), bytes));
        for (k, (scorer, scratches)) in self.scorers.iter().enumerate().filter(|(k, _)| to_score || *k == 0) {
            let width = if to_score { scorer.width() } else { 0 };
            let mut terms = Vec::with_capacity(rows.len() * width);
            scratches.with(|scratch| {
                for row in rows {
                    let (wants_bag, wants_terms) = (k == 0 && wants_bag(row), to_score && row.is_scored());
                    if wants_bag || wants_terms {
                        scorer.read(batch.text(row), scratch);
                    }
                    match wants_terms {
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

    /// Measures a batch that was not measured before it is scored, and does `beside` at the same
    /// time.
    pub fn measure_all<R: Send>(
        &self,
        batch: &mut Batch,
        threads: &Threads,
        beside: impl FnOnce() -> R + Send,
    ) -> R {
        let wants_bag = |row: &Waiting| row.is_scored() && row.has_place() || row.is_answered(threads);
        let of_chunk = |i: usize| self.measure(batch, batch.chunk(i), true, wants_bag);
        let (beside, measured) = share_out(batch.chunks(), beside, of_chunk);
        batch.set_measured(Measured::join(&measured));
        beside
    }

    /// Measures rows as the first pass does, see [`Gather`](super::gather::Gather).
    pub fn gather(&self, batch: &Batch, rows: Range<usize>, is_kept: bool) -> Measured {
        match is_kept {
            true => self.measure(batch, rows, true, Waiting::has_place),
            false => self.measure(batch, rows, false, |row| !row.article().is_none()),
        }
    }

    /// Scores the rows of a batch, which was measured, and makes their lines, and does `beside` at the same time.
    pub fn score<R: Send>(
        &self,
        batch: &Batch,
        threads: &Threads,
        layout: &Layout,
        beside: impl FnOnce() -> R + Send,
    ) -> (R, Vec<Scored>) {
        let of_chunk = |i: usize| {
            let range = batch.chunk(i);
            let rows = &batch.rows()[range.clone()];
            let mut scored = self.score_rows(batch, i, threads);
            self.write(batch, rows, layout, &mut scored);
            Scored { rows: range, ..scored }
        };
        share_out(batch.chunks(), beside, of_chunk)
    }

    fn score_rows(&self, batch: &Batch, chunk: usize, threads: &Threads) -> Scored {
        let (range, measured) = (batch.chunk(chunk), batch.measured());
        let rows = &batch.rows()[range.clone()];
        let of_model = |(k, (scorer, _)): (usize, &(Scorer<'_>, Scratches))| {
            let mut scores = Vec::with_capacity(rows.len() * self.labels.len());
            let mut bag = Bag::default();
            for (i, row) in range.clone().zip(rows).filter(|(_, row)| row.is_scored()) {
                let context = Context { parent: row.answered(), ..threads.context_of(row.article(), k) };
                bag.copy(measured.bags.tokens(i));
                scorer.judge(measured.terms(k, i), &bag, &context, &mut scores);
            }
            scores
        };
        let by_model: Vec<Vec<Option<f64>>> = self.scorers.iter().enumerate().map(of_model).collect();
        let scores = by_row(by_model, batch.scored(rows).count());
        let with_label = scores.iter().zip(self.labels.iter().cycle());
        let flags = with_label.map(|(score, label)| score.is_some_and(|score| label.flags(score))).collect();
        Scored { rows: 0..0, scores, flags, lines: Vec::new() }
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

/// Scores of `rows` rows, from model by model to row by row.
fn by_row(mut by_model: Vec<Vec<Option<f64>>>, rows: usize) -> Vec<Option<f64>> {
    if by_model.len() == 1 {
        return by_model.remove(0);
    }
    let of_row = |row: usize| {
        let of_model = move |scores: &'_ Vec<Option<f64>>| {
            let n = scores.len() / rows;
            scores[row * n..(row + 1) * n].to_vec()
        };
        by_model.iter().flat_map(of_model).collect::<Vec<_>>()
    };
    (0..rows).flat_map(of_row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_several_models_stand_side_by_side() {
        let some = |scores: &[i32]| scores.iter().map(|s| Some(f64::from(*s))).collect::<Vec<_>>();
        let by_model = vec![some(&[1, 2, 11, 12]), some(&[3, 13])];
        assert_eq!(by_row(by_model, 2), some(&[1, 2, 3, 11, 12, 13]));
        assert_eq!(by_row(vec![some(&[1, 2])], 2), some(&[1, 2]));
        assert!(by_row(vec![Vec::new(), Vec::new()], 0).is_empty());
    }
}
