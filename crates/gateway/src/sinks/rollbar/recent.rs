//! The items that were sent lately.

use std::collections::{HashSet, VecDeque};

/// An error comes again, through other spans, within its trace: soon, or after an outage.
const REMEMBERED: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Recent {
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Recent {
    pub(super) fn contains(&self, uuid: &str) -> bool {
        self.known.contains(uuid)
    }

    /// Forgets the oldest when there are too many.
    pub(super) fn insert(&mut self, uuid: String) {
        if self.known.insert(uuid.clone()) {
            self.order.push_back(uuid);
        }
        if self.order.len() > REMEMBERED
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
    fn the_oldest_is_forgotten_first() {
        let mut recent = Recent::default();
        for number in 0..=REMEMBERED {
            recent.insert(number.to_string());
        }
        assert!(!recent.contains("0") && recent.contains("1"));
        assert_eq!(recent.known.len(), REMEMBERED);
    }
}
