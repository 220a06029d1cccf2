//! Traced requests, with the interface of [`gloo_net`].
//!
//! Each request is a CLIENT span, and carries the headers with which the server continues the trace (see
//! [`propagation`](crate::propagation)). Start with [`Request::get`], [`post`](Request::post) and so on.
//!
//! Requests that JavaScript makes are traced by the feature `window-fetch`.
//!
//! # The span
//!
//! It follows the stable HTTP conventions. Its name is `{method} {url.template}`, or the method alone
//! without a template: a path contains ids, and a name must not. It starts below the
//! [current](crate::current) context, and ends with the response's headers. The network timings are added
//! afterwards (feature `resource-timing`).
//!
//! | the request | the span |
//! |---|---|
//! | gets a response with a status below 400 | `http.response.status_code` |
//! | gets a response with a status of 400 or more | the same, and the status ERROR with `error.type` |
//! | gets no response, or times out | the status ERROR with `error.type` and a message |
//! | is aborted by its [signal](RequestBuilder::abort_signal) | `app.request.outcome` = `aborted` |
//! | is dropped, or the user leaves the page | `app.request.outcome` = `abandoned` |
//!
//! An aborted or abandoned request is not an error. A timeout is one, even if it comes from a signal
//! (`AbortSignal.timeout`).
//!
//! # Examples
//!
//! ## A request with a template
//!
//! ```no_run
//! use otel_web::fetch::{Error, Request};
//!
//! async fn like(id: u32) -> Result<bool, Error> {
//!     let response = Request::put(&format!("/api/cruds/{id}/like"))
//!         .url_template("/api/cruds/{id}/like")
//!         .send()
//!         .await?;
//!     // A response with an error status is not an `Err`.
//!     Ok(response.ok())
//! }
//! ```
//!
//! ## JSON in both directions
//!
//! ```no_run
//! use otel_web::fetch::{Error, Request};
//!
//! #[derive(serde::Serialize)]
//! struct NewCrud<'a> {
//!     message: &'a str,
//! }
//!
//! async fn publish(message: &str) -> Result<u64, Error> {
//!     let request = Request::post("/api/cruds").json(&NewCrud { message })?;
//!     request.send().await?.json().await
//! }
//! ```

mod builder;

use gloo_net::http::Request as Inner;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

pub use gloo_net::Error;
pub use gloo_net::http::{Headers, Method, Response};

pub use self::builder::RequestBuilder;
use crate::in_flight::InFlight;
use crate::js;

/// A request that is ready to be sent. Mirrors [`gloo_net::http::Request`].
///
/// The constructors return a [`RequestBuilder`]. [`RequestBuilder::send`] sends a request without a body,
/// so a `Request` appears only between [`json`](RequestBuilder::json) or [`body`](RequestBuilder::body)
/// and [`send`](Self::send).
#[derive(Debug)]
#[must_use = "a request is sent by `.send()`"]
pub struct Request {
    inner: Inner,
    template: Option<String>,
    propagates: bool,
}

impl Request {
    /// Returns a builder for a `GET` request to `url`, which may be relative to the page.
    pub fn get(url: &str) -> RequestBuilder {
        RequestBuilder::new(url)
    }

    /// Returns a builder for a `POST` request to `url`, which may be relative to the page.
    ///
    /// A body is added by [`RequestBuilder::json`] or [`RequestBuilder::body`].
    pub fn post(url: &str) -> RequestBuilder {
        RequestBuilder::new(url).method(Method::POST)
    }

    /// Returns a builder for a `PUT` request to `url`, which may be relative to the page.
    pub fn put(url: &str) -> RequestBuilder {
        RequestBuilder::new(url).method(Method::PUT)
    }

    /// Returns a builder for a `PATCH` request to `url`, which may be relative to the page.
    pub fn patch(url: &str) -> RequestBuilder {
        RequestBuilder::new(url).method(Method::PATCH)
    }

    /// Returns a builder for a `DELETE` request to `url`, which may be relative to the page.
    pub fn delete(url: &str) -> RequestBuilder {
        RequestBuilder::new(url).method(Method::DELETE)
    }

    /// Sends the request. Its span starts below the context that is [current](crate::current) when this is
    /// called, even if the returned future is polled elsewhere.
    ///
    /// The request leaves when the future is polled first, and is not aborted when the future is dropped; to
    /// abort it, use a [signal](RequestBuilder::abort_signal).
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
        let context = crate::current();
        self.send_in(context)
    }

    async fn send_in(self, caller: crate::Context) -> Result<Response, Error> {
        let request = web_sys::Request::from(self.inner);
        let template = self.template.as_deref();
        let in_flight = InFlight::start(&request, template, self.propagates, caller);
        let promise = js::fetch(&request, &JsValue::UNDEFINED);
        in_flight.sent();
        let result = match promise {
            Ok(promise) => JsFuture::from(promise).await,
            Err(reason) => Err(reason),
        };
        in_flight.settle(result.as_ref());
        match result {
            Ok(response) => Ok(response.unchecked_into::<web_sys::Response>().into()),
            Err(reason) => Err(error(reason)),
        }
    }
}

/// Converts a rejection. An abort signal may reject with any value, not only with an error.
fn error(reason: JsValue) -> Error {
    let text = js::describe(&reason);
    let as_error = reason.try_into().map(Error::JsError);
    as_error.unwrap_or(Error::GlooError(text))
}
