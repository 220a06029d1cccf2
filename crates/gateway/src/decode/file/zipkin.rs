//! Zipkin's JSON, version 2.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::{
    common::v1::{KeyValue, any_value::Value as Any},
    resource::v1::Resource,
    trace::v1::{Span, span::Event},
};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{
    At, FileFormat, Malformed,
    collector::{Collector, Converted},
    lenient::{Micros, id, or_default, or_ignored},
    tags::{self, Tags, attribute, text},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ZipkinSpan {
    #[serde(default, deserialize_with = "or_default")]
    trace_id: String,
    #[serde(default, deserialize_with = "or_default")]
    id: String,
    #[serde(default, deserialize_with = "or_default")]
    parent_id: String,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    kind: String,
    /// Some senders write the unit into the name.
    #[serde(default, alias = "timestampMicros")]
    timestamp: Micros,
    #[serde(default, alias = "durationMicros")]
    duration: Micros,
    #[serde(default, deserialize_with = "or_ignored")]
    local_endpoint: Endpoint,
    #[serde(default, deserialize_with = "or_ignored")]
    remote_endpoint: Endpoint,
    #[serde(default, deserialize_with = "or_default")]
    annotations: Vec<Annotation>,
    #[serde(default, deserialize_with = "or_ignored")]
    tags: BTreeMap<String, Value>,
    #[serde(default, deserialize_with = "or_default")]
    debug: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    #[serde(default, deserialize_with = "or_default")]
    service_name: String,
    #[serde(default, deserialize_with = "or_default")]
    ipv4: String,
    #[serde(default, deserialize_with = "or_default")]
    ipv6: String,
    #[serde(default, deserialize_with = "or_default")]
    port: u16,
}

#[derive(Deserialize)]
struct Annotation {
    #[serde(default)]
    timestamp: Micros,
    #[serde(default, deserialize_with = "or_default")]
    value: String,
}

/// Collects a span.
pub(super) fn span<E: From<Malformed>>(
    value: &RawValue,
    at: &At<'_>,
    collector: &mut Collector<'_, E>,
) -> Result<(), E> {
    collector.set_format(FileFormat::Zipkin);
    let parsed = serde_json::from_str::<ZipkinSpan>(value.get());
    let converted = parsed
        .map_err(|error| format!("not a span of Zipkin: {error}"))
        .and_then(|span| {
            if span.duration.is_negative() {
                collector.note(at, &"its negative duration is zero");
            }
            convert(span)
        });
    match converted {
        Ok(converted) => collector.add(at, converted),
        Err(reason) => {
            collector.skip(at, &reason);
            Ok(())
        }
    }
}

fn convert(zipkin: ZipkinSpan) -> Result<Converted, String> {
    let annotations = || {
        zipkin
            .annotations
            .iter()
            .map(|annotation| annotation.timestamp.nanos())
    };
    // A server that shares the client's span may leave out the time.
    let start = match zipkin.timestamp.nanos() {
        0 => annotations()
            .filter(|time| *time > 0)
            .min()
            .unwrap_or_default(),
        start => start,
    };
    let mut span = Span {
        trace_id: id::<16>("traceId", &zipkin.trace_id)?,
        span_id: id::<8>("id", &zipkin.id)?,
        parent_span_id: match zipkin.parent_id.as_str() {
            "" => Vec::new(),
            parent => id::<8>("parentId", parent)?,
        },
        name: zipkin.name,
        kind: tags::kind(&zipkin.kind).unwrap_or(1),
        start_time_unix_nano: start,
        end_time_unix_nano: start.saturating_add(zipkin.duration.nanos()),
        attributes: endpoints(&zipkin.local_endpoint, &zipkin.remote_endpoint),
        events: zipkin.annotations.into_iter().map(event).collect(),
        ..Span::default()
    };
    if zipkin.debug {
        span.attributes
            .push(attribute("zipkin.debug", Any::BoolValue(true)));
    }
    let mut tags = Tags::default();
    for (key, value) in zipkin.tags {
        if let Some(value) = tags::value(value) {
            tags.add(key, value);
        }
    }
    let scope = tags.apply(&mut span);
    let service = zipkin.local_endpoint.service_name;
    let service = (!service.is_empty()).then(|| text("service.name", service));
    Ok(Converted {
        resource: Resource {
            attributes: service.into_iter().collect(),
            ..Resource::default()
        },
        scope,
        span,
    })
}

fn event(annotation: Annotation) -> Event {
    Event {
        time_unix_nano: annotation.timestamp.nanos(),
        name: annotation.value,
        ..Event::default()
    }
}

fn endpoints(local: &Endpoint, remote: &Endpoint) -> Vec<KeyValue> {
    let mut attributes = Vec::new();
    if !remote.service_name.is_empty() {
        attributes.push(text("peer.service", &*remote.service_name));
    }
    for (endpoint, address, port) in [
        (local, "network.local.address", "network.local.port"),
        (remote, "network.peer.address", "network.peer.port"),
    ] {
        let found = [&endpoint.ipv4, &endpoint.ipv6];
        let found = found.into_iter().find(|address| !address.is_empty());
        attributes.extend(found.map(|found| text(address, &**found)));
        if endpoint.port > 0 {
            attributes.push(attribute(port, Any::IntValue(endpoint.port.into())));
        }
    }
    attributes
}
