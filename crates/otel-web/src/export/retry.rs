//! The retry rules of OTLP/HTTP.

use crate::browser::platform;

/// The delay after the first failure. It doubles after each further one, up to [`MAX_DELAY_MS`].
const INITIAL_DELAY_MS: f64 = 1_000.0;
const MAX_DELAY_MS: f64 = 60_000.0;
/// The highest failure count that is distinguished, far above that of the maximum delay.
const MAX_FAILURES: u32 = 16;

/// What to do with a batch after a response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Disposition {
    Delivered,
    /// The batch is too large. Its halves may be accepted.
    Split,
    /// The receiver is busy or unreachable. The batch is sent again later.
    Retry,
    /// The receiver will never accept the batch.
    Reject,
}

/// Replaces the status of a response that does not come from an OTLP receiver. Browsers use it for
/// redirects that are not followed.
pub(crate) const NOT_OTLP: u16 = 0;

/// Returns the disposition for a status. `None` means that there was no response.
pub(crate) fn disposition(status: Option<u16>) -> Disposition {
    match status {
        Some(200..=299) => Disposition::Delivered,
        Some(413) => Disposition::Split,
        None | Some(NOT_OTLP | 429 | 502 | 503 | 504) => Disposition::Retry,
        Some(_) => Disposition::Reject,
    }
}

/// The delays between attempts that fail one after another.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    pub(crate) fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// Returns the delay after another failure. `Retry-After` takes precedence. `random`, from 0 to 1,
    /// is the jitter: pages that lost a receiver at the same time retry at different times.
    pub(crate) fn next_delay_ms(&mut self, retry_after_ms: Option<f64>, random: f64) -> f64 {
        let max_ms = INITIAL_DELAY_MS * f64::from(2_u32.saturating_pow(self.failures));
        self.failures = (self.failures + 1).min(MAX_FAILURES);
        retry_after_ms.unwrap_or(max_ms.min(MAX_DELAY_MS) * random)
    }
}

/// Parses `Retry-After`, in seconds or as a date. `parse_date` returns milliseconds since 1970, or NaN.
pub(crate) fn retry_after_ms(
    header: &str,
    now_ms: f64,
    parse_date: impl Fn(&str) -> f64,
) -> Option<f64> {
    let seconds = platform::parse_number(header);
    if seconds >= 0.0 && !header.is_empty() {
        return Some(seconds * 1_000.0);
    }
    let date = parse_date(header);
    date.is_finite().then(|| (date - now_ms).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_statuses_and_missing_responses_are_retried() {
        for status in [429, 502, 503, 504] {
            assert_eq!(disposition(Some(status)), Disposition::Retry, "{status}");
        }
        assert_eq!(disposition(None), Disposition::Retry);
        assert_eq!(disposition(Some(NOT_OTLP)), Disposition::Retry);
        for status in [400, 401, 404, 500, 501, 302] {
            assert_eq!(disposition(Some(status)), Disposition::Reject, "{status}");
        }
        assert_eq!(disposition(Some(413)), Disposition::Split);
        assert_eq!(disposition(Some(200)), Disposition::Delivered);
    }

    #[test]
    fn delays_double_up_to_a_minute() {
        let mut backoff = Backoff::default();
        let delays_s: Vec<_> = (0..8)
            .map(|_| backoff.next_delay_ms(None, 1.0) / 1_000.0)
            .collect();
        assert_eq!(delays_s, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]);
        backoff.reset();
        assert_eq!(backoff.next_delay_ms(None, 0.5), 500.0);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let no_date = |_: &str| f64::NAN;
        assert_eq!(retry_after_ms(" 7 ", 0.0, no_date), Some(7_000.0));
        assert_eq!(retry_after_ms("soon", 0.0, no_date), None);
        assert_eq!(
            retry_after_ms("Sun, …", 1_000.0, |_| 4_000.0),
            Some(3_000.0)
        );
        assert_eq!(retry_after_ms("Sun, …", 9_000.0, |_| 4_000.0), Some(0.0));
        assert_eq!(
            Backoff::default().next_delay_ms(Some(3_000.0), 0.1),
            3_000.0
        );
    }
}
