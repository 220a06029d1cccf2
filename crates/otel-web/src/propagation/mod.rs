//! The headers that let a server continue the trace, and who gets them.
//!
//! `traceparent` and `tracestate` of W3C Trace Context level 2, `baggage` of W3C Baggage, and, where
//! it is asked for, `X-Amzn-Trace-Id`. They go to the page's own origin, and to others only by an
//! allow-list: a foreign server that does not expect them may refuse the request in its preflight.
//!
//! [`fetch`](crate::fetch) sets them by itself. For what it does not send (a WebSocket's first
//! message, a library of its own transport) there is [`traceparent`], and [`TraceContextPropagator`]
//! for code that is written against the propagators of the API.

#[cfg(feature = "baggage")]
mod baggage;
mod origin;
mod propagator;
mod traceparent;
mod xray;

use opentelemetry::Context;
use opentelemetry::trace::SpanContext;

pub use propagator::TraceContextPropagator;
pub use traceparent::{parse_traceparent, traceparent};

pub(crate) use origin::{host_and_port, is_origin, is_web, origin_of};
pub(crate) use traceparent::tracestate;

use crate::js;
use crate::slot::{self, Slot};

thread_local! {
    static PROPAGATION: Slot<Propagation> = const { Slot::new(None) };
}

/// Who gets the headers, and which.
#[derive(Clone, Debug, Default)]
pub(crate) struct Propagation {
    /// Besides the page's own, e.g. `https://api.example.com`.
    pub(crate) allowed_origins: Vec<String>,
    /// Adds `X-Amzn-Trace-Id`.
    pub(crate) xray: bool,
}

pub(crate) fn install(propagation: Propagation) {
    slot::put(&PROPAGATION, Box::new(propagation));
}

/// Hands the headers that a request to `url` carries to `set`, one by one.
/// They are those of a span that was started in `caller`.
pub(crate) fn inject(
    #[cfg_attr(not(feature = "baggage"), expect(unused_variables))] caller: &Context,
    span_context: &SpanContext,
    url: &str,
    set: &mut dyn FnMut(&str, &str),
) {
    slot::with(&PROPAGATION, |propagation| {
        if !span_context.is_valid() || !propagation.reaches(url) {
            return;
        }
        set("traceparent", &traceparent(span_context));
        let state = tracestate(span_context.trace_state());
        if !state.is_empty() {
            set("tracestate", &state);
        }
        if propagation.xray {
            set("X-Amzn-Trace-Id", &xray::trace_id_header(span_context));
        }
        #[cfg(feature = "baggage")]
        baggage::inject(caller, set);
    });
}

impl Propagation {
    fn reaches(&self, url: &str) -> bool {
        let own = js::text(&js_sys::global(), "origin").unwrap_or_default();
        self.includes(origin_of(url), &own)
    }

    fn includes(&self, origin: &str, own: &str) -> bool {
        let is_it = |allowed: &str| allowed.eq_ignore_ascii_case(origin);
        is_it(own) || self.allowed_origins.iter().any(|allowed| is_it(allowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_foreign_origins_get_the_headers() {
        let propagation = Propagation {
            allowed_origins: vec!["https://api.example.com".to_owned()],
            xray: false,
        };
        let own = "https://shop.example.com";
        let reaches = |url| propagation.includes(origin_of(url), own);
        assert!(reaches("https://shop.example.com/cart?of=https://evil.org"));
        assert!(reaches("https://api.example.com/"));
        assert!(!reaches("https://api.example.com.evil.org/"));
        assert!(!reaches("https://api.example.com:8443/"));
        assert!(!reaches("http://shop.example.com/"));
        assert!(!reaches("data:text/plain,https://shop.example.com/"));
    }
}
