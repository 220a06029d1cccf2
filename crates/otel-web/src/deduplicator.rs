//! The same error again and again: an error in a timer would otherwise fill the queue and hide the
//! rest.

/// The same error in the same trace is told once in this time.
const SAME_AGAIN_MS: f64 = 5_000.0;
/// And no more than [`MOST`] different ones in this.
const WINDOW_MS: f64 = 60_000.0;
const MOST: usize = 60;

/// What was told lately: when, and which.
#[derive(Debug)]
pub(crate) struct Deduplicator {
    told: Vec<(f64, u64)>,
}

impl Deduplicator {
    pub(crate) const fn new() -> Self {
        Self { told: Vec::new() }
    }

    /// Whether an error, given by what makes it that error, is to be told.
    pub(crate) fn should_report(&mut self, identity: &[&[u8]], now_ms: f64) -> bool {
        let hash = hash(identity);
        self.told.retain(|(at, _)| now_ms - at < WINDOW_MS);
        let is_same = |told: &(f64, u64)| told.1 == hash && now_ms - told.0 < SAME_AGAIN_MS;
        let should_report = self.told.len() < MOST && !self.told.iter().any(is_same);
        if should_report {
            self.told.push((now_ms, hash));
        }
        should_report
    }
}

/// FNV-1a, with a byte between the parts that no text has.
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
    fn the_same_again_is_news_only_after_a_while() {
        let mut deduplicator = Deduplicator::new();
        assert!(should_report(&mut deduplicator, ["a", "b"], 0.0));
        assert!(!should_report(&mut deduplicator, ["a", "b"], 4_999.0));
        assert!(should_report(&mut deduplicator, ["ab", ""], 4_999.0));
        assert!(should_report(&mut deduplicator, ["a", "b"], 5_000.0));
    }

    #[test]
    fn a_page_that_fails_all_the_time_says_so_sixty_times_a_minute() {
        let mut deduplicator = Deduplicator::new();
        let news = |deduplicator: &mut Deduplicator, from: u32| {
            let of_error = |number: u32| (number.to_string(), f64::from(number));
            let errors = (from..from + 1_000).map(of_error);
            errors
                .filter(|(text, now)| should_report(deduplicator, [text, ""], *now))
                .count()
        };
        assert_eq!(news(&mut deduplicator, 0), 60);
        assert_eq!(news(&mut deduplicator, 30_000), 0);
        assert_eq!(news(&mut deduplicator, 61_000), 60);
    }
}
