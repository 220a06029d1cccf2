//! The span of a request, from its start until the response, a failure, or the end of the wait.

use opentelemetry::Context;
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
use opentelemetry::trace::TraceContextExt;
use opentelemetry::trace::{Span as _, SpanKind};
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
use wasm_bindgen::JsValue;
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
use web_sys::Request;

#[cfg(any(feature = "fetch", feature = "window-fetch"))]
use crate::browser::js;
#[cfg(feature = "resource-timing")]
use crate::browser::platform;
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
use crate::causality::context::current;
use crate::core::otlp::attributes;
use crate::core::propagation::origin;
use crate::core::{redact, text};
use crate::http::headers;
#[cfg(feature = "resource-timing")]
use crate::instrument::resource_timing;
use crate::trace::span::Span;

/// Other methods are recorded as `_OTHER`, as the semantic conventions demand, to limit the number of
/// span names.
const KNOWN_METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE",
];

/// A request that has been sent. Dropping it ends its span.
pub(crate) struct InFlight {
    /// `None` after the request has settled, and in builds without telemetry.
    span: Option<Span>,
    /// Absolute.
    url: String,
    /// When the span was started, on the monotonic clock.
    #[cfg(feature = "resource-timing")]
    started_ms: f64,
}

impl InFlight {
    /// Starts the span as a child of `caller`'s. The URL is absolute.
    pub(crate) fn start(
        method: &str,
        url: String,
        template: Option<&str>,
        caller: &Context,
    ) -> Self {
        let span = || start_span(method, &url, template, caller);
        Self {
            span: (!cfg!(feature = "off")).then(span),
            url,
            #[cfg(feature = "resource-timing")]
            started_ms: platform::monotonic_ms(),
        }
    }

    /// Calls `set` with each propagation header. `caller` is the context in which the span was started.
    pub(crate) fn propagate(&self, caller: &Context, set: &mut dyn FnMut(&str, &str)) {
        if let Some(span) = &self.span {
            headers::inject(caller, span.span_context(), &self.url, set);
        }
    }

    /// To be called when the request has been passed to the browser.
    #[cfg_attr(not(feature = "resource-timing"), expect(clippy::unused_self))]
    pub(crate) fn sent(&self) {
        #[cfg(feature = "resource-timing")]
        if let Some(span) = &self.span {
            let span = span.span_context();
            resource_timing::sent(span, &self.url, self.started_ms);
        }
    }

    /// Records a response, and ends the span. The status is 0 if the page may not read it.
    pub(crate) fn respond(mut self, status: u16) {
        if let Some(span) = self.take_span(true) {
            record_status(&span, status);
        }
    }

    /// Records a failure, and ends the span.
    pub(crate) fn fail(mut self, error_type: &str, description: &str) {
        if let Some(span) = self.take_span(false) {
            span.annotate("error.type", error_type);
            span.fail(text::truncated(description).to_owned());
        }
    }

    /// Records that the application has aborted the request, and ends the span. That is intended, so it is
    /// not an error.
    pub(crate) fn abort(mut self) {
        self.end_without_response("aborted");
    }

    fn end_without_response(&mut self, outcome: &str) {
        if let Some(span) = self.take_span(false) {
            span.annotate("app.request.outcome", outcome);
        }
    }

    #[cfg_attr(not(feature = "resource-timing"), expect(unused_variables))]
    fn take_span(&mut self, has_response: bool) -> Option<Span> {
        let span = self.span.take()?;
        #[cfg(feature = "resource-timing")]
        resource_timing::settled(span.span_context().span_id(), has_response);
        Some(span)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.end_without_response("abandoned");
    }
}

/// Methods for requests of `fetch`.
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
impl InFlight {
    /// Starts the span of a `Request`, and adds the propagation headers to it.
    pub(crate) fn of_request(
        request: &Request,
        template: Option<&str>,
        propagates: bool,
        caller: Context,
    ) -> Self {
        // The future may have been created outside of any span, and be polled inside of one.
        let caller = if caller.has_active_span() {
            caller
        } else {
            current()
        };
        let property = |key| js::text(request, key).unwrap_or_default();
        let in_flight = Self::start(&property("method"), property("url"), template, &caller);
        let headers = js::get(request, "headers");
        if propagates {
            in_flight.propagate(&caller, &mut |name, value| {
                // A name or value that the browser refuses is left out.
                js::call3(
                    &headers,
                    "set",
                    &name.into(),
                    &value.into(),
                    &JsValue::UNDEFINED,
                );
            });
        }
        in_flight
    }

    /// Records the response or the failure of `fetch`, and ends the span.
    pub(crate) fn settle(self, request: &Request, result: Result<&JsValue, &JsValue>) {
        match result {
            Ok(response) => {
                let status = js::number(response, "status").unwrap_or_default();
                self.respond(status as u16);
            }
            Err(reason) => {
                let name = js::text(reason, "name").unwrap_or_default();
                // A timeout comes from the same signal as an abort, but is an error.
                if js::is(&js::get(request, "signal"), "aborted") && name != "TimeoutError" {
                    self.abort();
                } else {
                    self.fail(&name, &js::describe(reason));
                }
            }
        }
    }
}

fn start_span(method: &str, url: &str, template: Option<&str>, caller: &Context) -> Span {
    let is_known = KNOWN_METHODS.contains(&method);
    let verb = if is_known { method } else { "HTTP" };
    let name = match template {
        Some(template) => [verb, " ", template].concat(),
        None => verb.to_owned(),
    };
    let mut attributes = attributes::span_attributes();
    if is_known {
        attributes.set("http.request.method", method);
    } else {
        attributes.set("http.request.method", "_OTHER");
        attributes.set("http.request.method_original", method);
    }
    attributes.set("url.full", &*redact::url(url));
    if let Some(template) = template {
        attributes.set("url.template", template);
    }
    if let Some((address, port)) = origin::host_and_port(url) {
        attributes.set("server.address", address);
        attributes.set("server.port", port);
    }
    Span::child_of(caller, name.into(), SpanKind::Client, attributes)
}

/// A client span has an error for statuses of 400 and above.
fn record_status(span: &Span, status: u16) {
    if status > 0 {
        span.annotate("http.response.status_code", i64::from(status));
    }
    if status >= 400 {
        span.annotate("error.type", &*text::status_digits(status));
        span.fail("");
    }
}
