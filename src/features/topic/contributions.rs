//! What each token of a comment adds to its similarities.

use super::Context;
use super::background::Background;
use super::bag::{Bag, Token, for_each_token};
use super::fit::Wanted;
use super::near::Near;
use crate::text::Folded;

/// Number of columns that are sums over tokens: the first of [`COLUMNS`](super::COLUMNS),
/// before the flags.
pub const SIMILARITIES: usize = 11;

/// A comment's similarities, taken apart.
#[derive(Clone, Debug)]
pub struct Contributions {
    /// Per distinct token, ascending, what it adds to each similarity. The tokens of a
    /// column sum to the column less its constant.
    pub tokens: Vec<(Token, [f64; SIMILARITIES])>,
    /// What no token does: minus the fit of the other comments, in the `rel_` columns, and
    /// minus what is expected of a reference of that size, in `topic.lift`.
    pub constants: [f64; SIMILARITIES],
    /// The nearest of the article's [`passages`](super::passages).
    pub passage: Option<usize>,
}

impl Background {
    /// Takes the similarities of a comment apart.
    pub fn contributions(&self, comment: &Bag, context: &Context<'_>) -> Contributions {
        let (fits, context) = self.fits(comment, context, Wanted::ALL);
        let near = fits.passage.map_or(0, |(i, _)| 1u64 << i);
        let mean = |tie: f32| f64::from(tie) / f64::from(fits.weight);
        let relative = |tie: f32| if fits.others.is_some() { mean(tie) } else { 0.0 };
        let near_by = |token: Token| {
            let shares = |near: &Near| self.subspace().map(|space| near.shares(space.place(token)));
            fits.near.as_deref().and_then(shares).unwrap_or_default()
        };
        let tokens = comment.tokens().iter().map(|&token| {
            let (_, t) = context.ties(self, token);
            let passage = if t.passages & near != 0 { t.text } else { 0.0 };
            let [all, title, text, passage, thread, parent, lift] =
                [t.all, t.title, t.text, passage, t.thread, t.parent, t.lift].map(mean);
            let [rel_all, rel_thread] = [t.all, t.thread].map(relative);
            let [by_article, by_thread] = near_by(token);
            let columns =
                [all, title, text, passage, thread, parent, rel_all, rel_thread, lift, by_article, by_thread];
            (token, columns)
        });
        let [all, thread] = fits.others.unwrap_or_default();
        Contributions {
            tokens: tokens.collect(),
            constants: [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -all, -thread, -fits.expected, 0.0, 0.0],
            passage: fits.passage.map(|(i, _)| i),
        }
    }
}

impl Contributions {
    /// Spreads `Σ_k weights_k · contribution_k` of every token evenly over the places it
    /// stands at and the symbols it covers there, adding to `per_symbol`.
    pub fn spread(&self, weights: &[f64; SIMILARITIES], folded: &Folded, per_symbol: &mut [f64]) {
        let weigh = |columns: &[f64; SIMILARITIES]| columns.iter().zip(weights).map(|(c, w)| c * w).sum();
        let tokens: Vec<(Token, f64)> = self.tokens.iter().map(|(t, columns)| (*t, weigh(columns))).collect();
        spread(&tokens, folded, per_symbol);
    }
}

/// Spreads what each of the `tokens` (ascending, distinct) adds evenly over the places it stands
/// at and the symbols it covers there, adding to `per_symbol`.
pub fn spread(tokens: &[(Token, f64)], folded: &Folded, per_symbol: &mut [f64]) {
    let mut places = vec![0u32; tokens.len()];
    let find = |token: Token| tokens.binary_search_by_key(&token, |t| t.0).ok();
    for_each_token(folded, |token, _| {
        if let Some(at) = find(token) {
            places[at] += 1;
        }
    });
    for_each_token(folded, |token, symbols| {
        let Some(at) = find(token) else { return };
        let share = tokens[at].1 / (f64::from(places[at]) * symbols.len().max(1) as f64);
        symbols.for_each(|symbol| per_symbol[symbol] += share);
    });
}
