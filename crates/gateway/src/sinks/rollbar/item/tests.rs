//! What an exception becomes.

use std::sync::Arc;

use trace_model::{Attribute, Event, Resource};

use super::*;

fn span(id: &str, stacktrace: &str) -> Span {
    let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
    let mut span = Span::new(trace_id, id.parse().unwrap(), "PUT /like");
    let service = Attribute::new("service.name", "backend");
    let attributes = [
        service,
        Attribute::new("deployment.environment.name", "production"),
    ];
    span.resource = Arc::new(Resource {
        attributes: attributes.into_iter().collect(),
    });
    let attributes = [
        Attribute::new("exception.type", "KeyError"),
        Attribute::new("exception.message", "1"),
        Attribute::new("exception.stacktrace", stacktrace),
    ];
    span.events.push(Event {
        time_unix_nano: 0,
        name: "exception".to_owned(),
        attributes: attributes.into_iter().collect(),
    });
    span
}

fn item(span: &Span) -> Item {
    let mut items = Writer::new("development", "http://127.0.0.1:4318").items(span);
    assert_eq!(items.len(), 1);
    items.remove(0)
}

fn data(span: &Span) -> Value {
    let item = item(span);
    assert!(item.body.len() <= MAX_BYTES);
    let mut body: Value = serde_json::from_str(&item.body).unwrap();
    assert!(!item.body.contains(":null"), "{body}");
    body["data"].take()
}

const ID: &str = "00f067aa0ba902b7";

#[test]
fn exception_with_a_stack_trace_is_a_trace_with_the_innermost_call_last() {
    let stack = "KeyError: 1\n    at like (app.js:12:5)\n    at main (app.js:30:1)";
    let data = data(&span(ID, stack));
    let frames = &data["body"]["trace"]["frames"];
    assert_eq!(
        (frames[1]["filename"].as_str(), frames[1]["lineno"].as_u64()),
        (Some("app.js"), Some(12))
    );
    assert_eq!(data["body"]["trace"]["exception"]["class"], "KeyError");
    assert_eq!(data["environment"], "production");
    assert_eq!(data["custom"]["span_id"], ID);
    let url = "http://127.0.0.1:4318/trace/6a2b7c1e98038103d269b633813fc60c?span=00f067aa0ba902b7";
    assert_eq!(data["custom"]["trace_url"], url);
}

#[test]
fn exception_with_a_cause_is_a_chain() {
    let stack = "KeyError: 1\n\tat a.A.b(A.java:3)\nCaused by: c.D: e\n\tat f.G.h(G.java:9)";
    let data = data(&span(ID, stack));
    let chain = data["body"]["trace_chain"].as_array().unwrap();
    let classes: Vec<_> = chain
        .iter()
        .map(|trace| trace["exception"]["class"].as_str())
        .collect();
    assert_eq!(classes, [Some("KeyError"), Some("c.D")]);
}

#[test]
fn exception_without_a_stack_trace_has_the_span_as_its_frame() {
    let data = data(&span(ID, ""));
    let frame = &data["body"]["trace"]["frames"][0];
    assert_eq!(
        (frame["filename"].as_str(), frame["method"].as_str()),
        (Some("backend"), Some("PUT /like"))
    );
}

#[test]
fn item_id_is_the_same_in_all_spans_that_an_error_passes() {
    let (first, second) = (item(&span(ID, "")), item(&span("00f067aa0ba902b8", "")));
    assert_eq!(first.uuid, second.uuid);
    assert_eq!(first.uuid.len(), 36);
    let mut other = span(ID, "");
    other.resource = Arc::default();
    assert_ne!(item(&other).uuid, first.uuid);
}

#[test]
fn item_has_the_known_parts_of_host_and_request() {
    let mut span = span(ID, "");
    assert_eq!(data(&span).get("server"), None);
    let host = Attribute::new("host.name", "web-1");
    span.resource = Arc::new(Resource {
        attributes: [host].into_iter().collect(),
    });
    span.kind = SpanKind::Server;
    span.attributes = [Attribute::new("url.path", "/like")].into_iter().collect();
    let data = data(&span);
    assert_eq!(data["server"], json!({"host": "web-1"}));
    assert_eq!(data["request"], json!({"url": "/like"}));
}

#[test]
fn deep_recursion_is_cut_in_the_middle() {
    let calls: Vec<_> = (0..10_000)
        .map(|line| format!("at f (a.js:{line}:1)"))
        .collect();
    let data = data(&span(
        ID,
        &format!("RangeError: stack\n{}", calls.join("\n")),
    ));
    let frames = data["body"]["trace"]["frames"].as_array().unwrap();
    let lines: Vec<_> = frames
        .iter()
        .map(|frame| frame["lineno"].as_u64().unwrap())
        .collect();
    let expected: Vec<_> = (9_900..10_000).rev().chain((0..100).rev()).collect();
    assert_eq!(lines, expected);
}

#[test]
fn item_is_never_over_the_size_limit() {
    let long = "\u{1}".repeat(20_000);
    let calls = format!("\n    at {long} ({long}:1:1)").repeat(9);
    let chain = format!("\nCaused by: a: {long}{calls}").repeat(9);
    let mut span = span(ID, &format!("a: b{calls}{chain}"));
    span.name.clone_from(&long);
    let text = |key: &str| Attribute::new(key, long.as_str());
    let attributes = [
        "service.name",
        "host.name",
        "telemetry.sdk.language",
        "service.version",
    ];
    span.resource = Arc::new(Resource {
        attributes: attributes.map(text).into_iter().collect(),
    });
    let traces = data(&span)["body"]["trace_chain"].clone();
    assert_eq!(traces.as_array().unwrap().len(), 2);
}
