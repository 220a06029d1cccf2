//! Exponential backoff with full jitter, never shorter than the receiver's `Retry-After`.

use std::time::Duration;

const MIN_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// The longest `Retry-After` that is followed.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(10 * 60);

/// Counts consecutive failures.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// Returns the pause after another failure. `random` is from 0 to 1.
    pub(super) fn pause(&mut self, random: f64, retry_after: Option<Duration>) -> Duration {
        let ceiling = MIN_PAUSE
            .saturating_mul(1 << self.failures.min(6))
            .min(MAX_PAUSE);
        self.failures = self.failures.saturating_add(1);
        let jittered = ceiling.mul_f64(random.clamp(0.0, 1.0));
        // All clients were given the same time, so jitter is added.
        let requested =
            retry_after.map(|after| after.min(MAX_RETRY_AFTER) + jittered.min(MIN_PAUSE));
        // Repeated requests to retry at once do not shorten the backoff.
        requested.map_or(jittered, |pause| pause.max(jittered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_one_second_to_one_minute() {
        let mut backoff = Backoff::default();
        let pauses = [(); 8].map(|()| backoff.pause(1.0, None).as_secs());
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        backoff.reset();
        assert_eq!(backoff.pause(1.0, None), MIN_PAUSE);
    }

    #[test]
    fn jitter_is_full() {
        let mut backoff = Backoff { failures: 3 };
        assert_eq!(backoff.pause(0.0, None), Duration::ZERO);
    }

    #[test]
    fn retry_after_is_respected_up_to_a_limit() {
        let mut backoff = Backoff { failures: 1 };
        let after = Duration::from_secs(7);
        assert_eq!(backoff.pause(0.0, Some(after)), after);
        assert!(backoff.pause(1.0, Some(after)) <= after + MIN_PAUSE);
        let year = Duration::from_secs(365 * 24 * 60 * 60);
        assert_eq!(backoff.pause(0.0, Some(year)), MAX_RETRY_AFTER);
    }

    #[test]
    fn retry_after_zero_does_not_shorten_the_backoff() {
        let mut backoff = Backoff { failures: 6 };
        assert_eq!(backoff.pause(1.0, Some(Duration::ZERO)), MAX_PAUSE);
    }
}
