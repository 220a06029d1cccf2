//! Whether spans can be stored, according to the last attempt.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tracing::{error, info};

/// How long a failure is reported. After a failed health check a load balancer sends spans
/// elsewhere, and only spans can show that the store works again.
const FAILURE_TTL: Duration = Duration::from_secs(10);

/// Shared by the writer and health checks.
#[derive(Clone, Debug, Default)]
pub(super) struct Health(Arc<Mutex<Option<Failure>>>);

#[derive(Debug)]
struct Failure {
    error: String,
    at: Instant,
    /// It lasts until the next start.
    is_permanent: bool,
}

impl Health {
    pub(super) fn record_success(&self) {
        if self.lock().take().is_some() {
            info!("spans are stored again");
        }
    }

    pub(super) fn record_failure(&self, error: &str, is_permanent: bool) {
        let failure = Failure {
            error: error.to_owned(),
            at: Instant::now(),
            is_permanent,
        };
        if self.lock().replace(failure).is_none() {
            error!(error, "spans cannot be stored; senders are asked to retry");
        }
    }

    /// Returns why spans cannot be stored, or `None` if no recent attempt failed.
    pub(super) fn error(&self) -> Option<String> {
        self.error_at(Instant::now())
    }

    fn error_at(&self, now: Instant) -> Option<String> {
        let failure = self.lock();
        let failure = failure.as_ref()?;
        let is_recent = now.saturating_duration_since(failure.at) < FAILURE_TTL;
        (failure.is_permanent || is_recent).then(|| failure.error.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Failure>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_is_reported_until_spans_are_stored_or_it_expires() {
        let (health, error) = (Health::default(), Some("disk full".to_owned()));
        health.record_failure("disk full", false);
        assert_eq!(health.error(), error);
        assert_eq!(health.error_at(Instant::now() + FAILURE_TTL), None);
        health.record_success();
        assert_eq!(health.error(), None);
        health.record_failure("disk full", true);
        assert_eq!(health.error_at(Instant::now() + FAILURE_TTL), error);
    }
}
