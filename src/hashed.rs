//! Tables by hash: keys that are hashes already, which are not hashed again, and empty slots.

use std::hash::{BuildHasherDefault, Hasher};

use xxhash_rust::xxh3::xxh3_64;

/// For a `HashMap` or `HashSet` of hashes.
pub type Hashed = BuildHasherDefault<AsIs>;

/// Takes a 64-bit key as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsIs(u64);

impl Hasher for AsIs {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The slots of an empty table, written once. Asked for as zeroes they would be pages shared with
/// all others until they are written; a table is looked into first, so that each page would come twice,
/// and every other thread be stopped to be told.
pub fn free_slots<T: Clone + Default>(slots: usize) -> Vec<T> {
    let mut table = std::hint::black_box(Vec::with_capacity(slots));
    table.resize(slots, T::default());
    table
}
