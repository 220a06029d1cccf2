//! Trace and span ids.
//!
//! A trace id starts with the current time in seconds (4 bytes), as AWS X-Ray requires. The other
//! 12 bytes are random. W3C Trace Context level 2 requires 7 random bytes for the `random` flag. The
//! bytes come from the platform's cryptographic generator. They are read in blocks, since a call from
//! WebAssembly into the browser costs more than the bytes themselves.

use opentelemetry::trace::{SpanId, TraceFlags, TraceId};

use crate::core::clock::UnixNanos;

/// The `random` flag of W3C Trace Context level 2: the last 7 bytes of the trace id are random.
pub(crate) const RANDOM_FLAG: u8 = 0x02;

const POOL_BYTES: usize = 4096;

/// Generates ids from a pool of random bytes.
pub(crate) struct IdGenerator {
    pool: [u8; POOL_BYTES],
    used: usize,
    fill: fn(&mut [u8]),
}

impl IdGenerator {
    /// Creates a generator. `fill` writes bytes from a cryptographic generator.
    pub(crate) const fn new(fill: fn(&mut [u8])) -> Self {
        Self {
            pool: [0; POOL_BYTES],
            used: POOL_BYTES,
            fill,
        }
    }

    /// Generates the random part of a trace id.
    pub(crate) fn trace_randomness(&mut self) -> Randomness {
        self.take()
    }

    /// Generates a span id. It is never zero, which means "no span".
    pub(crate) fn span_id(&mut self) -> SpanId {
        loop {
            let id = SpanId::from_bytes(self.take());
            if id != SpanId::INVALID {
                return id;
            }
        }
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        if self.used + N > POOL_BYTES {
            (self.fill)(&mut self.pool);
            self.used = 0;
        }
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.pool[self.used..self.used + N]);
        self.used += N;
        bytes
    }
}

/// The 12 random bytes of a trace id.
pub(crate) type Randomness = [u8; 12];

pub(crate) fn trace_id(now: UnixNanos, random: Randomness) -> TraceId {
    let seconds = (now / 1_000_000_000) as u32;
    let mut bytes = [0; 16];
    let (time, rest) = bytes.split_at_mut(4);
    time.copy_from_slice(&seconds.to_be_bytes());
    rest.copy_from_slice(&random);
    TraceId::from_bytes(bytes)
}

/// Returns the flags of a new trace: `random`, and `sampled` if it is.
pub(crate) const fn flags(sampled: bool) -> TraceFlags {
    TraceFlags::new(RANDOM_FLAG | sampled as u8)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::browser::platform;

    #[test]
    fn trace_ids_start_with_the_time_in_seconds() {
        let id = trace_id(0x6a2b_7c1e * 1_000_000_000 + 1, [0xab; 12]);
        assert_eq!(id.to_bytes()[..6], [0x6a, 0x2b, 0x7c, 0x1e, 0xab, 0xab]);
    }

    #[test]
    fn ids_are_unique_across_pools() {
        let mut ids = IdGenerator::new(platform::fill_random);
        let spans: HashSet<_> = (0..1_000).map(|_| ids.span_id()).collect();
        let traces: HashSet<_> = (0..1_000).map(|_| ids.trace_randomness()).collect();
        assert_eq!((spans.len(), traces.len()), (1_000, 1_000));
    }

    #[test]
    fn flags_are_random_and_sampled() {
        assert_eq!(flags(true).to_u8(), 3);
        assert_eq!(flags(false).to_u8(), 2);
    }
}
