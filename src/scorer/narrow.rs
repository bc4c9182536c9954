//! The records of a single block in four bytes a bucket instead of eight, exact all the same: what
//! matters is how many of them a cache holds. The scales are few, so their squares are numbered;
//! what is said is small nearly always.

/// What a bucket says: its scale squared, and its scale times its weight, in fixed point.
pub type Record = [i32; 2];

/// Bits of a record that number its square; the others are what it says.
const CODE_BITS: u32 = 11;
/// The code of a record that does not fit, which lies elsewhere: its place stands for what it says.
const WIDE: u32 = (1 << CODE_BITS) - 1;

/// Records by bucket.
#[derive(Clone, Debug)]
pub struct Narrow {
    records: Vec<u32>,
    /// By code.
    squares: Vec<i32>,
    wide: Vec<Record>,
}

impl Narrow {
    /// Of these records.
    pub fn new(records: impl Iterator<Item = Record>) -> Self {
        let mut codes = Codes::new();
        let mut wide = Vec::new();
        let mut narrow = |[square, said]: Record| {
            let packed = (said as u32) << CODE_BITS;
            let fits = packed as i32 >> CODE_BITS == said;
            match codes.code(square) {
                Some(code) if fits => packed | code,
                _ => {
                    wide.push([square, said]);
                    (wide.len() as u32 - 1) << CODE_BITS | WIDE
                }
            }
        };
        let records = records.map(&mut narrow).collect();
        Self { records, squares: codes.squares, wide }
    }

    /// The record of `bucket`.
    #[inline]
    pub fn get(&self, bucket: usize) -> Record {
        let record = self.records[bucket];
        match record & WIDE {
            WIDE => self.wide[(record >> CODE_BITS) as usize],
            code => [self.squares[code as usize], record as i32 >> CODE_BITS],
        }
    }
}

/// Numbers of distinct squares, as they come; that of 0 is 0.
struct Codes {
    squares: Vec<i32>,
    /// Open-addressed: 1 + code, 0 where free.
    slots: Vec<u32>,
}

impl Codes {
    fn new() -> Self {
        let mut codes = Self { squares: Vec::new(), slots: vec![0; 2 << CODE_BITS] };
        codes.code(0);
        codes
    }

    fn code(&mut self, square: i32) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut at = (square as u32).wrapping_mul(0x9E37_79B1) as usize >> (32 - CODE_BITS - 1) & mask;
        while self.slots[at] != 0 {
            let code = self.slots[at] - 1;
            if self.squares[code as usize] == square {
                return Some(code);
            }
            at = (at + 1) & mask;
        }
        let code = self.squares.len() as u32;
        (code < WIDE).then(|| {
            self.squares.push(square);
            self.slots[at] = code + 1;
            code
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_was_put_in_comes_out(
            squares in prop::collection::vec(any::<i32>(), 1..4),
            records in prop::collection::vec((any::<prop::sample::Index>(), any::<i32>(), 0u32..31), 0..300),
            many in 0i32..5000,
        ) {
            let some = records.iter().map(|(i, said, shift)| [*i.get(&squares), said >> shift]);
            // More squares than there are codes.
            let all: Vec<Record> = some.chain((0..many).map(|i| [i, -i])).collect();
            let narrow = Narrow::new(all.iter().copied());
            prop_assert!(all.iter().enumerate().all(|(bucket, record)| narrow.get(bucket) == *record));
        }
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(Narrow::new([[0, 0]].into_iter()).records, [0]);
    }
}
