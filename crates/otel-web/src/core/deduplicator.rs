//! Limits how often errors are reported. An error in a timer would otherwise fill the queue and
//! displace other spans.

/// The same error in the same trace is reported once in this time.
const REPEAT_INTERVAL_MS: f64 = 5_000.0;
/// At most [`MAX_REPORTS_PER_WINDOW`] errors are reported in this time.
const WINDOW_MS: f64 = 60_000.0;
const MAX_REPORTS_PER_WINDOW: usize = 60;

/// The errors reported within the last [`WINDOW_MS`].
#[derive(Debug, Default)]
pub(crate) struct Deduplicator {
    reports: Vec<Report>,
}

#[derive(Clone, Copy, Debug)]
struct Report {
    time_ms: f64,
    hash: u64,
}

impl Deduplicator {
    pub(crate) const fn new() -> Self {
        Self {
            reports: Vec::new(),
        }
    }

    /// Returns whether to report an error, and records that it is reported. `identity` lists the
    /// texts in which two reports of one error agree.
    pub(crate) fn should_report(&mut self, identity: &[&[u8]], now_ms: f64) -> bool {
        let hash = hash(identity);
        self.reports
            .retain(|report| now_ms - report.time_ms < WINDOW_MS);
        let is_repeat =
            |report: &Report| report.hash == hash && now_ms - report.time_ms < REPEAT_INTERVAL_MS;
        let should_report =
            self.reports.len() < MAX_REPORTS_PER_WINDOW && !self.reports.iter().any(is_repeat);
        if should_report {
            let time_ms = now_ms;
            self.reports.push(Report { time_ms, hash });
        }
        should_report
    }
}

/// Computes FNV-1a. Between the parts stands a byte that never occurs in UTF-8.
fn hash(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    for part in parts {
        part.iter().for_each(|byte| add(*byte));
        add(0xff);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn should_report(deduplicator: &mut Deduplicator, parts: [&str; 2], now_ms: f64) -> bool {
        deduplicator.should_report(&parts.map(str::as_bytes), now_ms)
    }

    #[test]
    fn repeated_error_is_reported_again_after_five_seconds() {
        let mut deduplicator = Deduplicator::new();
        assert!(should_report(&mut deduplicator, ["a", "b"], 0.0));
        assert!(!should_report(&mut deduplicator, ["a", "b"], 4_999.0));
        assert!(should_report(&mut deduplicator, ["ab", ""], 4_999.0));
        assert!(should_report(&mut deduplicator, ["a", "b"], 5_000.0));
    }

    #[test]
    fn at_most_sixty_errors_are_reported_in_a_minute() {
        let mut deduplicator = Deduplicator::new();
        let count_reports = |deduplicator: &mut Deduplicator, from_ms: u32| {
            let error_at = |time_ms: u32| (time_ms.to_string(), f64::from(time_ms));
            let errors = (from_ms..from_ms + 1_000).map(error_at);
            errors
                .filter(|(text, now_ms)| should_report(deduplicator, [text, ""], *now_ms))
                .count()
        };
        assert_eq!(count_reports(&mut deduplicator, 0), 60);
        assert_eq!(count_reports(&mut deduplicator, 30_000), 0);
        assert_eq!(count_reports(&mut deduplicator, 61_000), 60);
    }
}
