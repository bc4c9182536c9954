//! Everything a report shows of one label, ready to be drawn.

use serde::Serialize;

use super::dimension::dimensions;
use super::mistakes::Mistake;
use super::slices::{Slicing, Worst, slice, worst};
use super::{Evaluation, Scored};
use crate::corpus::Corpus;
use crate::error::Result;
use crate::metrics::{
    Binning, Confusion, Estimate, PrecisionRecallPoint, Ranking, ReliabilityBin, RocPoint, reliability,
    wilson,
};

/// Points of a curve that are drawn: more would not be seen.
const POINTS: usize = 160;
/// Bars of the histogram.
const BARS: usize = 20;
/// Cuts of the explorer lie at multiples of one of this many.
const CUTS: u32 = 100;
/// Shares of comments read for which the share caught is told.
const READ: [f64; 9] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0];

/// What is known of one label.
#[derive(Clone, Debug, Serialize)]
pub struct Detail {
    /// The figures.
    pub evaluation: Evaluation,
    /// By falling cut, thinned to what can be seen; empty without problems.
    pub precision_recall: Vec<PrecisionRecallPoint>,
    /// By falling cut, thinned; empty unless both classes are present.
    pub roc: Vec<RocPoint>,
    /// Ten bins of equal mass.
    pub reliability: Vec<ReliabilityBin>,
    /// Scores by class, in bars of equal width.
    pub histogram: Vec<Bar>,
    /// What every hundredth would do as a cut, from 0 to 1.
    pub cuts: Vec<Cut>,
    /// What the cut in force does: not the mean threshold, but the decisions as they were.
    pub in_force: Cut,
    /// What reading the highest scores first catches.
    pub workload: Vec<Workload>,
    /// Parts of the rows.
    pub slicings: Vec<Slicing>,
    /// The parts where the model is worst.
    pub worst: Vec<Worst>,
    /// The most expensive wrong decisions.
    pub mistakes: Vec<Mistake>,
}

/// Rows with a score from `from` up to the next bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bar {
    /// Lowest score in it.
    pub from: f64,
    /// Rows judged 1.
    pub positives: usize,
    /// Rows judged 0.
    pub negatives: usize,
    /// `positives` among all rows judged 1; 0 without any.
    pub positive_share: f64,
    /// `negatives` among all rows judged 0; 0 without any.
    pub negative_share: f64,
}

/// What a cut does.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cut {
    /// Rows with `score >= cut` are flagged.
    pub cut: f64,
    /// Decisions against judgements.
    pub confusion: Confusion,
    /// Problems among the flagged, with its Wilson interval.
    pub precision: Option<Estimate>,
    /// Flagged among the problems, with its Wilson interval.
    pub recall: Option<Estimate>,
    /// Flagged among all.
    pub flagged_share: Option<f64>,
}

/// Reading the highest scores first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Workload {
    /// At most this share of the comments is read.
    pub read: f64,
    /// Share of the problems among them, with its Wilson interval.
    pub caught: Estimate,
}

impl Detail {
    /// Computes everything of `scored`, whose figures are `evaluation`.
    ///
    /// # Errors
    /// If a score is not a number.
    pub fn new(
        scored: &Scored,
        evaluation: Evaluation,
        corpus: &Corpus,
        mistakes: Vec<Mistake>,
    ) -> Result<Self> {
        let ranking = Ranking::new(&scored.scores, &scored.targets)?;
        let slicings: Vec<Slicing> = dimensions(corpus).iter().map(|d| slice(scored, corpus, d)).collect();
        let at = |cut: f64| Cut::new(cut, Confusion::at_cut(&scored.scores, &scored.targets, cut));
        Ok(Self {
            precision_recall: thin(ranking.precision_recall_curve().unwrap_or_default()),
            roc: thin(ranking.roc_curve().unwrap_or_default()),
            reliability: reliability(&scored.scores, &scored.targets, Binning::EqualMass, 10),
            histogram: histogram(scored),
            cuts: (0..=CUTS).map(|i| at(f64::from(i) / f64::from(CUTS))).collect(),
            in_force: Cut::new(evaluation.threshold.unwrap_or(0.5), evaluation.confusion),
            workload: READ.iter().filter_map(|&read| workload(&ranking, read)).collect(),
            worst: worst(&slicings, &evaluation.confusion),
            slicings,
            mistakes,
            evaluation,
        })
    }
}

impl Cut {
    fn new(cut: f64, confusion: Confusion) -> Self {
        Self {
            cut,
            confusion,
            precision: wilson(confusion.tp, confusion.flagged()),
            recall: wilson(confusion.tp, confusion.positives()),
            flagged_share: confusion.flagged_share(),
        }
    }
}

/// About [`POINTS`] points in even steps; the first and the last always stay.
fn thin<P: Copy>(points: Vec<P>) -> Vec<P> {
    let last = points.len().saturating_sub(1);
    match last <= POINTS {
        true => points,
        false => (0..=POINTS).map(|k| points[k * last / POINTS]).collect(),
    }
}

fn histogram(scored: &Scored) -> Vec<Bar> {
    let bar = |i: usize| Bar { from: i as f64 / BARS as f64, ..Bar::default() };
    let mut bars: Vec<Bar> = (0..BARS).map(bar).collect();
    for (&score, &target) in scored.scores.iter().zip(&scored.targets) {
        let bar = &mut bars[((score * BARS as f64) as usize).min(BARS - 1)];
        *if target { &mut bar.positives } else { &mut bar.negatives } += 1;
    }
    let positives = scored.targets.iter().filter(|t| **t).count();
    let negatives = scored.targets.len() - positives;
    for bar in &mut bars {
        bar.positive_share = bar.positives as f64 / positives.max(1) as f64;
        bar.negative_share = bar.negatives as f64 / negatives.max(1) as f64;
    }
    bars
}

/// The last step that reads no more than the share `read`; equal scores are read together.
fn workload(ranking: &Ranking, read: f64) -> Option<Workload> {
    let allowed = (read * ranking.len() as f64 + 1e-9) as u64;
    let caught = ranking.steps().iter().take_while(|s| s.tp + s.fp <= allowed).last().map_or(0, |s| s.tp);
    Some(Workload { read, caught: wilson(caught as f64, ranking.positives() as f64)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored() -> Scored {
        let scores = vec![0.0, 0.04, 0.05, 0.5, 0.97, 1.0];
        let targets = vec![false, true, false, true, true, true];
        Scored { rows: (0..6).collect(), flagged: vec![false; 6], scores, targets, ..Scored::default() }
    }

    #[test]
    fn every_row_is_in_one_bar() {
        let bars = histogram(&scored());
        let filled: Vec<_> = bars.iter().enumerate().filter(|(_, b)| b.positives + b.negatives > 0).collect();
        let counts: Vec<_> = filled.iter().map(|(i, b)| (*i, b.positives, b.negatives)).collect();
        assert_eq!(counts, [(0, 1, 1), (1, 0, 1), (10, 1, 0), (19, 2, 0)]);
    }

    #[test]
    fn reading_half_catches_what_stands_highest() {
        let ranking = Ranking::new(&scored().scores, &scored().targets).unwrap();
        let caught = |read| workload(&ranking, read).map(|w| w.caught.value);
        assert_eq!([0.1, 0.5, 1.0].map(caught), [Some(0.0), Some(0.75), Some(1.0)]);
        let none = Ranking::new(&[0.1], &[false]).unwrap();
        assert_eq!(workload(&none, 0.5), None);
    }

    #[test]
    fn a_thinned_curve_keeps_its_ends() {
        let thinned = thin((0..10_000).collect());
        assert_eq!((thinned.len(), thinned[0], thinned[POINTS]), (POINTS + 1, 0, 9_999));
        assert_eq!(thin(vec![3, 1]), [3, 1]);
    }
}
