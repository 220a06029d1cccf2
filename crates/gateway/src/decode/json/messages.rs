//! The messages of OTLP JSON as serde reads them, and their turn into protobuf messages.
//!
//! Every field is an `Option`, because ProtoJSON lets a sender leave out or `null` any of them.

use opentelemetry_proto::tonic::{
    common::v1::InstrumentationScope,
    resource::v1::Resource as ProtoResource,
    trace::v1::{
        Span as ProtoSpan, Status as ProtoStatus,
        span::{Event as ProtoEvent, Link as ProtoLink},
    },
};
use serde::Deserialize;

use super::{
    fields::{HexId, Number},
    values::{KeyValue, key_values, list},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExportRequest {
    pub(super) resource_spans: Option<Vec<ResourceSpans>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceSpans {
    pub(super) resource: Option<Resource>,
    pub(super) scope_spans: Option<Vec<ScopeSpans>>,
    pub(super) schema_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScopeSpans {
    pub(super) scope: Option<Scope>,
    pub(super) spans: Option<Vec<Span>>,
    pub(super) schema_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resource {
    attributes: Option<Vec<KeyValue>>,
    dropped_attributes_count: Option<Number<u32>>,
}

impl Resource {
    pub(super) fn into_message(self) -> ProtoResource {
        ProtoResource {
            attributes: key_values(self.attributes),
            dropped_attributes_count: number(self.dropped_attributes_count),
            ..ProtoResource::default()
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Scope {
    name: Option<String>,
    version: Option<String>,
    attributes: Option<Vec<KeyValue>>,
    dropped_attributes_count: Option<Number<u32>>,
}

impl Scope {
    pub(super) fn into_message(self) -> InstrumentationScope {
        InstrumentationScope {
            name: self.name.unwrap_or_default(),
            version: self.version.unwrap_or_default(),
            attributes: key_values(self.attributes),
            dropped_attributes_count: number(self.dropped_attributes_count),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Span {
    trace_id: Option<HexId>,
    span_id: Option<HexId>,
    trace_state: Option<String>,
    parent_span_id: Option<HexId>,
    flags: Option<Number<u32>>,
    name: Option<String>,
    kind: Option<i32>,
    start_time_unix_nano: Option<Number<u64>>,
    end_time_unix_nano: Option<Number<u64>>,
    attributes: Option<Vec<KeyValue>>,
    dropped_attributes_count: Option<Number<u32>>,
    events: Option<Vec<Event>>,
    dropped_events_count: Option<Number<u32>>,
    links: Option<Vec<Link>>,
    dropped_links_count: Option<Number<u32>>,
    status: Option<Status>,
}

impl Span {
    pub(super) fn into_message(self) -> ProtoSpan {
        ProtoSpan {
            trace_id: id(self.trace_id),
            span_id: id(self.span_id),
            trace_state: self.trace_state.unwrap_or_default(),
            parent_span_id: id(self.parent_span_id),
            flags: number(self.flags),
            name: self.name.unwrap_or_default(),
            kind: self.kind.unwrap_or_default(),
            start_time_unix_nano: number(self.start_time_unix_nano),
            end_time_unix_nano: number(self.end_time_unix_nano),
            attributes: key_values(self.attributes),
            dropped_attributes_count: number(self.dropped_attributes_count),
            events: list(self.events, Event::into_message),
            dropped_events_count: number(self.dropped_events_count),
            links: list(self.links, Link::into_message),
            dropped_links_count: number(self.dropped_links_count),
            status: self.status.map(Status::into_message),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    time_unix_nano: Option<Number<u64>>,
    name: Option<String>,
    attributes: Option<Vec<KeyValue>>,
    dropped_attributes_count: Option<Number<u32>>,
}

impl Event {
    fn into_message(self) -> ProtoEvent {
        ProtoEvent {
            time_unix_nano: number(self.time_unix_nano),
            name: self.name.unwrap_or_default(),
            attributes: key_values(self.attributes),
            dropped_attributes_count: number(self.dropped_attributes_count),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    trace_id: Option<HexId>,
    span_id: Option<HexId>,
    trace_state: Option<String>,
    attributes: Option<Vec<KeyValue>>,
    dropped_attributes_count: Option<Number<u32>>,
    flags: Option<Number<u32>>,
}

impl Link {
    fn into_message(self) -> ProtoLink {
        ProtoLink {
            trace_id: id(self.trace_id),
            span_id: id(self.span_id),
            trace_state: self.trace_state.unwrap_or_default(),
            attributes: key_values(self.attributes),
            dropped_attributes_count: number(self.dropped_attributes_count),
            flags: number(self.flags),
        }
    }
}

#[derive(Deserialize)]
struct Status {
    message: Option<String>,
    code: Option<i32>,
}

impl Status {
    fn into_message(self) -> ProtoStatus {
        ProtoStatus {
            message: self.message.unwrap_or_default(),
            code: self.code.unwrap_or_default(),
        }
    }
}

fn number<T: Default>(number: Option<Number<T>>) -> T {
    number.map(|number| number.0).unwrap_or_default()
}

fn id(id: Option<HexId>) -> Vec<u8> {
    id.unwrap_or_default().0
}
