//! Has the stream of comments changed since a baseline? No labels needed.
//!
//! What is watched: scores, every heuristic, the share of n-grams the baseline never had, words that
//! became frequent, the share of problems that the scores imply, and the scores by slice. A signal
//! alarms only when it is both large (population stability index, settable) and beyond chance
//! (Kolmogorov-Smirnov or binomial, the level divided by the number of signals, after Bonferroni), so
//! that neither a big sample nor a long list of signals alarms by itself.

mod measured;
mod words;

use serde::Serialize;

pub use measured::{LabelScores, Measured};
pub use words::NewWord;

use crate::features::heuristic::HEURISTICS;
use crate::metrics::{
    Bootstrap, Estimate, KolmogorovSmirnov, kolmogorov_smirnov, population_stability_index, psi_of_counts,
    quantile_edges,
};
use crate::prevalence::adjusted;

/// When to alarm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Thresholds {
    /// Population stability index from which a distribution counts as shifted, the part that chance
    /// alone gives taken off.
    pub psi: f64,
    /// Probability of a false alarm over all signals together, above 0 and below 1.
    pub alpha: f64,
    /// Share of the comments from which a new word counts as frequent.
    pub word_share: f64,
    /// How many times as frequent as before a word must be to count as new.
    pub word_ratio: f64,
    /// Factor by which the implied prevalence must rise or fall.
    pub prevalence_ratio: f64,
    /// Fewest comments of a slice, on both sides.
    pub fewest: usize,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { psi: 0.25, alpha: 0.01, word_share: 0.01, word_ratio: 5.0, prevalence_ratio: 1.5, fewest: 50 }
    }
}

/// One distribution, then and now.
#[derive(Clone, Debug, Serialize)]
pub struct Signal {
    /// What it is of.
    pub name: String,
    /// Rows on both sides.
    pub rows: [usize; 2],
    /// Means on both sides.
    pub means: [f64; 2],
    /// Population stability index over ten classes, less what chance gives on average.
    pub psi: f64,
    /// The test that goes with it.
    pub test: KolmogorovSmirnov,
    /// Whether it alarms.
    pub alarm: bool,
}

/// The share of problems that the scores of a label imply, then and now (see
/// [`adjusted`]), if they are calibrated on the baseline.
#[derive(Clone, Debug, Serialize)]
pub struct PrevalenceShift {
    /// The label.
    pub label: String,
    /// Before.
    pub baseline: f64,
    /// Now.
    pub current: f64,
    /// Now less before, with a bootstrap interval.
    pub change: Option<Estimate>,
    /// Whether it alarms: by the factor, and beyond a 99.9 % interval.
    pub alarm: bool,
}

/// How the comments are spread over the values of a column.
#[derive(Clone, Debug, Serialize)]
pub struct Composition {
    /// The column.
    pub column: String,
    /// Population stability index over its values, less what chance gives on average.
    pub psi: f64,
    /// Whether it alarms.
    pub alarm: bool,
}

/// Everything that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Drift {
    /// Comments on both sides.
    pub rows: [usize; 2],
    /// Scores by label, n-grams the baseline lacks, heuristics.
    pub signals: Vec<Signal>,
    /// Scores by slice: `column=value: label`.
    pub slices: Vec<Signal>,
    /// Spread over the values of each column.
    pub compositions: Vec<Composition>,
    /// Implied prevalence by label.
    pub prevalence: Vec<PrevalenceShift>,
    /// Words that became frequent.
    pub words: Vec<NewWord>,
    /// When it alarms.
    pub thresholds: Thresholds,
}

/// Name of the signal of unseen n-grams.
pub const UNSEEN: &str = "unseen n-grams";

/// Classes of the stability index.
const CLASSES: usize = 10;

impl Drift {
    /// Compares `current` with `baseline`; both were measured with the same labels and columns.
    pub fn between(
        baseline: &Measured,
        current: &Measured,
        thresholds: Thresholds,
        bootstrap: Bootstrap,
    ) -> Self {
        let mut signals: Vec<Signal> = baseline
            .scores
            .iter()
            .zip(&current.scores)
            .filter_map(|((label, a), (_, b))| {
                signal(format!("{label} score"), &defined(a, |_| true), &defined(b, |_| true))
            })
            .collect();
        let [known, fresh] = measured::unseen(baseline, current);
        let unseen = signal(UNSEEN.to_owned(), &known, &fresh);
        signals.extend(unseen);
        let heuristics = HEURISTICS.iter().zip(baseline.heuristics.iter().zip(&current.heuristics));
        signals.extend(heuristics.filter_map(|(h, (a, b))| signal(h.name.to_owned(), a, b)));
        let mut slices = by_slice(baseline, current, thresholds.fewest);
        let level = thresholds.alpha / (signals.len() + slices.len()).max(1) as f64;
        for s in signals.iter_mut().chain(&mut slices) {
            // The baseline's own articles are known to it: fewer unseen n-grams are no news.
            let news = s.name != UNSEEN || s.means[1] > s.means[0];
            s.alarm = s.psi >= thresholds.psi && s.test.p_value <= level && news;
        }
        slices.sort_by(|a, b| b.psi.total_cmp(&a.psi).then(a.name.cmp(&b.name)));
        Self {
            rows: [baseline.rows(), current.rows()],
            signals,
            slices,
            compositions: compositions(baseline, current, thresholds),
            prevalence: prevalence(baseline, current, thresholds, bootstrap),
            words: words::new_words(baseline, current, thresholds),
            thresholds,
        }
    }

    /// What alarms, in words; nothing where nothing does. New words are counted, not quoted.
    pub fn alarms(&self) -> Vec<String> {
        let shifted = |s: &&Signal| s.alarm;
        let mut alarms: Vec<String> = self
            .signals
            .iter()
            .chain(&self.slices)
            .filter(shifted)
            .map(|s| {
                format!(
                    "{} has shifted (PSI {:.2}, mean {:.3} before and {:.3} now)",
                    s.name, s.psi, s.means[0], s.means[1]
                )
            })
            .collect();
        alarms.extend(self.prevalence.iter().filter(|p| p.alarm).map(|p| {
            let [before, now] = [p.baseline, p.current].map(|share| 100.0 * share);
            format!("problems by {} were {before:.1} % and are {now:.1} %, by the scores", p.label)
        }));
        alarms.extend(
            self.compositions
                .iter()
                .filter(|c| c.alarm)
                .map(|c| format!("comments are spread otherwise over `{}` (PSI {:.2})", c.column, c.psi)),
        );
        let words = self.words.iter().filter(|w| w.alarm).count();
        if words > 0 {
            alarms.push(format!("words that are new and frequent: {words}"));
        }
        alarms
    }
}

fn signal(name: String, baseline: &[f64], current: &[f64]) -> Option<Signal> {
    let psi = population_stability_index(baseline, current, CLASSES)?;
    let classes = quantile_edges(baseline, CLASSES)?.len() + 1;
    let rows = [baseline.len(), current.len()];
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    Some(Signal {
        name,
        rows,
        means: [mean(baseline), mean(current)],
        psi: (psi - chance(classes, rows)).max(0.0),
        test: kolmogorov_smirnov(baseline, current)?,
        alarm: false,
    })
}

/// The mean of the index where nothing has shifted.
fn chance(classes: usize, rows: [usize; 2]) -> f64 {
    classes.saturating_sub(1) as f64 * rows.iter().map(|&n| 1.0 / n as f64).sum::<f64>()
}

/// Scores there are, of the rows wanted.
fn defined(scores: &[Option<f64>], wanted: impl Fn(usize) -> bool) -> Vec<f64> {
    scores.iter().enumerate().filter(|(i, _)| wanted(*i)).filter_map(|(_, score)| *score).collect()
}

/// Scores of every slice now against the same slice before, or against everything where the
/// baseline has no such slice (a new day).
fn by_slice(baseline: &Measured, current: &Measured, fewest: usize) -> Vec<Signal> {
    let mut signals = Vec::new();
    for ((column, before), (_, now)) in baseline.slices.iter().zip(&current.slices) {
        let mut values: Vec<&String> = now.iter().collect();
        values.sort();
        values.dedup();
        for value in values {
            for ((label, a), (_, b)) in baseline.scores.iter().zip(&current.scores) {
                let same = defined(a, |i| before[i] == *value);
                let a = if before.contains(value) { same } else { defined(a, |_| true) };
                let b = defined(b, |i| now[i] == *value);
                if a.len() >= fewest && b.len() >= fewest {
                    signals.extend(signal(format!("{column}={value}: {label} score"), &a, &b));
                }
            }
        }
    }
    signals
}

/// Spread over columns whose values recur; days do not.
fn compositions(baseline: &Measured, current: &Measured, thresholds: Thresholds) -> Vec<Composition> {
    let columns = baseline.slices.iter().zip(&current.slices);
    columns
        .filter_map(|((column, before), (_, now))| {
            let mut counts = std::collections::BTreeMap::<&str, [u64; 2]>::new();
            before.iter().for_each(|value| counts.entry(value).or_default()[0] += 1);
            now.iter().for_each(|value| counts.entry(value).or_default()[1] += 1);
            if !counts.values().any(|[before, now]| *before > 0 && *now > 0) {
                return None;
            }
            let side = |k: usize| counts.values().map(|pair| pair[k]).collect::<Vec<_>>();
            let psi = psi_of_counts(&side(0), &side(1))?;
            let chance = chance(counts.len(), [before.len(), now.len()]);
            let alarm = psi - chance >= thresholds.psi && psi >= 4.0 * chance;
            Some(Composition { column: column.clone(), psi: (psi - chance).max(0.0), alarm })
        })
        .collect()
}

/// Steps in which scores are gathered before their prevalence is told.
const STEPS: f64 = 100.0;
/// From a 95 % to a 99.9 % interval.
const SURER: f64 = 3.290_526_731_491_926 / 1.959_963_984_540_054;

fn prevalence(
    baseline: &Measured,
    current: &Measured,
    thresholds: Thresholds,
    bootstrap: Bootstrap,
) -> Vec<PrevalenceShift> {
    let of_label = |((label, a), (_, b)): (&LabelScores, &LabelScores)| {
        let (a, b) = (defined(a, |_| true), defined(b, |_| true));
        let base = (a.iter().sum::<f64>() / a.len() as f64).clamp(1e-3, 1.0 - 1e-3);
        if a.is_empty() || b.is_empty() {
            return None;
        }
        let step = |score: &f64| (score * STEPS).round() as usize;
        let cells: Vec<(usize, usize)> =
            a.iter().map(|s| (0, step(s))).chain(b.iter().map(|s| (1, step(s)))).collect();
        let shares = |counts: &[u32]| -> Option<[f64; 2]> {
            let mut table = vec![vec![0.0; STEPS as usize + 1]; 2];
            cells.iter().zip(counts).for_each(|(&(side, step), &n)| table[side][step] += f64::from(n));
            let share = |side: &[f64]| {
                let entries = side.iter().enumerate().filter(|(_, n)| **n > 0.0);
                adjusted(&entries.map(|(step, n)| (step as f64 / STEPS, *n)).collect::<Vec<_>>(), base)
            };
            Some([share(&table[0])?, share(&table[1])?])
        };
        let [before, now] = shares(&vec![1; cells.len()])?;
        let change = bootstrap.estimate(cells.len(), |counts| shares(counts).map(|[a, b]| b - a));
        let by_factor = now.max(before) >= thresholds.prevalence_ratio * now.min(before);
        let sure = change.is_some_and(|c| {
            let towards_zero = if c.value > 0.0 { c.value - c.low } else { c.high - c.value };
            c.value.abs() > SURER * towards_zero
        });
        let alarm = by_factor && sure;
        Some(PrevalenceShift { label: label.clone(), baseline: before, current: now, change, alarm })
    };
    baseline.scores.iter().zip(&current.scores).filter_map(of_label).collect()
}
