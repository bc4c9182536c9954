//! A value with its 95 % interval, and the intervals that have a formula.

use super::quotient;
use serde::Serialize;

/// The 97.5 % quantile of the normal distribution: two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// A value and the ends of its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The value on the rows as they are.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Estimate {
    /// Value and ends times `factor`, which is at least 0.
    pub fn scaled(self, factor: f64) -> Self {
        Self { value: self.value * factor, low: self.low * factor, high: self.high * factor }
    }

    /// The same value, its interval also covering that of `other`.
    #[must_use]
    pub fn covering(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high), ..self }
    }

    /// Value and ends through a falling function, which swaps the ends.
    pub(crate) fn through_falling(self, f: impl Fn(f64) -> f64) -> Self {
        Self { value: f(self.value), low: f(self.high), high: f(self.low) }
    }
}

/// Rows of the rarer class below which figures and their intervals say little: resamples of a
/// handful of rows repeat each other, so their spread is too narrow.
pub const FEW: usize = 30;

/// How many rows of the rarer class there are, if they are too few to say much.
pub fn too_few(positives: usize, rows: usize) -> Option<usize> {
    Some(positives.min(rows - positives)).filter(|rarer| *rarer < FEW)
}

/// A share with its Wilson score interval (Wilson 1927), which stays inside `0..=1` and does not
/// collapse at 0 of n or n of n. `None` without trials, or unless `0 <= successes <= trials`.
pub fn wilson(successes: f64, trials: f64) -> Option<Estimate> {
    let value = quotient(successes, trials).filter(|share| (0.0..=1.0).contains(share))?;
    let spread = Z * Z / trials;
    let centre = (value + spread / 2.0) / (1.0 + spread);
    let half = (spread * (value * (1.0 - value) + spread / 4.0)).sqrt() / (1.0 + spread);
    let low = if value == 0.0 { 0.0 } else { centre - half };
    let high = if value == 1.0 { 1.0 } else { centre + half };
    Some(Estimate { value, low, high })
}

/// The sum `a x + b y` of two independent estimates, `a` and `b` at least 0: each end moves by the
/// root of the squared moves of the parts (MOVER: Zou and Donner 2008).
pub(crate) fn weighted_sum((a, x): (f64, Estimate), (b, y): (f64, Estimate)) -> Estimate {
    let (x, y) = (x.scaled(a), y.scaled(b));
    let value = x.value + y.value;
    Estimate {
        value,
        low: value - (x.value - x.low).hypot(y.value - y.low),
        high: value + (x.high - x.value).hypot(y.high - y.value),
    }
}

/// The ratio `x / y` of two independent estimates that are at least 0, `y.low` above 0
/// (MOVER-R: Donner and Zou 2012), written so that small counts do not cancel.
pub(crate) fn ratio(x: Estimate, y: Estimate) -> Estimate {
    let product = x.value * y.value;
    let bend = |e: Estimate, end: f64| end * (2.0 * e.value - end);
    let root = |a: f64, b: f64| (product * product - a * b).max(0.0).sqrt();
    let (x_low, x_high) = (bend(x, x.low), bend(x, x.high));
    let (y_low, y_high) = (bend(y, y.low), bend(y, y.high));
    Estimate {
        value: x.value / y.value,
        low: if x_low == 0.0 { 0.0 } else { x_low / (product + root(x_low, y_high)) },
        high: (product + root(x_high, y_low)) / y_low,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::assert_close;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wilson_equals_scipy() {
        // scipy 1.17.1: binomtest(k, n).proportion_ci(0.95, method="wilson").
        for (successes, trials, low, high) in [
            (0.0, 10.0, 0.0, 0.27753279986288926),
            (1.0, 10.0, 0.017876213095072896, 0.4041500267952385),
            (37.0, 120.0, 0.23272736988916295, 0.3958299772380067),
            (10.0, 10.0, 0.7224672001371109, 1.0),
            (4999.0, 5000.0, 0.9988679109191603, 0.9999646942165605),
        ] {
            let share = wilson(successes, trials).unwrap();
            assert_close("low", Some(share.low), low);
            assert_close("high", Some(share.high), high);
        }
    }

    #[test]
    fn a_share_of_nothing_is_none() {
        for (successes, trials) in [(0.0, 0.0), (2.0, 1.0), (-1.0, 3.0), (f64::NAN, 1.0)] {
            assert_eq!(wilson(successes, trials), None);
        }
    }

    #[test]
    fn a_weighted_sum_equals_newcombe() {
        // statsmodels 0.15.0: confint_proportions_2indep(35, 50, 88, 100, method="newcomb"), of
        // p1 - p2; with y = 1 - p2 that is x + y - 1.
        let (low, high) = (-0.3263140710517674, -0.0459248554873094);
        let (x, y) = (wilson(35.0, 50.0).unwrap(), wilson(12.0, 100.0).unwrap());
        let half = weighted_sum((0.5, x), (0.5, y));
        assert_close("low", Some(2.0 * half.low - 1.0), low);
        assert_close("high", Some(2.0 * half.high - 1.0), high);
    }

    #[test]
    fn a_ratio_meets_its_parts_at_the_edges() {
        let exact = |value| Estimate { value, low: value, high: value };
        let part = wilson(0.0, 40.0).unwrap();
        assert_eq!(ratio(exact(1.0), exact(2.0)), exact(0.5));
        let none = ratio(part, exact(0.5));
        assert_eq!((none.value, none.low), (0.0, 0.0));
        assert_close("a fixed divisor only scales", Some(none.high), 2.0 * part.high);
        let few = ratio(wilson(3.0, 4.0).unwrap(), wilson(1.0, 50.0).unwrap());
        assert!(0.0 < few.low && few.low < few.value && few.value < few.high && few.high.is_finite());
    }

    #[test]
    fn the_rarer_class_decides_whether_rows_say_little() {
        for (positives, rows, expected) in
            [(29, 5000, Some(29)), (30, 60, None), (500, 510, Some(10)), (0, 0, Some(0))]
        {
            assert_eq!(too_few(positives, rows), expected, "{positives} of {rows}");
        }
    }

    proptest! {
        #[test]
        fn wilson_holds_its_value(trials in 1..500_u32, part in 0.0..=1.0_f64) {
            let share = wilson((part * f64::from(trials)).floor(), trials.into()).unwrap();
            prop_assert!(0.0 <= share.low && share.low <= share.value);
            prop_assert!(share.value <= share.high && share.high <= 1.0 && share.low < share.high);
        }

        #[test]
        fn a_ratio_and_its_inverse_agree(a in 1..40_u32, b in 1..40_u32) {
            let (x, y) = (wilson(a.into(), 50.0).unwrap(), wilson(b.into(), 60.0).unwrap());
            let (there, back) = (ratio(x, y), ratio(y, x));
            prop_assert!((there.low * back.high - 1.0).abs() < 1e-9);
            prop_assert!((there.high * back.low - 1.0).abs() < 1e-9);
        }
    }
}
