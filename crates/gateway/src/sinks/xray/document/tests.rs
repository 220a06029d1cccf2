//! What a span becomes.

use trace_model::{Attribute, Event, SpanKind, SpanStatus};

use super::*;

fn span(kind: SpanKind, attributes: &[(&str, trace_model::Value)]) -> Span {
    let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
    let mut span = Span::new(trace_id, "00f067aa0ba902b7".parse().unwrap(), "PUT /like");
    span.kind = kind;
    span.parent_span_id = "00f067aa0ba902b8".parse().ok();
    (span.start_unix_nano, span.end_unix_nano) =
        (1_790_000_000_500_000_000, 1_790_000_001_000_000_000);
    let attributes = attributes.iter().cloned();
    span.attributes = attributes
        .map(|(key, value)| Attribute::new(key, value))
        .collect();
    span
}

fn document(span: &Span) -> Value {
    let datagram = Writer::new(&["http.route".to_owned()])
        .datagram(span)
        .unwrap();
    assert!(datagram.len() <= MAX_DATAGRAM_BYTES);
    let text = String::from_utf8(datagram).unwrap();
    let (header, body) = text.split_once('\n').unwrap();
    assert_eq!(header, r#"{"format": "json", "version": 1}"#);
    serde_json::from_str(body).unwrap()
}

#[test]
fn server_span_is_a_segment_with_the_name_of_its_service() {
    let route = ("http.route", "/like/{id}".into());
    let document = document(&span(SpanKind::Server, &[route]));
    assert_eq!(document["name"], "unknown_service");
    assert_eq!(document["id"], "00f067aa0ba902b7");
    assert_eq!(document["parent_id"], "00f067aa0ba902b8");
    assert_eq!(document["trace_id"], "1-6a2b7c1e-98038103d269b633813fc60c");
    assert_eq!(document["start_time"], 1_790_000_000.5);
    assert_eq!(document.get("type"), None);
    assert_eq!(document["annotations"]["http_route"], "/like/{id}");
    assert_eq!(document["metadata"]["span"]["name"], "PUT /like");
}

#[test]
fn client_span_is_a_subsegment_with_the_name_of_its_peer() {
    let address = ("server.address", "db.example".into());
    let query = ("db.query.text", "SELECT ?".into());
    let document = document(&span(SpanKind::Client, &[address, query]));
    assert_eq!(document["type"], "subsegment");
    assert_eq!(document["namespace"], "remote");
    assert_eq!(document["name"], "db.example");
    assert_eq!(document["sql"]["sanitized_query"], "SELECT ?");
}

#[test]
fn span_without_a_parent_is_a_segment() {
    let mut root = span(SpanKind::Internal, &[]);
    root.parent_span_id = None;
    assert_eq!(document(&root).get("type"), None);
}

#[test]
fn http_status_sets_error_throttle_and_fault() {
    let check = |status: Option<i64>, failed, expected: &[&str]| {
        let attribute = status.map(|status| ("http.response.status_code", status.into()));
        let mut span = span(SpanKind::Server, attribute.as_slice());
        if failed {
            span.status = SpanStatus::Error(String::new());
        }
        let document = document(&span);
        let flags = ["error", "throttle", "fault"];
        let set: Vec<_> = flags
            .into_iter()
            .filter(|flag| document.get(*flag).is_some())
            .collect();
        assert_eq!(set, expected, "{status:?}");
    };
    check(Some(200), false, &[]);
    check(Some(404), false, &["error"]);
    check(Some(429), true, &["error", "throttle"]);
    check(Some(500), true, &["fault"]);
    check(None, true, &["fault"]);
}

fn exception(message: &str, stacktrace: &str) -> Event {
    let attributes = [
        Attribute::new("exception.type", "KeyError"),
        Attribute::new("exception.message", message),
        Attribute::new("exception.stacktrace", stacktrace),
    ];
    Event {
        time_unix_nano: 0,
        name: "exception".to_owned(),
        attributes: attributes.into_iter().collect(),
    }
}

#[test]
fn exception_is_the_cause_with_its_frames() {
    let mut span = span(SpanKind::Server, &[]);
    let stack = "KeyError: 1\n    at like (app.js:12:5)\n    at buy (native)";
    span.events.push(exception("1", stack));
    let exception = document(&span)["cause"]["exceptions"][0].clone();
    assert_eq!(
        (exception["type"].as_str(), exception["message"].as_str()),
        (Some("KeyError"), Some("1"))
    );
    let stack = serde_json::json!([
        {"path": "app.js", "line": 12, "label": "like"},
        {"path": "native", "label": "buy"},
    ]);
    assert_eq!(exception["stack"], stack);
    assert_eq!(exception["id"].as_str().unwrap().len(), 16);
}

#[test]
fn texts_are_truncated_until_the_document_fits_a_datagram() {
    let long = "x".repeat(100_000);
    let document = document(&span(SpanKind::Server, &[("note", long.as_str().into())]));
    assert_eq!(
        document["metadata"]["attributes"]["note"]
            .as_str()
            .unwrap()
            .len(),
        1000
    );
}

#[test]
fn long_texts_are_truncated_in_all_fields() {
    let long = "\u{1}".repeat(100_000);
    let text = || long.as_str().into();
    let attributes = ["db.query.text", "db.system.name", "url.full", "http.route"];
    let attributes = attributes.map(|key| (key, text()));
    let mut span = span(SpanKind::Client, &attributes);
    span.name.clone_from(&long);
    let calls = format!("\n    at {long} ({long}:1:1)").repeat(3);
    let causes = format!("\nCaused by: a: {long}{calls}").repeat(10);
    span.events
        .push(exception(&long, &format!("a: b{calls}{causes}")));
    let document = document(&span);
    let exceptions = document["cause"]["exceptions"].as_array().unwrap();
    let ids: Vec<_> = exceptions
        .iter()
        .map(|exception| &exception["id"])
        .collect();
    let caused = exceptions.iter().map(|exception| &exception["cause"]);
    assert!(
        caused
            .filter(|id| !id.is_null())
            .all(|id| ids.contains(&id))
    );
    for text in [
        &exceptions[0]["message"],
        &document["sql"]["sanitized_query"],
        &document["http"]["request"]["url"],
    ] {
        assert_eq!(text.as_str().unwrap().len(), 100);
    }
}

#[test]
fn texts_under_the_limit_stay_whole_beside_a_long_one() {
    let (long, short) = ("x".repeat(100_000), "y".repeat(1000));
    let mut span = span(SpanKind::Server, &[("note", short.as_str().into())]);
    span.events.push(exception(&long, ""));
    let document = document(&span);
    let message = document["cause"]["exceptions"][0]["message"].as_str();
    assert_eq!(message.unwrap().len(), 1000);
    assert_eq!(document["metadata"]["attributes"]["note"], short);
}

#[test]
fn response_without_a_request_has_no_empty_request() {
    let status = ("http.response.status_code", 200.into());
    let document = document(&span(SpanKind::Client, &[status]));
    let expected = serde_json::json!({"response": {"status": 200}});
    assert_eq!(document["http"], expected);
}

#[test]
fn double_without_a_json_number_is_its_name() {
    let double = |value| trace_model::Value::Double(value);
    let attributes = [
        ("a", double(f64::NAN)),
        ("b", double(f64::NEG_INFINITY)),
        ("c", double(0.5)),
    ];
    let document = document(&span(SpanKind::Server, &attributes));
    let expected = serde_json::json!({"a": "NaN", "b": "-Infinity", "c": 0.5});
    assert_eq!(document["metadata"]["attributes"], expected);
}
