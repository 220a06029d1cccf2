//! The request builder.

use gloo_net::http::RequestBuilder as Inner;
use serde::Serialize;
use wasm_bindgen::JsValue;
use web_sys::{
    AbortSignal, ReferrerPolicy, RequestCache, RequestCredentials, RequestMode, RequestRedirect,
};

use super::{Error, Headers, Method, Request, Response};

/// Configures a request. Mirrors [`gloo_net::http::RequestBuilder`].
///
/// # Example: a request with JSON
///
/// ```no_run
/// # use otel_web::fetch::{Error, Request};
/// async fn rename(id: u32, name: &str) -> Result<bool, Error> {
///     let request = Request::put(&format!("/api/users/{id}/name"))
///         .url_template("/api/users/{id}/name")
///         .json(name)?;
///     Ok(request.send().await?.ok())
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
    /// Sets the method, for those without a constructor of [`Request`]. Default: `GET`.
    method(method: Method);
    /// Replaces all headers.
    headers(headers: Headers);
    /// Sets how the browser's cache is used.
    cache(cache: RequestCache);
    /// Sets whether cookies are sent.
    credentials(credentials: RequestCredentials);
    /// Sets the hash that the response must have, see Subresource Integrity.
    integrity(integrity: &str);
    /// Sets whether requests to other origins are allowed, and under which conditions.
    mode(mode: RequestMode);
    /// Sets whether redirects are followed.
    redirect(redirect: RequestRedirect);
    /// Sets the referrer.
    referrer(referrer: &str);
    /// Sets how much of the referrer is sent.
    referrer_policy(policy: ReferrerPolicy);
    /// Sets a signal that can abort the request. An abort is not an error of its span.
    abort_signal(signal: Option<&AbortSignal>);
}

impl RequestBuilder {
    /// Builds a `GET` request to `url`.
    pub fn new(url: &str) -> Self {
        Self {
            inner: Inner::new(url),
            template: None,
            propagates: true,
        }
    }

    /// Sets whether the trace is propagated to the server, if its origin is allowed. Default: true.
    ///
    /// Disable it for a URL that redirects to another origin: the browser forwards `traceparent`, and
    /// fails the request if the other origin does not allow it in its CORS preflight. For all requests
    /// to such URLs, use [`Builder::propagate_except`](crate::Builder::propagate_except).
    pub fn propagate(mut self, enabled: bool) -> Self {
        self.propagates = enabled;
        self
    }

    /// Sets the URL's path with its variables in braces, e.g. `/users/{id}`. It becomes part of the
    /// span's name.
    pub fn url_template(mut self, template: impl Into<String>) -> Self {
        self.template = Some(template.into());
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.inner = self.inner.header(name, value);
        self
    }

    /// Adds query parameters.
    pub fn query<'a, V: AsRef<str>>(
        mut self,
        parameters: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Self {
        self.inner = self.inner.query(parameters);
        self
    }

    /// Sets a JSON body and its content type.
    ///
    /// # Errors
    /// Returns an error if the value cannot be serialized, or if the browser rejects the request.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Result<Request, Error> {
        Ok(Request {
            inner: self.inner.json(value)?,
            template: self.template,
            propagates: self.propagates,
        })
    }

    /// Sets the body.
    ///
    /// # Errors
    /// Returns an error if the browser rejects the request, e.g. a `GET` with a body.
    pub fn body(self, body: impl Into<JsValue>) -> Result<Request, Error> {
        Ok(Request {
            inner: self.inner.body(body)?,
            template: self.template,
            propagates: self.propagates,
        })
    }

    /// Builds a request without a body.
    ///
    /// # Errors
    /// Returns an error if the browser rejects the request, e.g. one to a URL with a password.
    pub fn build(self) -> Result<Request, Error> {
        Ok(Request {
            inner: self.inner.build()?,
            template: self.template,
            propagates: self.propagates,
        })
    }

    /// Builds and sends a request without a body. Its span is a child of the [current](crate::current)
    /// one.
    ///
    /// # Errors
    /// See [`build`](Self::build) and [`Request::send`].
    pub fn send(self) -> impl Future<Output = Result<Response, Error>> {
        let context = crate::current();
        async move { self.build()?.send_in(context).await }
    }
}
