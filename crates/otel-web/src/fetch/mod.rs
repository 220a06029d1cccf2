//! Traced requests, with the API of [`gloo_net`].
//!
//! Each request is a CLIENT span that the server can continue. The span follows the stable HTTP
//! conventions. Its name is `{method} {url.template}`, or the method alone if no template is set: paths
//! contain ids, and span names must not.
//!
//! Statuses of 400 and above and requests without a response are errors of the span. Cancelled
//! requests are not: the span gets `app.request.outcome` = `aborted` if its [abort
//! signal](RequestBuilder::abort_signal) was triggered, and `abandoned` if the future was dropped or
//! the page was left. A timeout by a signal (`AbortSignal.timeout`) is an error.
//!
//! # Example: a request with an id in its path
//!
//! ```no_run
//! # use otel_web::fetch::{Error, Request};
//! # async fn like(id: &str) -> Result<(), Error> {
//! let response = Request::put(&["/api/cruds/", id, "/like"].concat())
//!     .url_template("/api/cruds/{id}/like")
//!     .send()
//!     .await?;
//! assert!(response.ok());
//! # Ok(()) }
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

/// A complete request. Mirrors [`gloo_net::http::Request`].
///
/// Use the constructors for the common methods, and [`RequestBuilder`] for headers, body and the URL
/// template. For requests of JavaScript libraries, see the feature `window-fetch`.
///
/// # Example: reading a text
///
/// ```no_run
/// # use otel_web::fetch::{Error, Request};
/// async fn greeting() -> Result<String, Error> {
///     Request::get("/greeting.txt").send().await?.text().await
/// }
/// ```
#[derive(Debug)]
#[must_use = "a request is sent by `.send()`"]
pub struct Request {
    inner: Inner,
    template: Option<String>,
    propagates: bool,
}

impl Request {
    /// Builds a `GET` request.
    pub fn get(url: &str) -> RequestBuilder {
        RequestBuilder::new(url)
    }

    /// Builds a `POST` request.
    pub fn post(url: &str) -> RequestBuilder {
        RequestBuilder::new(url).method(Method::POST)
    }

    /// Builds a `PUT` request.
    pub fn put(url: &str) -> RequestBuilder {
        RequestBuilder::new(url).method(Method::PUT)
    }

    /// Builds a `PATCH` request.
    pub fn patch(url: &str) -> RequestBuilder {
        RequestBuilder::new(url).method(Method::PATCH)
    }

    /// Builds a `DELETE` request.
    pub fn delete(url: &str) -> RequestBuilder {
        RequestBuilder::new(url).method(Method::DELETE)
    }

    /// Sends the request. Its span is a child of the [current](crate::current) one.
    ///
    /// # Errors
    /// Returns an error if there is no response: the network failed, the server does not allow the
    /// page's origin, or the request was aborted. A response with an error status is not an `Err`.
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
