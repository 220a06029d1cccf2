//! Decoding of one span.

use std::sync::Arc;

use serde::de::{MapAccess, SeqAccess};

use super::{
    Skipped,
    fields::{Fields, Items, List, Object, Scalar, skip},
    value::AttributeList,
};
use crate::{Event, IdError, Link, Span, SpanId, SpanKind, SpanStatus, TraceId};

/// The required fields of a span, all of them valid.
struct Identity {
    trace_id: TraceId,
    span_id: SpanId,
    parent_span_id: Option<SpanId>,
    start_unix_nano: u64,
    end_unix_nano: u64,
}

/// The fields of a span that have been read so far.
pub(super) struct SpanFields {
    trace_id: Result<TraceId, IdError>,
    span_id: Result<SpanId, IdError>,
    parent_span_id: Result<Option<SpanId>, IdError>,
    name: String,
    kind: SpanKind,
    start: Option<u64>,
    end: Option<u64>,
    status: Status,
    attributes: AttributeList,
    events: Events,
    links: Links,
}

impl Default for SpanFields {
    fn default() -> Self {
        Self {
            trace_id: Err(IdError::Length),
            span_id: Err(IdError::Length),
            parent_span_id: Ok(None),
            name: String::new(),
            kind: SpanKind::Internal,
            start: Some(0),
            end: Some(0),
            status: Status::default(),
            attributes: AttributeList::default(),
            events: Events(Vec::new()),
            links: Links(Vec::new()),
        }
    }
}

impl SpanFields {
    /// Returns the span without resource and scope, which may follow it in the document.
    pub(super) fn finish(mut self) -> Result<Span, Skipped> {
        let name = std::mem::take(&mut self.name);
        match self.identity() {
            Ok(identity) => Ok(self.into_span(name, identity)),
            Err(reason) => Err(Skipped { name, reason }),
        }
    }

    fn identity(&self) -> Result<Identity, String> {
        let problem = |field, error| format!("{field}: {error}");
        let time = |time: Option<u64>, name| {
            time.ok_or_else(|| format!("{name}: not a time in nanoseconds"))
        };
        Ok(Identity {
            trace_id: self.trace_id.map_err(|error| problem("trace id", error))?,
            span_id: self.span_id.map_err(|error| problem("span id", error))?,
            parent_span_id: self
                .parent_span_id
                .map_err(|error| problem("parent span id", error))?,
            start_unix_nano: time(self.start, "startTimeUnixNano")?,
            end_unix_nano: time(self.end, "endTimeUnixNano")?,
        })
    }

    fn into_span(self, name: String, identity: Identity) -> Span {
        Span {
            trace_id: identity.trace_id,
            span_id: identity.span_id,
            parent_span_id: identity.parent_span_id,
            name,
            kind: self.kind,
            start_unix_nano: identity.start_unix_nano,
            end_unix_nano: identity.end_unix_nano,
            status: self.status.finish(),
            attributes: self.attributes.finish(),
            events: self.events.0,
            links: self.links.0,
            resource: Arc::default(),
            scope: Arc::default(),
        }
    }
}

impl<'de> Fields<'de> for SpanFields {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "attributes" => return self.attributes.read(map),
            "events" => return map.next_value_seed(List(&mut self.events)),
            "links" => return map.next_value_seed(List(&mut self.links)),
            "status" => return map.next_value_seed(Object(&mut self.status)),
            _ => {}
        }
        let value = map.next_value::<Scalar<'de>>()?;
        if value == Scalar::Absent {
            return Ok(());
        }
        match name {
            "traceId" | "trace_id" => self.trace_id = value.text().parse(),
            "spanId" | "span_id" => self.span_id = value.text().parse(),
            "parentSpanId" | "parent_span_id" => self.parent_span_id = parent(value.text()),
            "name" => self.name = value.into_text().unwrap_or_default(),
            "kind" => self.kind = kind(&value),
            "startTimeUnixNano" | "start_time_unix_nano" => self.start = value.unsigned(),
            "endTimeUnixNano" | "end_time_unix_nano" => self.end = value.unsigned(),
            _ => {}
        }
        Ok(())
    }
}

/// Some senders write zeros for "no parent".
fn parent(hex: &str) -> Result<Option<SpanId>, IdError> {
    if hex.bytes().all(|digit| digit == b'0') {
        return Ok(None);
    }
    hex.parse().map(Some)
}

/// OTLP JSON requires numbers for enums; protobuf's JSON mapping also allows names.
fn kind(value: &Scalar<'_>) -> SpanKind {
    let name = value.text();
    match (name.strip_prefix("SPAN_KIND_").unwrap_or(name), value) {
        ("SERVER" | "2", _) | (_, Scalar::Unsigned(2)) => SpanKind::Server,
        ("CLIENT" | "3", _) | (_, Scalar::Unsigned(3)) => SpanKind::Client,
        ("PRODUCER" | "4", _) | (_, Scalar::Unsigned(4)) => SpanKind::Producer,
        ("CONSUMER" | "5", _) | (_, Scalar::Unsigned(5)) => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

#[derive(Default)]
struct Status {
    code: u8,
    message: String,
}

impl Status {
    fn finish(self) -> SpanStatus {
        match self.code {
            1 => SpanStatus::Ok,
            2 => SpanStatus::Error(self.message),
            _ => SpanStatus::Unset,
        }
    }
}

impl<'de> Fields<'de> for Status {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let value = map.next_value::<Scalar<'de>>()?;
        match name {
            "code" => {
                let name = value.text();
                self.code = match (name.strip_prefix("STATUS_CODE_").unwrap_or(name), &value) {
                    ("OK" | "1", _) | (_, Scalar::Unsigned(1)) => 1,
                    ("ERROR" | "2", _) | (_, Scalar::Unsigned(2)) => 2,
                    _ => 0,
                };
            }
            "message" => self.message = value.into_text().unwrap_or_default(),
            _ => {}
        }
        Ok(())
    }
}

struct Events(Vec<Event>);

impl<'de> Items<'de> for Events {
    fn item<A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        let mut event = EventFields {
            time: Some(0),
            ..EventFields::default()
        };
        let found = list.next_element_seed(Object(&mut event))?.is_some();
        if let Some(time_unix_nano) = event.time.filter(|_| found) {
            self.0.push(Event {
                time_unix_nano,
                name: event.name,
                attributes: event.attributes.finish(),
            });
        }
        Ok(found)
    }
}

#[derive(Default)]
struct EventFields {
    time: Option<u64>,
    name: String,
    attributes: AttributeList,
}

impl<'de> Fields<'de> for EventFields {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name == "attributes" {
            return self.attributes.read(map);
        }
        let value = map.next_value::<Scalar<'de>>()?;
        match name {
            "timeUnixNano" | "time_unix_nano" if value != Scalar::Absent => {
                self.time = value.unsigned();
            }
            "name" => self.name = value.into_text().unwrap_or_default(),
            _ => {}
        }
        Ok(())
    }
}

struct Links(Vec<Link>);

impl<'de> Items<'de> for Links {
    fn item<A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        let mut link = LinkFields::default();
        let found = list.next_element_seed(Object(&mut link))?.is_some();
        if let Some((trace_id, span_id)) = link.trace_id.zip(link.span_id) {
            self.0.push(Link {
                trace_id,
                span_id,
                attributes: link.attributes.finish(),
            });
        }
        Ok(found)
    }
}

#[derive(Default)]
struct LinkFields {
    trace_id: Option<TraceId>,
    span_id: Option<SpanId>,
    attributes: AttributeList,
}

impl<'de> Fields<'de> for LinkFields {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "attributes" => self.attributes.read(map)?,
            "traceId" | "trace_id" => {
                self.trace_id = map.next_value::<Scalar<'de>>()?.text().parse().ok();
            }
            "spanId" | "span_id" => {
                self.span_id = map.next_value::<Scalar<'de>>()?.text().parse().ok();
            }
            _ => skip(map)?,
        }
        Ok(())
    }
}
