//! Rate limiting of log lines about events that others can cause.

use std::time::{Duration, Instant};

/// The minimum time between two log lines.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// Counts the events since the last log line.
#[derive(Debug, Default)]
pub(crate) struct LogLimit {
    count: u64,
    logged_at: Option<Instant>,
}

impl LogLimit {
    /// Counts an event, and returns the number to log if it is time to.
    pub(crate) fn add(&mut self, now: Instant) -> Option<u64> {
        self.count += 1;
        let is_due = |at| now.saturating_duration_since(at) >= LOG_INTERVAL;
        self.logged_at.is_none_or(is_due).then(|| {
            self.logged_at = Some(now);
            std::mem::take(&mut self.count)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_event_is_logged_immediately_and_later_ones_are_summarized() {
        let mut log = LogLimit::default();
        let now = Instant::now();
        assert_eq!(log.add(now), Some(1));
        assert_eq!(log.add(now), None);
        assert_eq!(log.add(now + LOG_INTERVAL), Some(2));
    }
}
