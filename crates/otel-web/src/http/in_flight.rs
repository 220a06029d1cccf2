//! The span of a request, from its start until the response, a failure, or the end of the wait.

use opentelemetry::Context;
use opentelemetry::trace::{Span as _, SpanKind, TraceContextExt};
use wasm_bindgen::JsValue;
use web_sys::Request;

use crate::browser::js;
#[cfg(feature = "resource-timing")]
use crate::browser::platform;
use crate::causality::context::current;
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
    /// `None` after [`settle`](Self::settle), and in builds without telemetry.
    span: Option<Span>,
    request: Request,
    /// When the span was started, on the monotonic clock.
    #[cfg(feature = "resource-timing")]
    started_ms: f64,
}

impl InFlight {
    /// Starts the span as a child of `caller`'s, and adds the propagation headers to the request.
    pub(crate) fn start(
        request: &Request,
        template: Option<&str>,
        propagates: bool,
        caller: Context,
    ) -> Self {
        let request = Clone::clone(request);
        if cfg!(feature = "off") {
            return Self {
                span: None,
                request,
                #[cfg(feature = "resource-timing")]
                started_ms: 0.0,
            };
        }
        // The future may have been created outside of any span, and be polled inside of one.
        let caller = if caller.has_active_span() {
            caller
        } else {
            current()
        };
        let url = js::text(&request, "url").unwrap_or_default();
        let span = start_span(&request, &url, template, &caller);
        let of_request = request.headers();
        if propagates {
            headers::inject(&caller, span.span_context(), &url, &mut |name, value| {
                // A name or value that the browser refuses is left out.
                let _ = of_request.set(name, value);
            });
        }
        Self {
            span: Some(span),
            request,
            #[cfg(feature = "resource-timing")]
            started_ms: platform::monotonic_ms(),
        }
    }

    /// To be called when `fetch` has been called with the request.
    #[cfg_attr(not(feature = "resource-timing"), expect(clippy::unused_self))]
    pub(crate) fn sent(&self) {
        #[cfg(feature = "resource-timing")]
        if let Some(span) = &self.span {
            let url = js::text(&self.request, "url").unwrap_or_default();
            resource_timing::sent(span.span_context(), &url, self.started_ms);
        }
    }

    /// Records the response or the failure, and ends the span.
    pub(crate) fn settle(mut self, result: Result<&JsValue, &JsValue>) {
        if let Some(span) = self.span.take() {
            #[cfg(feature = "resource-timing")]
            resource_timing::settled(span.span_context().span_id(), result.is_ok());
            match result {
                Ok(response) => record_response(&span, response),
                Err(reason) => self.record_failure(&span, reason),
            }
        }
    }

    /// An abort is intended by the application, so it is not an error. A timeout is one, although it
    /// comes from the same signal.
    fn record_failure(&self, span: &Span, reason: &JsValue) {
        let name = js::text(reason, "name").unwrap_or_default();
        let is_aborted = js::get(&js::get(&self.request, "signal"), "aborted").is_truthy();
        if is_aborted && name != "TimeoutError" {
            span.annotate("app.request.outcome", "aborted");
        } else {
            span.annotate("error.type", &*name);
            span.fail(text::truncated(&js::describe(reason)).to_owned());
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(span) = &self.span {
            #[cfg(feature = "resource-timing")]
            resource_timing::settled(span.span_context().span_id(), false);
            span.annotate("app.request.outcome", "abandoned");
        }
    }
}

fn start_span(request: &Request, url: &str, template: Option<&str>, caller: &Context) -> Span {
    let method = js::text(request, "method").unwrap_or_default();
    let is_known = KNOWN_METHODS.contains(&&method[..]);
    let verb = if is_known { &method } else { "HTTP" };
    let name = match template {
        Some(template) => [verb, " ", template].concat(),
        None => verb.to_owned(),
    };
    let span = Span::child_of(caller, name.into(), SpanKind::Client);
    if is_known {
        span.annotate("http.request.method", &*method);
    } else {
        span.annotate("http.request.method", "_OTHER");
        span.annotate("http.request.method_original", &*method);
    }
    span.annotate("url.full", &*redact::url(url));
    if let Some(template) = template {
        span.annotate("url.template", template);
    }
    if let Some((address, port)) = origin::host_and_port(url) {
        span.annotate("server.address", address);
        span.annotate("server.port", port);
    }
    span
}

/// A client span has an error for statuses of 400 and above. The status is 0 if the page may not read
/// the response.
fn record_response(span: &Span, response: &JsValue) {
    let status = js::number(response, "status").unwrap_or_default() as u16;
    if status > 0 {
        span.annotate("http.response.status_code", i64::from(status));
    }
    if status >= 400 {
        span.annotate("error.type", &*text::status_digits(status));
        span.fail("");
    }
}
