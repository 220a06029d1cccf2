//! Whose trace is continued.
//!
//! | who sends a `traceparent` | what it does |
//! |---|---|
//! | a page of the server's own origin, or of an allowed one | the trace is continued, with its sampling decision |
//! | an address in `CRUDDUR_TRUSTED_CALLERS` | the same |
//! | anybody else | a new trace begins, sampled as if there were none, with a link to the other |
//!
//! That a page is the server's own is the browser's word, `Sec-Fetch-Site`, which no page can
//! change. A program without a browser can write it, and then chooses for its own requests only.

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
/// The length the specification asks to propagate; a longer `tracestate` is left out as a whole.
const MAX_TRACESTATE_BYTES: usize = 512;

/// Where the SERVER span of a request belongs.
#[derive(Debug, Default)]
pub(super) struct Origin {
    /// The caller's span, where the caller is trusted.
    pub(super) parent: Context,
    /// The caller's span, where it is not.
    pub(super) link: Option<Link>,
}

impl Origin {
    pub(super) fn of(request: &Request, settings: &SecuritySettings) -> Self {
        let parent = TraceContextPropagator::new().extract(&Headers(request.headers()));
        if !parent.span().span_context().is_valid() {
            return Self::default();
        }
        if is_trusted(request, settings) {
            return Self { parent, link: None };
        }
        Self {
            parent: Context::new(),
            link: Some(link_to(parent.span().span_context())),
        }
    }
}

/// Whether the caller decides about the trace.
pub(super) fn is_trusted(request: &Request, settings: &SecuritySettings) -> bool {
    let headers = request.headers();
    settings.page_origin(headers) == PageOrigin::Own || {
        let trusted = &settings.trusted_proxies;
        let ClientAddress(address) = ClientAddress::of(request.extensions(), headers, trusted);
        settings.is_trusted_caller(address)
    }
}

/// A stranger's `tracestate` is not taken along.
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
