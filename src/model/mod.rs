//! A trained model and what it says about one comment.

pub mod file;

use serde::{Deserialize, Serialize};

use crate::features::ngram::{Counter, Space, sublinear};
use crate::features::topic::{Background, Bag, COLUMNS, Context};
use crate::features::{Extraction, Extractor};
use crate::head::Head;
use crate::metrics;
use crate::metrics::Confusion;
use crate::train::Config;

/// Everything needed to score and to explain.
#[derive(Clone, Debug)]
pub struct Model {
    /// Document weights per space and bucket; empty where no block uses the space.
    pub idf: [Vec<f32>; Space::ALL.len()],
    /// Word lists and table sizes.
    pub extractor: Extractor,
    /// Token frequencies of the topic columns.
    pub background: Background,
    /// One entry per label.
    pub labels: Vec<LabelModel>,
    /// Parameters in force at training.
    pub config: Config,
    /// Where it came from.
    pub provenance: Provenance,
}

/// What belongs to one label.
#[derive(Clone, Debug)]
pub struct LabelModel {
    /// The label.
    pub name: String,
    /// Text blocks; their margins are the first columns of the head.
    pub blocks: Vec<Block>,
    /// The second stage.
    pub head: Head,
    /// A probability at or above it is flagged.
    pub threshold: f64,
    /// Out-of-fold figures at training.
    pub figures: Figures,
}

/// A sparse regression over one space.
#[derive(Clone, Debug)]
pub struct Block {
    /// Name of its column.
    pub name: String,
    /// Its n-grams.
    pub space: Space,
    /// Scale per bucket; `None`: the space's idf.
    pub scale: Option<Vec<f32>>,
    /// Weight per bucket.
    pub weights: Vec<f32>,
    /// Margin of a text without a known n-gram.
    pub intercept: f64,
}

/// Where a model came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of netiquette that trained it.
    pub trained_by: String,
    /// BLAKE3 of the corpus, hexadecimal.
    pub corpus_checksum: String,
    /// Name and number of rows of each table.
    pub sources: Vec<(String, usize)>,
    /// Id of the model it was trained on top of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Off-topic examples made by moving comments, if any were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silver: Option<crate::silver::Report>,
    /// Words of whoever trained it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Out-of-fold figures of a label at training; `None` where undefined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Judged rows.
    pub rows: usize,
    /// Of them judged 1.
    pub positives: usize,
    /// F1 of the label at the threshold.
    pub f1: Option<f64>,
    /// Mean F1 of both classes at the threshold.
    pub macro_f1: Option<f64>,
    /// Area under the ROC curve.
    pub roc_auc: Option<f64>,
    /// Average precision.
    pub average_precision: Option<f64>,
    /// Expected calibration error.
    pub calibration_error: Option<f64>,
}

impl Figures {
    /// Figures of `scores` against `targets` at `threshold`.
    pub fn of(scores: &[f64], targets: &[bool], threshold: f64) -> Self {
        let confusion = Confusion::at_cut(scores, targets, threshold);
        Self {
            rows: targets.len(),
            positives: targets.iter().filter(|t| **t).count(),
            f1: confusion.f1(),
            macro_f1: confusion.macro_f1(),
            roc_auc: metrics::roc_auc(scores, targets),
            average_precision: metrics::average_precision(scores, targets),
            calibration_error: metrics::expected_calibration_error(scores, targets),
        }
    }
}

/// Name of the label that is about the article; blank where there is nothing to compare with.
pub const OFF_TOPIC: &str = "off_topic";

impl LabelModel {
    /// Probability of the label for its dense row, 0–1, rounded to the four decimals that
    /// are printed, so that a flag never disagrees with the score beside it.
    pub fn probability(&self, row: &[f64]) -> f64 {
        rounded(self.head.probability(row))
    }

    /// Whether a probability is flagged.
    pub fn flags(&self, probability: f64) -> bool {
        probability >= self.threshold
    }
}

/// Four decimals, as in every output.
pub fn rounded(probability: f64) -> f64 {
    (probability * 1e4).round() / 1e4
}

impl Block {
    /// Scale per bucket.
    pub fn scale<'a>(&'a self, idf: &'a [Vec<f32>; Space::ALL.len()]) -> &'a [f32] {
        self.scale.as_deref().unwrap_or(&idf[self.space as usize])
    }

    /// `intercept + Σ_j w_j · tf_j · s_j / |tf · s|` over the n-grams of a text.
    pub fn margin(&self, scale: &[f32], ngrams: impl IntoIterator<Item = (u32, f32)>) -> f64 {
        let (mut sum, mut squares) = (0.0, 0.0);
        for (bucket, tf) in ngrams {
            let value = f64::from(tf * scale[bucket as usize]);
            squares += value * value;
            sum += value * f64::from(self.weights[bucket as usize]);
        }
        self.intercept + if squares > 0.0 { sum / squares.sqrt() } else { 0.0 }
    }
}

/// Counted n-grams as `(bucket, sublinear count)`.
pub fn frequencies(counter: &Counter) -> impl Iterator<Item = (u32, f32)> + '_ {
    counter.entries().map(|(bucket, count)| (bucket, sublinear(count)))
}

impl Model {
    /// Names of the head's columns of a label.
    pub fn column_names(&self, label: &LabelModel) -> Vec<String> {
        let blocks = label.blocks.iter().map(|b| b.name.clone());
        let topic = COLUMNS.iter().map(|c| (*c).to_owned());
        blocks.chain(self.extractor.scalar_names()).chain(topic).collect()
    }

    /// The dense row of `label`: margins, scalars, topic columns. `ngrams` gives the
    /// n-grams of a space as `(bucket, sublinear count)`.
    pub fn dense_row<I: Iterator<Item = (u32, f32)>>(
        &self,
        label: &LabelModel,
        ngrams: impl Fn(Space) -> I,
        scalars: &[f64],
        bag: &Bag,
        context: &Context<'_>,
    ) -> Vec<f64> {
        let margin = |block: &Block| block.margin(block.scale(&self.idf), ngrams(block.space));
        let mut row: Vec<f64> = label.blocks.iter().map(margin).collect();
        row.extend(scalars);
        self.background.columns(bag, context, &mut row);
        row
    }

    /// Whether `label` can be scored in `context`: [`OFF_TOPIC`] needs something to
    /// compare the comment with.
    pub fn comparable(label: &LabelModel, context: &Context<'_>) -> bool {
        label.name != OFF_TOPIC || !context.is_empty()
    }

    /// Probability of each label, 0–1: the definition that a
    /// [`Scorer`](crate::scorer::Scorer) keeps to; `None` where it is not [comparable](Model::comparable).
    pub fn score(&self, one: &Extraction, bag: &Bag, context: &Context<'_>) -> Vec<Option<f64>> {
        let ngrams = |space: Space| frequencies(&one.ngrams[space as usize]);
        let score = |label: &LabelModel| {
            let row = || self.dense_row(label, ngrams, &one.scalars, bag, context);
            Self::comparable(label, context).then(|| label.probability(&row()))
        };
        self.labels.iter().map(score).collect()
    }
}
