//! When to try again: exponential, with full jitter, never before the receiver asked.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// A receiver that asks for more is asked again after this.
const LONGEST_ASKED: Duration = Duration::from_secs(10 * 60);

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The pause after one more failure. `random` is from 0 to 1; `asked` is the receiver's `Retry-After`.
    pub(super) fn pause(&mut self, random: f64, asked: Option<Duration>) -> Duration {
        let ceiling = FIRST.saturating_mul(1 << self.failures.min(6)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let jittered = ceiling.mul_f64(random.clamp(0.0, 1.0));
        // Everybody was told the same time: the jitter comes on top.
        let asked = asked.map(|asked| asked.min(LONGEST_ASKED) + jittered.min(FIRST));
        // "Now", time and again, does not make a receiver well.
        asked.map_or(jittered, |asked| asked.max(jittered))
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
        assert_eq!(backoff.pause(1.0, None), FIRST);
    }

    #[test]
    fn the_jitter_is_full() {
        let mut backoff = Backoff { failures: 3 };
        assert_eq!(backoff.pause(0.0, None), Duration::ZERO);
    }

    #[test]
    fn a_receiver_that_says_when_is_not_asked_earlier() {
        let mut backoff = Backoff { failures: 1 };
        let asked = Duration::from_secs(7);
        assert_eq!(backoff.pause(0.0, Some(asked)), asked);
        assert!(backoff.pause(1.0, Some(asked)) <= asked + FIRST);
        let year = Duration::from_secs(365 * 24 * 60 * 60);
        assert_eq!(backoff.pause(0.0, Some(year)), LONGEST_ASKED);
    }

    #[test]
    fn a_receiver_that_always_says_now_is_asked_as_rarely_as_one_that_says_nothing() {
        let mut backoff = Backoff { failures: 6 };
        assert_eq!(backoff.pause(1.0, Some(Duration::ZERO)), LONGEST);
    }
}
