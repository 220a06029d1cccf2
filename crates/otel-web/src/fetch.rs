//! Requests as [`gloo_net`] makes them, each a CLIENT span that the server can continue.
//!
//! The span follows the stable HTTP conventions. It is named `{method} {url.template}`, or by the
//! method alone where no template is given: paths hold ids, and names must not.

pub use gloo_net::Error;
pub use gloo_net::http::Response;
use opentelemetry::trace::{
    SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, Tracer as _,
};
use opentelemetry::{Context, KeyValue};
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::{Tracer, propagation, redact, telemetry};

/// Describes a request; mirrors [`gloo_net::http::RequestBuilder`].
#[derive(Debug)]
#[must_use = "a request leaves with `.send()`"]
pub struct RequestBuilder {
    inner: gloo_net::http::RequestBuilder,
    method: &'static str,
    template: Option<String>,
}

/// A request with everything set; mirrors [`gloo_net::http::Request`].
#[derive(Debug)]
#[must_use = "a request leaves with `.send()`"]
pub struct Request {
    inner: gloo_net::http::Request,
    method: &'static str,
    template: Option<String>,
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident $method:literal),+ $(,)?) => {
        impl Request {
            $($(#[$doc])* pub fn $name(url: &str) -> RequestBuilder {
                RequestBuilder {
                    inner: gloo_net::http::Request::$name(url),
                    method: $method,
                    template: None,
                }
            })+
        }
    };
}

methods! {
    /// A `GET` request.
    get "GET",
    /// A `POST` request.
    post "POST",
    /// A `PUT` request.
    put "PUT",
    /// A `PATCH` request.
    patch "PATCH",
    /// A `DELETE` request.
    delete "DELETE",
}

impl RequestBuilder {
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
        let inner = self.inner.json(value)?;
        Ok(Request {
            inner,
            method: self.method,
            template: self.template,
        })
    }

    /// Sets the body.
    ///
    /// # Errors
    /// When the browser does not accept the request, e.g. a `GET` with a body.
    pub fn body(self, body: impl Into<JsValue>) -> Result<Request, Error> {
        let inner = self.inner.body(body)?;
        Ok(Request {
            inner,
            method: self.method,
            template: self.template,
        })
    }

    /// Sends the request, in the context in which this is called.
    pub fn send(self) -> impl Future<Output = Result<Response, Error>> {
        let context = crate::current();
        async move {
            let inner = self.inner.build()?;
            let request = Request {
                inner,
                method: self.method,
                template: self.template,
            };
            request.send_in(context).await
        }
    }
}

impl Request {
    /// Sends the request, in the context in which this is called.
    pub fn send(self) -> impl Future<Output = Result<Response, Error>> {
        let context = crate::current();
        self.send_in(context)
    }

    async fn send_in(self, caller: Context) -> Result<Response, Error> {
        if cfg!(feature = "off") {
            return self.inner.send().await;
        }
        let caller = if caller.has_active_span() {
            caller
        } else {
            crate::current()
        };
        let span = Tracer::own().build_with_context(self.span_builder(), &caller);
        let context = caller.with_span(span);
        self.propagate(context.span().span_context());
        let outcome = self.inner.send().await;
        record_outcome(&context, &outcome);
        context.span().end();
        outcome
    }

    fn span_builder(&self) -> SpanBuilder {
        let url = self.inner.url();
        let mut attributes = vec![
            KeyValue::new("http.request.method", self.method),
            KeyValue::new("url.full", redact::url(&url)),
        ];
        if let Ok(url) = web_sys::Url::new(&url) {
            attributes.push(KeyValue::new("server.address", url.hostname()));
            if let Some(port) = port(&url) {
                attributes.push(KeyValue::new("server.port", port));
            }
        }
        let name = match &self.template {
            Some(template) => {
                attributes.push(KeyValue::new("url.template", template.clone()));
                format!("{} {template}", self.method).into()
            }
            None => self.method.into(),
        };
        SpanBuilder {
            name,
            ..SpanBuilder::default()
        }
        .with_kind(SpanKind::Client)
        .with_attributes(attributes)
    }

    fn propagate(&self, context: &SpanContext) {
        if context.is_valid() && telemetry::propagates_to(&self.inner.url()) {
            let headers = self.inner.headers();
            headers.set("traceparent", &propagation::traceparent(context));
            let state = context.trace_state().header();
            if !state.is_empty() {
                headers.set("tracestate", &state);
            }
        }
    }
}

/// The port of the URL, or the one its scheme stands for.
fn port(url: &web_sys::Url) -> Option<i64> {
    match (url.port().parse().ok(), url.protocol().as_str()) {
        (Some(port), _) => Some(port),
        (None, "https:") => Some(443),
        (None, "http:") => Some(80),
        _ => None,
    }
}

/// A status from 400 on is the client's error, no answer is one too; a request that its owner gave
/// up is not, and never comes here.
fn record_outcome(context: &Context, outcome: &Result<Response, Error>) {
    let span = context.span();
    match outcome {
        Ok(response) => {
            let status = response.status();
            span.set_attribute(KeyValue::new(
                "http.response.status_code",
                i64::from(status),
            ));
            if status >= 400 {
                span.set_attribute(KeyValue::new("error.type", status.to_string()));
                span.set_status(Status::error(""));
            }
        }
        Err(error) => {
            span.set_attribute(KeyValue::new("error.type", "network"));
            span.set_status(Status::error(error.to_string()));
        }
    }
}
