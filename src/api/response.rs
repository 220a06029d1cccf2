//! Sends requests, and converts responses into values or an [`ApiError`].
//!
//! Futures are boxed, and JSON is parsed by the browser: the code for a request is then in the page once, and not in each
//! function that sends one. `serde_json` would add its own parser, and the tables of its numbers.

use std::future::Future;
use std::pin::Pin;

use api_types::page::next_from_link;
use gloo_net::Error;
use gloo_net::http::Response;
use js_sys::JSON;
use otel_web::fetch::{Request, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{ApiError, ApiResult};

type Pending<T> = Pin<Box<dyn Future<Output = ApiResult<T>>>>;

/// Adds a JSON body to a request.
pub(super) fn with_body(request: RequestBuilder, value: &impl Serialize) -> Result<Request, Error> {
    let value = value.serialize(&Serializer::json_compatible());
    with_js_body(request, value.map_err(JsValue::from))
}

fn with_js_body(
    request: RequestBuilder,
    value: Result<JsValue, JsValue>,
) -> Result<Request, Error> {
    let text = value.and_then(|value| JSON::stringify(&value));
    let text = text.map_err(|error| Error::GlooError(reason(&error)))?;
    request
        .header("content-type", "application/json")
        .body(text)
}

/// Waits for the response, and returns an error unless its status is 2xx.
pub(super) fn send(request: Result<Request, Error>) -> Pending<Response> {
    Box::pin(async move {
        let sent = match request {
            Ok(request) => request.send().await,
            Err(error) => Err(error),
        };
        let response = sent.map_err(|_| ApiError::Unreachable)?;
        if response.ok() {
            return Ok(response);
        }
        let status = response.status();
        if status == 429 {
            let seconds = response.headers().get("retry-after");
            let seconds = seconds.and_then(|seconds| seconds.parse().ok());
            return Err(ApiError::TooManyRequests(seconds));
        }
        let codes = if status == 422 {
            content(response).await.and_then(from_js)
        } else {
            Ok(Vec::new())
        };
        Err(ApiError::from_status(status, codes.unwrap_or_default()))
    })
}

/// Waits for a 2xx response without a body of interest.
pub(super) fn accepted(request: Result<Request, Error>) -> Pending<()> {
    Box::pin(async move { send(request).await.map(drop) })
}

/// Waits for a 2xx response and parses its JSON body.
pub(super) async fn json<T: DeserializeOwned>(request: Result<Request, Error>) -> ApiResult<T> {
    from_js(body(request).await?)
}

/// Waits for a page of a list, and parses its JSON body. Returns the URL of the next page, too.
pub(super) async fn page<T: DeserializeOwned>(
    request: Result<Request, Error>,
) -> ApiResult<(Vec<T>, Option<String>)> {
    let (items, next) = page_body(request).await?;
    Ok((from_js(items)?, next))
}

/// Parses a JSON text.
pub(super) fn from_text<T: DeserializeOwned>(text: &str) -> Option<T> {
    from_js(JSON::parse(text).ok()?).ok()
}

fn body(request: Result<Request, Error>) -> Pending<JsValue> {
    Box::pin(async move { content(send(request).await?).await })
}

fn page_body(request: Result<Request, Error>) -> Pending<(JsValue, Option<String>)> {
    Box::pin(async move {
        let response = send(request).await?;
        let link = response.headers().get("link");
        let next = link.as_deref().and_then(next_from_link).map(str::to_owned);
        Ok((content(response).await?, next))
    })
}

fn content(response: Response) -> Pending<JsValue> {
    Box::pin(async move {
        let json = web_sys::Response::from(response).json();
        let value = match json {
            Ok(json) => JsFuture::from(json).await,
            Err(error) => Err(error),
        };
        value.map_err(|error| ApiError::InvalidResponse(reason(&error)))
    })
}

fn from_js<T: DeserializeOwned>(value: JsValue) -> ApiResult<T> {
    serde_wasm_bindgen::from_value(value)
        .map_err(|error| ApiError::InvalidResponse(reason(&error.into())))
}

/// Returns the message of a JavaScript error.
fn reason(error: &JsValue) -> String {
    let error = error.dyn_ref::<js_sys::Error>();
    error.map_or_else(String::new, |error| error.message().into())
}
