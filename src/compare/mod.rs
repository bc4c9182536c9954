//! Is a new model better than an old one, on the same judged rows?

mod flip;

use serde::Serialize;

pub use flip::{Agreement, Flip};

use crate::metrics::{
    Bootstrap, Confusion, Estimate, FEW, McNemar, PairedEstimate, Ranking, brier, expected_calibration_error,
    mcnemar, too_few,
};

/// One model's word on the judged rows of a label.
#[derive(Clone, Debug)]
pub struct Side {
    /// Probabilities.
    pub scores: Vec<f64>,
    /// Whether each reached its model's threshold.
    pub flagged: Vec<bool>,
}

/// Figures of both models, and what the difference can be said to be.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// Rows judged, and scored by both.
    pub rows: usize,
    /// Of them judged 1.
    pub positives: usize,
    /// Whether the figures rest on too few rows to say much: see [`too_few`].
    pub few: bool,
    /// The figures.
    pub figures: Vec<ComparedFigure>,
    /// Rows that only the old, and only the new model decides rightly.
    pub only_right: [u64; 2],
    /// Whether the two numbers differ by more than chance.
    pub mcnemar: McNemar,
    /// The verdict on the figure that decides.
    pub verdict: Verdict,
}

/// A figure of both models.
#[derive(Clone, Debug, Serialize)]
pub struct ComparedFigure {
    /// Its name.
    pub name: &'static str,
    /// Whether a larger value is the better one.
    pub more_is_better: bool,
    /// Of the old model; `None`: undefined.
    pub old: Option<f64>,
    /// Of the new model.
    pub new: Option<f64>,
    /// New minus old on the same resamples; `None` where too many leave it undefined.
    pub gain: Option<PairedEstimate>,
}

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval of the difference is on the better side.
    Better,
    /// The whole interval is on the worse side.
    Worse,
    /// The interval holds 0.
    CannotTell {
        /// Judged rows to add for a difference as large as this one to show in four of five
        /// tries; `None` where no number that people can judge would do.
        more_labels: Option<u64>,
    },
}

/// Judged rows beyond which a difference is too small to matter to anybody.
const TOO_MANY: f64 = 1e6;
/// (z of 97.5 % + z of 80 %) over twice the former: turns the width of an interval into the
/// difference that shows with a power of 80 %.
const POWER: f64 = (1.959_963_984_540_054 + 0.841_621_233_572_914) / (2.0 * 1.959_963_984_540_054);

impl Verdict {
    /// The verdict on a difference found on `rows` rows, `positives` of them judged 1. The interval
    /// narrows with the root of their number. A handful of rows decides nothing, whatever its
    /// interval says.
    pub fn of(gain: Option<PairedEstimate>, more_is_better: bool, [positives, rows]: [usize; 2]) -> Self {
        let Some(Estimate { value, low, high }) = gain.map(|g| g.difference) else {
            return Self::CannotTell { more_labels: None };
        };
        let (up, down) = (low > 0.0, high < 0.0);
        let few = too_few(positives, rows);
        if (up || down) && few.is_none() {
            return if up == more_is_better { Self::Better } else { Self::Worse };
        }
        // For a difference as large, and for enough rows of the rarer class.
        let enough = few.map_or(0.0, |rarer| FEW as f64 / rarer.max(1) as f64);
        let needed = rows as f64 * (POWER * (high - low) / value).powi(2).max(enough);
        let more = (needed - rows as f64).max(1.0).ceil();
        Self::CannotTell { more_labels: (value != 0.0 && more <= TOO_MANY).then_some(more as u64) }
    }

    /// In words.
    pub fn in_words(self) -> String {
        match self {
            Self::Better => "better".to_owned(),
            Self::Worse => "worse".to_owned(),
            Self::CannotTell { more_labels: Some(n) } => {
                format!("cannot tell yet; about {n} more judged rows like these would show a difference this large")
            }
            Self::CannotTell { more_labels: None } => {
                "cannot tell, and no number of labels within reach would: the models are alike, or these rows \
                 leave the figure undefined"
                    .to_owned()
            }
        }
    }
}

/// Names of the figures that [`compare`] gives, in order.
pub fn figure_names() -> impl Iterator<Item = &'static str> {
    STATISTICS.iter().map(|s| s.0)
}

/// Compares two models on the same judged rows; `groups[i]` numbers from 0 what row `i` hangs
/// together with (its article), which is resampled as a whole. `by` names the figure that decides.
///
/// # Errors
/// [`Kind::Parameter`](crate::error::Kind::Parameter) when a score is not a number or `by` is no
/// figure.
///
/// # Panics
/// If the lengths differ.
pub fn compare(
    old: &Side,
    new: &Side,
    labels: &[bool],
    groups: &[usize],
    by: &str,
    bootstrap: Bootstrap,
) -> crate::Result<Comparison> {
    assert!(old.scores.len() == labels.len() && new.scores.len() == labels.len(), "the same rows");
    if !figure_names().any(|name| name == by) {
        let known: Vec<_> = figure_names().collect();
        return Err(crate::Error::parameter(format!("`{by}` is no figure; these are: {}", known.join(", "))));
    }
    let views = [View::new(old, labels)?, View::new(new, labels)?];
    let group_of = renumbered(groups);
    let number = group_of.iter().max().map_or(0, |last| last + 1);
    let spread = |counts: &[u32]| -> Vec<u32> { group_of.iter().map(|&g| counts[g]).collect() };
    let ones = vec![1; labels.len()];
    let figures = STATISTICS.iter().map(|&(name, more_is_better, statistic)| ComparedFigure {
        name,
        more_is_better,
        old: statistic(&views[0], &ones),
        new: statistic(&views[1], &ones),
        gain: bootstrap.paired(
            number,
            |counts| statistic(&views[0], &spread(counts)),
            |counts| statistic(&views[1], &spread(counts)),
        ),
    });
    let figures: Vec<ComparedFigure> = figures.collect();
    let only = |right: &Side, wrong: &Side| {
        let rows = right.flagged.iter().zip(&wrong.flagged).zip(labels);
        rows.filter(|((r, w), label)| r == label && w != label).count() as u64
    };
    let only_right = [only(old, new), only(new, old)];
    let positives = labels.iter().filter(|l| **l).count();
    let deciding = figures.iter().find(|f| f.name == by);
    let verdict = deciding.map_or(Verdict::CannotTell { more_labels: None }, |f| {
        Verdict::of(f.gain, f.more_is_better, [positives, labels.len()])
    });
    Ok(Comparison {
        rows: labels.len(),
        positives,
        few: too_few(positives, labels.len()).is_some(),
        figures,
        only_right,
        mcnemar: mcnemar(only_right[0], only_right[1]),
        verdict,
    })
}

struct View<'a> {
    side: &'a Side,
    labels: &'a [bool],
    ranking: Ranking,
}

impl<'a> View<'a> {
    fn new(side: &'a Side, labels: &'a [bool]) -> crate::Result<Self> {
        Ok(Self { side, labels, ranking: Ranking::new(&side.scores, labels)? })
    }

    fn confusion(&self, counts: &[u32]) -> Confusion {
        Confusion::resampled(&self.side.flagged, self.labels, counts)
    }

    /// Every row as often as it was drawn.
    fn drawn(&self, counts: &[u32]) -> (Vec<f64>, Vec<bool>) {
        let rows = counts.iter().enumerate().flat_map(|(i, &n)| std::iter::repeat_n(i, n as usize));
        rows.map(|i| (self.side.scores[i], self.labels[i])).unzip()
    }
}

type Statistic = fn(&View<'_>, &[u32]) -> Option<f64>;

const STATISTICS: [(&str, bool, Statistic); 8] = [
    ("average_precision", true, |v, c| v.ranking.average_precision_of(c)),
    ("roc_auc", true, |v, c| v.ranking.roc_auc_of(c)),
    ("precision", true, |v, c| v.confusion(c).precision()),
    ("recall", true, |v, c| v.confusion(c).recall()),
    ("f1", true, |v, c| v.confusion(c).f1()),
    ("macro_f1", true, |v, c| v.confusion(c).macro_f1()),
    ("brier", false, |v, c| {
        let (scores, labels) = v.drawn(c);
        brier(&scores, &labels)
    }),
    ("calibration_error", false, |v, c| {
        let (scores, labels) = v.drawn(c);
        expected_calibration_error(&scores, &labels)
    }),
];

/// Numbers without gaps, in order of first occurrence.
fn renumbered(groups: &[usize]) -> Vec<usize> {
    let mut seen = std::collections::HashMap::new();
    let mut number = |group: &usize| {
        let next = seen.len();
        *seen.entry(*group).or_insert(next)
    };
    groups.iter().map(&mut number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::fixture::{assert_close, coarse, fine};

    const FEW: Bootstrap = Bootstrap { replicates: 200, seed: 7 };

    fn side(scores: Vec<f64>, cut: f64) -> Side {
        let flagged = scores.iter().map(|score| *score >= cut).collect();
        Side { scores, flagged }
    }

    fn fixtures() -> (Side, Side, Vec<bool>) {
        let (scores, labels) = fine();
        (side(coarse().0, 0.625), side(scores, 0.5), labels)
    }

    #[test]
    fn figures_equal_scikit_learn_and_the_gain_numpy() {
        // scikit-learn 1.9.1 on fixture::coarse() and fixture::fine(), flags score >= 0.625 and >= 0.5; the gain of
        // average precision over the draws of Bootstrap { 200, 7 }, numpy 2.4.6 percentile [2.5, 97.5].
        let (old, new, labels) = fixtures();
        let rows: Vec<usize> = (0..labels.len()).collect();
        let found = compare(&old, &new, &labels, &rows, "average_precision", FEW).unwrap();
        for (name, old, new) in [
            ("average_precision", 0.5982228649965142, 0.6685514149388349),
            ("roc_auc", 0.7905397283327323, 0.803942781584325),
            ("precision", 0.625, 0.5128205128205128),
            ("recall", 0.423728813559322, 0.6779661016949152),
            ("f1", 0.5050505050505051, 0.583941605839416),
            ("macro_f1", 0.6711299036880433, 0.6836057839083012),
            ("brier", 0.17078125, 0.1865302260089122),
        ] {
            let figure = found.figures.iter().find(|f| f.name == name).unwrap();
            assert_close(name, figure.old, old);
            assert_close(name, figure.new, new);
        }
        let gain = found.figures[0].gain.unwrap().difference;
        assert_close("low", Some(gain.low), 0.041809271805706635);
        assert_close("high", Some(gain.high), 0.09883379543068518);
        assert_eq!((found.rows, found.positives), (200, 59));
    }

    #[test]
    fn a_model_is_no_better_than_itself_and_noise_is_worse() {
        let (_, model, labels) = fixtures();
        let rows: Vec<usize> = (0..labels.len()).collect();
        let verdict = |a: &Side, b: &Side| compare(a, b, &labels, &rows, "roc_auc", FEW).unwrap().verdict;
        assert_eq!(verdict(&model, &model), Verdict::CannotTell { more_labels: None });
        let noise = side((0..200).map(|i| f64::from(i * 37 % 200) / 200.0).collect(), 0.5);
        assert_eq!(verdict(&model, &noise), Verdict::Worse);
        assert_eq!(verdict(&noise, &model), Verdict::Better);
        assert!(compare(&model, &noise, &labels, &rows, "beauty", FEW).is_err());
    }

    #[test]
    fn labels_wanted_shrink_the_interval_to_the_difference() {
        // Half-width 0.02 is 1.96 standard errors; 0.01 shows with a power of 80 % when it is
        // (1.96 + 0.84) of them: n (0.02 · 2.8016 / (1.96 · 0.01))² = 8.172 n.
        let gain = |value| {
            let difference = Estimate { value, low: value - 0.02, high: value + 0.02 };
            Some(PairedEstimate { difference, wins: 0.7 })
        };
        assert_eq!(
            Verdict::of(gain(0.01), true, [400, 1000]),
            Verdict::CannotTell { more_labels: Some(7173) }
        );
        assert_eq!(Verdict::of(gain(0.0), true, [400, 1000]), Verdict::CannotTell { more_labels: None });
        assert_eq!(Verdict::of(gain(0.03), true, [400, 1000]), Verdict::Better);
        assert_eq!(Verdict::of(gain(0.03), false, [400, 1000]), Verdict::Worse);
        // Ten problems are a tale, not a figure: thirty of them take 3000 rows.
        assert_eq!(
            Verdict::of(gain(0.03), true, [10, 1000]),
            Verdict::CannotTell { more_labels: Some(2000) }
        );
        assert_eq!(Verdict::of(None, true, [400, 1000]), Verdict::CannotTell { more_labels: None });
        assert!(Verdict::of(gain(0.01), true, [400, 1000]).in_words().contains("7173 more"));
    }
}
