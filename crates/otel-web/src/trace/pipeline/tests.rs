//! Runs the same code on this SDK and on `opentelemetry_sdk`, and compares the spans.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Link, Span as _, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags, TraceId,
    TraceState, Tracer, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_proto::tonic::trace::v1 as proto;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use prost::Message;

use super::*;
use crate::core::id;
use crate::trace::provider::TracerProvider;

/// The parts of a span that both SDKs must agree on.
#[derive(Debug, PartialEq)]
struct SpanView {
    name: String,
    kind: i32,
    parent: Option<String>,
    attributes: Vec<(String, String)>,
    events: Vec<String>,
    links: usize,
    status: (i32, String),
    /// In whole seconds: a busy machine may pause for milliseconds between start and end.
    duration_s: u64,
}

fn run_on_this_sdk(code: impl Fn(&crate::trace::tracer::Tracer)) -> Vec<SpanView> {
    install(Sampler::with_ratio(1.0), 2048);
    code(&TracerProvider::default().tracer("test"));
    let spans = with(|pipeline| pipeline.queue.take_all()).unwrap();
    let spans: Vec<_> = spans
        .iter()
        .map(|span| proto::Span::decode(&span.bytes[..]).unwrap())
        .collect();
    views(&spans)
}

fn run_on_official_sdk(code: impl Fn(&opentelemetry_sdk::trace::SdkTracer)) -> Vec<SpanView> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    code(&provider.tracer("test"));
    let spans: Vec<_> = exporter
        .get_finished_spans()
        .unwrap()
        .into_iter()
        .map(proto::Span::from)
        .collect();
    views(&spans)
}

fn views(spans: &[proto::Span]) -> Vec<SpanView> {
    let name_of = |id: &[u8]| {
        spans
            .iter()
            .find(|span| span.span_id == id)
            .map(|span| span.name.clone())
    };
    let view = |span: &proto::Span| SpanView {
        name: span.name.clone(),
        kind: span.kind,
        parent: name_of(&span.parent_span_id),
        attributes: span
            .attributes
            .iter()
            .map(|a| (a.key.clone(), format!("{:?}", a.value)))
            .collect(),
        events: span.events.iter().map(|event| event.name.clone()).collect(),
        links: span.links.len(),
        status: span
            .status
            .as_ref()
            .map(|s| (s.code, s.message.clone()))
            .unwrap_or_default(),
        duration_s: (span.end_time_unix_nano - span.start_time_unix_nano) / 1_000_000_000,
    };
    spans.iter().map(view).collect()
}

macro_rules! same_on_both {
    ($name:ident, $code:expr) => {
        #[test]
        fn $name() {
            let actual = run_on_this_sdk($code);
            assert_eq!(actual, run_on_official_sdk($code));
            assert!(!actual.is_empty());
        }
    };
}

same_on_both!(spans_nest_by_context, |tracer| {
    tracer.in_span("outer", |cx| {
        cx.span().set_attribute(KeyValue::new("answer", 42));
        tracer.in_span("inner", |cx| cx.span().update_name("renamed"));
    });
});

same_on_both!(all_fields_of_a_span_are_recorded, |tracer| {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let link = SpanContext::new(
        TraceId::from(7_u128),
        SpanId::from(8_u64),
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    );
    let mut span = tracer
        .span_builder("full")
        .with_kind(SpanKind::Producer)
        .with_start_time(start)
        .with_attributes([KeyValue::new("a", "b"), KeyValue::new("c", 1.5)])
        .with_links(vec![Link::with_context(link)])
        .start(tracer);
    span.add_event("happened", vec![KeyValue::new("e", true)]);
    span.set_status(Status::error("broken"));
    span.end_with_timestamp(start + Duration::from_secs(25));
});

same_on_both!(dropping_a_span_ends_it, |tracer| {
    drop(tracer.start("dropped"));
});

same_on_both!(changes_after_the_end_are_ignored, |tracer| {
    let mut span = tracer.start("ended");
    span.end();
    span.set_attribute(KeyValue::new("late", 1));
    span.end();
});

same_on_both!(context_keeps_its_span_active, |tracer| {
    let cx = Context::new().with_span(tracer.start("held"));
    let clone = cx.clone();
    drop(cx);
    tracer.start("first to end").end();
    clone.span().end();
});

#[test]
fn deferred_span_can_still_be_changed() {
    install(Sampler::with_ratio(1.0), 2048);
    let mut span = TracerProvider::default().tracer("test").start("request");
    let span_id = span.span_context().span_id();
    let key = with(|pipeline| pipeline.active.find(span_id)).flatten();
    edit(key, |span| span.is_deferred = true);
    span.end();
    let queued = || with(|pipeline| pipeline.queue.take_all()).unwrap();
    assert!(queued().is_empty());
    with(|pipeline| {
        let record = pipeline.record_mut(span_id).unwrap();
        record.attributes.set("download_duration", 12);
    });
    with(Pipeline::flush_deferred);
    let span = proto::Span::decode(&queued()[0].bytes[..]).unwrap();
    assert_eq!(span.attributes[0].key, "download_duration");
}

#[test]
fn unsampled_trace_is_continued_but_not_recorded() {
    install(Sampler::with_ratio(0.0), 2048);
    let tracer = TracerProvider::default().tracer("test");
    let root = tracer.start("root");
    let root_context = root.span_context().clone();
    assert!(!root.is_recording() && root_context.is_valid());
    assert_eq!(root_context.trace_flags().to_u8(), id::RANDOM_FLAG);
    let child = tracer.start_with_context("child", &Context::new().with_span(root));
    assert_eq!(child.span_context().trace_id(), root_context.trace_id());
    drop(child);
    assert!(
        with(|pipeline| pipeline.queue.take_all())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn child_of_a_remote_parent_inherits_flags_and_state() {
    install(Sampler::with_ratio(0.0), 2048);
    let state = TraceState::from_key_value([("vendor", "x")]).unwrap();
    let remote = SpanContext::new(
        TraceId::from(9_u128),
        SpanId::from(9_u64),
        id::flags(true),
        true,
        state,
    );
    let parent = Context::new().with_remote_span_context(remote);
    let span = TracerProvider::default()
        .tracer("test")
        .start_with_context("s", &parent);
    assert!(span.is_recording());
    assert_eq!(span.span_context().trace_state().header(), "vendor=x");
}

#[test]
fn spans_are_not_recorded_before_installation() {
    let span = TracerProvider::default().tracer("test").start("too early");
    assert!(!span.is_recording() && !span.span_context().is_valid());
}
