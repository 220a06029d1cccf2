//! Export requests. They call the browser's `fetch` directly, so they are never traced.

use js_sys::{Object, Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::browser::{diagnostics, js, platform};
use crate::core::otlp::reader;
use crate::export::destination::Destination;
use crate::export::retry::{NOT_OTLP, retry_after_ms};

/// How long to wait for a response before the batch is sent again. The default of
/// `OTEL_EXPORTER_OTLP_TIMEOUT`.
const RESPONSE_TIMEOUT_MS: u32 = 10_000;

/// The response to an export request.
#[derive(Debug, Default)]
pub(super) struct ExportResponse {
    /// `None` without a response. [`NOT_OTLP`] if it did not come from an OTLP receiver.
    pub(super) status: Option<u16>,
    pub(super) retry_after_ms: Option<f64>,
    pub(super) body: Vec<u8>,
}

/// Whether a request body is compressed. A build without the feature `gzip` may find compressed
/// batches in storage, from an earlier build of the page. Protobuf starts with a field's tag, which
/// never equals gzip's magic number.
pub(super) fn is_compressed(body: &[u8]) -> bool {
    cfg!(any(feature = "gzip", feature = "durable-queue")) && body.starts_with(&[0x1f, 0x8b])
}

/// Posts a batch. The request is sent before this returns, since the page may be gone afterwards.
pub(super) fn post(destination: &Destination, body: &[u8], keepalive: bool) -> JsFuture {
    let init = init(destination, body, keepalive);
    js::fetch(&(&destination.url).into(), &init)
}

fn init(destination: &Destination, body: &[u8], keepalive: bool) -> JsValue {
    let headers = Object::new().into();
    js::set(&headers, "content-type", &"application/x-protobuf".into());
    if is_compressed(body) {
        js::set(&headers, "content-encoding", &"gzip".into());
    }
    for (name, value) in &destination.headers {
        js::set(&headers, name, &value.into());
    }
    let timeout = js::call(
        &js::global("AbortSignal"),
        "timeout",
        &RESPONSE_TIMEOUT_MS.into(),
    );
    let init = Object::new().into();
    js::set(&init, "method", &"POST".into());
    js::set(&init, "headers", &headers);
    js::set(&init, "body", &Uint8Array::from(body));
    js::set(&init, "signal", &timeout);
    js::set(&init, "keepalive", &keepalive.into());
    // A redirect may lead to a login page, which responds with 200, possibly of another origin.
    js::set(&init, "redirect", &"manual".into());
    init
}

impl ExportResponse {
    /// Reads a response whose body was read before. Warns if it is not one of OTLP.
    pub(super) fn new(response: &JsValue, body: Vec<u8>) -> Self {
        let headers = js::get(response, "headers");
        let header = |name: &str| js::call(&headers, "get", &name.into()).as_string();
        let retry_after_ms = header("retry-after").and_then(|header| {
            retry_after_ms(&header, platform::wall_ms(), |date| {
                let time = js::call(&js::global("Date"), "parse", &date.into());
                time.as_f64().unwrap_or(f64::NAN)
            })
        });
        let content_type = header("content-type").unwrap_or_default();
        let content_type = content_type.to_ascii_lowercase();
        let mut status = js::float(response, "status") as u16;
        let is_redirect = status == NOT_OTLP;
        if is_redirect || status / 100 == 2 && !reader::is_otlp_response(&content_type, &body) {
            let kind = if is_redirect {
                "a redirect"
            } else {
                &content_type
            };
            let parts = [
                "the endpoint responded with ",
                kind,
                ", which is not OTLP; check the endpoint. Spans are sent again.",
            ];
            diagnostics::warn_once(&parts.concat());
            status = NOT_OTLP;
        }
        Self {
            status: Some(status),
            retry_after_ms,
            body,
        }
    }
}

/// Starts to read the body of a response.
pub(super) fn body_of(response: &JsValue) -> JsFuture {
    let promise = js::call(response, "arrayBuffer", &JsValue::UNDEFINED);
    JsFuture::from(Promise::resolve(&promise))
}

/// Returns the bytes of a body that was read, or none if that has failed.
pub(super) fn bytes(body: Result<JsValue, JsValue>) -> Vec<u8> {
    body.map_or_else(|_| Vec::new(), |bytes| Uint8Array::new(&bytes).to_vec())
}

/// Starts to decompress a request body. A body that is not compressed remains the same.
pub(super) fn decompressed(body: &[u8]) -> JsFuture {
    let construct = |class: &str, argument: &JsValue| -> JsValue {
        js::construct(class, argument).unwrap_or_default()
    };
    let mut response = construct("Response", &Uint8Array::from(body));
    if is_compressed(body) {
        let stream = construct("DecompressionStream", &"gzip".into());
        let plain = js::call(&js::get(&response, "body"), "pipeThrough", &stream);
        response = construct("Response", &plain);
    }
    body_of(&response)
}
