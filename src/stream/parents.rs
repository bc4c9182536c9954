//! Comments that are answered, as far as replies look back.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::Key;
use crate::features::topic::Bag;
use crate::hashed::Hashed;

/// Comments that may lie between a comment and its parent for the parent to count.
pub const PARENT_REACH: usize = 65_536;

/// Tokens that all parents within reach may have together (64 MiB); beyond it the oldest are
/// forgotten early. Comments of usual length do not come near it.
const PARENT_TOKENS: usize = 1 << 24;

/// The answered comments among the last [`PARENT_REACH`], for the second pass.
#[derive(Debug, Default)]
pub struct Parents {
    bags: HashMap<Key, Arc<Bag>, Hashed>,
    order: VecDeque<Option<Key>>,
    tokens: usize,
}

impl Parents {
    /// Notes a comment in the order of the stream; `bag` where some comment answers it.
    pub fn add(&mut self, id: Key, bag: Option<Bag>) {
        let noted = bag.map(|bag| {
            self.tokens += bag.tokens().len();
            let before = self.bags.insert(id, Arc::new(bag));
            self.tokens -= before.map_or(0, |before| before.tokens().len());
            id
        });
        self.order.push_back(noted);
        while self.order.len() > PARENT_REACH || self.tokens > PARENT_TOKENS {
            let Some(oldest) = self.order.pop_front() else { break };
            let forgotten = oldest.and_then(|oldest| self.bags.remove(&oldest));
            self.tokens -= forgotten.map_or(0, |bag| bag.tokens().len());
        }
    }

    /// The comment called `id`, if it lies within reach.
    pub fn get(&self, id: Key) -> Option<&Arc<Bag>> {
        if id.is_none() { None } else { self.bags.get(&id) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Folded;

    fn key(id: &str) -> Key {
        Key::of(id)
    }

    #[test]
    fn a_parent_out_of_reach_is_forgotten() {
        let mut parents = Parents::default();
        let bag = Bag::new(&Folded::new("ein Elternkommentar"));
        parents.add(key("p"), Some(bag.clone()));
        for _ in 0..PARENT_REACH - 1 {
            parents.add(key(""), None);
        }
        assert_eq!(parents.get(key("p")).map(Arc::as_ref), Some(&bag));
        parents.add(key(""), None);
        assert_eq!(parents.get(key("p")), None);
    }

    #[test]
    fn huge_parents_are_forgotten_early_and_all_in_order() {
        let huge: String = (0..400_000).map(|i| format!("w{i:x} ")).collect();
        let bag = Bag::new(&Folded::new(&huge));
        let fitting = PARENT_TOKENS / bag.tokens().len();
        let mut parents = Parents::default();
        for i in 0..=fitting {
            parents.add(key(&i.to_string()), Some(bag.clone()));
        }
        assert!(parents.get(key("0")).is_none());
        assert!((1..=fitting).all(|i| parents.get(key(&i.to_string())).is_some()));
        assert!(parents.tokens <= PARENT_TOKENS);
    }
}
