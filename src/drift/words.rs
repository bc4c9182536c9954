//! Words that became frequent.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::{Measured, Thresholds};

/// A word that is more frequent than before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewWord {
    /// As the first comment that has it writes it.
    pub word: String,
    /// Comments that have it, before and now.
    pub comments: [u32; 2],
    /// Articles (or other groups) under which it stands now.
    pub articles: usize,
    /// The probability that so many of its comments are among the current ones, if it were as
    /// frequent as before.
    pub p_value: f64,
    /// Whether it alarms: frequent enough, under three articles and more, and beyond chance.
    pub alarm: bool,
}

/// Articles under which a word must stand: what one article is about is no drift.
const FEWEST_ARTICLES: usize = 3;
/// Words listed at most.
const LISTED: usize = 50;

type Counts = HashMap<u64, u32>;

fn counts(side: &Measured) -> Counts {
    let mut counts = Counts::default();
    side.words.iter().flatten().for_each(|&word| *counts.entry(word).or_default() += 1);
    counts
}

/// Words at least `word_share` frequent, `word_ratio` times as frequent as before and beyond chance,
/// the surest first.
pub(super) fn new_words(baseline: &Measured, current: &Measured, thresholds: Thresholds) -> Vec<NewWord> {
    let (before, now) = (counts(baseline), counts(current));
    let rows = [baseline.rows(), current.rows()].map(|n| n as f64);
    let share_of_rows = rows[1] / (rows[0] + rows[1]);
    let level = thresholds.alpha / now.len().max(1) as f64;
    let mut found: Vec<(u64, NewWord)> = Vec::new();
    for (&hash, &n) in &now {
        let earlier = before.get(&hash).copied().unwrap_or(0);
        let [was, is] = [(f64::from(earlier) + 0.5) / (rows[0] + 1.0), f64::from(n) / rows[1]];
        if is < thresholds.word_share || is < thresholds.word_ratio * was {
            continue;
        }
        let p_value = upper_tail(n, n + earlier, share_of_rows);
        if p_value <= level {
            let articles = articles(current, hash);
            let word = current.spelling(hash).unwrap_or_default().to_owned();
            let alarm = articles >= FEWEST_ARTICLES;
            found.push((hash, NewWord { word, comments: [earlier, n], articles, p_value, alarm }));
        }
    }
    found.sort_by(|a, b| a.1.p_value.total_cmp(&b.1.p_value).then(a.0.cmp(&b.0)));
    found.into_iter().take(LISTED).map(|(_, word)| word).collect()
}

fn articles(side: &Measured, hash: u64) -> usize {
    let rows = side.words.iter().zip(&side.groups).filter(|(words, _)| words.binary_search(&hash).is_ok());
    rows.map(|(_, group)| group).collect::<HashSet<_>>().len()
}

/// `P(X >= k)` for X binomial with `n` tries of `share`, which lies above 0 and below 1. Terms grow
/// from one another by logarithms of the first, so that thousands of tries do not underflow halfway.
fn upper_tail(k: u32, n: u32, share: f64) -> f64 {
    let odds = share / (1.0 - share);
    let choose: f64 = (1..=k).map(|i| (f64::from(n - k + i) / f64::from(i)).ln()).sum();
    let first = choose + f64::from(k) * share.ln() + f64::from(n - k) * (1.0 - share).ln();
    let (mut term, mut sum) = (1.0, 1.0);
    for i in k..n {
        term *= odds * f64::from(n - i) / f64::from(i + 1);
        sum += term;
    }
    (first.exp() * sum).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_equals_scipy() {
        // scipy 1.17.1: binom.sf(k - 1, n, p).
        for (k, n, p, tail) in [
            (5, 5, 0.5, 0.03125),
            (3, 10, 0.5, 0.9453125),
            (12, 14, 0.3, 2.5307220419999984e-05),
            (40, 50, 0.5, 1.1930665838377763e-05),
            (1, 7, 0.2, 0.7902848),
            (0, 7, 0.2, 1.0),
            (300, 400, 0.5, 1.2959434534860554e-24),
            (60, 60, 0.1, 1e-60),
        ] {
            let found = upper_tail(k, n, p);
            assert!((found / tail - 1.0).abs() < 1e-10, "{k} of {n} at {p}: {found}");
        }
    }
}
