//! A trained model and what it says about one comment.

pub mod block;
pub mod file;

use serde::{Deserialize, Serialize};

use crate::features::ngram::Space;
use crate::features::topic::{Background, Bag, COLUMNS, Context};
use crate::features::{Extraction, Extractor};
use crate::head::Head;
use crate::metrics;
use crate::metrics::Confusion;
use crate::train::Config;
use block::{Block, Margins, Sum};

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

/// Name of the column that holds the [peak](Margins::peak) of a block.
fn peak_name(block: &str) -> String {
    format!("{block}.peak")
}

/// Names of the columns of a head: see [`Model::column_names`].
pub fn column_names<'a>(blocks: impl Iterator<Item = &'a str> + Clone, scalars: &[String]) -> Vec<String> {
    let margins = blocks.clone().map(str::to_owned).chain(blocks.map(peak_name));
    let topic = COLUMNS.iter().map(|c| (*c).to_owned());
    margins.chain(scalars.iter().cloned()).chain(topic).collect()
}

impl Extraction {
    /// What `block`, whose scale is given, says of the comment by itself.
    pub fn margins(&self, block: &Block, scale: &[f32]) -> Margins {
        block.margins(self.sentence_sums(block, scale))
    }

    /// The same, sentence by sentence.
    pub fn sentence_sums(&self, block: &Block, scale: &[f32]) -> Vec<Sum> {
        let sentence = |buckets: &[u32]| block.sum(scale, buckets.iter().map(|&bucket| (bucket, 1)));
        self.ngrams[block.space as usize].sentences().map(sentence).collect()
    }
}

impl Model {
    /// Names of the head's columns of a label: the margin of each block, its peak, scalars,
    /// topic columns.
    pub fn column_names(&self, label: &LabelModel) -> Vec<String> {
        column_names(label.blocks.iter().map(|b| b.name.as_str()), &self.extractor.scalar_names())
    }

    /// The dense row of `label`, in the order of its [names](Model::column_names); `margins`
    /// gives what a block, whose scale is given too, says.
    pub fn dense_row(
        &self,
        label: &LabelModel,
        margins: impl Fn(&Block, &[f32]) -> Margins,
        scalars: &[f64],
        bag: &Bag,
        context: &Context<'_>,
    ) -> Vec<f64> {
        let margins = label.blocks.iter().map(|block| margins(block, block.scale(&self.idf)));
        let margins: Vec<Margins> = margins.collect();
        let mut row: Vec<f64> = margins.iter().map(|m| m.whole).collect();
        row.extend(margins.iter().map(|m| m.peak));
        row.extend(scalars);
        self.background.columns(bag, context, &mut row);
        row
    }

    /// The dense row of a comment as it was extracted.
    pub fn row(&self, label: &LabelModel, one: &Extraction, bag: &Bag, context: &Context<'_>) -> Vec<f64> {
        let margins = |block: &Block, scale: &[f32]| match block.space {
            Space::Pairs => block.pair_margins(scale, bag, context),
            _ => one.margins(block, scale),
        };
        self.dense_row(label, margins, &one.scalars, bag, context)
    }

    /// Whether `label` can be scored in `context`: [`OFF_TOPIC`] needs something to
    /// compare the comment with.
    pub fn comparable(label: &LabelModel, context: &Context<'_>) -> bool {
        label.name != OFF_TOPIC || !context.is_empty()
    }

    /// Probability of each label, 0–1: the definition that a
    /// [`Scorer`](crate::scorer::Scorer) keeps to; `None` where it is not [comparable](Model::comparable).
    pub fn score(&self, one: &Extraction, bag: &Bag, context: &Context<'_>) -> Vec<Option<f64>> {
        let score = |label: &LabelModel| {
            let probability = || label.probability(&self.row(label, one, bag, context));
            Self::comparable(label, context).then(probability)
        };
        self.labels.iter().map(score).collect()
    }
}
