//! When to try again: the retry rules of OTLP/HTTP.

use crate::platform;

/// The first pause; each further one is twice as long, up to the longest.
const FIRST_MS: f64 = 1_000.0;
const LONGEST_MS: f64 = 60_000.0;

/// What a receiver's answer means for a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    Delivered,
    /// Too large: in two halves it may pass.
    Split,
    /// The receiver is busy or out of reach: the same again later.
    Retry,
    /// It will never be accepted.
    Reject,
}

/// Stands for the status of an answer that no OTLP receiver gave, whatever status it came with. Browsers
/// write it for a redirect that is not followed.
pub(crate) const NOT_OTLP: u16 = 0;

/// `None` stands for no answer at all.
pub(crate) fn verdict(status: Option<u16>) -> Verdict {
    match status {
        Some(200..=299) => Verdict::Delivered,
        Some(413) => Verdict::Split,
        None | Some(NOT_OTLP | 429 | 502 | 503 | 504) => Verdict::Retry,
        Some(_) => Verdict::Reject,
    }
}

/// The pauses between attempts that failed one after another.
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

    /// How long to wait after one more failure. `random` is in 0…1: full jitter, so that the pages
    /// that lost a receiver together do not come back together. What the receiver asks for counts.
    pub(crate) fn next_ms(&mut self, retry_after_ms: Option<f64>, random: f64) -> f64 {
        let ceiling = FIRST_MS * f64::from(2_u32.saturating_pow(self.failures));
        self.failures = (self.failures + 1).min(16);
        retry_after_ms.unwrap_or(ceiling.min(LONGEST_MS) * random)
    }
}

/// `Retry-After` as seconds or as a date, in milliseconds from now. `parse_date` gives milliseconds
/// since 1970 and may answer NaN.
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
    fn only_the_listed_statuses_and_silence_are_retried() {
        for status in [429, 502, 503, 504] {
            assert_eq!(verdict(Some(status)), Verdict::Retry, "{status}");
        }
        assert_eq!(verdict(None), Verdict::Retry);
        assert_eq!(verdict(Some(NOT_OTLP)), Verdict::Retry);
        for status in [400, 401, 404, 500, 501, 302] {
            assert_eq!(verdict(Some(status)), Verdict::Reject, "{status}");
        }
        assert_eq!(verdict(Some(413)), Verdict::Split);
        assert_eq!(verdict(Some(200)), Verdict::Delivered);
    }

    #[test]
    fn pauses_double_up_to_a_minute() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..8)
            .map(|_| backoff.next_ms(None, 1.0) / 1_000.0)
            .collect();
        assert_eq!(pauses, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]);
        backoff.reset();
        assert_eq!(backoff.next_ms(None, 0.5), 500.0);
    }

    #[test]
    fn the_receiver_may_name_the_pause_in_seconds_or_as_a_date() {
        let no_date = |_: &str| f64::NAN;
        assert_eq!(retry_after_ms(" 7 ", 0.0, no_date), Some(7_000.0));
        assert_eq!(retry_after_ms("soon", 0.0, no_date), None);
        assert_eq!(
            retry_after_ms("Sun, …", 1_000.0, |_| 4_000.0),
            Some(3_000.0)
        );
        assert_eq!(retry_after_ms("Sun, …", 9_000.0, |_| 4_000.0), Some(0.0));
        assert_eq!(Backoff::default().next_ms(Some(3_000.0), 0.1), 3_000.0);
    }
}
