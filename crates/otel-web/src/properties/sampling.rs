//! Ids and sampling, as visible to another service in the trace id, its flags and `tracestate`.

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::Context;
use opentelemetry::trace::{
    Span as _, SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer,
    TracerProvider as _,
};
use proptest::prelude::*;

use crate::core::sampler::Sampler;
use crate::properties::take_ended;
use crate::trace::pipeline;
use crate::trace::provider::TracerProvider;

fn root_at(ratio: f64, session_id: &str) -> (SpanContext, bool) {
    let mut sampler = Sampler::with_ratio(ratio);
    sampler.set_session(session_id);
    pipeline::install(sampler, 2048);
    let mut span = TracerProvider::default().tracer("test").start("root");
    let context = span.span_context().clone();
    span.end();
    (context, !take_ended().is_empty())
}

/// Returns the last 56 bits of a session's id.
fn randomness(session_id: &str) -> u64 {
    u64::from_str_radix(&session_id[18..], 16).unwrap()
}

/// Parses `rv` and `th` of a sampled trace, whose trailing zeros are omitted.
fn rv_and_th(state: &TraceState) -> (u64, u64) {
    let member = state.get("ot").unwrap();
    let (rv, th) = member.split_once(';').unwrap();
    let number = |text: &str| u64::from_str_radix(&format!("{text:0<14}"), 16).unwrap();
    (
        number(rv.strip_prefix("rv:").unwrap()),
        number(th.strip_prefix("th:").unwrap()),
    )
}

fn unix_seconds() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.unwrap().as_secs()
}

proptest! {
    #[test]
    fn session_is_sampled_if_its_randomness_reaches_the_threshold(
        ratio in 0.001..1.0, id in "[0-9a-f]{32}"
    ) {
        let (context, is_exported) = root_at(ratio, &id);
        prop_assert_eq!(context.is_sampled(), is_exported);
        if is_exported {
            let (rv, th) = rv_and_th(context.trace_state());
            prop_assert_eq!(rv, randomness(&id));
            prop_assert!(rv >= th);
            let sampled = 1.0 - th as f64 / (1_u64 << 56) as f64;
            prop_assert!((sampled - ratio).abs() < 1e-9, "{sampled} instead of {ratio}");
        } else {
            prop_assert_eq!(context.trace_state(), &TraceState::NONE);
        }
    }

    #[test]
    fn child_span_inherits_trace_id_flags_and_state(ratio in 0.0..=1.0, id in 1_u128.., flags in any::<u8>()) {
        pipeline::install(Sampler::with_ratio(ratio), 2048);
        let flags = TraceFlags::new(flags);
        let state = TraceState::from_key_value([("a", "b")]).unwrap();
        let parent = SpanContext::new(TraceId::from(id), SpanId::from(7), flags, true, state);
        let cx = Context::new().with_remote_span_context(parent.clone());
        let mut span = TracerProvider::default().tracer("test").start_with_context("child", &cx);
        let context = span.span_context().clone();
        span.end();
        prop_assert_eq!(context.trace_id(), parent.trace_id());
        prop_assert_eq!(context.trace_flags(), parent.trace_flags());
        prop_assert_eq!(context.trace_state().header(), "a=b");
        prop_assert_eq!(take_ended().len(), usize::from(parent.is_sampled()));
    }
}

#[test]
fn ratio_of_a_tenth_samples_about_a_tenth_of_the_sessions() {
    let mut sampler = Sampler::with_ratio(0.1);
    let mut is_sampled = |number: u64| {
        // Spreads the numbers over the whole range.
        let id = format!("{:032x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        sampler.set_session(&id);
        sampler.decide().is_some()
    };
    let sampled = (0..20_000).filter(|number| is_sampled(*number)).count();
    assert!((1_660..2_340).contains(&sampled), "{sampled} of 20 000");
}

#[test]
fn trace_id_starts_with_the_time_and_has_the_random_flag() {
    let before = unix_seconds();
    let (context, _) = root_at(1.0, "");
    let bytes = context.trace_id().to_bytes();
    let seconds = u64::from(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    assert!((before..=unix_seconds()).contains(&seconds), "{seconds}");
    assert_eq!(context.trace_flags().to_u8(), 3);
}
