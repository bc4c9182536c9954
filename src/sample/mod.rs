//! Which comments are worth judging next, and how many comments each stands for.
//!
//! Near duplicates are one unit: a spelling of each goes to the desk, and stands for all. Part of
//! the units is *chosen* (see `choose.rs`): what the model is least sure of, spread over what the
//! comments are about and over slices. The rest is *drawn* by lot from the units not chosen. A chosen unit is in the sample for certain, so it stands for itself; a drawn
//! one stands for its share of all units that could have been drawn. With these weights (Horvitz and
//! Thompson 1952) every count over the pool, the prevalence above all, is estimated without bias,
//! although most rows were chosen for being odd.

mod choose;

use serde::Serialize;

use crate::features::topic::Bag;
use crate::metrics::SplitMix64;
use crate::near_duplicates::{SIMILAR, clusters};

/// What is known of a comment that may be judged.
#[derive(Clone, Debug, Default)]
pub struct Candidate<'a> {
    /// What it says.
    pub text: &'a str,
    /// Probability per label; `None` where there is no score, or where it was judged before.
    pub scores: Vec<Option<f64>>,
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
    /// Share of what two comments have (Jaccard of character 5-grams) from which they are near
    /// duplicates, above 0, at most 1.
    pub duplicate: f64,
    /// Seed.
    pub seed: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { size: 500, random: 0.2, duplicate: SIMILAR, seed: 1 }
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

/// Takes a sample of `pool`, in a shuffled order. What repeats one of the texts that are `done` is
/// left out. Fewer than wanted where the pool has no more units.
pub fn sample(pool: &[Candidate<'_>], done: &[&str], plan: Plan) -> Vec<Pick> {
    let units = units(pool, done, plan.duplicate);
    let size = plan.size.min(units.len());
    let chosen_size = size - (plan.random.clamp(0.0, 1.0) * size as f64).round() as usize;
    let chosen = choose::choose(pool, &units, chosen_size);
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

/// Near duplicates as one: the first row of each unit and the number of its rows, in the order of
/// the pool. What repeats one of `done` is in no unit.
fn units(pool: &[Candidate<'_>], done: &[&str], duplicate: f64) -> Vec<(usize, usize)> {
    let texts: Vec<&str> = done.iter().copied().chain(pool.iter().map(|c| c.text)).collect();
    let mut size = vec![1_usize; pool.len()];
    for cluster in clusters(&texts, duplicate) {
        let mut rows = cluster.rows.iter().map(|&row| row as usize);
        let first = rows.next().filter(|row| *row >= done.len());
        rows.filter_map(|row| row.checked_sub(done.len())).for_each(|row| size[row] = 0);
        if let Some(first) = first {
            size[first - done.len()] = cluster.rows.len();
        }
    }
    size.into_iter().enumerate().filter(|(_, rows)| *rows > 0).collect()
}

/// Fisher and Yates.
fn shuffle<T>(items: &mut [T], random: &mut SplitMix64) {
    (1..items.len()).rev().for_each(|i| items.swap(i, random.below(i + 1)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Folded;

    fn candidate(text: &str, margin: f64) -> Candidate<'_> {
        let scores = vec![Some(crate::logistic::sigmoid(margin))];
        Candidate { text, scores, bag: Bag::new(&Folded::new(text)), ..Candidate::default() }
    }

    /// Texts of a few words each that share little.
    fn invented(i: usize) -> String {
        let word = |k: usize| {
            let mut random = SplitMix64::for_task(k as u64, i as u64);
            (0..9).map(|_| char::from(b'a' + random.below(26) as u8)).collect::<String>()
        };
        (0..6).map(word).collect::<Vec<_>>().join(" ")
    }

    fn texts(n: usize) -> Vec<String> {
        (0..n).map(invented).collect()
    }

    /// Candidates whose log-odds rise by 0.1 from one to the next, even in the middle.
    fn pool(texts: &[String]) -> Vec<Candidate<'_>> {
        let middle = texts.len() as f64 / 2.0;
        texts.iter().enumerate().map(|(i, text)| candidate(text, (i as f64 - middle) / 10.0)).collect()
    }

    #[test]
    fn chosen_rows_are_the_unsure_ones_and_weights_sum_to_the_pool() {
        let texts = texts(1000);
        let pool = pool(&texts);
        let picks = sample(&pool, &["ganz anders"], Plan { size: 100, random: 0.3, ..Plan::default() });
        assert_eq!(picks.len(), 100);
        let (drawn, chosen): (Vec<&Pick>, Vec<&Pick>) =
            picks.iter().partition(|p| p.reason == Reason::Random);
        assert_eq!(drawn.len(), 30);
        assert!(chosen.iter().all(|p| (p.row as f64 - 500.0).abs() < 60.0 && p.weight == 1.0));
        assert!((picks.iter().map(|p| p.weight).sum::<f64>() - 1000.0).abs() < 1e-9);
        let mut rows: Vec<usize> = picks.iter().map(|p| p.row).collect();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), 100);
    }

    #[test]
    fn the_weighted_share_is_that_of_the_pool() {
        // Rows from 900 on are problems: 10 %. Among the rows chosen around 500 there are none.
        let texts = texts(1000);
        let pool = pool(&texts);
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
        let [loud, thumb, other, judged] =
            [format!("{text}!!!"), format!("{text} 👍"), invented(1), invented(2)];
        let pool = [text, &loud, &other, &thumb, &judged].map(|text| candidate(text, 0.0));
        let mut picks = sample(&pool, &[&judged], Plan { size: 10, random: 0.0, ..Plan::default() });
        picks.sort_by_key(|p| p.row);
        assert_eq!(picks.iter().map(|p| (p.row, p.weight)).collect::<Vec<_>>(), [(0, 3.0), (2, 1.0)]);
    }

    #[test]
    fn slices_share_the_sample() {
        // All of the unsure comments are in one section, yet the other is seen.
        let texts = texts(400);
        let mut pool = pool(&texts);
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
    }
}
