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
pub(super) fn post(
    destination: &Destination,
    body: &[u8],
    keepalive: bool,
) -> impl Future<Output = ExportResponse> + use<> {
    let init = init(destination, body, keepalive);
    let promise = js::fetch(&(&destination.url).into(), &init);
    async move {
        let Ok(promise) = promise else {
            return ExportResponse::default();
        };
        match JsFuture::from(promise).await {
            Ok(response) => read_response(&response).await,
            Err(_) => {
                // When a page is left, its requests fail before its `pagehide` listeners run.
                platform::next_task().await;
                ExportResponse::default()
            }
        }
    }
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

async fn read_response(response: &JsValue) -> ExportResponse {
    let headers = js::get(response, "headers");
    let header = js::call(&headers, "get", &"retry-after".into()).as_string();
    let retry_after_ms = header.and_then(|header| {
        retry_after_ms(&header, platform::wall_ms(), |date| {
            let time = js::call(&js::global("Date"), "parse", &date.into());
            time.as_f64().unwrap_or(f64::NAN)
        })
    });
    let content_type = js::call(&headers, "get", &"content-type".into()).as_string();
    let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
    let mut status = js::float(response, "status") as u16;
    let body = read_body(response).await;
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
    ExportResponse {
        status: Some(status),
        retry_after_ms,
        body,
    }
}

/// Reads a response body. Returns no bytes if that fails.
async fn read_body(response: &JsValue) -> Vec<u8> {
    let promise = js::call(response, "arrayBuffer", &JsValue::UNDEFINED);
    let bytes = JsFuture::from(Promise::resolve(&promise)).await;
    bytes.map_or_else(|_| Vec::new(), |bytes| Uint8Array::new(&bytes).to_vec())
}

/// Decompresses a request body. Uses the browser's decoder, which is asynchronous: decompression is
/// never needed while the page is being left.
pub(super) async fn decompressed(body: &[u8]) -> Vec<u8> {
    if !is_compressed(body) {
        return body.to_vec();
    }
    let construct = |class: &str, argument: &JsValue| -> JsValue {
        js::construct(class, argument).unwrap_or_default()
    };
    let compressed = js::get(&construct("Response", &Uint8Array::from(body)), "body");
    let stream = construct("DecompressionStream", &"gzip".into());
    let plain = js::call(&compressed, "pipeThrough", &stream);
    read_body(&construct("Response", &plain)).await
}
