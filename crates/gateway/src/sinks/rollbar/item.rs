//! A span's exceptions as Rollbar's items.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use trace_model::{Span, SpanKind};

use super::super::{
    exception::{self, Exception},
    stack::Frame,
};

/// An item, and the id that makes sending it twice the same as sending it once.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) uuid: String,
    pub(super) body: Value,
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
        let resource = |key: &str| span.resource.attributes.text(key);
        let environment = resource("deployment.environment.name")
            .or_else(|| resource("deployment.environment"))
            .unwrap_or(&self.environment);
        let mut data = json!({
            "environment": cut(environment, 255),
            "body": body(span, chain),
            "level": "error",
            "timestamp": span.end_unix_nano / 1_000_000_000,
            "language": resource("telemetry.sdk.language").map(language),
            "framework": "opentelemetry",
            "context": cut(&span.name, 255),
            "uuid": uuid,
            "title": cut(&title(&chain[0]), 255),
            "custom": self.custom(span),
            "server": { "host": resource("host.name").unwrap_or(span.service()) },
            "notifier": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        });
        if let Some(version) = resource("service.version") {
            data["code_version"] = cut(version, 40).into();
        }
        if let Some(request) = request(span) {
            data["request"] = request;
        }
        let body = json!({ "data": data });
        Some(Item { uuid, body })
    }

    /// The way back: the same ids as everywhere, and the trace's page.
    fn custom(&self, span: &Span) -> Value {
        let (trace_id, span_id) = (span.trace_id.to_string(), span.span_id.to_string());
        let url = format!("{}/trace/{trace_id}?span={span_id}", self.public_url);
        json!({
            "trace_id": trace_id,
            "span_id": span_id,
            "trace_url": url,
            "service": span.service(),
        })
    }
}

fn title(exception: &Exception) -> String {
    match exception.message.as_str() {
        "" => exception.kind.clone(),
        message => format!("{}: {message}", exception.kind),
    }
}

/// `trace` for one exception, `trace_chain` for one with causes.
fn body(span: &Span, chain: &[Exception]) -> Value {
    let mut traces: Vec<_> = chain
        .iter()
        .map(|exception| trace(span, exception))
        .collect();
    match traces.len() {
        1 => json!({ "trace": traces.remove(0) }),
        _ => json!({ "trace_chain": traces }),
    }
}

/// Rollbar wants the innermost call last, and at least one: without a stack trace, what the
/// span says of its code, or the span itself.
fn trace(span: &Span, exception: &Exception) -> Value {
    let mut frames: Vec<_> = exception.frames.iter().rev().map(frame).collect();
    if frames.is_empty() {
        frames.push(place_of(span));
    }
    let class = cut(&exception.kind, 255);
    json!({
        "frames": frames,
        "exception": { "class": class, "message": exception.message },
    })
}

fn frame(frame: &Frame) -> Value {
    let mut value = json!({ "filename": frame.file });
    if let Some(line) = frame.line {
        value["lineno"] = line.into();
    }
    if let Some(column) = frame.column {
        value["colno"] = column.into();
    }
    if !frame.function.is_empty() {
        value["method"] = frame.function.clone().into();
    }
    value
}

fn place_of(span: &Span) -> Value {
    let file = span.attributes.text("code.file.path");
    let line = span
        .attributes
        .get("code.line.number")
        .and_then(trace_model::Value::as_int);
    let mut value = json!({ "filename": file.unwrap_or(span.service()), "method": span.name });
    if let Some(line) = line {
        value["lineno"] = line.into();
    }
    value
}

/// The request a server answered; its parameters and headers are not ours to pass on.
fn request(span: &Span) -> Option<Value> {
    let text = |key: &str| span.attributes.text(key);
    if span.kind != SpanKind::Server {
        return None;
    }
    let url = text("url.full").or_else(|| text("url.path"))?;
    Some(json!({ "url": url, "method": text("http.request.method") }))
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

fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

/// Seconds until the limit on items of this token ends.
pub(super) fn limit_ends(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("x-rate-limit-remaining-seconds")?;
    value.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
#[path = "item_tests.rs"]
mod tests;
