//! A thread as counts: in how many of its comments each token stands.
//!
//! Integer counts make taking a comment out of its own thread exact, and no order of
//! reading changes a score. They stop at 65,535; a comment sees at most 65,534 others
//! that share a token with it, whether it is counted in or not.

use super::bag::{Bag, Token};
use super::counts::Counts;

/// In how many comments of a thread each token stands.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    comments: u32,
    counts: Counts,
}

impl Thread {
    /// Counts one more comment.
    pub fn add(&mut self, comment: &Bag) {
        self.add_tokens(comment.tokens());
    }

    /// Counts one more comment that has these distinct tokens.
    pub fn add_tokens(&mut self, tokens: &[Token]) {
        if self.comments == 0 {
            self.counts.reserve(tokens.len());
        }
        self.comments += 1;
        for &token in tokens {
            self.counts.update(token, |n| n.saturating_add(1));
        }
    }

    /// Number of comments counted.
    pub fn comments(&self) -> u32 {
        self.comments
    }

    /// How many other comments share `token` with a comment that is counted in.
    #[inline]
    pub fn others(&self, token: Token) -> u16 {
        self.counts.get(token).saturating_sub(1)
    }

    /// Tokens with the number of comments they stand in, in no order that means anything.
    pub fn counts(&self) -> impl Iterator<Item = (Token, u16)> + Clone + '_ {
        self.counts.iter()
    }

    /// Memory held, in bytes: at most 64 KiB.
    pub fn bytes(&self) -> usize {
        self.counts.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Folded;

    fn bag(text: &str) -> Bag {
        Bag::new(&Folded::new(text))
    }

    #[test]
    fn a_full_counter_stays_exact_for_those_left() {
        let comment = bag("Brücke");
        let token = comment.tokens()[0];
        for (comments, others) in [(1, 0), (2, 1), (65_535, 65_534), (70_000, 65_534)] {
            let mut thread = Thread::default();
            (0..comments).for_each(|_| thread.add(&comment));
            assert_eq!((thread.others(token), thread.comments()), (others, comments));
        }
    }

    #[test]
    fn memory_is_bounded_whatever_is_counted() {
        let mut thread = Thread::default();
        for i in 0..10_000u32 {
            thread.add(&bag(&format!("wort{i} {}", i.wrapping_mul(2_654_435_761))));
        }
        assert!(thread.bytes() <= 65_536, "{}", thread.bytes());
    }
}
