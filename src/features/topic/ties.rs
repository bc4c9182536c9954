//! What a count in a reference ties a token by, looked up: a function of how frequent the token
//! is in general, which is one of a few levels, and of a count, which is small nearly always.

/// `1 / μ`: `μ` is about how many tokens of a reference make a token's own share of it
/// expected. Anything from 5,000 to 60,000 does.
const INVERSE_MU: f32 = 1.0 / 10_000.0;
/// The same for a reference that is a set: title, text, passage, parent.
const INVERSE_MU_SET: f32 = 50.0 * INVERSE_MU;
/// The same for `topic.lift`.
pub(super) const INVERSE_MU_LIFT: f32 = 1.0 / 100_000.0;

/// Counts that are looked up.
const FEW: usize = 64;

/// What a token of some level is tied by.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tie {
    pub(super) fit: f32,
    /// The same for `topic.lift`.
    pub(super) lift: f32,
    /// `fit` in fixed point.
    pub(super) fixed: i32,
}

/// What is known of the tokens of one level of frequency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weights {
    pub(super) idf: f32,
    /// One over the share of all tokens.
    pub(super) rarity: f32,
    /// What a token is tied by where it is in a set.
    pub(super) one: f32,
    /// `idf` in fixed point.
    pub(super) fixed: i64,
}

/// In fixed point, 2⁻¹⁶.
#[inline]
pub(super) fn fixed(value: f32) -> i64 {
    (value * 65_536.0) as i64
}

impl Weights {
    pub(super) fn new(idf: f32, rarity: f32) -> Self {
        Self { idf, rarity, one: idf * ln_1p(INVERSE_MU_SET * rarity), fixed: fixed(idf) }
    }

    /// The definition of what [`Table::tie`] looks up.
    #[inline(never)]
    fn tie(&self, count: u32) -> Tie {
        let [fit, lift] = [INVERSE_MU, INVERSE_MU_LIFT]
            .map(|inverse| self.idf * ln_1p(count as f32 * inverse * self.rarity));
        Tie { fit, lift, fixed: fixed(fit) as i32 }
    }
}

/// The ties of small counts, by level.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table(Vec<[Tie; FEW]>);

impl Table {
    /// Of these levels.
    pub(super) fn new(levels: &[Weights]) -> Self {
        let row = |weights: &Weights| std::array::from_fn(|count| weights.tie(count as u32));
        Self(levels.iter().map(row).collect())
    }

    /// What a token of `level`, which has `weights`, is tied by where `count` stand in a reference.
    #[inline]
    pub(super) fn tie(&self, level: u8, weights: &Weights, count: u32) -> Tie {
        match self.0[usize::from(level)].get(count as usize) {
            Some(tie) => *tie,
            None => weights.tie(count),
        }
    }
}

/// `ln(1 + x)` for `x ≥ 0`, to about 1e-6, by arithmetic that is the same on every
/// machine: `ln m = 2 artanh((m − 1) / (m + 1))` with the mantissa `m` in `[√½, √2)`.
#[inline]
pub(super) fn ln_1p(x: f32) -> f32 {
    const ROOT_HALF: u32 = 0x3F35_04F3;
    let shifted = (1.0 + x).to_bits() - ROOT_HALF;
    let exponent = (shifted >> 23) as f32;
    let m = f32::from_bits((shifted & 0x007F_FFFF) + ROOT_HALF);
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    exponent * std::f32::consts::LN_2 + 2.0 * s * (1.0 + z * (1.0 / 3.0 + z * (0.2 + z * (1.0 / 7.0))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_logarithm_is_the_logarithm() {
        let mut x = 0.0f32;
        while x < 1e9 {
            let exact = f64::from(x).ln_1p();
            assert!((f64::from(ln_1p(x)) - exact).abs() < 2e-6 * exact.max(1.0), "{x}");
            x = x * 1.013 + 1e-4;
        }
        assert_eq!(ln_1p(0.0), 0.0);
    }

    proptest! {
        #[test]
        fn what_is_looked_up_is_the_formula(
            levels in prop::collection::vec((1.0f32..12.0, 1.0f32..1e7), 1..9), count in 0u32..200
        ) {
            let levels: Vec<Weights> = levels.into_iter().map(|(idf, rarity)| Weights::new(idf, rarity)).collect();
            let table = Table::new(&levels);
            for (level, weights) in (0..).zip(&levels) {
                let tie = |mu: f32| weights.idf * ln_1p(count as f32 * (1.0 / mu) * weights.rarity);
                let (fit, lift) = (tie(10_000.0), tie(100_000.0));
                let fixed = (f64::from(fit) * 65_536.0) as i32;
                prop_assert_eq!(table.tie(level, weights, count), Tie { fit, lift, fixed });
            }
        }
    }
}
