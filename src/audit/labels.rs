//! Judgements: are there enough of each class, and which contradict all the others?

use serde::Serialize;

use super::{Place, place};
use crate::corpus::Corpus;
use crate::evaluate::Scored;
use crate::metrics::{Confusion, average_precision, log_loss, wilson};
use crate::train::FEWEST_ROWS;

/// Rows of a class below which its figures are mostly chance.
pub const SMALL: usize = 50;
/// Rows of the smaller class from which a label can be checked by learning it in folds.
pub const FEWEST_TO_CHECK: usize = 10;
/// Recall for which the width of its interval is told.
const TYPICAL_RECALL: f64 = 0.7;

/// How often a label was judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Class {
    /// The label.
    pub label: String,
    /// Rows judged 1.
    pub positives: usize,
    /// Rows judged 0.
    pub negatives: usize,
    /// Rows nobody judged.
    pub blank: usize,
    /// Whether `train` accepts it.
    pub trainable: bool,
    /// Whether a class has fewer than [`SMALL`] rows.
    pub small: bool,
    /// What that costs: by how much a recall of 0.7 measured on the rows judged 1 can be off
    /// (half its 95 % interval). `None` without such rows.
    pub recall_uncertainty: Option<f64>,
}

/// Judgements of one label that contradict what models learned from all others.
#[derive(Clone, Debug, Serialize)]
pub struct Suspects {
    /// The label.
    pub label: String,
    /// Judged and scored rows.
    pub n: usize,
    /// Judged 0 among the suspects: problems that were overlooked.
    pub overlooked: usize,
    /// Judged 1 among the suspects: judged too hard.
    pub too_hard: usize,
    /// What they cost: their share of the logarithmic loss of all rows.
    pub loss_share: Option<f64>,
    /// Out-of-fold average precision on all rows.
    pub average_precision: Option<f64>,
    /// The same without the suspects: more than right labels would give, for right judgements of
    /// hard comments are among them.
    pub average_precision_without: Option<f64>,
    /// Out-of-fold F1 on all rows.
    pub f1: Option<f64>,
    /// The same without the suspects.
    pub f1_without: Option<f64>,
    /// The suspects, the least likely judgement first.
    pub rows: Vec<Suspect>,
}

/// A judgement that is probably wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Suspect {
    /// Where it stands.
    pub place: Place,
    /// The judgement.
    pub judged: bool,
    /// Out-of-fold probability that it should be 1.
    pub probability: f64,
}

/// Counts the judgements of every label.
pub fn classes(corpus: &Corpus) -> Vec<Class> {
    let class = |(at, label): (usize, &String)| {
        let count =
            |wanted: Option<bool>| corpus.examples.iter().filter(|e| e.judgements[at] == wanted).count();
        let [positives, negatives, blank] = [Some(true), Some(false), None].map(count);
        let fewest = positives.min(negatives);
        let interval = wilson(TYPICAL_RECALL * positives as f64, positives as f64);
        Class {
            label: label.clone(),
            positives,
            negatives,
            blank,
            trainable: fewest >= 2 && positives + negatives >= FEWEST_ROWS,
            small: fewest < SMALL,
            recall_uncertainty: interval.map(|i| (i.high - i.low) / 2.0),
        }
    };
    corpus.labels.iter().enumerate().map(class).collect()
}

/// The judgements that confident learning takes for errors (Northcutt, Jiang, Chuang 2021): with
/// `t₁` the mean probability of rows judged 1 and `t₀` that of being fine of rows judged 0, a row
/// judged 0 is suspect if `p ≥ t₁`, one judged 1 if `1 − p ≥ t₀`; where both hold, the likelier
/// class decides.
pub fn suspects(scored: &Scored, corpus: &Corpus) -> Suspects {
    let rows = suspicious(&scored.scores, &scored.targets);
    let mut is_suspect = vec![false; scored.rows.len()];
    rows.iter().for_each(|&k| is_suspect[k] = true);
    let kept: Vec<usize> = (0..scored.rows.len()).filter(|&k| !is_suspect[k]).collect();
    let all: Vec<usize> = (0..scored.rows.len()).collect();
    let suspect = |&k: &usize| Suspect {
        place: place(corpus, scored.rows[k]),
        judged: scored.targets[k],
        probability: scored.scores[k],
    };
    let loss = |which: &[usize]| {
        let (scores, targets) = select(scored, which);
        log_loss(&scores, &targets).unwrap_or(0.0) * which.len() as f64
    };
    let too_hard = rows.iter().filter(|&&k| scored.targets[k]).count();
    let precision = |which: &[usize]| {
        let (scores, targets) = select(scored, which);
        average_precision(&scores, &targets)
    };
    Suspects {
        label: scored.label.clone(),
        n: scored.rows.len(),
        overlooked: rows.len() - too_hard,
        too_hard,
        loss_share: Some(loss(&rows) / loss(&all)).filter(|share| share.is_finite()),
        average_precision: precision(&all),
        average_precision_without: precision(&kept),
        f1: f1(scored, &all),
        f1_without: f1(scored, &kept),
        rows: rows.iter().map(suspect).collect(),
    }
}

fn select(scored: &Scored, which: &[usize]) -> (Vec<f64>, Vec<bool>) {
    which.iter().map(|&k| (scored.scores[k], scored.targets[k])).unzip()
}

fn f1(scored: &Scored, which: &[usize]) -> Option<f64> {
    which.iter().map(|&k| (scored.flagged[k], scored.targets[k], 1.0)).collect::<Confusion>().f1()
}

/// Positions of the suspects, the least likely judgement first.
fn suspicious(scores: &[f64], targets: &[bool]) -> Vec<usize> {
    let given = |k: usize| if targets[k] { scores[k] } else { 1.0 - scores[k] };
    let mean_of = |class: bool| {
        let members: Vec<f64> = (0..scores.len()).filter(|&k| targets[k] == class).map(given).collect();
        members.iter().sum::<f64>() / members.len() as f64
    };
    let usual = [mean_of(false), mean_of(true)];
    let is_suspect = |k: &usize| {
        let (judged, other) = (given(*k), 1.0 - given(*k));
        let fits = judged >= usual[usize::from(targets[*k])];
        other >= usual[usize::from(!targets[*k])] && (!fits || other > judged)
    };
    let mut found: Vec<usize> = (0..scores.len()).filter(is_suspect).collect();
    found.sort_by(|&a, &b| given(a).total_cmp(&given(b)).then(a.cmp(&b)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comment::Example;
    use crate::metrics::SplitMix64;

    #[test]
    fn confident_learning_by_hand() {
        // t1 = (0.9 + 0.8 + 0.1) / 3 = 0.6, t0 = (0.9 + 0.8 + 0.3) / 3 = 2/3.
        let scores = [0.9, 0.8, 0.1, 0.1, 0.2, 0.7];
        let targets = [true, true, true, false, false, false];
        assert_eq!(suspicious(&scores, &targets), [2, 5]);
        assert!(suspicious(&[0.9, 0.1], &[true, false]).is_empty());
        assert!(suspicious(&[], &[]).is_empty());
        assert!(suspicious(&[0.3], &[true]).is_empty());
    }

    #[test]
    fn flipped_labels_come_first() {
        let mut random = SplitMix64::new(3);
        let truth: Vec<bool> = (0..500).map(|_| random.next_f64() < 0.3).collect();
        let scores: Vec<f64> =
            truth.iter().map(|t| 0.2 + 0.2 * random.next_f64() + if *t { 0.4 } else { 0.0 }).collect();
        let flipped: Vec<usize> = (0..500).step_by(25).collect();
        let mut targets = truth.clone();
        flipped.iter().for_each(|&k| targets[k] = !targets[k]);
        let found = suspicious(&scores, &targets);
        let hits = found.iter().filter(|k| flipped.contains(k)).count();
        assert_eq!(hits, found.len(), "only flipped ones: {found:?}");
        assert!(hits * 3 >= flipped.len(), "{hits} of {}", flipped.len());
    }

    #[test]
    fn what_suspects_cost_is_told() {
        let scored = Scored {
            label: "hate".to_owned(),
            rows: (0..6).collect(),
            scores: vec![0.9, 0.8, 0.1, 0.1, 0.2, 0.7],
            targets: vec![true, true, true, false, false, false],
            flagged: vec![true, true, false, false, false, true],
            ..Scored::default()
        };
        let corpus = Corpus { examples: vec![Example::default(); 6], ..Corpus::default() };
        let found = suspects(&scored, &corpus);
        assert_eq!((found.n, found.overlooked, found.too_hard), (6, 1, 1));
        assert_eq!((found.f1, found.f1_without), (Some(2.0 / 3.0), Some(1.0)));
        assert_eq!(found.average_precision_without, Some(1.0));
        assert!(found.loss_share.is_some_and(|share| share > 0.8 && share < 1.0));
    }

    #[test]
    fn small_classes_are_told_with_their_price() {
        let example =
            |i: usize| Example { judgements: vec![(i < 90).then_some(i < 30)], ..Example::default() };
        let corpus = Corpus {
            labels: vec!["hate".to_owned()],
            examples: (0..100).map(example).collect(),
            ..Corpus::default()
        };
        let class = &classes(&corpus)[0];
        assert_eq!((class.positives, class.negatives, class.blank), (30, 60, 10));
        assert_eq!((class.trainable, class.small), (true, true));
        // scipy 1.17.1: binomtest(21, 30).proportion_ci(method="wilson") = (0.521242125, 0.833352517).
        assert!(class.recall_uncertainty.is_some_and(|u| (u - 0.156055196).abs() < 1e-8), "{class:?}");
    }
}
