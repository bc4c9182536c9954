//! Do 500 chosen comments teach more than 500 drawn by lot? Measured, on real judgements.
#![allow(clippy::print_stderr, reason = "the figures are what it is run for")]

use std::collections::HashMap;

use netiquette::corpus::{Corpus, Options, Role, Table, read_corpus};
use netiquette::evaluate::score_judged;
use netiquette::metrics::{SplitMix64, average_precision};
use netiquette::model::{Model, file::embedded};
use netiquette::prepared::Prepared;
use netiquette::sample::{Candidate, Plan, disagreement, sample};
use netiquette::train::{Config, train_on_base};

use super::util::of_repository;

/// Repetitions, each with other articles to test on; and Student's t of 97.5 % with one degree of
/// freedom less.
const TRIALS: u64 = 40;
const STUDENT: f64 = 2.023;
/// Comments judged, and rounds in which a desk judges them.
const JUDGED: usize = 500;
const ROUNDS: usize = 5;

/// A set as the program sees it, which trains on top of the embedded model.
struct Bench {
    corpus: Corpus,
    prepared: Prepared,
    config: Config,
    /// The embedded model, which never saw the set.
    base: Model,
}

impl Bench {
    fn open(set: &str) -> Option<Self> {
        let path = of_repository(&format!("../shared/data/{set}/train.csv"));
        if !path.exists() {
            eprintln!("skipped: there is no {}", path.display());
            return None;
        }
        let table =
            Table::open(set, std::fs::File::open(&path).unwrap(), Role::Comments, &Options::default());
        let mut corpus =
            read_corpus([table], HashMap::new(), &["incivility".to_owned()], Some("fold")).unwrap();
        corpus.examples.retain(|example| example.judgements[0].is_some());
        let (base, _) = embedded().unwrap();
        let config = Config::on_base(&base.config, "folds = 3").unwrap();
        let prepared = Prepared::new(&corpus, &base.extractor);
        Some(Self { corpus, prepared, config, base })
    }

    fn train(&self, rows: &[u32]) -> netiquette::Result<Model> {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        train_on_base(&self.prepared, &rows, &self.config, &self.base)
    }

    /// Rows to test on, of three folds of ten, and the pool: all others. With `share`, so many of
    /// the problems are left out by lot on both sides that it is the share of problems.
    fn split(&self, share: Option<f64>, seed: u64) -> (Vec<u32>, Vec<u32>) {
        let folds = drawn(&(0..10).collect::<Vec<u32>>(), 3, seed);
        let is_problem = |i: &u32| self.corpus.examples[*i as usize].judgements[0] == Some(true);
        let tested = |i: &u32| {
            self.corpus.examples[*i as usize]
                .fold
                .as_ref()
                .is_some_and(|f| folds.contains(&f.parse().unwrap()))
        };
        let (test, pool): (Vec<u32>, Vec<u32>) = (0..self.prepared.rows() as u32).partition(tested);
        let thinned = |rows: Vec<u32>| {
            let Some(share) = share else { return rows };
            let (problems, fine): (Vec<u32>, Vec<u32>) = rows.into_iter().partition(is_problem);
            let kept = (share / (1.0 - share) * fine.len() as f64).round() as usize;
            let mut rows = [fine, drawn(&problems, kept, seed)].concat();
            rows.sort_unstable();
            rows
        };
        (thinned(test), thinned(pool))
    }

    /// What the model in force makes of `rows`: as `netiquette sample` sees them.
    fn candidates(&self, own: Option<&Model>, rows: &[u32]) -> Vec<Candidate<'_>> {
        let model = own.unwrap_or(&self.base);
        let label = &model.labels[0];
        let levels = self.prepared.levels(&model.background);
        let candidate = |&i: &u32| {
            let i = i as usize;
            let row = self.prepared.row(i, model, label, &levels);
            Candidate {
                text: &self.corpus.examples[i].comment.text,
                scores: vec![Some(label.probability(&row))],
                disagreement: disagreement(&row[..label.blocks.len()]),
                bag: self.prepared.bags[i].clone(),
                slice: self.corpus.examples[i].comment.article_id.clone(),
            }
        };
        rows.iter().map(candidate).collect()
    }

    /// Rows of `pool` judged in rounds, each chosen by the model trained on those before.
    fn chosen(&self, pool: &[u32], rounds: usize, seed: u64) -> Vec<u32> {
        let mut judged: Vec<u32> = Vec::new();
        let mut own = None;
        for round in 1..=rounds {
            let rest: Vec<u32> = pool.iter().copied().filter(|i| !judged.contains(i)).collect();
            let size = round * JUDGED / rounds - judged.len();
            let done: Vec<&str> = judged.iter().map(|&i| self.text(i)).collect();
            let plan = Plan { size, seed, ..Plan::default() };
            let picks = sample(&self.candidates(own.as_ref(), &rest), &done, plan);
            judged.extend(picks.iter().map(|pick| rest[pick.row]));
            // As long as it cannot be learned from them, the base goes on.
            own = self.train(&judged).ok();
        }
        judged
    }

    fn text(&self, i: u32) -> &str {
        &self.corpus.examples[i as usize].comment.text
    }

    fn average_precision(&self, rows: &[u32], test: &[u32]) -> f64 {
        let scored = score_judged(&self.train(rows).unwrap(), &self.prepared, test).swap_remove(0);
        average_precision(&scored.scores, &scored.targets).unwrap()
    }
}

/// Rows by lot.
fn drawn(rows: &[u32], n: usize, seed: u64) -> Vec<u32> {
    let mut rows = rows.to_vec();
    let mut random = SplitMix64::new(seed);
    (1..rows.len()).rev().for_each(|i| rows.swap(i, random.below(i + 1)));
    rows.truncate(n);
    rows
}

/// Mean and half of Student's 95 % interval.
fn interval(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    [mean, STUDENT * (variance / n).sqrt()]
}

/// Chosen less drawn by lot, in average precision on articles that neither saw.
fn gains(bench: &Bench, share: Option<f64>, rounds: usize) -> [f64; 2] {
    let (mut gains, mut by_lot) = (Vec::new(), Vec::new());
    for trial in 0..TRIALS {
        let (test, pool) = bench.split(share, trial);
        let lot = bench.average_precision(&drawn(&pool, JUDGED, 1000 + trial), &test);
        gains.push(bench.average_precision(&bench.chosen(&pool, rounds, trial), &test) - lot);
        by_lot.push(lot);
    }
    let [mean, half] = interval(&gains);
    eprintln!("    {rounds} rounds: {mean:+.4} ± {half:.4} (by lot {:.3})", interval(&by_lot)[0]);
    [mean, half]
}

/// That the gain is above 0 with its whole interval.
fn gains_on(set: &str, share: Option<f64>) {
    let Some(bench) = Bench::open(set) else { return };
    eprintln!("{set}{}", share.map_or(String::new(), |s| format!(", thinned to {} % problems", 100.0 * s)));
    let [mean, half] = gains(&bench, share, ROUNDS);
    assert!(mean - half > 0.0, "{mean} ± {half}");
}

// Hundreds of trainings each. One command for all:
// cargo test --release --test decisions five_hundred -- --ignored --nocapture
#[ignore = "minutes"]
#[test]
fn five_hundred_on_austrotox() {
    gains_on("austrotox", None);
}

#[ignore = "minutes"]
#[test]
fn five_hundred_on_austrotox_thinned() {
    gains_on("austrotox", Some(0.05));
}

#[ignore = "minutes"]
#[test]
fn five_hundred_on_germeval2019() {
    gains_on("germeval2019", None);
}

#[ignore = "minutes"]
#[test]
fn five_hundred_on_germeval2019_thinned() {
    gains_on("germeval2019", Some(0.05));
}

#[ignore = "minutes"]
#[test]
fn five_hundred_on_germeval2021() {
    gains_on("germeval2021", None);
}

#[ignore = "minutes"]
#[test]
fn five_hundred_on_omp() {
    gains_on("omp", None);
}
