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
mod request;

pub use gloo_net::Error;
pub use gloo_net::http::{Headers, Method, Response};

pub use builder::RequestBuilder;
pub use request::Request;
