//! Which comments are worth judging next, and how many comments each stands for.
//!
//! Near duplicates are one unit: a spelling of each goes to the desk, and stands for all. Part of
//! the units is *chosen*: where the model is unsure, where its blocks disagree, spread over what the
//! comments are about and over slices. The rest is *drawn* by lot from the units not chosen. A chosen
//! unit is in the sample for certain, so it stands for itself; a drawn one stands for its share of
//! all units that could have been drawn. With these weights (Horvitz and Thompson 1952) every count
//! over the pool, the prevalence above all, is estimated without bias, although most rows were
//! chosen for being odd.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use serde::Serialize;

use crate::features::topic::Bag;
use crate::metrics::SplitMix64;

/// What is known of a comment that may be judged.
#[derive(Clone, Debug, Default)]
pub struct Candidate {
    /// Log-odds above the threshold, per label that has a score.
    pub margins: Vec<f64>,
    /// How far the text blocks disagree: see [`disagreement`].
    pub disagreement: f64,
    /// What it is about.
    pub bag: Bag,
    /// Value of the column to spread over; may be blank.
    pub slice: String,
}

/// How to sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Comments wanted.
    pub size: usize,
    /// Share of them drawn by lot, from 0 to 1.
    pub random: f64,
    /// Share of tokens (Jaccard) from which two comments are near duplicates, above 0, at most 1.
    pub duplicate: f64,
    /// Seed.
    pub seed: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { size: 500, random: 0.2, duplicate: 0.7, seed: 1 }
    }
}

/// Why a comment is in the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The model is unsure.
    Uncertain,
    /// Its blocks disagree.
    Disagreement,
    /// Drawn by lot.
    Random,
}

impl Reason {
    /// As in the sample's column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uncertain => "uncertain",
            Self::Disagreement => "disagreement",
            Self::Random => "random",
        }
    }
}

/// A comment to judge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pick {
    /// Its number among the candidates.
    pub row: usize,
    /// How many comments of the pool it stands for.
    pub weight: f64,
    /// Why it is here.
    pub reason: Reason,
}

/// How far margins (log-odds of the same label, one per block) lie apart: the range of their
/// probabilities, 0–1.
pub fn disagreement(margins: &[f64]) -> f64 {
    let ends = margins.iter().map(|m| crate::logistic::sigmoid(*m));
    let (low, high) = ends.fold((1.0_f64, 0.0_f64), |(low, high), p| (low.min(p), high.max(p)));
    (high - low).max(0.0)
}

/// Takes a sample of `pool`, in a shuffled order. `done` are comments judged before: what repeats
/// them is left out. Fewer than wanted where the pool has no more units.
pub fn sample(pool: &[Candidate], done: &[Bag], plan: Plan) -> Vec<Pick> {
    let units = units(pool, done, plan.duplicate);
    let size = plan.size.min(units.len());
    let chosen_size = size - (plan.random.clamp(0.0, 1.0) * size as f64).round() as usize;
    let chosen = choose(pool, &units, chosen_size);
    let mut is_chosen = vec![false; units.len()];
    chosen.iter().for_each(|(unit, _)| is_chosen[*unit] = true);
    let mut rest: Vec<usize> = (0..units.len()).filter(|&unit| !is_chosen[unit]).collect();
    let mut random = SplitMix64::new(plan.seed);
    shuffle(&mut rest, &mut random);
    let drawn = size - chosen.len();
    let stands_for = rest.len() as f64 / drawn.max(1) as f64;
    let mut picks: Vec<Pick> = chosen
        .into_iter()
        .map(|(unit, reason)| (unit, reason, 1.0))
        .chain(rest.into_iter().take(drawn).map(|unit| (unit, Reason::Random, stands_for)))
        .map(|(unit, reason, weight)| Pick {
            row: units[unit].0,
            weight: weight * units[unit].1 as f64,
            reason,
        })
        .collect();
    shuffle(&mut picks, &mut random);
    picks
}

/// Fisher and Yates.
fn shuffle<T>(items: &mut [T], random: &mut SplitMix64) {
    (1..items.len()).rev().for_each(|i| items.swap(i, random.below(i + 1)));
}

/// Candidates looked at per wanted comment: those the model is least sure of.
const DEPTH: usize = 8;
/// What another comment of the same slice costs, as a part of the largest interest, when the slice
/// has had its share.
const SLICE_COST: f64 = 0.5;
/// What a comment just like one chosen before costs.
const LIKENESS_COST: f64 = 1.0;

/// The units of most interest, one after the other, each lessened by its likeness to those chosen
/// before (maximal marginal relevance, Carbonell and Goldstein 1998) and by what its slice has had.
fn choose(pool: &[Candidate], units: &[(usize, usize)], size: usize) -> Vec<(usize, Reason)> {
    let mut ranked: Vec<(usize, f64, Reason)> = units
        .iter()
        .enumerate()
        .map(|(unit, &(row, _))| {
            let (interest, reason) = interest(&pool[row]);
            (unit, interest, reason)
        })
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked.truncate(DEPTH * size);
    let mut share: BTreeMap<&str, f64> = BTreeMap::new();
    let of_row = |unit: usize| &pool[units[unit].0];
    for &(row, _) in units {
        *share.entry(&pool[row].slice).or_default() += size as f64 / units.len() as f64;
    }
    // How alike each ranked one is to the most alike chosen so far, by shared tokens.
    let mut likeness = vec![0.0_f64; ranked.len()];
    let mut had: BTreeMap<&str, f64> = BTreeMap::new();
    let mut taken = vec![false; ranked.len()];
    let mut chosen = Vec::with_capacity(size);
    for _ in 0..size {
        let worth = |k: usize| {
            let slice = of_row(ranked[k].0).slice.as_str();
            let over = had.get(slice).copied().unwrap_or(0.0) / share[slice].max(1.0);
            ranked[k].1 - LIKENESS_COST * likeness[k] - SLICE_COST * (over - 1.0).max(0.0)
        };
        let best = (0..ranked.len())
            .filter(|&k| !taken[k])
            .max_by(|&a, &b| worth(a).total_cmp(&worth(b)).then(b.cmp(&a)));
        let Some(best) = best else { break };
        taken[best] = true;
        let (unit, _, reason) = ranked[best];
        *had.entry(&of_row(unit).slice).or_default() += 1.0;
        for (k, alike) in likeness.iter_mut().enumerate().filter(|(k, _)| !taken[*k]) {
            *alike = alike.max(jaccard(&of_row(unit).bag, &of_row(ranked[k].0).bag));
        }
        chosen.push((unit, reason));
    }
    chosen
}

/// How much is to be learned from a comment, 0–1 and more: 1 at the threshold of a label, falling as
/// the odds rise or sink, raised by half of what the blocks disagree.
fn interest(candidate: &Candidate) -> (f64, Reason) {
    let unsure = |margin: &f64| {
        let p = crate::logistic::sigmoid(*margin);
        4.0 * p * (1.0 - p)
    };
    let doubt = candidate.margins.iter().map(unsure).fold(0.0, f64::max);
    let apart = 0.5 * candidate.disagreement;
    (doubt + apart, if apart > doubt { Reason::Disagreement } else { Reason::Uncertain })
}

/// Shared tokens among all tokens of two texts; 0 if both have none.
pub fn jaccard(a: &Bag, b: &Bag) -> f64 {
    let (a, b) = (a.tokens(), b.tokens());
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                (i, j, shared) = (i + 1, j + 1, shared + 1);
            }
        }
    }
    match a.len() + b.len() - shared {
        0 => 0.0,
        all => shared as f64 / all as f64,
    }
}

/// Bands of minima under which texts meet, and minima per band: two that share 70 % of their tokens
/// meet with a probability above 99 %.
const BANDS: usize = 20;
const PER_BAND: usize = 4;

/// Near duplicates as one: the first row of each unit and the number of its rows, in the order of
/// the pool. Texts that meet in a band of minima (Broder 1997) are compared in full with the first
/// that met there; what repeats one of `done` is in no unit.
fn units(pool: &[Candidate], done: &[Bag], duplicate: f64) -> Vec<(usize, usize)> {
    const DONE: usize = usize::MAX;
    let mut met: HashMap<(usize, u64), Vec<usize>> = HashMap::new();
    let mut firsts: Vec<(&Bag, usize)> = Vec::new();
    let mut units: Vec<(usize, usize)> = Vec::new();
    let bags =
        done.iter().map(|bag| (bag, None)).chain(pool.iter().enumerate().map(|(row, c)| (&c.bag, Some(row))));
    let bags: Vec<(&Bag, Option<usize>)> = bags.collect();
    let signatures: Vec<Vec<u64>> = bags.par_iter().map(|(bag, _)| signature(bag)).collect();
    for ((bag, row), keys) in bags.into_iter().zip(signatures) {
        let mut near = keys.iter().enumerate().filter_map(|key| met.get(&(key.0, *key.1))).flatten();
        let same = near.find(|&&first| jaccard(firsts[first].0, bag) >= duplicate);
        match (same.map(|&first| firsts[first].1), row) {
            (Some(DONE), _) | (Some(_), None) => continue,
            (Some(unit), Some(_)) => {
                units[unit].1 += 1;
                continue;
            }
            (None, row) => {
                firsts.push((bag, row.map_or(DONE, |_| units.len())));
                units.extend(row.map(|row| (row, 1)));
            }
        }
        let first = firsts.len() - 1;
        keys.into_iter().enumerate().for_each(|key| met.entry(key).or_default().push(first));
    }
    units
}

/// One hash per band of the smallest mixed tokens; a text without tokens meets none.
fn signature(bag: &Bag) -> Vec<u64> {
    let minimum = |k: u64| {
        let mixed = bag.tokens().iter().map(|&t| SplitMix64::for_task(k, t.into()).next_u64());
        mixed.min()
    };
    let band = |b: usize| {
        let minima = (0..PER_BAND).filter_map(|k| minimum((b * PER_BAND + k) as u64));
        minima.fold(None, |hash: Option<u64>, m| Some(hash.unwrap_or(0).rotate_left(13) ^ m))
    };
    (0..BANDS).filter_map(band).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Folded;

    fn candidate(text: &str, margin: f64) -> Candidate {
        Candidate { margins: vec![margin], bag: Bag::new(&Folded::new(text)), ..Candidate::default() }
    }

    /// Texts of a few words each that share little.
    fn invented(i: usize) -> String {
        let word = |k: usize| {
            let mut random = SplitMix64::for_task(k as u64, i as u64);
            (0..9).map(|_| char::from(b'a' + random.below(26) as u8)).collect::<String>()
        };
        (0..6).map(word).collect::<Vec<_>>().join(" ")
    }

    fn pool(n: usize) -> Vec<Candidate> {
        (0..n).map(|i| candidate(&invented(i), (i as f64 - n as f64 / 2.0) / 10.0)).collect()
    }

    #[test]
    fn chosen_rows_are_the_unsure_ones_and_weights_sum_to_the_pool() {
        let pool = pool(1000);
        let picks = sample(&pool, &[], Plan { size: 100, random: 0.3, ..Plan::default() });
        assert_eq!(picks.len(), 100);
        let (drawn, chosen): (Vec<&Pick>, Vec<&Pick>) =
            picks.iter().partition(|p| p.reason == Reason::Random);
        assert_eq!(drawn.len(), 30);
        assert!(chosen.iter().all(|p| pool[p.row].margins[0].abs() < 4.0 && p.weight == 1.0));
        assert!((picks.iter().map(|p| p.weight).sum::<f64>() - 1000.0).abs() < 1e-9);
        let mut rows: Vec<usize> = picks.iter().map(|p| p.row).collect();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), 100);
    }

    #[test]
    fn the_weighted_share_is_that_of_the_pool() {
        // Rows from 900 on are problems: 10 %. Among the rows chosen around 500 there are none.
        let pool = pool(1000);
        let shares: Vec<f64> = (0..40)
            .map(|seed| {
                let picks = sample(&pool, &[], Plan { size: 80, random: 0.5, seed, ..Plan::default() });
                let problems = picks.iter().filter(|p| p.row >= 900).map(|p| p.weight).sum::<f64>();
                problems / picks.iter().map(|p| p.weight).sum::<f64>()
            })
            .collect();
        let mean = shares.iter().sum::<f64>() / 40.0;
        // Of 40 drawn from 960: a standard error of 4.7 points each, 0.75 for the mean.
        assert!((mean - 0.1).abs() < 0.03, "{mean}");
    }

    #[test]
    fn near_duplicates_are_one_and_what_was_judged_is_none() {
        let text = "Der Bürgermeister hat die neue Brücke gestern feierlich für den Verkehr freigegeben";
        let pool = [
            candidate(text, 0.0),
            candidate(&format!("{text}!!!"), 0.0),
            candidate(&invented(1), 0.0),
            candidate(&format!("{text} 👍"), 0.0),
            candidate(&invented(2), 0.0),
        ];
        let done = [Bag::new(&Folded::new(&invented(2)))];
        let mut picks = sample(&pool, &done, Plan { size: 10, random: 0.0, ..Plan::default() });
        picks.sort_by_key(|p| p.row);
        assert_eq!(picks.iter().map(|p| (p.row, p.weight)).collect::<Vec<_>>(), [(0, 3.0), (2, 1.0)]);
    }

    #[test]
    fn slices_share_the_sample() {
        // All of the unsure comments are in one section, yet the other is seen.
        let mut pool = pool(400);
        for (i, c) in pool.iter_mut().enumerate() {
            c.slice = if (150..250).contains(&i) { "sport" } else { "politik" }.to_owned();
        }
        let picks = sample(&pool, &[], Plan { size: 40, random: 0.0, ..Plan::default() });
        let sport = picks.iter().filter(|p| pool[p.row].slice == "sport").count();
        assert!((5..35).contains(&sport), "{sport}");
    }

    #[test]
    fn blocks_that_contradict_each_other_disagree() {
        assert_eq!(disagreement(&[]), 0.0);
        assert_eq!(disagreement(&[1.0]), 0.0);
        assert!((disagreement(&[-2.0, 0.0, 2.0]) - 0.761_594_155_955_764_9).abs() < 1e-12);
        let torn = Candidate { margins: vec![6.0], disagreement: 0.9, ..Candidate::default() };
        assert_eq!(interest(&torn).1, Reason::Disagreement);
    }
}
