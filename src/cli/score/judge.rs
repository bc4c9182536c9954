//! Between the passes: the comments of each article to their scores.

use std::sync::atomic::{AtomicU16, Ordering};

use netiquette::stream::{Desk, Known, Ledger, Row};
use rayon::prelude::*;

use super::measure::Scorers;
use crate::cli::signals;

/// The scores of all rows, by row and label: ten-thousandths, for that is what they are rounded to.
#[derive(Debug)]
pub struct Scores {
    labels: usize,
    values: Vec<AtomicU16>,
}

/// The score of what cannot be compared.
const NONE: u16 = u16::MAX;

/// Ten-thousandths of 1.
const ONE: f64 = 1e4;

impl Scores {
    fn new(rows: u64, labels: usize) -> Self {
        let values = (0..rows as usize * labels).map(|_| AtomicU16::new(NONE)).collect();
        Self { labels, values }
    }

    fn set(&self, row: u64, scores: &[Option<f64>]) {
        let values = &self.values[row as usize * self.labels..][..self.labels];
        for (value, score) in values.iter().zip(scores) {
            value.store(score.map_or(NONE, |score| (score * ONE).round() as u16), Ordering::Relaxed);
        }
    }

    /// Appends the scores of a row; `None` if there was no such row.
    pub fn get(&self, row: u64, to: &mut Vec<Option<f64>>) -> Option<()> {
        let values = self.values.get(row as usize * self.labels..(row as usize + 1) * self.labels)?;
        to.extend(values.iter().map(|value| match value.load(Ordering::Relaxed) {
            NONE => None,
            value => Some(f64::from(value) / ONE),
        }));
        Some(())
    }
}

/// Scores the rows in `ledger`, of `rows` that there are.
///
/// # Errors
/// If what was put down cannot be read, or a signal asks to stop.
pub fn judge(ledger: &Ledger, scorers: &Scorers<'_>, rows: u64) -> netiquette::Result<(Scores, Known)> {
    let scores = Scores::new(rows, scorers.labels());
    let references = scorers.references();
    let of_part = |(desk, own): &mut (Desk, Vec<Option<f64>>), part: usize| {
        ledger.judge(part, &references, desk, |place, row: &Row| {
            own.clear();
            scorers.judge(place, row, own);
            row.number.into_iter().for_each(|number| scores.set(number, own));
            signals::check()
        })
    };
    let parts = (0..ledger.parts()).into_par_iter().map_init(Default::default, of_part);
    let known = parts.try_reduce(Known::default, |a, b| Ok(a.and(b)))?;
    Ok((scores, known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use netiquette::model::rounded;

    #[test]
    fn scores_come_back_to_the_bit() {
        let scores = Scores::new(2, 10_002);
        let every: Vec<Option<f64>> =
            (0..=10_000).map(|n| Some(rounded(f64::from(n) * 1e-4 + 3e-5))).chain([None]).collect();
        scores.set(1, &every);
        let mut got = Vec::new();
        assert_eq!(scores.get(1, &mut got), Some(()));
        let bits = |scores: &[Option<f64>]| scores.iter().map(|s| s.map(f64::to_bits)).collect::<Vec<_>>();
        assert_eq!(bits(&got), bits(&every));
        got.clear();
        assert_eq!(scores.get(0, &mut got), Some(()));
        assert!(got.iter().all(Option::is_none) && got.len() == 10_002);
        assert_eq!(scores.get(2, &mut got), None);
    }
}
