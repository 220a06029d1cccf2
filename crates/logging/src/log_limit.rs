//! Limits log lines about events that clients cause, so that they cannot fill a disk.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

const DEFAULT_INTERVAL: Duration = Duration::from_secs(60);

/// Decides which events are logged: of each kind, one per interval, with the number of the others.
///
/// The first event of a kind is logged immediately. Call [`flush`](Self::flush) regularly where the last
/// events of a burst must not be missing from the log.
///
/// ```
/// use logging::{Admitted, LogLimit};
///
/// let limit = LogLimit::default();
/// if let Some(Admitted { count, .. }) = limit.admit("invalid_key") {
///     tracing::warn!(count, "keys rejected since the last report");
/// }
/// ```
#[derive(Debug)]
pub struct LogLimit {
    interval: Duration,
    kinds: Mutex<BTreeMap<&'static str, Entry>>,
}

#[derive(Debug)]
struct Entry {
    logged_at: Instant,
    suppressed: u64,
}

/// An event that is to be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// The number of events of this kind since the last line, with this one.
    pub count: u64,
    /// The number of events of this kind that were not logged since the last line, if any.
    pub suppressed: Option<u64>,
}

impl Default for LogLimit {
    /// Creates a limit of one line per minute and kind.
    fn default() -> Self {
        Self::new(DEFAULT_INTERVAL)
    }
}

impl LogLimit {
    /// Creates a limit of one line per interval and kind.
    #[must_use]
    pub const fn new(interval: Duration) -> Self {
        Self {
            interval,
            kinds: Mutex::new(BTreeMap::new()),
        }
    }

    /// Counts an event. Returns `None` if it is not to be logged.
    pub fn admit(&self, kind: &'static str) -> Option<Admitted> {
        self.admit_many(kind, 1)
    }

    /// Counts events that are found together. Returns `None` if they are not to be logged.
    pub fn admit_many(&self, kind: &'static str, events: u64) -> Option<Admitted> {
        self.admit_at(kind, events, Instant::now())
    }

    /// Logs how many events were suppressed in intervals that have ended.
    pub fn flush(&self) {
        for (kind, suppressed) in self.take_suppressed(Instant::now()) {
            let interval_seconds = self.interval.as_secs();
            tracing::warn!(
                kind,
                suppressed,
                interval_seconds,
                "similar events were not logged"
            );
        }
    }

    fn admit_at(&self, kind: &'static str, events: u64, now: Instant) -> Option<Admitted> {
        if events == 0 {
            return None;
        }
        let mut kinds = self.kinds();
        if let Some(entry) = kinds.get_mut(kind)
            && now.saturating_duration_since(entry.logged_at) < self.interval
        {
            entry.suppressed += events;
            return None;
        }
        let entry = Entry {
            logged_at: now,
            suppressed: 0,
        };
        let suppressed = kinds.insert(kind, entry).map_or(0, |it| it.suppressed);
        Some(Admitted {
            count: events + suppressed,
            suppressed: Some(suppressed).filter(|count| *count > 0),
        })
    }

    fn take_suppressed(&self, now: Instant) -> Vec<(&'static str, u64)> {
        let mut kinds = self.kinds();
        let ended = kinds.iter_mut().filter(|(_, entry)| {
            entry.suppressed > 0 && now.saturating_duration_since(entry.logged_at) >= self.interval
        });
        ended
            .map(|(kind, entry)| {
                entry.logged_at = now;
                (*kind, std::mem::take(&mut entry.suppressed))
            })
            .collect()
    }

    fn kinds(&self) -> MutexGuard<'_, BTreeMap<&'static str, Entry>> {
        self.kinds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(10);

    fn admitted(count: u64) -> Option<Admitted> {
        let suppressed = Some(count - 1).filter(|count| *count > 0);
        Some(Admitted { count, suppressed })
    }

    #[test]
    fn first_event_of_each_kind_is_logged_and_later_ones_are_counted() {
        let (limit, now) = (LogLimit::new(INTERVAL), Instant::now());
        assert_eq!(limit.admit_at("a", 1, now), admitted(1));
        assert_eq!(limit.admit_at("a", 1, now), None);
        assert_eq!(limit.admit_at("b", 1, now), admitted(1));
        let almost = now + INTERVAL - Duration::from_millis(1);
        assert_eq!(limit.admit_at("a", 1, almost), None);
        assert_eq!(limit.admit_at("a", 1, now + INTERVAL), admitted(3));
    }

    #[test]
    fn flush_reports_suppressed_events_once_after_their_interval() {
        let (limit, now) = (LogLimit::new(INTERVAL), Instant::now());
        assert_eq!(limit.admit_at("a", 1, now), admitted(1));
        assert_eq!(limit.admit_at("a", 1, now), None);
        assert!(limit.take_suppressed(now).is_empty());
        let later = now + INTERVAL;
        assert_eq!(limit.take_suppressed(later), [("a", 1)]);
        assert!(limit.take_suppressed(later + INTERVAL).is_empty());
        // The report begins an interval of its own.
        assert_eq!(limit.admit_at("a", 1, later), None);
        assert_eq!(limit.admit_at("a", 1, later + INTERVAL), admitted(2));
    }

    #[test]
    fn events_found_together_are_counted_together() {
        let (limit, now) = (LogLimit::new(INTERVAL), Instant::now());
        assert_eq!(limit.admit_at("a", 0, now), None);
        let first = limit.admit_at("a", 5, now);
        assert_eq!(first.map(|it| (it.count, it.suppressed)), Some((5, None)));
        assert_eq!(limit.admit_at("a", 7, now), None);
        let later = limit.admit_at("a", 1, now + INTERVAL);
        assert_eq!(
            later.map(|it| (it.count, it.suppressed)),
            Some((8, Some(7)))
        );
    }

    #[test]
    fn clock_that_goes_back_does_not_admit_events() {
        let (limit, now) = (LogLimit::new(INTERVAL), Instant::now());
        assert_eq!(limit.admit_at("a", 1, now + INTERVAL), admitted(1));
        assert_eq!(limit.admit_at("a", 1, now), None);
    }
}
