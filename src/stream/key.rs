//! Identifiers as hashes.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

use crate::hashed::Hashed;

/// A set of identifiers.
pub type Keys = HashSet<Key, Hashed>;

/// An identifier as its hash (xxh3, 64 bit), so that none has to be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u64);

impl Key {
    /// What a blank identifier is: none.
    pub const NONE: Self = Self(0);

    /// The key of an identifier; [`Key::NONE`] of a blank one.
    pub fn of(id: &str) -> Self {
        if id.is_empty() { Self::NONE } else { Self(xxh3_64(id.as_bytes()).max(1)) }
    }

    /// The hash itself, 0 of none.
    pub(super) fn hash(self) -> u64 {
        self.0
    }

    /// The key with this [hash](Self::hash).
    pub(super) fn from_hash(hash: u64) -> Self {
        Self(hash)
    }

    /// Whether there is no identifier.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }
}
