//! One request of the exporter. It goes straight to the browser's `fetch`, so it is never traced.

use js_sys::{Object, Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::backoff::{NOT_OTLP, retry_after_ms};
use super::exporter::Destination;
use crate::{diagnostics, js, otlp, platform};

/// The default of `OTEL_EXPORTER_OTLP_TIMEOUT`. A receiver that stays silent longer gets the batch
/// again.
const TIMEOUT_MS: u32 = 10_000;

/// What came back.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// `None` when there was no answer.
    pub(super) status: Option<u16>,
    pub(super) retry_after_ms: Option<f64>,
    pub(super) body: Vec<u8>,
}

/// Without compression none is, unless an earlier build of the page has left it on the shelf.
/// Protobuf starts with a field's tag, which never looks like gzip's magic number.
pub(super) fn is_compressed(body: &[u8]) -> bool {
    cfg!(any(feature = "gzip", feature = "durable-queue")) && body.starts_with(&[0x1f, 0x8b])
}

/// Sends a request off before returning, so that it also leaves when the page is gone right after.
pub(super) fn post(
    destination: &Destination,
    body: &[u8],
    keepalive: bool,
) -> impl Future<Output = Answer> + use<> {
    let init = init(destination, body, keepalive);
    let promise = js::fetch(&(&destination.url).into(), &init);
    async move {
        let Ok(promise) = promise else {
            return Answer::default();
        };
        match JsFuture::from(promise).await {
            Ok(response) => answer(&response).await,
            Err(_) => {
                // Of a page that is being left, requests end before its own listeners hear of it.
                platform::next_task().await;
                Answer::default()
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
    let timeout = js::call(&js::global("AbortSignal"), "timeout", &TIMEOUT_MS.into());
    let init = Object::new().into();
    js::set(&init, "method", &"POST".into());
    js::set(&init, "headers", &headers);
    js::set(&init, "body", &Uint8Array::from(body));
    js::set(&init, "signal", &timeout);
    js::set(&init, "keepalive", &keepalive.into());
    // A login page answers with 200, and may be anybody's.
    js::set(&init, "redirect", &"manual".into());
    init
}

async fn answer(response: &JsValue) -> Answer {
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
    let body = read(response).await;
    let is_redirect = status == NOT_OTLP;
    if is_redirect || status / 100 == 2 && !otlp::is_answer(&content_type, &body) {
        let what = if is_redirect {
            "a redirect"
        } else {
            &content_type
        };
        let parts = [
            "the endpoint answered with ",
            what,
            ", which is not OTLP; set it to a receiver. Spans are kept and sent again.",
        ];
        diagnostics::warn_once(&parts.concat());
        status = NOT_OTLP;
    }
    Answer {
        status: Some(status),
        retry_after_ms,
        body,
    }
}

/// All bytes of a response; none when they cannot be read.
async fn read(response: &JsValue) -> Vec<u8> {
    let promise = js::call(response, "arrayBuffer", &JsValue::UNDEFINED);
    let bytes = JsFuture::from(Promise::resolve(&promise)).await;
    bytes.map_or_else(|_| Vec::new(), |bytes| Uint8Array::new(&bytes).to_vec())
}

/// The body without compression. The browser does it: nothing of this is in a hurry.
pub(super) async fn unpacked(body: &[u8]) -> Vec<u8> {
    if !is_compressed(body) {
        return body.to_vec();
    }
    let construct = |class: &str, argument: &JsValue| -> JsValue {
        js::construct(class, argument).unwrap_or_default()
    };
    let packed = js::get(&construct("Response", &Uint8Array::from(body)), "body");
    let stream = construct("DecompressionStream", &"gzip".into());
    let plain = js::call(&packed, "pipeThrough", &stream);
    read(&construct("Response", &plain)).await
}
