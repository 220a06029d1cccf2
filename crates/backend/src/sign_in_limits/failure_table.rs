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

/// How long to wait after how many failures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    /// The number of failures without a wait.
    pub(crate) free: u32,
    /// The wait after the last free failure. It doubles with each further one.
    pub(crate) first_wait: Duration,
    pub(crate) max_wait: Duration,
}

impl Backoff {
    fn wait_after(self, failures: u32) -> Duration {
        let Some(doublings) = failures.checked_sub(self.free) else {
            return Duration::ZERO;
        };
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.first_wait.saturating_mul(factor).min(self.max_wait)
    }
}

/// Numbers of failures by key, with at most [`MAX_ENTRIES`] entries.
#[derive(Debug)]
pub(crate) struct FailureTable<K>(HashMap<K, Failures>);

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

    /// Returns the time until the next attempt.
    pub(crate) fn wait(&self, key: &K, backoff: Backoff, now: Instant) -> Duration {
        let Some(failures) = self.recent(key, now) else {
            return Duration::ZERO;
        };
        let until = failures.last + backoff.wait_after(failures.count);
        until.saturating_duration_since(now)
    }

    pub(crate) fn record_failure(&mut self, key: K, now: Instant) {
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
