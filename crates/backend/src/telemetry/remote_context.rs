//! The remote span that a request's `traceparent` names.
//!
//! | sender of the `traceparent` | effect |
//! |---|---|
//! | a page of the server's own origin, or of an allowed one | the trace is continued, with its sampling decision |
//! | an address in `CRUDDUR_TRUSTED_CALLERS` | the same |
//! | any other sender | a new trace begins, sampled independently, with a link to the sender's span |
//!
//! The origin of a page is known from the browser's `Sec-Fetch-Site`, which no page can change. A
//! program without a browser can forge it, but affects only its own requests.

use axum::{
    extract::Request,
    http::{HeaderMap, header},
};
use opentelemetry::{
    Context,
    propagation::{Extractor, TextMapPropagator},
    trace::{Link, SpanContext, TraceContextExt, TraceState},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;

use crate::{client_address::ClientAddress, origin::PageOrigin, security::SecuritySettings};

pub(super) const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
/// The length that the specification requires to propagate. A longer `tracestate` is dropped.
const MAX_TRACESTATE_BYTES: usize = 512;

/// The relation of a SERVER span to the caller's span.
#[derive(Debug)]
pub(super) struct RemoteContext {
    /// The current context, with the caller's span if the caller is trusted.
    pub(super) parent: Context,
    /// The caller's span, if the caller is not trusted.
    pub(super) link: Option<Link>,
}

impl RemoteContext {
    pub(super) fn of(request: &Request, settings: &SecuritySettings) -> Self {
        let parent = TraceContextPropagator::new().extract(&Headers(request.headers()));
        if !parent.span().span_context().is_valid() {
            return Self {
                parent: Context::current(),
                link: None,
            };
        }
        if is_trusted(request, settings) {
            return Self { parent, link: None };
        }
        Self {
            parent: Context::current(),
            link: Some(link_to(parent.span().span_context())),
        }
    }
}

/// Returns whether the caller's trace is continued.
pub(super) fn is_trusted(request: &Request, settings: &SecuritySettings) -> bool {
    let headers = request.headers();
    settings.page_origin(headers) == PageOrigin::Own || {
        let trusted = &settings.trusted_proxies;
        let ClientAddress(address) = ClientAddress::of(request.extensions(), headers, trusted);
        settings.is_trusted_caller(address)
    }
}

/// Creates a link without the `tracestate`, which is not trusted either.
fn link_to(other: &SpanContext) -> Link {
    let context = SpanContext::new(
        other.trace_id(),
        other.span_id(),
        other.trace_flags(),
        true,
        TraceState::NONE,
    );
    Link::new(context, Vec::new(), 0)
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        let text = self.0.get(key)?.to_str().ok()?;
        (key != TRACESTATE || text.len() <= MAX_TRACESTATE_BYTES).then_some(text)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(header::HeaderName::as_str).collect()
    }
}
