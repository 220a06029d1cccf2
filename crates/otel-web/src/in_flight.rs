//! The span of a request, from its start until there is an answer or nobody waits for one any more.

use opentelemetry::trace::{SpanBuilder, SpanKind, Status, TraceContextExt, Tracer as _};
use opentelemetry::{Context, KeyValue};
use wasm_bindgen::JsValue;
use web_sys::Request;

use crate::{Tracer, js, propagation, redact};

/// All others are `_OTHER`, as the conventions ask, lest a typo makes a new name for a span.
const KNOWN_METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE",
];

/// Ends its span when dropped.
pub(crate) struct InFlight {
    /// Keeps the action open as well. `None` once settled, and where telemetry is left out.
    context: Option<Context>,
    request: Request,
}

impl InFlight {
    /// Starts the span below `caller`, and gives the request its headers.
    pub(crate) fn start(request: &Request, template: Option<&str>, caller: Context) -> Self {
        let request = Clone::clone(request);
        if cfg!(feature = "off") {
            return Self {
                context: None,
                request,
            };
        }
        // A future may run later than it was made, inside of something by then.
        let caller = if caller.has_active_span() {
            caller
        } else {
            crate::current()
        };
        let url = js::text(&request, "url").unwrap_or_default();
        let span = Tracer::own().build_with_context(describe(&request, &url, template), &caller);
        let context = caller.with_span(span);
        let headers = request.headers();
        propagation::inject(&context, &url, &mut |name, value| {
            // A name or value that the browser does not take is left out.
            let _ = headers.set(name, value);
        });
        Self {
            context: Some(context),
            request,
        }
    }

    pub(crate) fn settle(mut self, answer: Result<&JsValue, &JsValue>) {
        if let Some(context) = self.context.take() {
            match answer {
                Ok(response) => record_response(&context, response),
                Err(reason) => self.record_failure(&context, reason),
            }
            context.span().end();
        }
    }

    /// An abort is what the application wanted; a timeout is not, though the same signal brings it.
    fn record_failure(&self, context: &Context, reason: &JsValue) {
        let name = js::text(reason, "name").unwrap_or_default();
        let is_aborted = js::get(&js::get(&self.request, "signal"), "aborted").is_truthy();
        let span = context.span();
        if is_aborted && name != "TimeoutError" {
            span.set_attribute(KeyValue::new("app.request.outcome", "aborted"));
        } else {
            span.set_attribute(KeyValue::new("error.type", name));
            span.set_status(Status::error(js::describe(reason)));
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(context) = self.context.take() {
            let span = context.span();
            span.set_attribute(KeyValue::new("app.request.outcome", "abandoned"));
            span.end();
        }
    }
}

fn describe(request: &Request, url: &str, template: Option<&str>) -> SpanBuilder {
    let method = js::text(request, "method").unwrap_or_default();
    let is_known = KNOWN_METHODS.contains(&&method[..]);
    let mut attributes = Vec::with_capacity(6);
    attributes.push(KeyValue::new("url.full", redact::url(url)));
    if let Some((address, port)) = propagation::host_and_port(url) {
        attributes.push(KeyValue::new("server.address", address.to_owned()));
        attributes.push(KeyValue::new("server.port", port));
    }
    let mut name = if is_known {
        method.clone()
    } else {
        "HTTP".to_owned()
    };
    if let Some(template) = template {
        attributes.push(KeyValue::new("url.template", template.to_owned()));
        name = [&name, " ", template].concat();
    }
    if is_known {
        attributes.push(KeyValue::new("http.request.method", method));
    } else {
        attributes.push(KeyValue::new("http.request.method", "_OTHER"));
        attributes.push(KeyValue::new("http.request.method_original", method));
    }
    SpanBuilder::from_name(name)
        .with_kind(SpanKind::Client)
        .with_attributes(attributes)
}

/// A status from 400 on is the client's error. One of 0 belongs to an answer that the page may not
/// look into.
fn record_response(context: &Context, response: &JsValue) {
    let status = js::number(response, "status").unwrap_or_default() as u16;
    let span = context.span();
    if status > 0 {
        span.set_attribute(KeyValue::new(
            "http.response.status_code",
            i64::from(status),
        ));
    }
    if status >= 400 {
        span.set_attribute(KeyValue::new("error.type", digits(status)));
        span.set_status(Status::error(""));
    }
}

/// The three digits of a status.
fn digits(status: u16) -> String {
    let digit = |value: u16| char::from_digit(u32::from(value % 10), 10);
    [status / 100, status / 10, status]
        .into_iter()
        .filter_map(digit)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn a_status_is_three_digits() {
        assert_eq!(digits(404), "404");
        assert_eq!(digits(500), "500");
    }
}
