//! Converts a span's exceptions to Rollbar items.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use trace_model::{Span, SpanKind};

use super::super::{
    exception::{self, Exception},
    item_limits::ItemLimits,
    stack::Frame,
};

/// The size limit of Rollbar's own notifiers.
const MAX_BYTES: usize = 128 << 10;

/// Applied in turn until the item fits. With the last, every item fits.
const LIMITS: [ItemLimits; 3] = [
    ItemLimits::new(10_000, 20, 200),
    ItemLimits::new(1000, 10, 40),
    ItemLimits::new(100, 2, 10),
];

/// An item as JSON, and the id by which Rollbar recognizes duplicates.
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

    /// Returns one item for each exception of the span.
    pub(super) fn items(&self, span: &Span) -> Vec<Item> {
        let chains = exception::chains(span).into_iter();
        chains.filter_map(|chain| self.item(span, &chain)).collect()
    }

    fn item(&self, span: &Span, chain: &[Exception]) -> Option<Item> {
        let uuid = uuid(span, chain.first()?);
        let mut body = String::new();
        for limits in LIMITS {
            body = json!({ "data": self.data(span, chain, &uuid, limits) }).to_string();
            if body.len() <= MAX_BYTES {
                break;
            }
        }
        Some(Item { uuid, body })
    }

    fn data(&self, span: &Span, chain: &[Exception], uuid: &str, limits: ItemLimits) -> Value {
        let resource = |key: &str| span.resource.attributes.text(key);
        let environment = resource("deployment.environment.name")
            .or_else(|| resource("deployment.environment"))
            .unwrap_or(&self.environment);
        let host = resource("host.name").map(|host| json!({ "host": limits.truncate(host) }));
        without_nulls(json!({
            "environment": limits.truncate_to(environment, 255),
            "body": body(span, chain, limits),
            "level": "error",
            "timestamp": span.end_unix_nano / 1_000_000_000,
            "code_version": resource("service.version").map(|version| limits.truncate_to(version, 40)),
            "language": resource("telemetry.sdk.language").map(|sdk| limits.truncate(language(sdk))),
            "framework": "opentelemetry",
            "context": limits.truncate_to(&span.name, 255),
            "request": request(span, limits),
            "uuid": uuid,
            "title": limits.truncate_to(&title(&chain[0]), 255),
            "custom": self.custom(span, limits),
            "server": host,
            "notifier": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        }))
    }

    /// Returns the ids and the URL of the trace.
    fn custom(&self, span: &Span, limits: ItemLimits) -> Value {
        let (trace_id, span_id) = (span.trace_id.to_string(), span.span_id.to_string());
        let url = format!("{}/trace/{trace_id}?span={span_id}", self.public_url);
        json!({
            "trace_id": trace_id,
            "span_id": span_id,
            "trace_url": url,
            "service": limits.truncate(span.service()),
        })
    }
}

/// Removes null fields, some of which Rollbar rejects.
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

/// Returns `trace` for one exception, `trace_chain` for one with causes.
fn body(span: &Span, chain: &[Exception], limits: ItemLimits) -> Value {
    let exceptions = chain.iter().take(limits.exceptions);
    let mut traces: Vec<_> = exceptions
        .map(|exception| trace(span, exception, limits))
        .collect();
    match traces.len() {
        1 => json!({ "trace": traces.remove(0) }),
        _ => json!({ "trace_chain": traces }),
    }
}

/// Rollbar requires at least one frame, and the innermost call last. Without a stack trace, the
/// frame is the span's code location or the span itself.
fn trace(span: &Span, exception: &Exception, limits: ItemLimits) -> Value {
    let calls = first_and_last(&exception.frames, limits.frames / 2);
    let mut frames: Vec<_> = calls.map(|call| frame(call, limits)).collect();
    frames.reverse();
    if frames.is_empty() {
        frames.push(default_frame(span, limits));
    }
    let class = limits.truncate_to(&exception.kind, 255);
    json!({
        "frames": frames,
        "exception": { "class": class, "message": limits.truncate(&exception.message) },
    })
}

/// Returns the first and the last entries, because both ends of a deep recursion are useful.
fn first_and_last<T>(all: &[T], each: usize) -> impl Iterator<Item = &T> {
    let last = all.len().saturating_sub(each).max(each);
    all.iter().take(each).chain(all.iter().skip(last))
}

fn frame(frame: &Frame, limits: ItemLimits) -> Value {
    let method = (!frame.function.is_empty()).then(|| limits.truncate(&frame.function));
    let file = if frame.file.is_empty() {
        "unknown"
    } else {
        &frame.file
    };
    without_nulls(json!({
        "filename": limits.truncate(file),
        "lineno": frame.line,
        "colno": frame.column,
        "method": method,
    }))
}

fn default_frame(span: &Span, limits: ItemLimits) -> Value {
    let file = span.attributes.text("code.file.path");
    let line = span.attributes.get("code.line.number");
    without_nulls(json!({
        "filename": limits.truncate(file.unwrap_or(span.service())),
        "method": limits.truncate(&span.name),
        "lineno": line.and_then(trace_model::Value::as_int),
    }))
}

/// Returns the request of a SERVER span, without parameters and headers, which may be private.
fn request(span: &Span, limits: ItemLimits) -> Option<Value> {
    let text = |key: &str| span.attributes.text(key).map(|text| limits.truncate(text));
    if span.kind != SpanKind::Server {
        return None;
    }
    let url = text("url.full").or_else(|| text("url.path"))?;
    Some(without_nulls(
        json!({ "url": url, "method": text("http.request.method") }),
    ))
}

/// Returns Rollbar's name of a language.
fn language(sdk: &str) -> &str {
    match sdk {
        "webjs" | "nodejs" => "javascript",
        other => other,
    }
}

/// Returns an id that is the same for an error in all spans of a trace and service: the trace id,
/// combined with an FNV-1a hash of service, type and message.
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

/// Returns the time until the rate limit of this token resets.
pub(super) fn rate_limit_reset(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("x-rate-limit-remaining-seconds")?;
    value.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests;
