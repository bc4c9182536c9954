//! What a token is found by.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

/// A token's bytes where they are few, else their hash and number; with a length in the
/// last byte, so that no key of a token is that of nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Key(u64, u64);

/// Bytes that fit a key.
const SHORT: usize = 15;

/// The first `n` bytes of sixteen.
const MASKS: [(u64, u64); SHORT + 1] = {
    let mut masks = [(0, 0); SHORT + 1];
    let mut n = 1;
    while n <= SHORT {
        let all = u128::MAX >> (128 - 8 * n);
        masks[n] = (all as u64, (all >> 64) as u64);
        n += 1;
    }
    masks
};

impl Key {
    /// The key of `bytes[range]`; that of a token of few bytes is those bytes.
    #[inline(always)]
    pub fn of(bytes: &[u8], range: Range<usize>) -> Self {
        let n = range.len();
        if n > SHORT {
            return Self(xxh3_64(&bytes[range]), (n as u64) | 0xFF << 56);
        }
        let (low, high) = window(bytes, range.start);
        let mask = MASKS[n];
        Self(low & mask.0, high & mask.1 | (n as u64) << 56)
    }

    /// Whether it does not hold the bytes themselves.
    #[inline]
    pub fn is_long(self) -> bool {
        self.1 >> 56 > SHORT as u64
    }

    /// A hash of it.
    #[inline]
    pub fn hash(self) -> u32 {
        let product = u128::from(self.0 ^ 0x9E37_79B9_7F4A_7C15) * u128::from(self.1 ^ 0xD6E8_FEB8_6659_FD93);
        let folded = product as u64 ^ (product >> 64) as u64;
        (folded ^ folded >> 32) as u32
    }
}

/// Sixteen bytes from `start`; what lies behind the last is anything.
#[inline(always)]
fn window(bytes: &[u8], start: usize) -> (u64, u64) {
    let halves = |all: u128| (all as u64, (all >> 64) as u64);
    if let Some(window) = bytes.get(start..).and_then(<[u8]>::first_chunk) {
        return halves(u128::from_le_bytes(*window));
    }
    if let Some(last) = bytes.last_chunk() {
        // The last sixteen, without those before `start`.
        return halves(u128::from_le_bytes(*last) >> (8 * (start + 16 - bytes.len())));
    }
    let mut window = [0; 16];
    window.iter_mut().zip(&bytes[start..]).for_each(|(to, &from)| *to = from);
    halves(u128::from_le_bytes(window))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_short_key_is_the_bytes_wherever_they_stand(
            bytes in prop::collection::vec(1u8..255, 1..48), start in 0usize..48, length in 1usize..=SHORT
        ) {
            let start = start % bytes.len();
            let range = start..(start + length).min(bytes.len());
            let mut alone = bytes[range.clone()].to_vec();
            let n = alone.len();
            alone.resize(15, 0);
            alone.push(n as u8);
            let [low, high] = [0, 8].map(|at| u64::from_le_bytes(alone[at..at + 8].try_into().unwrap()));
            prop_assert_eq!(Key::of(&bytes, range), Key(low, high));
        }
    }

    #[test]
    fn keys_differ_by_length_and_long_ones_are_told_apart() {
        let bytes = [b'a'; 40];
        let keys: Vec<Key> = (1..40).map(|n| Key::of(&bytes, 0..n)).collect();
        assert!(keys.windows(2).all(|pair| pair[0] != pair[1]) && !keys.contains(&Key::default()));
        assert_eq!(keys.iter().filter(|key| key.is_long()).count(), 39 - SHORT);
    }
}
