//! Limits events that clients cause, so that they cannot fill a disk: one of each kind per interval,
//! with a count of the others.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The interval between two events of one kind.
const INTERVAL: Duration = Duration::from_secs(10);

/// The length limit of a text that quotes a request, in characters.
const MAX_TEXT_CHARS: usize = 400;

/// Decides by kind which events are logged.
#[derive(Debug, Default)]
pub(crate) struct LimitedLog(Mutex<BTreeMap<&'static str, Entry>>);

#[derive(Debug)]
struct Entry {
    logged: Instant,
    suppressed: u64,
}

/// An event that is to be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Admitted {
    /// The number of events of the same kind that were suppressed since the last one, if any.
    pub(crate) suppressed: Option<u64>,
}

impl LimitedLog {
    /// Returns whether an event of this kind is to be logged, or `None` if it is suppressed.
    pub(crate) fn admit(&self, kind: &'static str) -> Option<Admitted> {
        self.admit_at(kind, Instant::now())
    }

    /// Logs how many events were suppressed in intervals that have ended. To be called regularly.
    pub(crate) fn flush(&self) {
        for (kind, suppressed) in self.take_suppressed(Instant::now()) {
            let interval_seconds = INTERVAL.as_secs();
            tracing::warn!(
                kind,
                suppressed,
                interval_seconds,
                "similar events were not logged"
            );
        }
    }

    fn admit_at(&self, kind: &'static str, now: Instant) -> Option<Admitted> {
        let mut entries = self.entries();
        if let Some(entry) = entries.get_mut(kind)
            && now.saturating_duration_since(entry.logged) < INTERVAL
        {
            entry.suppressed += 1;
            return None;
        }
        let entry = Entry {
            logged: now,
            suppressed: 0,
        };
        let former = entries.insert(kind, entry);
        let suppressed = former.map(|entry| entry.suppressed);
        Some(Admitted {
            suppressed: suppressed.filter(|count| *count > 0),
        })
    }

    fn take_suppressed(&self, now: Instant) -> Vec<(&'static str, u64)> {
        let mut entries = self.entries();
        let ended = entries.iter_mut().filter(|(_, entry)| {
            entry.suppressed > 0 && now.saturating_duration_since(entry.logged) >= INTERVAL
        });
        ended
            .map(|(kind, entry)| {
                entry.logged = now;
                (*kind, std::mem::take(&mut entry.suppressed))
            })
            .collect()
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<&'static str, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Truncates a text for the log that quotes a request.
pub(crate) fn truncated(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_event_of_a_kind_is_logged_and_others_are_counted() {
        let (log, now) = (LimitedLog::default(), Instant::now());
        let admitted = |suppressed| Some(Admitted { suppressed });
        assert_eq!(log.admit_at("a", now), admitted(None));
        assert_eq!(log.admit_at("a", now), None);
        assert_eq!(log.admit_at("b", now), admitted(None));
        assert!(log.take_suppressed(now).is_empty());
        let later = now + INTERVAL;
        assert_eq!(log.take_suppressed(later), [("a", 1)]);
        assert!(log.take_suppressed(later + INTERVAL).is_empty());
        assert_eq!(log.admit_at("a", later), None);
        assert_eq!(log.admit_at("a", later + INTERVAL), admitted(Some(1)));
    }

    #[test]
    fn long_text_is_truncated_at_a_character() {
        assert_eq!(truncated("é"), "é");
        let long = truncated(&"é".repeat(9_999));
        assert_eq!(long.chars().count(), MAX_TEXT_CHARS + 1);
    }
}
