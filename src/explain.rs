//! Why a comment got its score: the exact sum, down to the words that carry it.
//!
//! `logit = intercept + Σ parts`, and the parts of text blocks and similarities are again
//! exact sums over the words: what an n-gram or a token adds, times the head's weight, is
//! spread evenly over the symbols it covers, and a word gathers its symbols.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::features::Extraction;
use crate::features::ngram::{Space, bucket};
use crate::features::topic::{self, Bag, Context, SIMILARITIES, Token};
use crate::logistic::sigmoid;
use crate::model::block::{Block, Margins, Sum, TAKEN_BACK};
use crate::model::{LabelModel, Model, rounded};
use crate::text::{Folded, SPACE};

/// The sum behind one score.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The label.
    pub label: String,
    /// Probability, 0–1, four decimals.
    pub probability: f64,
    /// A probability at or above it is flagged.
    pub threshold: f64,
    /// Whether it is flagged.
    pub flagged: bool,
    /// Log-odds: `intercept` plus every part's contribution.
    pub logit: f64,
    /// Log-odds of an average comment without a known n-gram or anything in common with
    /// what it is compared with.
    pub intercept: f64,
    /// What each column adds, the largest first.
    pub parts: Vec<Part>,
    /// What the words add through the text blocks; they sum to the blocks' parts.
    pub spans: Vec<Span>,
    /// What the words add through their similarity to title, text, thread and parent: of
    /// an off-topic score, what ties the comment to them is negative. They sum to the
    /// similarities' parts.
    pub ties: Vec<Span>,
    /// The passage of the article that is nearest, from 0: see
    /// [`passages`](crate::features::topic::passages).
    pub passage: Option<usize>,
}

/// One column of the head.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// Name of the column.
    pub name: String,
    /// Its value; for a text block the margin.
    pub value: f64,
    /// What it adds to the logit.
    pub contribution: f64,
}

/// A word or mark of the text and what it adds to the logit.
#[derive(Clone, Debug, Serialize)]
pub struct Span {
    /// Byte offsets into the text, half open.
    pub bytes: [usize; 2],
    /// The same in UTF-16 code units, as JavaScript and spreadsheets count.
    pub utf16: [usize; 2],
    /// Log-odds.
    pub contribution: f64,
}

/// Explains the score of every label that can be scored in `context`.
pub fn explain(model: &Model, text: &str, context: &Context<'_>) -> Vec<Explanation> {
    let mut one = Extraction::default();
    model.extractor.extract(text, &mut one);
    let comparable = |label: &&LabelModel| Model::comparable(label, context);
    model
        .labels
        .iter()
        .filter(comparable)
        .map(|l| explain_label(model, l, text, &one, &one.bag, context))
        .collect()
}

fn explain_label(
    model: &Model,
    label: &LabelModel,
    text: &str,
    one: &Extraction,
    bag: &Bag,
    context: &Context<'_>,
) -> Explanation {
    let row = model.row(label, one, bag, context);
    let head = &label.head;
    let mut intercept = head.intercept;
    let mut contributions: Vec<f64> = head.terms(&row).collect();
    let mut per_symbol = vec![0.0; one.folded.symbols.len()];
    let blocks = label.blocks.len();
    for (k, block) in label.blocks.iter().enumerate() {
        for column in [k, blocks + k] {
            // What the block says of a text without n-grams is no word's doing.
            let constant = head.weights[column] * (block.intercept - head.means[column]);
            intercept += constant;
            contributions[column] -= constant;
        }
        let weights = Margins { whole: head.weights[k], peak: head.weights[blocks + k] };
        if block.space == Space::Pairs {
            let pairs = spread_pairs(model, block, weights.whole + weights.peak, bag, context);
            let said = tied(text, &one.folded, |folded, to| topic::spread(&pairs, folded, to));
            per_symbol.iter_mut().zip(said).for_each(|(symbol, said)| *symbol += said);
            continue;
        }
        let bounded = spread(model, block, weights, one, &mut per_symbol);
        intercept -= bounded;
        contributions[k] += bounded;
    }
    let contributed = model.background.contributions(bag, context);
    let first = 2 * blocks + one.scalars.len();
    let weights: [f64; SIMILARITIES] = std::array::from_fn(|k| head.weights[first + k]);
    for (k, weight) in weights.iter().enumerate() {
        let constant = weight * (contributed.constants[k] - head.means[first + k]);
        intercept += constant;
        contributions[first + k] -= constant;
    }
    let tied = tied(text, &one.folded, |folded, tied| contributed.spread(&weights, folded, tied));
    let names = model.column_names(label);
    let mut parts: Vec<Part> = names
        .into_iter()
        .zip(row)
        .zip(contributions)
        .map(|((name, value), contribution)| Part { name, value, contribution })
        .collect();
    let logit = intercept + parts.iter().map(|p| p.contribution).sum::<f64>();
    parts.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()).then(a.name.cmp(&b.name)));
    let probability = rounded(sigmoid(logit));
    Explanation {
        label: label.name.clone(),
        probability,
        threshold: label.threshold,
        flagged: label.flags(probability),
        logit,
        intercept,
        parts,
        spans: spans(text, &one.folded, &per_symbol),
        ties: spans(text, &one.folded, &tied),
        passage: contributed.passage,
    }
}

/// Adds to each symbol its share of the block's margins without intercept, each times its
/// weight; the peak is the doing of one sentence. Returns what the bound on the margin takes
/// away, which no word does.
fn spread(model: &Model, block: &Block, weights: Margins, one: &Extraction, per_symbol: &mut [f64]) -> f64 {
    let scale = block.scale(&model.idf);
    let sums = one.sentence_sums(block, scale);
    let mut all = Sum::default();
    sums.iter().for_each(|&sum| all += sum);
    // The first of the largest, as in the maximum that the peak is.
    let peak = (0..sums.len()).rev().max_by(|&a, &b| sums[a].margin().total_cmp(&sums[b].margin()));
    let is_bounded = block.margins(sums.iter().copied()).whole > block.intercept + all.margin();
    // A bounded margin is the peak's, less the bound.
    let of_peak = weights.peak + if is_bounded { weights.whole } else { 0.0 };
    let of_all = if is_bounded { 0.0 } else { weights.whole * all.per_unit() };
    let per_unit = |sentence: usize| {
        of_all + if Some(sentence) == peak { of_peak * sums[sentence].per_unit() } else { 0.0 }
    };
    let factors: Vec<f64> = (0..sums.len()).map(per_unit).collect();
    let bits = model.extractor.bits(block.space);
    let last = per_symbol.len().saturating_sub(1);
    block.space.for_each(&one.folded, &one.classes, |hash, symbols: std::ops::Range<usize>| {
        let said = block.of(scale, bucket(hash, bits), 1).said as f64;
        let share = said * factors[one.sentences.holding(symbols.end)];
        // The blank between two words belongs to neither.
        let seen = |at: &usize| one.folded.symbols[*at] != SPACE;
        match symbols.clone().filter(seen).count() {
            // The edge of the text alone goes to the symbol next to it.
            0 => per_symbol.get_mut(symbols.start.min(last)).into_iter().for_each(|s| *s += share),
            n => symbols.filter(seen).for_each(|at| per_symbol[at] += share / n as f64),
        }
    });
    if is_bounded { weights.whole * TAKEN_BACK } else { 0.0 }
}

/// What each token of the comment adds through its pairs with the title, times `weight`.
fn spread_pairs(
    model: &Model,
    block: &Block,
    weight: f64,
    comment: &Bag,
    context: &Context<'_>,
) -> Vec<(Token, f64)> {
    let mut all = Sum::default();
    let mut of_token: BTreeMap<Token, i64> = BTreeMap::new();
    block.for_each_pair(block.scale(&model.idf), comment, context, |token, pair| {
        all += pair;
        *of_token.entry(token).or_default() += pair.said;
    });
    let share = |(token, said): (Token, i64)| (token, said as f64 * all.per_unit() * weight);
    of_token.into_iter().map(share).collect()
}

/// What ties the symbols of `folded`, where `spread` says it of the text as it is before mending.
fn tied(text: &str, folded: &Folded, spread: impl FnOnce(&Folded, &mut [f64])) -> Vec<f64> {
    let before = Folded::new(text);
    let mut apart = vec![0.0; before.symbols.len()];
    spread(&before, &mut apart);
    let mut tied = vec![0.0; folded.symbols.len()];
    for (start, tie) in before.starts.iter().zip(apart).filter(|(_, tie)| *tie != 0.0) {
        // A symbol that mending took away goes to the one before it.
        let at = folded.starts.partition_point(|other| other <= start).saturating_sub(1);
        tied[at] += tie;
    }
    tied
}

/// Gathers symbols to words; each span reaches from the word's first byte to the end of
/// its last character.
fn spans(text: &str, folded: &Folded, per_symbol: &[f64]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let (mut byte, mut utf16) = (0, 0);
    for (first, end) in folded.words() {
        let start = folded.starts[first] as usize;
        let last = folded.starts[end - 1] as usize;
        let stop = last + text[last..].chars().next().map_or(0, char::len_utf8);
        let contribution: f64 = per_symbol[first..end].iter().sum();
        match spans.last_mut() {
            // Two words read from one character, as from a ligature.
            Some(previous) if start < previous.bytes[1] => {
                previous.contribution += contribution;
                if stop > previous.bytes[1] {
                    utf16 += units(&text[previous.bytes[1]..stop]);
                    byte = stop;
                    (previous.bytes[1], previous.utf16[1]) = (stop, utf16);
                }
            }
            _ => {
                let from = utf16 + units(&text[byte..start]);
                utf16 = from + units(&text[start..stop]);
                byte = stop;
                spans.push(Span { bytes: [start, stop], utf16: [from, utf16], contribution });
            }
        }
    }
    spans
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
