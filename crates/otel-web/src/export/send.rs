//! One request of the exporter. It goes straight to the browser's `fetch`, so it is never traced.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestInit, Response};

use super::backoff::retry_after_ms;
use super::exporter::Destination;
use crate::platform;

/// The default of `OTEL_EXPORTER_OTLP_TIMEOUT`. A receiver that stays silent longer gets the batch
/// again.
const TIMEOUT_MS: u32 = 10_000;

#[wasm_bindgen]
extern "C" {
    /// The global of a page and of a worker alike.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch_with_init(url: &str, init: &RequestInit) -> Result<js_sys::Promise, JsValue>;
}

/// What came back.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// `None` when there was no answer.
    pub(super) status: Option<u16>,
    pub(super) retry_after_ms: Option<f64>,
}

/// Sends a request off before returning, so that it also leaves when the page is gone right after.
pub(super) fn post(
    destination: &Destination,
    body: &[u8],
    keepalive: bool,
) -> impl Future<Output = Answer> + 'static {
    let promise = start(destination, body, keepalive);
    async move {
        let response = match promise {
            Ok(promise) => JsFuture::from(promise).await,
            Err(error) => Err(error),
        };
        response
            .and_then(JsCast::dyn_into)
            .map_or_else(|_| Answer::default(), |r| answer(&r))
    }
}

fn start(
    destination: &Destination,
    body: &[u8],
    keepalive: bool,
) -> Result<js_sys::Promise, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/x-protobuf")?;
    if cfg!(feature = "gzip") {
        headers.set("content-encoding", "gzip")?;
    }
    for (name, value) in &destination.headers {
        headers.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&js_sys::Uint8Array::from(body));
    init.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    // web-sys has no setter for it.
    js_sys::Reflect::set(&init, &"keepalive".into(), &keepalive.into())?;
    fetch_with_init(&destination.url, &init)
}

fn answer(response: &Response) -> Answer {
    let header = response.headers().get("retry-after").ok().flatten();
    let retry_after_ms = header.and_then(|header| {
        retry_after_ms(&header, platform::wall_ms(), |date| {
            js_sys::Date::parse(date)
        })
    });
    Answer {
        status: Some(response.status()),
        retry_after_ms,
    }
}
