//! Spans after arbitrary edits, compared with a simple model of the specification.

use opentelemetry::trace::{Span as _, SpanContext, SpanId, SpanKind, Status};
use opentelemetry::trace::{TraceFlags, TraceId, TraceState, Tracer, TracerProvider as _};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_proto::tonic::common::v1 as common;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::core::sampler::Sampler;
use crate::properties::{proto, take_ended};
use crate::trace::pipeline;
use crate::trace::provider::TracerProvider;

const LIMIT: usize = 128;

/// An edit of a span before it ends.
#[derive(Clone, Debug)]
enum Edit {
    Attribute(KeyValue),
    /// Sets this many attributes, to reach the limit.
    Many(usize),
    Event(String, Vec<KeyValue>),
    Link(SpanContext, Vec<KeyValue>),
    Status(Status),
    Name(String),
}

/// Generates texts that are empty, short, close to the lengths at which protobuf needs another byte,
/// or huge.
fn any_text() -> impl Strategy<Value = String> {
    let long = |lengths: std::ops::Range<usize>| lengths.prop_map(|length| "ü".repeat(length / 2));
    prop_oneof![
        8 => any::<String>(),
        2 => long(120..136),
        1 => long(16_370..16_400),
        1 => long(150_000..200_000),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let texts = vec(any::<String>(), 1..4);
    let as_array = |items: Vec<String>| Array::String(items.into_iter().map(Into::into).collect());
    prop_oneof![
        any_text().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // NaN does not equal itself. The encoder's own tests compare its bits.
        any::<f64>()
            .prop_filter("NaN", |number| !number.is_nan())
            .prop_map(Value::from),
        texts.prop_map(move |items| Value::Array(as_array(items))),
        vec(any::<i64>(), 1..4).prop_map(|items| Value::Array(items.into())),
    ]
}

/// Uses few keys, so that some are set repeatedly.
fn any_attribute() -> impl Strategy<Value = KeyValue> {
    let key = prop_oneof![3 => "[a-d]?".boxed(), 1 => any_text().boxed()];
    (key, any_value()).prop_map(|(key, value)| KeyValue::new(key, value))
}

fn any_link() -> impl Strategy<Value = SpanContext> {
    (1_u128.., 1_u64..).prop_map(|(trace, span)| {
        let (trace, span) = (TraceId::from(trace), SpanId::from(span));
        SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::NONE)
    })
}

fn any_status() -> impl Strategy<Value = Status> {
    let error = any::<String>().prop_map(Status::error);
    prop_oneof![Just(Status::Unset), Just(Status::Ok), error]
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let attributes = || vec(any_attribute(), 0..3);
    prop_oneof![
        8 => any_attribute().prop_map(Edit::Attribute),
        1 => (0..150_usize).prop_map(Edit::Many),
        2 => (any_text(), attributes()).prop_map(|(name, with)| Edit::Event(name, with)),
        2 => (any_link(), attributes()).prop_map(|(to, with)| Edit::Link(to, with)),
        2 => any_status().prop_map(Edit::Status),
        1 => any_text().prop_map(Edit::Name),
    ]
}

fn numbered(count: usize) -> impl Iterator<Item = KeyValue> {
    (0..count).map(|number| KeyValue::new(format!("key {number}"), number as i64))
}

fn apply_to_span(edits: &[Edit]) -> proto::Span {
    pipeline::install(Sampler::with_ratio(1.0), 2048);
    let tracer = TracerProvider::default().tracer("test");
    let mut span = tracer
        .span_builder("a")
        .with_kind(SpanKind::Client)
        .start(&tracer);
    for edit in edits.iter().cloned() {
        match edit {
            Edit::Attribute(attribute) => span.set_attribute(attribute),
            Edit::Many(count) => numbered(count).for_each(|one| span.set_attribute(one)),
            Edit::Event(name, attributes) => span.add_event(name, attributes),
            Edit::Link(context, attributes) => span.add_link(context, attributes),
            Edit::Status(status) => span.set_status(status),
            Edit::Name(name) => span.update_name(name),
        }
    }
    span.end();
    take_ended().remove(0)
}

/// The specification, implemented literally and without optimization.
#[derive(Default)]
struct Model {
    name: String,
    attributes: Vec<KeyValue>,
    dropped_attributes: u32,
    events: Vec<(String, Vec<KeyValue>)>,
    links: Vec<(SpanContext, Vec<KeyValue>)>,
    status: Status,
}

impl Model {
    fn apply(&mut self, edit: &Edit) {
        match edit.clone() {
            Edit::Attribute(attribute) => self.set(attribute),
            Edit::Many(count) => numbered(count).for_each(|one| self.set(one)),
            Edit::Event(name, attributes) => self.events.push((name, attributes)),
            Edit::Link(context, attributes) => self.links.push((context, attributes)),
            // `Unset` is ignored, and `Ok` is final.
            Edit::Status(Status::Unset) => {}
            Edit::Status(_) if self.status == Status::Ok => {}
            Edit::Status(status) => self.status = status,
            Edit::Name(name) => self.name = name,
        }
    }

    fn set(&mut self, attribute: KeyValue) {
        let known = self.attributes.iter();
        let known = known
            .map(|known| &known.key)
            .position(|key| *key == attribute.key);
        match known {
            Some(index) => self.attributes[index] = attribute,
            None if self.attributes.len() < LIMIT => self.attributes.push(attribute),
            None => self.dropped_attributes += 1,
        }
    }
}

/// Sorts by key, because the order of attributes has no meaning. Removes `clock.drift`, which a busy
/// machine may cause.
fn sorted(mut attributes: Vec<common::KeyValue>) -> Vec<common::KeyValue> {
    attributes.retain(|attribute| attribute.key != "clock.drift");
    attributes.sort_by(|one, other| one.key.cmp(&other.key));
    attributes
}

fn encoded(attributes: &[KeyValue]) -> Vec<common::KeyValue> {
    let one = |attribute: &KeyValue| common::KeyValue {
        key: attribute.key.to_string(),
        value: Some(attribute.value.clone().into()),
        ..Default::default()
    };
    attributes.iter().map(one).collect()
}

fn encoded_status(status: &Status) -> (i32, String) {
    match status {
        Status::Unset => (0, String::new()),
        Status::Ok => (1, String::new()),
        Status::Error { description } => (2, description.to_string()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn edited_span_equals_the_model(edits in vec(any_edit(), 0..12)) {
        let mut model = Model { name: "a".to_owned(), ..Model::default() };
        edits.iter().for_each(|edit| model.apply(edit));
        let span = apply_to_span(&edits);
        prop_assert_eq!(&span.name, &model.name);
        prop_assert_eq!(span.kind, 3);
        prop_assert_eq!(span.dropped_attributes_count, model.dropped_attributes);
        prop_assert_eq!(sorted(span.attributes), sorted(encoded(&model.attributes)));
        let status = span.status.map(|status| (status.code, status.message));
        prop_assert_eq!(status.unwrap_or_default(), encoded_status(&model.status));
        prop_assert_eq!(span.events.len(), model.events.len());
        for (event, (name, attributes)) in span.events.into_iter().zip(&model.events) {
            prop_assert_eq!((&event.name, event.attributes), (name, encoded(attributes)));
        }
        prop_assert_eq!(span.links.len(), model.links.len());
        for (link, (context, attributes)) in span.links.into_iter().zip(&model.links) {
            prop_assert_eq!(&link.trace_id[..], &context.trace_id().to_bytes());
            prop_assert_eq!(&link.span_id[..], &context.span_id().to_bytes());
            prop_assert_eq!(link.attributes, encoded(attributes));
        }
    }

    #[test]
    fn events_and_links_beyond_the_limit_are_counted(events in 0..300_usize, links in 0..300_usize) {
        let event = Edit::Event("e".to_owned(), Vec::new());
        let link = Edit::Link(SpanContext::NONE, Vec::new());
        let edits = [vec![event; events], vec![link; links]].concat();
        let span = apply_to_span(&edits);
        prop_assert_eq!((span.events.len(), span.links.len()), (events.min(LIMIT), links.min(LIMIT)));
        prop_assert_eq!(span.dropped_events_count as usize, events.saturating_sub(LIMIT));
        prop_assert_eq!(span.dropped_links_count as usize, links.saturating_sub(LIMIT));
    }
}
