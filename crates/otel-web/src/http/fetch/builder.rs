//! The request builder.

use gloo_net::Error;
use gloo_net::http::{Headers, Method, RequestBuilder as Inner, Response};
use serde::Serialize;
use wasm_bindgen::JsValue;
use web_sys::{
    AbortSignal, ReferrerPolicy, RequestCache, RequestCredentials, RequestMode, RequestRedirect,
};

use crate::causality::context::current;
use crate::http::fetch::request::{self, Request};

/// Configures a request. Mirrors [`gloo_net::http::RequestBuilder`].
///
/// Created by the constructors of [`Request`]. Finish it with [`send`](Self::send) for a request without a
/// body, or with [`json`](Self::json) or [`body`](Self::body) and then [`Request::send`].
///
/// # Examples
///
/// ## Query, header and template
///
/// ```no_run
/// use otel_web::fetch::{Error, Request, Response};
///
/// async fn search(text: &str, page: u32) -> Result<Response, Error> {
///     Request::get("/api/search")
///         .query([("text", text), ("page", &page.to_string())])
///         .header("accept", "application/json")
///         .url_template("/api/search")
///         .send()
///         .await
/// }
/// ```
#[derive(Debug)]
#[must_use = "a request is sent by `.send()`"]
pub struct RequestBuilder {
    inner: Inner,
    template: Option<String>,
    propagates: bool,
}

macro_rules! mirrored {
    ($($(#[$doc:meta])* $name:ident($argument:ident: $type:ty);)+) => {
        impl RequestBuilder {
            $($(#[$doc])* pub fn $name(mut self, $argument: $type) -> Self {
                self.inner = self.inner.$name($argument);
                self
            })+
        }
    };
}

mirrored! {
    /// Sets the method. Use it for methods without a constructor of [`Request`]. Default: `GET`.
    method(method: Method);
    /// Replaces all headers.
    ///
    /// To set one of them, use [`header`](RequestBuilder::header).
    headers(headers: Headers);
    /// Sets how the request uses the browser's cache.
    cache(cache: RequestCache);
    /// Sets whether cookies are sent. Default: only to the page's own origin.
    credentials(credentials: RequestCredentials);
    /// Sets the hash that the body of the response must have (Subresource Integrity).
    integrity(integrity: &str);
    /// Sets the CORS mode. Default: `cors`.
    ///
    /// The response of a `no-cors` request to another origin is opaque: its status and body cannot be read.
    mode(mode: RequestMode);
    /// Sets whether redirects are followed. Default: they are.
    ///
    /// A redirect to another origin carries the trace's headers, see
    /// [`propagate`](RequestBuilder::propagate).
    redirect(redirect: RequestRedirect);
    /// Sets the referrer.
    referrer(referrer: &str);
    /// Sets how much of the referrer is sent.
    referrer_policy(policy: ReferrerPolicy);
    /// Sets a signal that can abort the request.
    ///
    /// An abort is recorded as `app.request.outcome` = `aborted` and is not an error of the span. A timeout of
    /// the signal is an error.
    ///
    /// # Examples
    ///
    /// ## A search that is superseded
    ///
    /// ```no_run
    /// # use otel_web::fetch::{Error, Request};
    /// async fn search(text: &str, signal: &web_sys::AbortSignal) -> Result<String, Error> {
    ///     let request = Request::get("/api/search").query([("text", text)]);
    ///     request.abort_signal(Some(signal)).send().await?.text().await
    /// }
    /// ```
    abort_signal(signal: Option<&AbortSignal>);
}

impl RequestBuilder {
    /// Creates a builder for a `GET` request to `url`. The same as [`Request::get`].
    pub fn new(url: &str) -> Self {
        Self {
            inner: Inner::new(url),
            template: None,
            propagates: true,
        }
    }

    /// Sets whether the request carries the trace's headers, if its origin gets them at all. Default: `true`.
    ///
    /// Disable it for a URL that redirects to another origin. The browser sends `traceparent` there, too, and
    /// fails the request if that origin does not allow the header in its CORS preflight. The request still
    /// has a span. For all requests to such URLs, use
    /// [`Builder::propagate_except`](crate::Builder::propagate_except).
    ///
    /// # Examples
    ///
    /// ## A download that redirects to a bucket
    ///
    /// ```no_run
    /// # use otel_web::fetch::{Error, Request};
    /// async fn download() -> Result<Vec<u8>, Error> {
    ///     let request = Request::get("/files/7").propagate(false);
    ///     request.send().await?.binary().await
    /// }
    /// ```
    pub fn propagate(mut self, enabled: bool) -> Self {
        self.propagates = enabled;
        self
    }

    /// Sets the path with its variable parts as names in braces, such as `/users/{id}`.
    ///
    /// It becomes part of the span's name and the attribute `url.template`, so that all requests to one route
    /// can be compared. Without it the span is named by the method alone. The query is not part of it.
    pub fn url_template(mut self, template: impl Into<String>) -> Self {
        self.template = Some(template.into());
        self
    }

    /// Sets a header, and replaces an earlier value.
    ///
    /// The trace's headers are added when the request is sent.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.inner = self.inner.header(name, value);
        self
    }

    /// Adds parameters to the query, percent-encoded.
    ///
    /// Values of parameters with secret names, such as `token`, are redacted in the span.
    pub fn query<'a, V: AsRef<str>>(
        mut self,
        parameters: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Self {
        self.inner = self.inner.query(parameters);
        self
    }

    /// Sets the body to `value` as JSON, and the content type to `application/json`.
    ///
    /// # Errors
    ///
    /// Returns an error if the value cannot be serialized, or the browser rejects the request, for instance a
    /// `GET` with a body.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Result<Request, Error> {
        Ok(Request {
            inner: self.inner.json(value)?,
            template: self.template,
            propagates: self.propagates,
        })
    }

    /// Sets the body: a text, a `Blob`, a `FormData`, or another type that the browser accepts.
    ///
    /// For JSON, use [`json`](Self::json).
    ///
    /// # Errors
    ///
    /// Returns an error if the browser rejects the request, for instance a `GET` with a body.
    pub fn body(self, body: impl Into<JsValue>) -> Result<Request, Error> {
        Ok(Request {
            inner: self.inner.body(body)?,
            template: self.template,
            propagates: self.propagates,
        })
    }

    /// Builds a request without a body.
    ///
    /// [`send`](Self::send) does this as well. Use `build` to send the request later.
    ///
    /// # Errors
    ///
    /// Returns an error if the browser rejects the request, for instance one to a URL with a password.
    pub fn build(self) -> Result<Request, Error> {
        Ok(Request {
            inner: self.inner.build()?,
            template: self.template,
            propagates: self.propagates,
        })
    }

    /// Builds and sends a request without a body.
    ///
    /// Its span starts below the context that is [`current`] when this is called, even if the
    /// returned future is polled elsewhere.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`build`](Self::build) and [`Request::send`].
    pub fn send(self) -> impl Future<Output = Result<Response, Error>> {
        request::send(self.build(), current())
    }
}

/// Constructors of builders.
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
}
