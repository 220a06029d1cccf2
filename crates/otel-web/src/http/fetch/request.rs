//! The request.

use gloo_net::Error;
use gloo_net::http::{Request as Inner, Response};
use opentelemetry::Context;
use wasm_bindgen::{JsCast, JsValue};

use crate::browser::js;
use crate::causality::context::current;
use crate::http::in_flight::InFlight;

/// A request that is ready to be sent. Mirrors [`gloo_net::http::Request`].
///
/// The constructors return a [`RequestBuilder`](super::RequestBuilder). [`RequestBuilder::send`](super::RequestBuilder::send) sends a request without a body,
/// so a `Request` appears only between [`json`](super::RequestBuilder::json) or [`body`](super::RequestBuilder::body)
/// and [`send`](Self::send).
#[derive(Debug)]
#[must_use = "a request is sent by `.send()`"]
pub struct Request {
    pub(super) inner: Inner,
    pub(super) template: Option<String>,
    pub(super) propagates: bool,
}

impl Request {
    /// Sends the request. Its span starts below the context that is [`current`] when this is
    /// called, even if the returned future is polled elsewhere.
    ///
    /// The request leaves when the future is polled first, and is not aborted when the future is dropped; to
    /// abort it, use a [signal](super::RequestBuilder::abort_signal).
    ///
    /// # Errors
    ///
    /// Returns an error if there is no response: the network failed, the server does not allow the page's
    /// origin, or the request was aborted. A response with an error status is not an `Err`; check
    /// [`Response::ok`].
    ///
    /// # Examples
    ///
    /// ## A status that is expected
    ///
    /// ```no_run
    /// use otel_web::fetch::{Error, Request};
    ///
    /// async fn exists(name: &str) -> Result<bool, Error> {
    ///     let request = Request::get(&format!("/api/users/{name}")).url_template("/api/users/{name}");
    ///     match request.send().await?.status() {
    ///         404 => Ok(false),
    ///         _ => Ok(true),
    ///     }
    /// }
    /// ```
    pub fn send(self) -> impl Future<Output = Result<Response, Error>> {
        send(Ok(self), current())
    }
}

/// Sends a request that was built, on behalf of `caller`.
pub(super) async fn send(
    request: Result<Request, Error>,
    caller: Context,
) -> Result<Response, Error> {
    let Request {
        inner,
        template,
        propagates,
    } = request?;
    let request = web_sys::Request::from(inner);
    let in_flight = InFlight::of_request(&request, template.as_deref(), propagates, caller);
    let response = js::fetch(&request, &JsValue::UNDEFINED);
    in_flight.sent();
    let result = response.await;
    in_flight.settle(&request, result.as_ref());
    match result {
        Ok(response) => Ok(response.unchecked_into::<web_sys::Response>().into()),
        Err(reason) => Err(error(reason)),
    }
}

/// Converts a rejection. An abort signal may reject with any value, not only with an error.
fn error(reason: JsValue) -> Error {
    let text = js::describe(&reason);
    let as_error = reason.try_into().map(Error::JsError);
    as_error.unwrap_or(Error::GlooError(text))
}
