//! Ids and sampling, as another service sees them: by the trace id, its flags and `tracestate`.

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::Context;
use opentelemetry::trace::{
    Span as _, SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer,
    TracerProvider as _,
};
use proptest::prelude::*;

use super::take_ended;
use crate::{TracerProvider, pipeline, sampler::Sampler};

fn root_at(ratio: f64) -> (SpanContext, bool) {
    pipeline::install(Sampler::with_ratio(ratio), 2048);
    let mut span = TracerProvider::default().tracer("test").start("root");
    let context = span.span_context().clone();
    span.end();
    (context, !take_ended().is_empty())
}

/// The last 56 bits, which level 2 of W3C Trace Context promises to be random.
fn randomness(trace_id: TraceId) -> u64 {
    let bits = u128::from_be_bytes(trace_id.to_bytes());
    (bits & ((1 << 56) - 1)) as u64
}

/// What `ot=th:…` says, hexadecimal without its trailing zeros; nothing stands for zero.
fn threshold(state: &TraceState) -> u64 {
    let Some(member) = state.get("ot") else {
        return 0;
    };
    let digits = member.strip_prefix("th:").unwrap();
    u64::from_str_radix(&format!("{digits:0<14}"), 16).unwrap()
}

fn unix_seconds() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.unwrap().as_secs()
}

proptest! {
    #[test]
    fn a_trace_is_kept_when_its_random_part_reaches_the_threshold(ratio in 0.001..=1.0) {
        let (context, is_exported) = root_at(ratio);
        let state = Sampler::with_ratio(ratio).trace_state();
        let threshold = threshold(&state);
        prop_assert_eq!(context.is_sampled(), is_exported);
        prop_assert_eq!(is_exported, randomness(context.trace_id()) >= threshold);
        let told = if is_exported { state } else { TraceState::NONE };
        prop_assert_eq!(context.trace_state(), &told);
        let kept = 1.0 - threshold as f64 / (1_u64 << 56) as f64;
        prop_assert!((kept - ratio).abs() < 1e-9, "{kept} instead of {ratio}");
    }

    #[test]
    fn what_a_smaller_ratio_keeps_a_larger_one_keeps(one in 0.01..=1.0, other in 0.01..=1.0) {
        let threshold = |ratio| threshold(&Sampler::with_ratio(ratio).trace_state());
        let (small, large) = (f64::min(one, other), f64::max(one, other));
        prop_assert!(threshold(small) >= threshold(large));
    }

    #[test]
    fn what_is_below_a_span_is_kept_as_it_is(ratio in 0.0..=1.0, id in 1_u128.., flags in any::<u8>()) {
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
fn a_tenth_of_many_traces_is_about_a_tenth() {
    pipeline::install(Sampler::with_ratio(0.1), 2048);
    let tracer = TracerProvider::default().tracer("test");
    let kept = (0..20_000).filter(|_| tracer.start("root").span_context().is_sampled());
    let kept = kept.count();
    // Eight standard deviations to either side.
    assert!((1_660..2_340).contains(&kept), "{kept} of 20 000");
}

#[test]
fn trace_ids_start_with_the_second_and_say_that_they_are_random() {
    let before = unix_seconds();
    let (context, _) = root_at(1.0);
    let bytes = context.trace_id().to_bytes();
    let seconds = u64::from(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    assert!((before..=unix_seconds()).contains(&seconds), "{seconds}");
    assert_eq!(context.trace_flags().to_u8(), 3);
}
