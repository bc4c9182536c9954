//! A text block: what the n-grams of a comment say, as exact sums of integers.
//!
//! With `c_j` occurrences of n-gram `j`, scales `s_j` and weights `w_j`,
//! `margin = intercept + Σ_j c_j s_j w_j / √(Σ_j c_j s_j²)`. Both sums are additive, so they
//! can be taken word by word and sentence by sentence; in fixed point they are also exact, so
//! that no grouping and no order of adding changes a score.

use crate::features::ngram::Space;
use crate::features::topic::{Bag, Context, Token, for_each_pair};

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

/// Units of the fixed point in 1: `s_j²` up to 8,192 fits 32 bits.
const UNIT: f64 = (1 << 18) as f64;

/// `value` in fixed point; what does not fit stops at the largest that does.
#[inline]
pub fn fixed(value: f64) -> i32 {
    let units = value * UNIT;
    (units + 0.5f64.copysign(units)) as i32
}

/// What some n-grams add up to in a block, in fixed point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// `Σ c_j s_j w_j`.
    pub said: i64,
    /// `Σ c_j s_j²`.
    pub squares: i64,
}

impl std::ops::AddAssign for Sum {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.said += other.said;
        self.squares += other.squares;
    }
}

impl Sum {
    /// The margin without the intercept; 0 where no n-gram is known.
    #[inline]
    pub fn margin(self) -> f64 {
        self.said as f64 * self.per_unit()
    }

    /// What one unit of `said` adds to the margin.
    pub fn per_unit(self) -> f64 {
        if self.squares > 0 { 1.0 / (self.squares as f64 * UNIT).sqrt() } else { 0.0 }
    }
}

/// How far the other sentences can take back what the harshest one says, in log-odds. Without
/// a bound, sixty friendly words behind an insult hide it; the tighter it is, the less well are
/// ordinary comments of several sentences told apart (docs/ablation.md).
pub const TAKEN_BACK: f64 = 0.75;

/// What a block says of a comment, the intercept included.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Margins {
    /// The margin of the comment, at most [`TAKEN_BACK`] below the peak.
    pub whole: f64,
    /// The largest margin of a sentence.
    pub peak: f64,
}

impl Margins {
    /// From the margins of all n-grams and of the harshest sentence.
    #[inline]
    pub fn new(all: f64, peak: f64) -> Self {
        Self { whole: all.max(peak - TAKEN_BACK), peak }
    }
}

impl Block {
    /// Scale per bucket.
    pub fn scale<'a>(&'a self, idf: &'a [Vec<f32>; Space::ALL.len()]) -> &'a [f32] {
        self.scale.as_deref().unwrap_or(&idf[self.space as usize])
    }

    /// What `count` n-grams of `bucket` add.
    #[inline]
    pub fn of(&self, scale: &[f32], bucket: u32, count: u32) -> Sum {
        let (s, w) = (f64::from(scale[bucket as usize]), f64::from(self.weights[bucket as usize]));
        let count = i64::from(count);
        Sum { said: count * i64::from(fixed(s * w)), squares: count * i64::from(fixed(s * s)) }
    }

    /// The sum of n-grams given as buckets with their counts.
    pub fn sum(&self, scale: &[f32], ngrams: impl IntoIterator<Item = (u32, u32)>) -> Sum {
        let mut sum = Sum::default();
        ngrams.into_iter().for_each(|(bucket, count)| sum += self.of(scale, bucket, count));
        sum
    }

    /// Calls `each` with every pair of the comment's tokens and the title's in a block of
    /// [`Space::Pairs`]: the comment's token and what it adds.
    pub fn for_each_pair(
        &self,
        scale: &[f32],
        comment: &Bag,
        context: &Context<'_>,
        mut each: impl FnMut(Token, Sum),
    ) {
        let bits = self.weights.len().trailing_zeros();
        for_each_pair(comment, context, bits, |token, bucket| each(token, self.of(scale, bucket, 1)));
    }

    /// The margins of a comment by its pairs: of all of it, for a pair is of no sentence.
    pub fn pair_margins(&self, scale: &[f32], comment: &Bag, context: &Context<'_>) -> Margins {
        let mut sum = Sum::default();
        self.for_each_pair(scale, comment, context, |_, pair| sum += pair);
        self.margins([sum])
    }

    /// The margins of a comment from the sums of its sentences.
    pub fn margins(&self, sentences: impl IntoIterator<Item = Sum>) -> Margins {
        let (mut whole, mut peak) = (Sum::default(), None::<f64>);
        for sentence in sentences {
            whole += sentence;
            peak = Some(peak.map_or(sentence.margin(), |peak| peak.max(sentence.margin())));
        }
        Margins::new(self.intercept + whole.margin(), self.intercept + peak.unwrap_or(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block() -> Block {
        let weights = vec![0.5, -1.0, 2.0];
        Block { name: "b".to_owned(), space: Space::Chars, scale: None, weights, intercept: 0.25 }
    }

    #[test]
    fn the_margin_is_the_formula() {
        let scale = [1.0, 2.0, 0.5];
        let sum = block().sum(&scale, [(0, 2), (1, 1), (2, 4)]);
        let expected = (2.0 * 0.5 - 2.0 + 4.0 * 0.5 * 2.0) / (2.0 + 4.0 + 4.0 * 0.25_f64).sqrt();
        assert!((sum.margin() - expected).abs() < 1e-9);
        assert_eq!(Sum::default().margin(), 0.0);
    }

    #[test]
    fn any_grouping_gives_the_same_sum() {
        let scale = [1.1, 2.3, 0.7];
        let all = [(0, 2), (1, 1), (2, 4), (1, 3)];
        let mut parts = block().sum(&scale, all[2..].iter().copied());
        parts += block().sum(&scale, all[..2].iter().rev().copied());
        assert_eq!(parts, block().sum(&scale, all));
    }

    #[test]
    fn the_peak_is_the_largest_margin_of_a_sentence() {
        let (block, scale) = (block(), [1.0; 3]);
        let sentence = |bucket| block.sum(&scale, [(bucket, 1)]);
        let margins = block.margins([1, 2, 1].map(sentence));
        assert!((margins.peak - 2.25).abs() < 1e-9);
        assert_eq!(margins.whole, margins.peak - TAKEN_BACK);
        let milder = block.margins([0, 0, 0, 1].map(sentence));
        assert!((milder.whole - (0.25 + 0.5 / 4f64.sqrt())).abs() < 1e-9 && milder.peak == 0.75);
        assert_eq!(block.margins([]), Margins { whole: 0.25, peak: 0.25 });
        let friendly = block.margins([sentence(1)]);
        assert_eq!(friendly.whole, friendly.peak);
    }

    #[test]
    fn what_does_not_fit_stops_at_the_largest() {
        assert_eq!(fixed(1e9), i32::MAX);
        assert_eq!(fixed(-1e9), i32::MIN);
        assert_eq!(fixed(0.5), 1 << 17);
    }
}
