//! The most recently sent items, to send an error once per trace.

use std::collections::{HashSet, VecDeque};

/// The number of items that are remembered. An error recurs in other spans of its trace, soon or
/// after an outage.
const MAX_ITEMS: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Recent {
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Recent {
    pub(super) fn contains(&self, uuid: &str) -> bool {
        self.known.contains(uuid)
    }

    /// Adds an item and removes the oldest one above the limit.
    pub(super) fn insert(&mut self, uuid: String) {
        if self.known.insert(uuid.clone()) {
            self.order.push_back(uuid);
        }
        if self.order.len() > MAX_ITEMS
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oldest_item_is_removed_first() {
        let mut recent = Recent::default();
        for number in 0..=MAX_ITEMS {
            recent.insert(number.to_string());
        }
        assert!(!recent.contains("0") && recent.contains("1"));
        assert_eq!(recent.known.len(), MAX_ITEMS);
    }
}
