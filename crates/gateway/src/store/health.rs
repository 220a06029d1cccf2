//! Whether spans can be stored: what the last try said.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Who asks for the gateway's health sends spans elsewhere after a bad answer, and only
/// spans can show that the store takes them again. So a failure is forgotten after a while.
const REMEMBERED: Duration = Duration::from_secs(10);

/// Shared by the writer, which knows, and by those who ask.
#[derive(Clone, Debug, Default)]
pub(super) struct Health(Arc<Mutex<Option<Failure>>>);

#[derive(Debug)]
struct Failure {
    error: String,
    at: Instant,
    /// Until the next start.
    lasts: bool,
}

impl Health {
    pub(super) fn stored(&self) {
        if self.lock().take().is_some() {
            eprintln!("store: spans are stored again");
        }
    }

    pub(super) fn failed(&self, error: &str, lasts: bool) {
        let failure = Failure {
            error: error.to_owned(),
            at: Instant::now(),
            lasts,
        };
        if self.lock().replace(failure).is_none() {
            eprintln!(
                "store: spans are not stored, and whoever sends is told to come again: {error}"
            );
        }
    }

    /// Why spans are not stored, as far as is known.
    pub(super) fn error(&self) -> Option<String> {
        self.error_at(Instant::now())
    }

    fn error_at(&self, now: Instant) -> Option<String> {
        let failure = self.lock();
        let failure = failure.as_ref()?;
        let is_recent = now.saturating_duration_since(failure.at) < REMEMBERED;
        (failure.lasts || is_recent).then(|| failure.error.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Failure>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_known_until_spans_are_stored_or_nobody_tried_for_a_while() {
        let (health, error) = (Health::default(), Some("disk full".to_owned()));
        health.failed("disk full", false);
        assert_eq!(health.error(), error);
        assert_eq!(health.error_at(Instant::now() + REMEMBERED), None);
        health.stored();
        assert_eq!(health.error(), None);
        health.failed("disk full", true);
        assert_eq!(health.error_at(Instant::now() + REMEMBERED), error);
    }
}
