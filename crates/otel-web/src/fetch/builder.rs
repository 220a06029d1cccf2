//! What can be said about a request before it is sent.

use gloo_net::http::RequestBuilder as Inner;
use serde::Serialize;
use wasm_bindgen::JsValue;
use web_sys::{
    AbortSignal, ReferrerPolicy, RequestCache, RequestCredentials, RequestMode, RequestRedirect,
};

use super::{Error, Headers, Method, Request, Response};

/// Describes a request; mirrors [`gloo_net::http::RequestBuilder`].
#[derive(Debug)]
#[must_use = "a request leaves with `.send()`"]
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
    /// Sets the method, of which there are more than [`Request`] has constructors. Default: `GET`.
    method(method: Method);
    /// Replaces all headers.
    headers(headers: Headers);
    /// How the browser's cache is used.
    cache(cache: RequestCache);
    /// Whether cookies go along.
    credentials(credentials: RequestCredentials);
    /// The hash that the answer must have, see Subresource Integrity.
    integrity(integrity: &str);
    /// What other origins may answer.
    mode(mode: RequestMode);
    /// Whether redirects are followed.
    redirect(redirect: RequestRedirect);
    /// Sets the referrer.
    referrer(referrer: &str);
    /// How much of the referrer is told.
    referrer_policy(policy: ReferrerPolicy);
    /// Lets a signal abort the request, which is no error of its span.
    abort_signal(signal: Option<&AbortSignal>);
}

impl RequestBuilder {
    /// A `GET` request to `url`.
    pub fn new(url: &str) -> Self {
        Self {
            inner: Inner::new(url),
            template: None,
            propagates: true,
        }
    }

    /// Whether the request carries the trace to the server, where the server's origin gets it at all.
    /// Default: yes.
    ///
    /// Say no for a URL that redirects to another origin: the browser takes `traceparent` along, and
    /// fails the request if the other origin does not allow it in its CORS preflight. For all requests
    /// to such URLs: [`Builder::propagate_except`](crate::Builder::propagate_except).
    pub fn propagate(mut self, enabled: bool) -> Self {
        self.propagates = enabled;
        self
    }

    /// The URL's path with its variable parts as names in braces, e.g. `/users/{id}`.
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

    /// Sets the body to a JSON text, and the content type.
    ///
    /// # Errors
    /// When the value cannot be written as JSON, or the browser does not accept the request.
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
    /// When the browser does not accept the request, e.g. a `GET` with a body.
    pub fn body(self, body: impl Into<JsValue>) -> Result<Request, Error> {
        Ok(Request {
            inner: self.inner.body(body)?,
            template: self.template,
            propagates: self.propagates,
        })
    }

    /// Makes a request without a body.
    ///
    /// # Errors
    /// When the browser does not accept the request, e.g. one to a URL with a password.
    pub fn build(self) -> Result<Request, Error> {
        Ok(Request {
            inner: self.inner.build()?,
            template: self.template,
            propagates: self.propagates,
        })
    }

    /// Sends the request, in the context in which this is called.
    ///
    /// # Errors
    /// As [`build`](Self::build) and [`Request::send`].
    pub fn send(self) -> impl Future<Output = Result<Response, Error>> {
        let context = crate::current();
        async move { self.build()?.send_in(context).await }
    }
}
