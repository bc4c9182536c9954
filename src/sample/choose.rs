//! The chosen part of a sample.
//!
//! Comments at even odds teach most per judgement (Lewis and Gale 1994), beside those over which the
//! model's own blocks disagree.

use std::collections::BTreeMap;

use super::{Candidate, Reason};
use crate::near_duplicates::jaccard;

/// Candidates looked at per comment wanted: those of most interest.
const DEPTH: usize = 8;
/// What full disagreement of the blocks is worth, beside 1 for even odds.
const DISAGREEMENT: f64 = 0.25;
/// What a comment just like one chosen before costs.
const LIKENESS_COST: f64 = 0.5;
/// What another comment of a slice costs for every time that the slice has had its share.
const SLICE_COST: f64 = 0.25;
/// The units of most interest, one after the other, each lessened by its likeness to those chosen
/// before (maximal marginal relevance, Carbonell and Goldstein 1998) and by what its slice has had.
pub(super) fn choose(pool: &[Candidate<'_>], units: &[(usize, usize)], size: usize) -> Vec<(usize, Reason)> {
    let of_units: Vec<&Candidate<'_>> = units.iter().map(|unit| &pool[unit.0]).collect();
    let labels = pool.iter().map(|c| c.scores.len()).max().unwrap_or(0);
    let queues: Vec<Vec<(usize, Interest)>> =
        (0..labels).map(|label| queue(&of_units, label, size)).collect();
    let mut spread = Spread::new(of_units, &queues, size);
    let mut chosen = Vec::with_capacity(size);
    // The labels take turns; one that has nothing left passes.
    let mut passed = 0;
    for label in (0..labels).cycle() {
        if chosen.len() == size || passed == labels {
            break;
        }
        passed += 1;
        if let Some((unit, interest)) = best(&queues[label], &spread) {
            passed = 0;
            spread.take(unit);
            chosen.push((unit, interest.reason));
        }
    }
    chosen
}

/// What is to be learned from a comment about one label.
#[derive(Clone, Copy)]
struct Interest {
    /// 1 at even odds, falling as the odds rise or sink, and what the blocks' disagreement adds.
    worth: f64,
    reason: Reason,
}

impl Interest {
    fn of(probability: f64, disagreement: f64) -> Self {
        let doubt = 4.0 * probability * (1.0 - probability);
        let apart = DISAGREEMENT * disagreement;
        let reason = if apart > doubt { Reason::Disagreement } else { Reason::Uncertain };
        Self { worth: doubt + apart, reason }
    }
}

/// The units that may come into question for a label, the most interesting first.
fn queue(candidates: &[&Candidate<'_>], label: usize, size: usize) -> Vec<(usize, Interest)> {
    let interest = |(unit, c): (usize, &&Candidate<'_>)| {
        let probability = c.scores.get(label).copied()??;
        Some((unit, Interest::of(probability, c.disagreement)))
    };
    let mut ranked: Vec<(usize, Interest)> = candidates.iter().enumerate().filter_map(interest).collect();
    ranked.sort_by(|a, b| b.1.worth.total_cmp(&a.1.worth).then(a.0.cmp(&b.0)));
    ranked.truncate(DEPTH * size);
    ranked
}

/// The most interesting unit left, what it costs to repeat oneself taken off.
fn best(queue: &[(usize, Interest)], spread: &Spread<'_>) -> Option<(usize, Interest)> {
    let open = queue.iter().filter(|(unit, _)| !spread.taken[*unit]);
    let worth = |(unit, interest): &(usize, Interest)| interest.worth - spread.cost(*unit);
    open.copied().max_by(|a, b| worth(a).total_cmp(&worth(b)).then(b.0.cmp(&a.0)))
}

/// What was taken so far, and what that costs those that are like it.
struct Spread<'a> {
    candidates: Vec<&'a Candidate<'a>>,
    taken: Vec<bool>,
    /// Units that come into question.
    open: Vec<usize>,
    /// How alike each of them is to the most alike one taken, by shared tokens.
    likeness: Vec<f64>,
    /// How many units each slice has had, and how many are its share.
    slices: BTreeMap<&'a str, (f64, f64)>,
}

impl<'a> Spread<'a> {
    fn new(candidates: Vec<&'a Candidate<'a>>, queues: &[Vec<(usize, Interest)>], size: usize) -> Self {
        let mut slices: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for candidate in &candidates {
            slices.entry(&candidate.slice).or_default().1 += size as f64 / candidates.len() as f64;
        }
        let mut open: Vec<usize> = queues.iter().flatten().map(|entry| entry.0).collect();
        open.sort_unstable();
        open.dedup();
        let n = candidates.len();
        Self { candidates, taken: vec![false; n], open, likeness: vec![0.0; n], slices }
    }

    fn take(&mut self, unit: usize) {
        self.taken[unit] = true;
        let Candidate { bag, slice, .. } = self.candidates[unit];
        self.slices.entry(slice).or_default().0 += 1.0;
        for &other in self.open.iter().filter(|&&other| !self.taken[other]) {
            let alike = jaccard(bag.tokens(), self.candidates[other].bag.tokens());
            self.likeness[other] = self.likeness[other].max(alike);
        }
    }

    fn cost(&self, unit: usize) -> f64 {
        let (had, share) = self.slices[self.candidates[unit].slice.as_str()];
        LIKENESS_COST * self.likeness[unit] + SLICE_COST * (had / share.max(1.0) - 1.0).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate<'a>(scores: &[Option<f64>], disagreement: f64) -> Candidate<'a> {
        Candidate { scores: scores.to_vec(), disagreement, ..Candidate::default() }
    }

    fn chosen(pool: &[Candidate<'_>], size: usize) -> Vec<(usize, Reason)> {
        let units: Vec<(usize, usize)> = (0..pool.len()).map(|row| (row, 1)).collect();
        choose(pool, &units, size)
    }

    #[test]
    fn what_is_at_even_odds_comes_first() {
        // Unit i has the probability i / 200 (a hair more, so that no two are equally far from 1/2).
        let pool: Vec<Candidate<'_>> =
            (0..200).map(|i| candidate(&[Some(f64::from(i) / 200.0 + 1e-3)], 0.0)).collect();
        let mut rows: Vec<usize> = chosen(&pool, 20).into_iter().map(|pick| pick.0).collect();
        rows.sort_unstable();
        assert_eq!(rows, (90..110).collect::<Vec<usize>>());
    }

    #[test]
    fn labels_take_turns_and_what_has_no_score_is_not_chosen() {
        let mut pool: Vec<Candidate<'_>> = (0..50).map(|_| candidate(&[Some(0.5), None], 0.0)).collect();
        pool.extend((0..50).map(|_| candidate(&[None, Some(0.5)], 0.0)));
        pool.extend((0..50).map(|_| candidate(&[None, None], 0.9)));
        let found = chosen(&pool, 40);
        assert_eq!(found.iter().filter(|pick| pick.0 < 50).count(), 20);
        assert!(found.iter().all(|pick| pick.0 < 100));
        assert_eq!(chosen(&pool[100..], 40), []);
        assert_eq!(chosen(&[], 40), []);
    }

    #[test]
    fn blocks_that_disagree_raise_the_interest() {
        let alike = Interest::of(0.98, 0.0);
        let torn = Interest::of(0.98, 0.9);
        assert!(torn.worth > alike.worth);
        assert_eq!((alike.reason, torn.reason), (Reason::Uncertain, Reason::Disagreement));
        assert_eq!(Interest::of(0.5, 0.9).reason, Reason::Uncertain);
    }
}
