//! Comments that may be answered, as far as replies look back.

use std::collections::{HashMap, VecDeque};

use super::Key;
use crate::features::topic::{Bag, Token};
use crate::hashed::Hashed;

/// How far before a comment its parent may stand to count: the one before is 1.
pub const PARENT_REACH: usize = 65_536;

/// Tokens that all comments within reach may have together (128 MiB); beyond it the oldest are
/// forgotten early. Comments of usual length do not come near it.
const PARENT_TOKENS: usize = 1 << 26;

/// The last [`PARENT_REACH`] comments.
#[derive(Debug, Default)]
pub struct Parents {
    tokens_of: HashMap<Key, Box<[Token]>, Hashed>,
    order: VecDeque<Key>,
    tokens: usize,
}

impl Parents {
    /// Notes a comment and its topic tokens, in the order of the stream.
    pub fn add(&mut self, id: Key, tokens: &[Token]) {
        if !id.is_none() {
            self.tokens += tokens.len();
            let before = self.tokens_of.insert(id, tokens.into());
            self.tokens -= before.map_or(0, |before| before.len());
        }
        self.order.push_back(id);
        while self.order.len() > PARENT_REACH || self.tokens > PARENT_TOKENS {
            let Some(oldest) = self.order.pop_front() else { break };
            let forgotten = self.tokens_of.remove(&oldest);
            self.tokens -= forgotten.map_or(0, |tokens| tokens.len());
        }
    }

    /// Those of the topic tokens `own` that the comment called `id` has, too, if it lies within
    /// reach.
    pub fn shared(&self, id: Key, own: &[Token]) -> Option<Bag> {
        let parent = if id.is_none() { None } else { self.tokens_of.get(&id) };
        parent.map(|parent| Bag::common(own, parent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str) -> Key {
        Key::of(id)
    }

    #[test]
    fn a_parent_out_of_reach_is_forgotten() {
        let mut parents = Parents::default();
        assert_eq!(parents.shared(key("p"), &[5]), None, "it has not come yet");
        parents.add(key("p"), &[2, 5, 9]);
        for _ in 0..PARENT_REACH - 1 {
            parents.add(key(""), &[]);
        }
        assert_eq!(parents.shared(key("p"), &[1, 5, 9, 10]), Some(Bag::of(&[5, 9])));
        assert_eq!(parents.shared(key(""), &[1]), None);
        parents.add(key(""), &[]);
        assert_eq!(parents.shared(key("p"), &[5]), None);
    }

    #[test]
    fn huge_parents_are_forgotten_early_and_all_in_order() {
        let huge: Vec<Token> = (0..30_000).collect();
        let fitting = PARENT_TOKENS / huge.len();
        let mut parents = Parents::default();
        for i in 0..=fitting {
            parents.add(key(&i.to_string()), &huge);
        }
        let is_there = |i: usize| parents.shared(key(&i.to_string()), &[7]).is_some();
        assert!(!is_there(0) && (1..=fitting).all(is_there));
        assert!(parents.tokens <= PARENT_TOKENS);
    }
}
