//! A consistent probability sampler that decides by session.
//!
//! Part of a session explains little: it has the error, but not the click that led to it. So all
//! traces of a session share one random number. It is taken from the session's id, and sent in
//! `tracestate` as `ot=rv:…` with the threshold it was compared with, `th:…` (OpenTelemetry,
//! "TraceState: Probability Sampling"). Consistent samplers downstream prefer `rv` to the trace id:
//! with a lower ratio they keep whole sessions too, and never an incomplete one. From the threshold, a
//! back end knows how many sessions each sampled one represents. If all sessions are sampled,
//! nothing is sent.
//!
//! This has consequences:
//!
//! - Traces are not an independent sample. All traces of a frequent user are sampled or none, so
//!   figures from few sessions vary more than those from as many independent traces.
//! - The decision is made before anything has happened. Spans of unsampled sessions therefore cost
//!   almost nothing, but their trace is not available if an error occurs later.
//!
//! **Errors are exported in any case**: an error in an unsampled trace becomes a root span of its
//! own, with the session's id and `ot=th:0`, since it represents only itself.

use opentelemetry::trace::TraceState;

use crate::core::hex;

/// 2^56, since the randomness has 56 bits.
const RANDOMNESS_RANGE: f64 = (1_u64 << 56) as f64;

/// Samples a fixed share of sessions. Child spans inherit the decision of their parent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sampler {
    /// Sessions with a lower randomness are rejected. With `None`, all sessions are rejected.
    rejection_threshold: Option<u64>,
    /// The trace state for traces of the current session, or `None` if it is not sampled.
    decision: Option<TraceState>,
}

impl Sampler {
    /// Creates a sampler for a ratio from 0 (no session) to 1 (all sessions). Ratios in between
    /// sample nothing before the first call of [`set_session`](Self::set_session).
    pub(crate) fn with_ratio(ratio: f64) -> Self {
        let rejected = (1.0 - ratio.clamp(0.0, 1.0)) * RANDOMNESS_RANGE;
        let samples_any = rejected < RANDOMNESS_RANGE;
        let rejection_threshold = samples_any.then_some(rejected as u64);
        Self {
            decision: (rejection_threshold == Some(0)).then_some(TraceState::NONE),
            rejection_threshold,
        }
    }

    /// Makes the decision for a new session.
    pub(crate) fn set_session(&mut self, session_id: &str) {
        let Some(threshold) = self.rejection_threshold.filter(|threshold| *threshold > 0) else {
            return;
        };
        let randomness = randomness(session_id);
        let is_sampled = value(randomness) >= threshold;
        self.decision = is_sampled.then(|| {
            let mut text = "rv:".to_owned();
            hex::push(&mut text, &randomness);
            state([&text, ";th:", &digits(threshold)].concat())
        });
    }

    /// Returns the trace state of a new trace, or `None` if it is not sampled.
    pub(crate) fn decide(&self) -> Option<TraceState> {
        self.decision.clone()
    }

    /// Returns the trace state of a trace that is sampled independently of its session.
    pub(crate) fn always(&self) -> TraceState {
        match self.rejection_threshold {
            Some(0) => TraceState::NONE,
            _ => state("th:0".to_owned()),
        }
    }
}

fn state(value: String) -> TraceState {
    TraceState::NONE.insert("ot", value).unwrap_or_default()
}

/// Returns the last 56 bits of a session's id.
fn randomness(session_id: &str) -> [u8; 7] {
    let mut bytes = [0; 7];
    let last = session_id.len().saturating_sub(14);
    // The stored id may come from another program. If it is malformed, the randomness is zero.
    let _ = hex::read(
        session_id.as_bytes().get(last..).unwrap_or_default(),
        &mut bytes,
    );
    bytes
}

fn value(bytes: [u8; 7]) -> u64 {
    bytes
        .iter()
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// Formats 14 hexadecimal digits without trailing zeros.
fn digits(threshold: u64) -> String {
    let [_, bytes @ ..] = threshold.to_be_bytes();
    let mut digits = String::new();
    hex::push(&mut digits, &bytes);
    while digits.ends_with("0") {
        digits.pop();
    }
    digits
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the trace state for traces of a session.
    fn decide(ratio: f64, session_id: &str) -> Option<String> {
        let mut sampler = Sampler::with_ratio(ratio);
        sampler.set_session(session_id);
        Some(sampler.decide()?.header())
    }

    #[test]
    fn ratio_one_samples_all_without_a_trace_state_and_zero_none() {
        assert_eq!(decide(1.0, &"0".repeat(32)).as_deref(), Some(""));
        assert_eq!(decide(0.0, &"f".repeat(32)), None);
    }

    #[test]
    fn ratio_of_a_quarter_samples_the_upper_quarter_of_the_range() {
        let lowest_sampled = decide(0.25, "ffffffffffffffffffc0000000000000");
        assert_eq!(lowest_sampled.as_deref(), Some("ot=rv:c0000000000000;th:c"));
        assert_eq!(decide(0.25, "ffffffffffffffffffbfffffffffffff"), None);
    }

    #[test]
    fn only_ratio_one_samples_before_the_first_session() {
        assert_eq!(Sampler::with_ratio(0.99).decide(), None);
        assert!(Sampler::with_ratio(1.0).decide().is_some());
    }

    #[test]
    fn always_sampled_trace_has_threshold_zero_unless_all_are_sampled() {
        assert_eq!(Sampler::with_ratio(0.25).always().header(), "ot=th:0");
        assert_eq!(Sampler::with_ratio(1.0).always().header(), "");
    }

    proptest! {
        #[test]
        fn session_sampled_at_a_ratio_is_sampled_at_every_higher_one(
            id in "[0-9a-f]{32}", one in 0.0..=1.0_f64, other in 0.0..=1.0_f64
        ) {
            let is_sampled = |ratio| decide(ratio, &id).is_some();
            prop_assert!(!is_sampled(one.min(other)) || is_sampled(one.max(other)));
        }

        #[test]
        fn trace_state_lets_other_samplers_make_the_same_decision(id in "[0-9a-f]{32}", ratio in 0.01..1.0_f64) {
            if let Some(state) = decide(ratio, &id) {
                let (rv, th) = state["ot=rv:".len()..].split_once(";th:").unwrap();
                prop_assert_eq!(rv, &id[18..]);
                // Of the same length, digits compare as the numbers do.
                let threshold = format!("{th:0<14}");
                prop_assert!(rv >= &threshold[..]);
            }
        }

        #[test]
        fn any_text_is_accepted_as_a_session_id(id in "\\PC*", ratio in 0.0..=1.0_f64) {
            let _ = decide(ratio, &id);
        }
    }
}
