//! A small random number generator, ours so that a seed means the same for ever.

/// SplitMix64 (Steele, Lea, Flood 2014): one 64-bit state, period 2^64.
///
/// Good enough to resample rows, not for secrets.
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// The generator that starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The generator of task `index` under `seed`. Tasks run in any order, on any thread, and
    /// still draw the same numbers: its seed is output `index` (from 0) of the generator of `seed`.
    pub fn for_task(seed: u64, index: u64) -> Self {
        let skipped = GAMMA.wrapping_mul(index);
        Self(Self(seed.wrapping_add(skipped)).next_u64())
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `[0, 1)`, a multiple of 2^-53.
    pub fn next_f64(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.next_u64() >> 11) as f64 * STEP
    }

    /// An index in `0..n`; 0 when `n` is 0. By the high half of a 128-bit product, whose bias
    /// (`n / 2^64`) no sample could show.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next_u64()) * n as u128) >> 64) as usize
    }
}

/// The odd constant the state grows by: 2^64 over the golden ratio.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_the_published_sequence() {
        // The first outputs of Vigna's splitmix64.c for the state 1234567.
        let mut random = SplitMix64::new(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| random.next_u64()).collect();
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_task_starts_at_its_output_of_the_seed() {
        let mut random = SplitMix64::new(7);
        for index in 0..5 {
            let mut direct = SplitMix64::new(random.next_u64());
            assert_eq!(SplitMix64::for_task(7, index).next_u64(), direct.next_u64());
        }
    }

    #[test]
    fn indices_cover_their_range_evenly() {
        let mut random = SplitMix64::new(1);
        let mut seen = [0_u32; 5];
        (0..50_000).for_each(|_| seen[random.below(5)] += 1);
        assert!(seen.iter().all(|n| n.abs_diff(10_000) < 400), "{seen:?}");
        assert_eq!(random.below(0), 0);
    }
}
