//! The SERVER span of a request, with the stable HTTP conventions.

use std::{any::Any, panic::AssertUnwindSafe};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Version, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt as _;
use opentelemetry::{
    Context, KeyValue,
    context::FutureExt as _,
    global,
    trace::{SpanKind, Status, TraceContextExt, Tracer},
};

use super::caller::{Origin, TRACEPARENT, is_trusted};
use crate::{AppState, Error, error::Failure, text::bounded};

const TRACER: &str = "cruddur-backend";
const HEALTH_CHECK: &str = "/api/health-check";
/// Other methods would let a caller invent span names.
const KNOWN_METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
];

/// Longest attribute that is made from what a caller sent.
const MAX_ATTRIBUTE_BYTES: usize = 256;
/// Paths and queries are looked at more often than other headers.
const MAX_URL_ATTRIBUTE_BYTES: usize = 1024;
const MAX_METHOD_BYTES: usize = 32;

/// Runs the request inside its SERVER span. A panic of a handler becomes an answer and an
/// exception on the span, like every other fault.
pub(crate) async fn trace_request(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    if is_probe(&request, &state) {
        return next.run(request).await;
    }
    let context = start(&request, Origin::of(&request, &state.security));
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind();
    let response = answered
        .with_context(context.clone())
        .await
        .unwrap_or_else(|panic| panicked(&*panic).into_response());
    finish(&context, &response);
    response
}

/// A health check outside of a trusted caller's trace is a probe every few seconds, and nobody's
/// action.
fn is_probe(request: &Request, state: &AppState) -> bool {
    let is_traced =
        || request.headers().contains_key(TRACEPARENT) && is_trusted(request, &state.security);
    request.uri().path() == HEALTH_CHECK && !is_traced()
}

fn start(request: &Request, Origin { parent, link }: Origin) -> Context {
    let method = known_method(request);
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(MatchedPath::as_str);
    let verb = if method == "_OTHER" { "HTTP" } else { method };
    let name = match route {
        Some(route) => format!("{verb} {route}"),
        None => verb.to_owned(),
    };
    let tracer = global::tracer(TRACER);
    let span = tracer
        .span_builder(name)
        .with_kind(SpanKind::Server)
        .with_links(link.into_iter().collect())
        .with_attributes(attributes(request, method, route));
    parent.with_span(span.start_with_context(&tracer, &parent))
}

fn known_method(request: &Request) -> &'static str {
    let method = request.method().as_str();
    KNOWN_METHODS
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("_OTHER")
}

fn attributes(request: &Request, method: &'static str, route: Option<&str>) -> Vec<KeyValue> {
    let text = |name| header_text(request.headers(), name);
    let url = |text| bounded(text, MAX_URL_ATTRIBUTE_BYTES).into_owned();
    let host = text(header::HOST);
    let (address, port) = host.as_deref().map(split_host).unwrap_or_default();
    let other_method = (method == "_OTHER")
        .then(|| bounded(request.method().as_str(), MAX_METHOD_BYTES).into_owned());
    [
        Some(KeyValue::new("http.request.method", method)),
        Some(KeyValue::new("url.scheme", "http")),
        Some(KeyValue::new("url.path", url(request.uri().path()))),
        other_method.map(|method| KeyValue::new("http.request.method_original", method)),
        route.map(|route| KeyValue::new("http.route", route.to_owned())),
        request
            .uri()
            .query()
            .map(|query| KeyValue::new("url.query", url(query))),
        address.map(|address| KeyValue::new("server.address", address.to_owned())),
        port.map(|port| KeyValue::new("server.port", i64::from(port))),
        text(header::USER_AGENT).map(|agent| KeyValue::new("user_agent.original", agent)),
        protocol(request.version()).map(|it| KeyValue::new("network.protocol.version", it)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    Some(bounded(text, MAX_ATTRIBUTE_BYTES).into_owned())
}

fn split_host(host: &str) -> (Option<&str>, Option<u16>) {
    let parsed = host
        .rsplit_once(':')
        .and_then(|(name, port)| Some((name, port.parse().ok()?)));
    match parsed {
        Some((name, port)) => (Some(name), Some(port)),
        None => (Some(host), None),
    }
}

fn protocol(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        _ => None,
    }
}

/// A 4xx is the caller's doing and leaves the status unset.
fn finish(context: &Context, response: &Response) {
    let span = context.span();
    let status = response.status();
    span.set_attribute(KeyValue::new(
        "http.response.status_code",
        i64::from(status.as_u16()),
    ));
    if status.is_server_error() {
        span.set_attribute(KeyValue::new("error.type", status.as_str().to_owned()));
        span.set_status(Status::error(""));
    }
    if let Some(failure) = response.extensions().get::<Failure>() {
        let attributes = vec![
            KeyValue::new("exception.type", failure.kind),
            KeyValue::new("exception.message", failure.message.to_string()),
        ];
        span.add_event("exception", attributes);
        span.set_status(Status::error(failure.message.to_string()));
    }
    span.end();
}

fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::Failed(Failure::new("panic", text.unwrap_or("a handler panicked")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_may_carry_a_port() {
        assert_eq!(
            split_host("cruddur.example:4567"),
            (Some("cruddur.example"), Some(4567))
        );
        assert_eq!(split_host("[::1]:80"), (Some("[::1]"), Some(80)));
        assert_eq!(
            split_host("cruddur.example"),
            (Some("cruddur.example"), None)
        );
    }

    #[test]
    fn a_panic_is_a_failure_that_keeps_its_message_for_the_span() {
        let panic: Box<dyn Any + Send> = Box::new("no honor");
        let response = panicked(&*panic).into_response();
        assert_eq!(response.status().as_u16(), 500);
        let failure = response.extensions().get::<Failure>().unwrap();
        assert_eq!(&*failure.message, "no honor");
    }
}
