//! A span's exceptions as Rollbar's items.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use trace_model::{Span, SpanKind};

use super::super::{
    exception::{self, Exception},
    room::{Room, room},
    stack::Frame,
};

/// What Rollbar's own notifiers hold to.
const MAX_BYTES: usize = 128 << 10;

/// Tried in turn until the item fits, as one with the last of them does.
const ROOMS: [Room; 3] = [room(10_000, 20, 200), room(1000, 10, 40), room(100, 2, 10)];

/// An item as JSON, and the id that makes sending it twice the same as sending it once.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) uuid: String,
    pub(super) body: String,
}

#[derive(Debug)]
pub(super) struct Writer {
    environment: String,
    public_url: String,
}

impl Writer {
    pub(super) fn new(environment: &str, public_url: &str) -> Self {
        Self {
            environment: environment.to_owned(),
            public_url: public_url.to_owned(),
        }
    }

    /// One item for each exception of the span.
    pub(super) fn items(&self, span: &Span) -> Vec<Item> {
        let chains = exception::chains(span).into_iter();
        chains.filter_map(|chain| self.item(span, &chain)).collect()
    }

    fn item(&self, span: &Span, chain: &[Exception]) -> Option<Item> {
        let uuid = uuid(span, chain.first()?);
        let mut body = String::new();
        for room in &ROOMS {
            body = json!({ "data": self.data(span, chain, &uuid, room) }).to_string();
            if body.len() <= MAX_BYTES {
                break;
            }
        }
        Some(Item { uuid, body })
    }

    fn data(&self, span: &Span, chain: &[Exception], uuid: &str, room: &Room) -> Value {
        let resource = |key: &str| span.resource.attributes.text(key);
        let environment = resource("deployment.environment.name")
            .or_else(|| resource("deployment.environment"))
            .unwrap_or(&self.environment);
        let host = resource("host.name").map(|host| json!({ "host": room.cut(host) }));
        without_nulls(json!({
            "environment": room.cut_to(environment, 255),
            "body": body(span, chain, room),
            "level": "error",
            "timestamp": span.end_unix_nano / 1_000_000_000,
            "code_version": resource("service.version").map(|version| room.cut_to(version, 40)),
            "language": resource("telemetry.sdk.language").map(|sdk| room.cut(language(sdk))),
            "framework": "opentelemetry",
            "context": room.cut_to(&span.name, 255),
            "request": request(span, room),
            "uuid": uuid,
            "title": room.cut_to(&title(&chain[0]), 255),
            "custom": self.custom(span, room),
            "server": host,
            "notifier": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        }))
    }

    /// The way back: the same ids as everywhere, and the trace's page.
    fn custom(&self, span: &Span, room: &Room) -> Value {
        let (trace_id, span_id) = (span.trace_id.to_string(), span.span_id.to_string());
        let url = format!("{}/trace/{trace_id}?span={span_id}", self.public_url);
        json!({
            "trace_id": trace_id,
            "span_id": span_id,
            "trace_url": url,
            "service": room.cut(span.service()),
        })
    }
}

/// Rollbar takes a field that is not there, and not always one that is null.
fn without_nulls(mut object: Value) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.retain(|_, value| !value.is_null());
    }
    object
}

fn title(exception: &Exception) -> String {
    match exception.message.as_str() {
        "" => exception.kind.clone(),
        message => format!("{}: {message}", exception.kind),
    }
}

/// `trace` for one exception, `trace_chain` for one with causes.
fn body(span: &Span, chain: &[Exception], room: &Room) -> Value {
    let exceptions = chain.iter().take(room.exceptions);
    let mut traces: Vec<_> = exceptions
        .map(|exception| trace(span, exception, room))
        .collect();
    match traces.len() {
        1 => json!({ "trace": traces.remove(0) }),
        _ => json!({ "trace_chain": traces }),
    }
}

/// Rollbar wants the innermost call last, and at least one: without a stack trace, what the
/// span says of its code, or the span itself.
fn trace(span: &Span, exception: &Exception, room: &Room) -> Value {
    let calls = ends(&exception.frames, room.frames / 2);
    let mut frames: Vec<_> = calls.map(|call| frame(call, room)).collect();
    frames.reverse();
    if frames.is_empty() {
        frames.push(place_of(span, room));
    }
    let class = room.cut_to(&exception.kind, 255);
    json!({
        "frames": frames,
        "exception": { "class": class, "message": room.cut(&exception.message) },
    })
}

/// Of a recursion that found no end, both ends tell something.
fn ends<T>(all: &[T], each: usize) -> impl Iterator<Item = &T> {
    let last = all.len().saturating_sub(each).max(each);
    all.iter().take(each).chain(all.iter().skip(last))
}

fn frame(frame: &Frame, room: &Room) -> Value {
    let method = (!frame.function.is_empty()).then(|| room.cut(&frame.function));
    let file = if frame.file.is_empty() {
        "unknown"
    } else {
        &frame.file
    };
    without_nulls(json!({
        "filename": room.cut(file),
        "lineno": frame.line,
        "colno": frame.column,
        "method": method,
    }))
}

fn place_of(span: &Span, room: &Room) -> Value {
    let file = span.attributes.text("code.file.path");
    let line = span.attributes.get("code.line.number");
    without_nulls(json!({
        "filename": room.cut(file.unwrap_or(span.service())),
        "method": room.cut(&span.name),
        "lineno": line.and_then(trace_model::Value::as_int),
    }))
}

/// The request a server answered; its parameters and headers are not ours to pass on.
fn request(span: &Span, room: &Room) -> Option<Value> {
    let text = |key: &str| span.attributes.text(key).map(|text| room.cut(text));
    if span.kind != SpanKind::Server {
        return None;
    }
    let url = text("url.full").or_else(|| text("url.path"))?;
    Some(without_nulls(
        json!({ "url": url, "method": text("http.request.method") }),
    ))
}

/// Rollbar's names for languages, where OpenTelemetry has others.
fn language(sdk: &str) -> &str {
    match sdk {
        "webjs" | "nodejs" => "javascript",
        other => other,
    }
}

/// The same for the same error within a trace and a service, whatever span it passes:
/// the trace's id, changed by a hash of the rest (FNV-1a).
fn uuid(span: &Span, exception: &Exception) -> String {
    const PRIME: u128 = 0x0100_0000_0000_0000_0000_013b;
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for text in [span.service(), &exception.kind, &exception.message] {
        for byte in text.bytes().chain([0xff]) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        }
    }
    let id = u128::from_be_bytes(span.trace_id.to_bytes()) ^ hash;
    let hex = format!("{id:032x}");
    let (a, b, c, d, e) = (
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    );
    format!("{a}-{b}-{c}-{d}-{e}")
}

/// Seconds until the limit on items of this token ends.
pub(super) fn limit_ends(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("x-rate-limit-remaining-seconds")?;
    value.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
#[path = "item_tests.rs"]
mod tests;
