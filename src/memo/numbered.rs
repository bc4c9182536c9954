//! Values of which there are far fewer than there are tokens.

use std::hash::{BuildHasher, Hash};

use crate::hashed::{Hashed, free_slots};

/// Distinct values, numbered as they come.
#[derive(Clone, Debug)]
pub struct Numbered<T> {
    /// By number.
    pub values: Vec<T>,
    /// Open-addressed, at most half full: 1 + number, 0 where free, and half of the hash, so that
    /// what is another value is known without a look at it.
    slots: Vec<(u32, u32)>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { values: Vec::new(), slots: Vec::new() }
    }
}

/// Slots of the smallest table that holds anything.
const FEWEST_SLOTS: usize = 64;

impl<T: Copy + Eq + Hash> Numbered<T> {
    /// The number of `value`.
    pub fn number(&mut self, value: T) -> u32 {
        if 2 * self.values.len() >= self.slots.len() {
            self.grow();
        }
        let hash = Hashed::default().hash_one(value);
        let at = self.place(hash, &value);
        if self.slots[at].0 == 0 {
            self.values.push(value);
            self.slots[at] = (self.values.len() as u32, half(hash));
        }
        self.slots[at].0 - 1
    }

    /// Where `value` is, or the free slot it would take.
    fn place(&self, hash: u64, value: &T) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                (0, _) => return at,
                (number, tag) if tag == half(hash) && self.values[number as usize - 1] == *value => {
                    return at;
                }
                _ => at = (at + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        self.slots = free_slots((2 * self.slots.len()).max(FEWEST_SLOTS));
        for (number, value) in (1..).zip(&self.values) {
            let hash = Hashed::default().hash_one(value);
            let at = self.place(hash, value);
            self.slots[at] = (number, half(hash));
        }
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.values[..]) + size_of_val(&self.slots[..])
    }
}

fn half(hash: u64) -> u32 {
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_number_however_many_there_are() {
        let mut numbered = Numbered::default();
        let value = |i: u64| [i % 1000, 7];
        let first: Vec<u32> = (0..1000).map(|i| numbered.number(value(i))).collect();
        assert_eq!(first, (0..1000).collect::<Vec<_>>());
        let again: Vec<u32> = (1000..2000).map(|i| numbered.number(value(i))).collect();
        assert_eq!(again, first);
        assert_eq!(numbered.values, (0..1000).map(value).collect::<Vec<_>>());
    }
}
