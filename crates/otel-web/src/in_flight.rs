//! The span of a request, from its start until there is an answer or nobody waits for one any more.

use opentelemetry::Context;
use opentelemetry::trace::{Span as _, SpanKind, TraceContextExt};
use wasm_bindgen::JsValue;
use web_sys::Request;

#[cfg(feature = "resource-timing")]
use crate::instrument;
use crate::{Span, js, propagation, redact, text};

/// All others are `_OTHER`, as the conventions ask, lest a typo makes a new name for a span.
const KNOWN_METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE",
];

/// Ends its span when dropped.
pub(crate) struct InFlight {
    /// `None` once settled, and where telemetry is left out.
    span: Option<Span>,
    request: Request,
    /// When the browser was asked for it, on the monotonic clock.
    #[cfg(feature = "resource-timing")]
    called_ms: f64,
}

impl InFlight {
    /// Starts the span below `caller`, and gives the request its headers.
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
                called_ms: 0.0,
            };
        }
        // A future may run later than it was made, inside of something by then.
        let caller = if caller.has_active_span() {
            caller
        } else {
            crate::current()
        };
        let url = js::text(&request, "url").unwrap_or_default();
        let span = start_span(&request, &url, template, &caller);
        let headers = request.headers();
        if propagates {
            propagation::inject(&caller, span.span_context(), &url, &mut |name, value| {
                // A name or value that the browser does not take is left out.
                let _ = headers.set(name, value);
            });
        }
        Self {
            span: Some(span),
            request,
            #[cfg(feature = "resource-timing")]
            called_ms: crate::platform::monotonic_ms(),
        }
    }

    /// The browser has been asked for the request.
    #[cfg_attr(not(feature = "resource-timing"), expect(clippy::unused_self))]
    pub(crate) fn sent(&self) {
        #[cfg(feature = "resource-timing")]
        if let Some(span) = &self.span {
            let url = js::text(&self.request, "url").unwrap_or_default();
            instrument::resource_timing::sent(span.span_context(), &url, self.called_ms);
        }
    }

    pub(crate) fn settle(mut self, answer: Result<&JsValue, &JsValue>) {
        if let Some(span) = self.span.take() {
            #[cfg(feature = "resource-timing")]
            instrument::resource_timing::settled(span.span_context().span_id(), answer.is_ok());
            match answer {
                Ok(response) => record_response(&span, response),
                Err(reason) => self.record_failure(&span, reason),
            }
        }
    }

    /// An abort is what the application wanted; a timeout is not, though the same signal brings it.
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
            instrument::resource_timing::settled(span.span_context().span_id(), false);
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
    let span = Span::below(caller, name.into(), SpanKind::Client);
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
    if let Some((address, port)) = propagation::host_and_port(url) {
        span.annotate("server.address", address);
        span.annotate("server.port", port);
    }
    span
}

/// A status from 400 on is the client's error. One of 0 belongs to an answer that the page may not
/// look into.
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
