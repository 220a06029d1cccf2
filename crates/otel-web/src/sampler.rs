//! Which traces are kept: a consistent probability sampler.
//!
//! The decision compares the random part of the trace id with a threshold, so every service that
//! uses the same rule keeps the same traces. The threshold travels in `tracestate` as `ot=th:…`,
//! which lets a back end count how many traces each kept one stands for (OpenTelemetry, "TraceState:
//! Probability Sampling").

use opentelemetry::trace::TraceState;

use crate::id::Randomness;

/// 2^56: the random part of a trace id has 56 bits.
const RANDOMNESS_RANGE: f64 = (1_u64 << 56) as f64;

/// Keeps a fixed share of new traces. Spans below a parent follow their parent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sampler {
    /// Traces whose random part is below this are rejected. `None`: everything is rejected.
    rejection_threshold: Option<u64>,
}

impl Sampler {
    /// `ratio` is clamped to 0 (nothing) … 1 (everything).
    pub(crate) fn with_ratio(ratio: f64) -> Self {
        let rejected = (1.0 - ratio.clamp(0.0, 1.0)) * RANDOMNESS_RANGE;
        let keeps_something = rejected < RANDOMNESS_RANGE;
        Self {
            rejection_threshold: keeps_something.then_some(rejected as u64),
        }
    }

    pub(crate) fn is_sampled(self, random: Randomness) -> bool {
        self.rejection_threshold
            .is_some_and(|threshold| last_56_bits(random) >= threshold)
    }

    /// The trace state of a sampled new trace. Empty when every trace is kept.
    pub(crate) fn trace_state(self) -> TraceState {
        match self.rejection_threshold {
            Some(threshold) if threshold > 0 => {
                TraceState::from_key_value([("ot", encode(threshold))]).unwrap_or_default()
            }
            _ => TraceState::default(),
        }
    }
}

fn last_56_bits(random: Randomness) -> u64 {
    let all = random
        .iter()
        .fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    all & ((1 << 56) - 1)
}

/// 14 hexadecimal digits without the trailing zeros.
fn encode(threshold: u64) -> String {
    let digits = format!("{threshold:014x}");
    format!("th:{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(randomness: u64) -> Randomness {
        let mut random = [0xff; 12];
        random[5..].copy_from_slice(&randomness.to_be_bytes()[1..]);
        random
    }

    #[test]
    fn one_keeps_everything_and_zero_nothing() {
        assert!(Sampler::with_ratio(1.0).is_sampled(trace(0)));
        assert!(!Sampler::with_ratio(0.0).is_sampled(trace((1 << 56) - 1)));
    }

    #[test]
    fn a_quarter_keeps_the_upper_quarter_of_the_range() {
        let sampler = Sampler::with_ratio(0.25);
        assert!(sampler.is_sampled(trace(0xc0_0000_0000_0000)));
        assert!(!sampler.is_sampled(trace(0xbf_ffff_ffff_ffff)));
        assert_eq!(sampler.trace_state().header(), "ot=th:c");
    }

    #[test]
    fn a_trace_kept_at_a_small_ratio_is_kept_at_every_larger_one() {
        let small = Sampler::with_ratio(0.1);
        let large = Sampler::with_ratio(0.5);
        for step in 0..1_000_u64 {
            let id = trace(step * ((1 << 56) / 1_000));
            assert!(!small.is_sampled(id) || large.is_sampled(id));
        }
    }

    #[test]
    fn keeping_everything_needs_no_trace_state() {
        assert_eq!(Sampler::with_ratio(1.0).trace_state().header(), "");
    }
}
