//! A batch of rows to scores, on all threads.

use netiquette::features::topic::{Bag, Context};
use netiquette::model::LabelModel;
use netiquette::scorer::{Scorer, Scratches};
use netiquette::stream::{Threads, share_out};

use super::batch::{Batch, Waiting};
use crate::cli::models::Named;
use crate::cli::writer::Layout;

/// Rows that one thread scores at a time.
const CHUNK: usize = 16;

/// The models, each with the tokens it knows.
pub struct Scorers<'a> {
    scorers: Vec<(Scorer<'a>, Scratches)>,
    /// Of all models, one after the other.
    labels: Vec<&'a LabelModel>,
}

/// Some rows, measured.
pub struct Scored {
    /// The rows of the batch that they are among.
    pub rows: std::ops::Range<usize>,
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

    /// The tokens that threads are made of, the same for every model.
    pub fn bag(&self, text: &str) -> Bag {
        let first = self.scorers.first();
        first.map_or_else(Bag::default, |(scorer, scratches)| {
            scratches.with(|scratch| scorer.bag(text, scratch))
        })
    }

    /// Scores the rows of a batch and makes their lines, and does `beside` at the same time.
    pub fn score<R: Send>(
        &self,
        batch: &Batch,
        threads: &Threads,
        layout: &Layout,
        beside: impl FnOnce() -> R + Send,
    ) -> (R, Vec<Scored>) {
        let rows = batch.rows();
        let of_chunk = |i: usize| {
            let range = i * CHUNK..rows.len().min((i + 1) * CHUNK);
            let mut scored = self.score_rows(batch, &rows[range.clone()], threads);
            self.write(batch, &rows[range.clone()], layout, &mut scored);
            Scored { rows: range, ..scored }
        };
        share_out(rows.len().div_ceil(CHUNK), beside, of_chunk)
    }

    fn score_rows(&self, batch: &Batch, rows: &[Waiting], threads: &Threads) -> Scored {
        let of_model = |(k, (scorer, scratches)): (usize, &(Scorer<'_>, Scratches))| {
            let mut scores = Vec::with_capacity(rows.len() * self.labels.len());
            scratches.with(|scratch| {
                for row in batch.scored(rows) {
                    let context = Context { parent: row.answered(), ..threads.context_of(row.article(), k) };
                    scorer.score(batch.text(row), &context, scratch, &mut scores);
                }
            });
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
