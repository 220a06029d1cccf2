//! Trace ids whose first 32 bits are the time in seconds. They are random enough for W3C Trace
//! Context, and accepted by AWS X-Ray, which rejects ids older than 28 days.

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

use crate::clock;

const TIME_SHIFT: u32 = 96;

/// Generates ids for traces that begin in this process.
#[derive(Debug, Default)]
pub struct EpochIdGenerator {
    random: RandomIdGenerator,
}

impl IdGenerator for EpochIdGenerator {
    fn new_trace_id(&self) -> TraceId {
        let seconds = clock::now().as_millis() as u128 / 1000;
        let random = u128::from_be_bytes(self.random.new_trace_id().to_bytes());
        let low = random & ((1 << TIME_SHIFT) - 1);
        TraceId::from(seconds << TIME_SHIFT | low)
    }

    fn new_span_id(&self) -> SpanId {
        self.random.new_span_id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_id_begins_with_the_time_and_ends_randomly() {
        let before = clock::now().as_millis() / 1000;
        let [a, b] = [(); 2].map(|()| EpochIdGenerator::default().new_trace_id().to_string());
        let seconds = i64::from_str_radix(&a[..8], 16).unwrap();
        assert!((before..=before + 5).contains(&seconds), "{a}");
        assert_ne!(a[8..], b[8..]);
    }
}
