//! A map from tokens to small numbers that never outgrows 64 KiB: open addressing
//! while it is small, one slot per bucket from 8,192 tokens on.

use super::bag::{BUCKETS, Token};
use crate::hashed::free_slots;

/// Numbers 1–65,535 by token; 0 for a token never set.
#[derive(Clone, Debug)]
pub struct Counts {
    entries: usize,
    slots: Slots,
}

#[derive(Clone, Debug)]
enum Slots {
    /// `token << 16 | number`, 0 where free; a power of two long, at most half full.
    Hashed(Vec<u32>),
    /// One number per bucket.
    Dense(Vec<u16>),
}

/// Slots from which on a dense table is no larger.
const FEWEST_HASHED: usize = 64;
const LARGEST_HASHED: usize = BUCKETS / 2;

impl Default for Counts {
    fn default() -> Self {
        Self { entries: 0, slots: Slots::Hashed(Vec::new()) }
    }
}

impl Counts {
    /// The number of `token`.
    #[inline]
    pub fn get(&self, token: Token) -> u16 {
        match &self.slots {
            Slots::Dense(table) => table[usize::from(token)],
            Slots::Hashed(slots) if slots.is_empty() => 0,
            Slots::Hashed(slots) => slots[place(slots, token)] as u16,
        }
    }

    /// Makes room for `more` tokens, as far as they fit the smaller table.
    pub fn reserve(&mut self, more: usize) {
        let wanted = 2 * (self.entries + more);
        if let Slots::Hashed(slots) = &self.slots
            && slots.len() < wanted.min(LARGEST_HASHED)
        {
            self.grow_to(wanted.next_power_of_two().clamp(FEWEST_HASHED, LARGEST_HASHED));
        }
    }

    /// The number of `token`, to be changed; it must not be left 0.
    #[inline]
    pub fn update(&mut self, token: Token, change: impl FnOnce(u16) -> u16) {
        if let Slots::Hashed(slots) = &self.slots
            && 2 * self.entries >= slots.len()
        {
            self.grow();
        }
        match &mut self.slots {
            Slots::Dense(table) => {
                let number = &mut table[usize::from(token)];
                self.entries += usize::from(*number == 0);
                *number = change(*number);
            }
            Slots::Hashed(slots) => {
                let at = place(slots, token);
                self.entries += usize::from(slots[at] == 0);
                slots[at] = u32::from(token) << 16 | u32::from(change(slots[at] as u16));
            }
        }
    }

    /// Tokens with their numbers, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (Token, u16)> + Clone + '_ {
        let (hashed, dense): (&[u32], &[u16]) = match &self.slots {
            Slots::Hashed(slots) => (slots, &[]),
            Slots::Dense(table) => (&[], table),
        };
        let hashed = hashed.iter().map(|&slot| ((slot >> 16) as Token, slot as u16));
        let dense = (0..).zip(dense).map(|(token, &number)| (token, number));
        hashed.chain(dense).filter(|(_, number)| *number != 0)
    }

    /// Memory held, in bytes: at most `2 · BUCKETS`.
    pub fn bytes(&self) -> usize {
        match &self.slots {
            Slots::Hashed(slots) => 4 * slots.len(),
            Slots::Dense(table) => 2 * table.len(),
        }
    }

    fn grow(&mut self) {
        let Slots::Hashed(old) = &self.slots else { return };
        self.grow_to((2 * old.len()).max(FEWEST_HASHED));
    }

    fn grow_to(&mut self, size: usize) {
        let Slots::Hashed(old) = &self.slots else { return };
        if size > LARGEST_HASHED {
            let mut table = free_slots(BUCKETS);
            self.iter().for_each(|(token, number)| table[usize::from(token)] = number);
            self.slots = Slots::Dense(table);
            return;
        }
        let mut slots = free_slots(size);
        for &slot in old.iter().filter(|slot| **slot != 0) {
            let at = place(&slots, (slot >> 16) as Token);
            slots[at] = slot;
        }
        self.slots = Slots::Hashed(slots);
    }
}

/// Where `token` is, or the free slot it would take. Tokens are hashes already.
#[inline]
fn place(slots: &[u32], token: Token) -> usize {
    let mask = slots.len() - 1;
    let mut at = usize::from(token) & mask;
    while slots[at] != 0 && (slots[at] >> 16) as Token != token {
        at = (at + 1) & mask;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn counts_like_a_map(tokens in prop::collection::vec(0u16..BUCKETS as u16, 0..20_000)) {
            let (mut counts, mut map) = (Counts::default(), BTreeMap::new());
            for &token in &tokens {
                counts.update(token, |n| n + 1);
                *map.entry(token).or_insert(0u16) += 1;
            }
            let mut entries: Vec<_> = counts.iter().collect();
            entries.sort_unstable();
            prop_assert_eq!(entries, map.iter().map(|(t, n)| (*t, *n)).collect::<Vec<_>>());
            prop_assert!((0..BUCKETS as u16).all(|t| counts.get(t) == map.get(&t).copied().unwrap_or(0)));
            prop_assert!(counts.bytes() <= 2 * BUCKETS);
        }
    }
}
