//! Which traces are kept: a consistent probability sampler that decides by session.
//!
//! A visit that is seen in part explains little: the error is there, the click that led to it is not.
//! So all traces of a session share their random number. It comes from the session's id, and travels
//! in `tracestate` as `ot=rv:…` next to the threshold it was held against, `th:…` (OpenTelemetry,
//! "TraceState: Probability Sampling"). Consistent samplers further down the line prefer `rv` to the
//! trace id: one that keeps less keeps whole sessions, too, and never one that is incomplete. The
//! threshold tells a back end how many sessions each kept one stands for. When everything is kept
//! here, nothing is sent along.
//!
//! What follows from it: traces are no independent sample. A heavy user is seen with all traces or
//! with none, so figures from few sessions scatter more than as many traces drawn one by one would.
//! And the decision falls before anything has happened, which is why spans of a session that is not
//! kept cost next to nothing, and why their trace cannot be had when an error occurs after all.
//! **Errors are kept nevertheless**: one that happens in a trace that is not kept becomes a root of
//! its own, with the session's id and `ot=th:0`, for it stands for itself alone.

use opentelemetry::trace::TraceState;

use crate::hex;

/// 2^56: the randomness has 56 bits.
const RANDOMNESS_RANGE: f64 = (1_u64 << 56) as f64;

/// Keeps a fixed share of sessions. Spans below a parent follow their parent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sampler {
    /// Sessions whose randomness is below this are rejected. `None`: everything is rejected.
    rejection_threshold: Option<u64>,
    /// Of each trace of the present session; `None` when it is not kept.
    decision: Option<TraceState>,
}

impl Sampler {
    /// `ratio` is clamped to 0 (nothing) … 1 (everything). Any other waits for a session.
    pub(crate) fn with_ratio(ratio: f64) -> Self {
        let rejected = (1.0 - ratio.clamp(0.0, 1.0)) * RANDOMNESS_RANGE;
        let keeps_something = rejected < RANDOMNESS_RANGE;
        let rejection_threshold = keeps_something.then_some(rejected as u64);
        Self {
            decision: (rejection_threshold == Some(0)).then_some(TraceState::NONE),
            rejection_threshold,
        }
    }

    /// Decides anew, for a session that has begun.
    pub(crate) fn enter(&mut self, session_id: &str) {
        let Some(threshold) = self.rejection_threshold.filter(|threshold| *threshold > 0) else {
            return;
        };
        let randomness = randomness(session_id);
        let is_kept = value(randomness) >= threshold;
        self.decision = is_kept.then(|| {
            let mut text = "rv:".to_owned();
            hex::push(&mut text, &randomness);
            state([&text, ";th:", &digits(threshold)].concat())
        });
    }

    /// The state of a new trace, if it is kept.
    pub(crate) fn decide(&self) -> Option<TraceState> {
        self.decision.clone()
    }

    /// The state of a trace that is kept whatever its session is.
    pub(crate) fn always(&self) -> TraceState {
        match self.rejection_threshold {
            Some(0) => TraceState::NONE,
            _ => state("th:0".to_owned()),
        }
    }
}

fn state(of_opentelemetry: String) -> TraceState {
    TraceState::from_key_value([("ot", of_opentelemetry)]).unwrap_or_default()
}

/// The last 56 bits of a session's id, which is random throughout.
fn randomness(session_id: &str) -> [u8; 7] {
    let mut bytes = [0; 7];
    let last = session_id.len().saturating_sub(14);
    // An id that some other program has stored may be anything: then the lowest number.
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

/// 14 hexadecimal digits without the trailing zeros.
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

    /// The state of the traces of a session.
    fn decided(ratio: f64, session_id: &str) -> Option<String> {
        let mut sampler = Sampler::with_ratio(ratio);
        sampler.enter(session_id);
        Some(sampler.decide()?.header())
    }

    #[test]
    fn one_keeps_everything_without_a_word_and_zero_nothing() {
        assert_eq!(decided(1.0, &"0".repeat(32)).as_deref(), Some(""));
        assert_eq!(decided(0.0, &"f".repeat(32)), None);
    }

    #[test]
    fn a_quarter_keeps_the_upper_quarter_of_the_range() {
        let first_kept = decided(0.25, "ffffffffffffffffffc0000000000000");
        assert_eq!(first_kept.as_deref(), Some("ot=rv:c0000000000000;th:c"));
        assert_eq!(decided(0.25, "ffffffffffffffffffbfffffffffffff"), None);
    }

    #[test]
    fn before_a_session_is_known_nothing_is_kept_unless_everything_is() {
        assert_eq!(Sampler::with_ratio(0.99).decide(), None);
        assert!(Sampler::with_ratio(1.0).decide().is_some());
    }

    #[test]
    fn an_error_stands_for_itself_where_others_stand_for_more() {
        assert_eq!(Sampler::with_ratio(0.25).always().header(), "ot=th:0");
        assert_eq!(Sampler::with_ratio(1.0).always().header(), "");
    }

    proptest! {
        #[test]
        fn what_is_kept_at_a_small_ratio_is_kept_at_every_larger_one(
            id in "[0-9a-f]{32}", one in 0.0..=1.0_f64, other in 0.0..=1.0_f64
        ) {
            let kept = |ratio| decided(ratio, &id).is_some();
            prop_assert!(!kept(one.min(other)) || kept(one.max(other)));
        }

        #[test]
        fn the_state_lets_others_decide_the_same(id in "[0-9a-f]{32}", ratio in 0.01..1.0_f64) {
            if let Some(state) = decided(ratio, &id) {
                let (rv, th) = state["ot=rv:".len()..].split_once(";th:").unwrap();
                prop_assert_eq!(rv, &id[18..]);
                // Of the same length, digits compare as the numbers do.
                let threshold = format!("{th:0<14}");
                prop_assert!(rv >= &threshold[..]);
            }
        }

        #[test]
        fn any_text_may_stand_for_a_session(id in "\\PC*", ratio in 0.0..=1.0_f64) {
            let _ = decided(ratio, &id);
        }
    }
}
