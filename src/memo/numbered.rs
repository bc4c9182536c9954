//! Values of which there are far fewer than there are tokens.

use std::collections::HashMap;
use std::hash::Hash;

use crate::hashed::Hashed;

/// Distinct values, numbered as they come.
#[derive(Clone, Debug)]
pub struct Numbered<T> {
    /// By number.
    pub values: Vec<T>,
    numbers: HashMap<T, u32, Hashed>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::default() }
    }
}

impl<T: Copy + Eq + Hash> Numbered<T> {
    /// The number of `value`.
    pub fn number(&mut self, value: T) -> u32 {
        let values = &mut self.values;
        *self.numbers.entry(value).or_insert_with(|| {
            values.push(value);
            values.len() as u32 - 1
        })
    }

    /// Memory held, in bytes, about.
    pub fn bytes(&self) -> usize {
        3 * self.values.len() * size_of::<T>()
    }
}
