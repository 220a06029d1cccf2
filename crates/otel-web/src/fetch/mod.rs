//! Requests as [`gloo_net`] makes them, each a CLIENT span that the server can continue.
//!
//! The span follows the stable HTTP conventions. It is named `{method} {url.template}`, or by the
//! method alone where no template is given: paths hold ids, and names must not.
//!
//! Statuses from 400 on and requests without an answer are errors of the span. A request that was
//! given up is none: the span says `app.request.outcome` = `aborted` when its [abort
//! signal](RequestBuilder::abort_signal) fired, and `abandoned` when the future was dropped or the
//! page left. A timeout that the signal brings (`AbortSignal.timeout`) remains an error.
//!
//! ```no_run
//! # use otel_web::fetch::{Error, Request};
//! # async fn like(id: &str) -> Result<(), Error> {
//! let answer = Request::put(&["/api/cruds/", id, "/like"].concat())
//!     .url_template("/api/cruds/{id}/like")
//!     .send()
//!     .await?;
//! assert!(answer.ok());
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

/// A request with everything set; mirrors [`gloo_net::http::Request`].
#[derive(Debug)]
#[must_use = "a request leaves with `.send()`"]
pub struct Request {
    inner: Inner,
    template: Option<String>,
    propagates: bool,
}

impl Request {
    /// A `GET` request.
    pub fn get(url: &str) -> RequestBuilder {
        RequestBuilder::new(url)
    }

    /// A `POST` request.
    pub fn post(url: &str) -> RequestBuilder {
        RequestBuilder::new(url).method(Method::POST)
    }

    /// A `PUT` request.
    pub fn put(url: &str) -> RequestBuilder {
        RequestBuilder::new(url).method(Method::PUT)
    }

    /// A `PATCH` request.
    pub fn patch(url: &str) -> RequestBuilder {
        RequestBuilder::new(url).method(Method::PATCH)
    }

    /// A `DELETE` request.
    pub fn delete(url: &str) -> RequestBuilder {
        RequestBuilder::new(url).method(Method::DELETE)
    }

    /// Sends the request, in the context in which this is called.
    ///
    /// # Errors
    /// When there is no answer: the network failed, the server does not allow the page's origin, or
    /// the request was aborted. An answer of any status is none.
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
        let answer = match promise {
            Ok(promise) => JsFuture::from(promise).await,
            Err(reason) => Err(reason),
        };
        in_flight.settle(answer.as_ref());
        match answer {
            Ok(response) => Ok(response.unchecked_into::<web_sys::Response>().into()),
            Err(reason) => Err(error(reason)),
        }
    }
}

/// A signal may abort with any value for a reason, not only with an error.
fn error(reason: JsValue) -> Error {
    let text = js::describe(&reason);
    let as_error = reason.try_into().map(Error::JsError);
    as_error.unwrap_or(Error::GlooError(text))
}
