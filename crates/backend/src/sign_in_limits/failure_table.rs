//! Numbers of failures by key.

use std::{
    collections::HashMap,
    hash::Hash,
    time::{Duration, Instant},
};

/// A failure is dropped if no other one follows within this time.
pub(super) const FAILURE_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// The maximum number of entries. A new one evicts the one with the oldest failure.
pub(super) const MAX_ENTRIES: usize = 10_000;

/// Numbers of failures by key, with at most [`MAX_ENTRIES`] entries.
#[derive(Debug)]
pub(super) struct FailureTable<K>(HashMap<K, Failures>);

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    fn is_recent(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.last) < FAILURE_LIFETIME
    }
}

impl<K> Default for FailureTable<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Copy + Eq + Hash> FailureTable<K> {
    /// Returns the number of recent failures.
    pub(super) fn count(&self, key: &K, now: Instant) -> u32 {
        self.recent(key, now).map_or(0, |failures| failures.count)
    }

    /// Returns the time until the next attempt. It doubles with each failure beyond the free ones.
    pub(super) fn wait(&self, key: &K, free: u32, max: Duration, now: Instant) -> Duration {
        let Some(failures) = self.recent(key, now).filter(|it| it.count >= free) else {
            return Duration::ZERO;
        };
        let seconds = 1_u64.checked_shl(failures.count - free).unwrap_or(u64::MAX);
        let until = failures.last + Duration::from_secs(seconds).min(max);
        until.saturating_duration_since(now)
    }

    pub(super) fn record_failure(&mut self, key: K, now: Instant) {
        let count = self.count(&key, now).saturating_add(1);
        if self.0.len() >= MAX_ENTRIES && !self.0.contains_key(&key) {
            self.evict(now);
        }
        self.0.insert(key, Failures { count, last: now });
    }

    pub(super) fn undo_failure(&mut self, key: &K) {
        if let Some(failures) = self.0.get_mut(key) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    pub(super) fn clear(&mut self, key: &K) {
        self.0.remove(key);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn recent(&self, key: &K, now: Instant) -> Option<&Failures> {
        self.0.get(key).filter(|failures| failures.is_recent(now))
    }

    /// Removes outdated entries. If there are none, removes the one with the oldest failure.
    fn evict(&mut self, now: Instant) {
        self.0.retain(|_, failures| failures.is_recent(now));
        if self.0.len() < MAX_ENTRIES {
            return;
        }
        let oldest = self.0.iter().min_by_key(|(_, failures)| failures.last);
        if let Some(key) = oldest.map(|(key, _)| *key) {
            self.0.remove(&key);
        }
    }
}
