//! The SERVER span of a request, with the stable HTTP conventions.

use std::{any::Any, error::Error as _, panic::AssertUnwindSafe};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, Version},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::headers::{HeaderMapExt, Host, UserAgent};
use futures_util::FutureExt as _;
use opentelemetry::{
    Array, Context, KeyValue, Value,
    context::FutureExt as _,
    global,
    trace::{SpanKind, Status, TraceContextExt, Tracer},
};

use super::remote_context::{RemoteContext, TRACEPARENT, is_trusted};
use crate::{AppState, Error, error::Failure, request_id, routes::EVENTS_PATH, text::truncated};

const TRACER: &str = "cruddur-backend";
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
const HEALTH_CHECK_PATH: &str = "/api/health-check";
/// Headers have this name in the conventions, and are arrays.
const REQUEST_ID_ATTRIBUTE: &str = "http.response.header.x-request-id";
/// The value of `http.request.method` for a method that is not standard. A client could otherwise
/// make up span names.
const OTHER_METHOD: &str = "_OTHER";

/// The length limit of an attribute with untrusted text, in bytes.
const MAX_ATTRIBUTE_BYTES: usize = 256;
/// The length limit of paths and queries, which are more useful than other headers.
const MAX_URL_ATTRIBUTE_BYTES: usize = 1024;
const MAX_METHOD_BYTES: usize = 32;

/// Runs the request in its SERVER span. A panic of a handler becomes a 500.
pub(crate) async fn trace_request(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let span_name = span_name(&request);
    if is_background(&request, &state) {
        let is_stream = request.uri().path() == EVENTS_PATH;
        let untraced = Context::current().with_telemetry_suppressed();
        let response = next.run(request).with_context(untraced).await;
        if is_stream {
            log(&Context::current(), &span_name, &response);
        }
        return response;
    }
    let remote = RemoteContext::of(&request, &state.security);
    let context = start(&request, span_name.clone(), remote);
    let result = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = result
        .with_context(context.clone())
        .await
        .unwrap_or_else(|panic| panic_response(&*panic));
    announce(&context, &mut response);
    log(&context, &span_name, &response);
    finish(&context, &response);
    response
}

/// Returns whether the request is a health check or an event stream that is not part of a trusted
/// trace. Programs send the ones every few seconds, and browsers open the others by themselves and
/// without a `traceparent`: they are not user actions.
fn is_background(request: &Request, state: &AppState) -> bool {
    let is_traced =
        || request.headers().contains_key(TRACEPARENT) && is_trusted(request, &state.security);
    [HEALTH_CHECK_PATH, EVENTS_PATH].contains(&request.uri().path()) && !is_traced()
}

fn start(request: &Request, span_name: String, remote: RemoteContext) -> Context {
    let tracer = global::tracer(TRACER);
    let span = tracer
        .span_builder(span_name)
        .with_kind(SpanKind::Server)
        .with_links(remote.link.into_iter().collect())
        .with_attributes(attributes(request));
    let parent = remote.parent;
    parent.with_span(span.start_with_context(&tracer, &parent))
}

fn span_name(request: &Request) -> String {
    let method = match method_name(request.method()) {
        OTHER_METHOD => "HTTP",
        method => method,
    };
    match route(request) {
        Some(route) => format!("{method} {route}"),
        None => method.to_owned(),
    }
}

fn route(request: &Request) -> Option<&str> {
    let path = request.extensions().get::<MatchedPath>();
    path.map(MatchedPath::as_str)
}

fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::CONNECT => "CONNECT",
        Method::DELETE => "DELETE",
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::TRACE => "TRACE",
        _ => OTHER_METHOD,
    }
}

fn attributes(request: &Request) -> Vec<KeyValue> {
    let url = |text| truncated(text, MAX_URL_ATTRIBUTE_BYTES).into_owned();
    let text = |text: &str| truncated(text, MAX_ATTRIBUTE_BYTES).into_owned();
    let (method, uri, headers) = (request.method(), request.uri(), request.headers());
    let method_name = method_name(method);
    let original_method = (method_name == OTHER_METHOD)
        .then(|| truncated(method.as_str(), MAX_METHOD_BYTES).into_owned());
    let host = headers.typed_get::<Host>();
    let (address, port) = host
        .as_ref()
        .map_or((None, None), |host| (Some(host.hostname()), host.port()));
    let agent = headers.typed_get::<UserAgent>();
    [
        Some(KeyValue::new("http.request.method", method_name)),
        Some(KeyValue::new("url.scheme", "http")),
        Some(KeyValue::new("url.path", url(uri.path()))),
        original_method.map(|method| KeyValue::new("http.request.method_original", method)),
        route(request).map(|route| KeyValue::new("http.route", route.to_owned())),
        uri.query()
            .map(|query| KeyValue::new("url.query", url(query))),
        address.map(|address| KeyValue::new("server.address", text(address))),
        port.map(|port| KeyValue::new("server.port", i64::from(port))),
        agent.map(|agent| KeyValue::new("user_agent.original", text(agent.as_str()))),
        protocol_version(request.version())
            .map(|version| KeyValue::new("network.protocol.version", version)),
        request_id::current().map(request_id_attribute),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn request_id_attribute(id: String) -> KeyValue {
    let ids = Array::String(vec![id.into()]);
    KeyValue::new(REQUEST_ID_ATTRIBUTE, Value::Array(ids))
}

fn protocol_version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        _ => None,
    }
}

/// Names the span to the page, whose load becomes a part of the trace. Without an exporter there is no
/// span.
fn announce(context: &Context, response: &mut Response) {
    let span = context.span();
    let ids = span.span_context();
    if !ids.is_valid() {
        return;
    }
    let (trace_id, span_id) = (ids.trace_id(), ids.span_id());
    let flags = ids.trace_flags().to_u8();
    let timing = format!("traceparent;desc=\"00-{trace_id}-{span_id}-{flags:02x}\"");
    if let Ok(timing) = HeaderValue::try_from(timing) {
        response.headers_mut().append(SERVER_TIMING, timing);
    }
}

/// Logs the response, with the ids of the span.
fn log(context: &Context, request: &str, response: &Response) {
    let _attached = context.clone().attach();
    let status = response.status().as_u16();
    let failure = response.extensions().get::<Failure>();
    match failure.map(|failure| (failure, failure.source())) {
        Some((failure, error)) if failure.is_temporary() => {
            tracing::warn!(
                request,
                status,
                error,
                "request failed, a retry may succeed"
            );
        }
        Some((_, error)) => tracing::error!(request, status, error, "request failed"),
        None => tracing::debug!(request, status, "request finished"),
    }
}

/// Ends the span. A 4xx is the client's fault and leaves the status unset.
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
            KeyValue::new("exception.message", failure.cause.to_string()),
        ];
        span.add_event("exception", attributes);
        span.set_status(Status::error(failure.cause.to_string()));
    }
    span.end();
}

fn panic_response(panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let failure = Failure::new("panic", text.unwrap_or("a handler panicked"));
    Error::Failed(failure).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::header};

    use super::*;

    fn attribute(host: &str, key: &str) -> Option<String> {
        let request = Request::builder().header(header::HOST, host);
        let attributes = attributes(&request.body(Body::empty()).unwrap());
        let attribute = attributes.iter().find(|it| it.key.as_str() == key);
        attribute.map(|it| it.value.to_string())
    }

    #[test]
    fn host_is_split_into_address_and_port() {
        for (host, address, port) in [
            ("cruddur.example:4567", "cruddur.example", Some("4567")),
            ("[::1]:80", "[::1]", Some("80")),
            ("cruddur.example", "cruddur.example", None),
        ] {
            assert_eq!(attribute(host, "server.address").as_deref(), Some(address));
            assert_eq!(attribute(host, "server.port").as_deref(), port);
        }
    }

    #[test]
    fn panic_is_a_failure_with_its_message_as_cause() {
        let panic: Box<dyn Any + Send> = Box::new("no honor");
        let response = panic_response(&*panic);
        assert_eq!(response.status().as_u16(), 500);
        let failure = response.extensions().get::<Failure>().unwrap();
        assert_eq!(failure.cause.to_string(), "no honor");
    }
}
