//! Columns and counts. Each case names the rule of husky that it follows.

use std::sync::Arc;

use super::*;
use crate::{Attribute, Attributes, Resource, Scope, SpanKind};

const TRACE: &str = "6a2b7c1e98038103d269b633813fc60c";

fn attributes(entries: &[(&str, Value)]) -> Attributes {
    let entries = entries.iter().cloned();
    entries
        .map(|(key, value)| Attribute::new(key, value))
        .collect()
}

fn span() -> Span {
    let mut span = Span::new(
        TRACE.parse().unwrap(),
        "00f067aa0ba902b7".parse().unwrap(),
        "PUT /like",
    );
    span.parent_span_id = "00f067aa0ba902b8".parse().ok();
    span.kind = SpanKind::Server;
    (span.start_unix_nano, span.end_unix_nano) = (1_000_000_000, 1_002_500_000);
    span.resource = Arc::new(Resource {
        attributes: attributes(&[("service.name", "shop".into())]),
    });
    span
}

fn exception(entries: &[(&str, Value)]) -> Event {
    Event {
        time_unix_nano: 1_001_000_000,
        name: "exception".to_owned(),
        attributes: attributes(entries),
    }
}

fn link() -> Link {
    Link {
        trace_id: "00000000000000001234567890abcdef".parse().unwrap(),
        span_id: "00f067aa0ba902b9".parse().unwrap(),
        attributes: attributes(&[("reason", "retry".into())]),
    }
}

fn own(span: &Span) -> HoneycombEvent {
    events(span).pop().unwrap()
}

/// Checks a column of the span's own event. `None`: there is no such column.
fn check(span: &Span, column: &str, expected: Option<Value>) {
    assert_eq!(own(span).columns.get(column), expected.as_ref(), "{column}");
}

/// Checks the column `key` of a span with one attribute.
fn check_value(value: Value, expected: Option<&str>) {
    let mut span = span();
    span.attributes = attributes(&[("key", value)]);
    check(&span, "key", expected.map(Value::from));
}

#[test]
fn ids_name_and_kind_are_columns() {
    let span = span();
    check(&span, "trace.trace_id", Some(TRACE.into()));
    check(&span, "trace.span_id", Some("00f067aa0ba902b7".into()));
    check(&span, "trace.parent_id", Some("00f067aa0ba902b8".into()));
    check(&span, "name", Some("PUT /like".into()));
    check(&span, "type", Some("server".into()));
    check(&span, "span.kind", Some("server".into()));
    check(&span, "meta.signal_type", Some("trace".into()));
    assert_eq!(own(&span).time_unix_nano, 1_000_000_000);
}

#[test]
fn a_root_has_no_parent_column() {
    let mut root = span();
    root.parent_span_id = None;
    check(&root, "trace.parent_id", None);
}

#[test]
fn each_kind_has_its_name() {
    for (kind, name) in [
        (SpanKind::Internal, "internal"),
        (SpanKind::Client, "client"),
        (SpanKind::Producer, "producer"),
        (SpanKind::Consumer, "consumer"),
    ] {
        let mut span = span();
        span.kind = kind;
        check(&span, "span.kind", Some(name.into()));
    }
}

#[test]
fn a_trace_id_of_eight_bytes_loses_its_zeros() {
    let mut short = span();
    short.trace_id = "0000000000000000f798a1e7f33c8af6".parse().unwrap();
    check(&short, "trace.trace_id", Some("f798a1e7f33c8af6".into()));
}

#[test]
fn the_duration_is_in_milliseconds() {
    check(&span(), "duration_ms", Some(Value::Double(2.5)));
    check(&span(), "meta.invalid_duration", None);
}

#[test]
fn a_span_that_ends_before_it_starts_has_an_invalid_duration() {
    let mut backwards = span();
    backwards.end_unix_nano = 1;
    check(&backwards, "duration_ms", Some(Value::Double(0.0)));
    check(&backwards, "meta.invalid_duration", Some(Value::Bool(true)));
}

#[test]
fn a_status_has_a_code_and_a_message() {
    let mut span = span();
    check(&span, "status_code", Some(Value::Int(0)));
    check(&span, "error", None);
    span.status = SpanStatus::Ok;
    check(&span, "status_code", Some(Value::Int(1)));
    span.status = SpanStatus::Error(String::new());
    check(&span, "status_code", Some(Value::Int(2)));
    check(&span, "error", Some(Value::Bool(true)));
    check(&span, "status_message", None);
    span.status = SpanStatus::Error("locked".to_owned());
    check(&span, "status_message", Some("locked".into()));
}

#[test]
fn the_scope_is_the_library() {
    let mut span = span();
    check(&span, "library.name", None);
    check(&span, "library.version", None);
    span.scope = Arc::new(Scope {
        name: "otel-web".to_owned(),
        version: "0.1.0".to_owned(),
    });
    check(&span, "library.name", Some("otel-web".into()));
    check(&span, "library.version", Some("0.1.0".into()));
    check(&span, "telemetry.instrumentation_library", None);
}

#[test]
fn known_scopes_are_instrumentation_libraries() {
    for name in [
        "io.opentelemetry.jdbc",
        "opentelemetry.instrumentation.flask",
        "OpenTelemetry.Instrumentation.Http",
        "OpenTelemetry::Instrumentation::Rack",
        "go.opentelemetry.io/contrib/instrumentation/net/http",
        "@opentelemetry/instrumentation-fetch",
        "io.opentelemetry.contrib.php.slim",
        "github.com/open-telemetry/opentelemetry-collector/x",
        "@honeycombio/web",
    ] {
        let mut span = span();
        span.scope = Arc::new(Scope {
            name: name.to_owned(),
            version: String::new(),
        });
        check(
            &span,
            "telemetry.instrumentation_library",
            Some(Value::Bool(true)),
        );
    }
}

#[test]
fn attributes_of_the_span_replace_those_of_the_resource_and_the_fields() {
    let mut span = span();
    span.attributes = attributes(&[("service.name", "other".into()), ("name", "mine".into())]);
    check(&span, "service.name", Some("other".into()));
    check(&span, "name", Some("mine".into()));
    assert_eq!(own(&span).dataset, "shop");
}

#[test]
fn scalars_keep_their_types() {
    let mut span = span();
    for value in [
        Value::from("text"),
        Value::Bool(false),
        Value::Int(-7),
        Value::Double(0.5),
    ] {
        span.attributes = attributes(&[("key", value.clone())]);
        check(&span, "key", Some(value));
    }
}

#[test]
fn empty_keys_and_values_have_no_column() {
    check_value(Value::Empty, None);
    let mut span = span();
    span.attributes = attributes(&[("", "x".into())]);
    check(&span, "", None);
}

#[test]
fn the_last_value_of_a_key_counts() {
    let mut span = span();
    span.attributes = attributes(&[("key", "first".into()), ("key", "last".into())]);
    check(&span, "key", Some("last".into()));
}

#[test]
fn arrays_are_json_with_a_newline() {
    let array = Value::Array(vec![
        1.into(),
        "a\"b".into(),
        Value::Bool(true),
        Value::Double(1.0),
        Value::Empty,
    ]);
    check_value(array, Some("[1,\"a\\\"b\",true,1,null]\n"));
    check_value(Value::Array(vec![]), Some("[]\n"));
}

#[test]
fn bytes_are_base64_in_json() {
    check_value(Value::Bytes("AAE=".to_owned()), Some("\"AAE=\"\n"));
}

#[test]
fn maps_are_flattened_to_five_levels() {
    let map = |key: &str, value: Value| Value::Map(attributes(&[(key, value)]));
    let mut span = span();
    span.attributes = attributes(&[("m", map("a", map("b", 1.into())))]);
    check(&span, "m.a.b", Some(1.into()));
    check(&span, "m", None);
    let deep = map(
        "a",
        map("b", map("c", map("d", map("e", map("f", 1.into()))))),
    );
    span.attributes = attributes(&[("m", deep)]);
    check(&span, "m.a.b.c.d.e", Some("{\"f\":1}\n".into()));
    check(&span, "m.a.b.c.d.e.f", None);
}

#[test]
fn a_map_in_an_array_has_sorted_keys() {
    let map = Value::Map(attributes(&[("b", 1.into()), ("a", 2.into())]));
    check_value(Value::Array(vec![map]), Some("[{\"a\":2,\"b\":1}]\n"));
}

#[test]
fn numbers_in_json_are_written_as_by_go() {
    let array = |number: f64| Value::Array(vec![Value::Double(number)]);
    check_value(array(1e21), Some("[1e+21]\n"));
    check_value(array(1e20), Some("[100000000000000000000]\n"));
    check_value(array(1e-7), Some("[1e-7]\n"));
    check_value(array(0.000_001), Some("[0.000001]\n"));
    check_value(array(0.0), Some("[0]\n"));
    check_value(array(f64::NAN), None);
}

#[test]
fn long_json_is_cut() {
    let text = Value::from("x".repeat(70_000).as_str());
    let mut span = span();
    span.attributes = attributes(&[("key", Value::Array(vec![text]))]);
    let columns = own(&span).columns;
    assert_eq!(columns["key"].as_str().unwrap().len(), 65_535);
}

#[test]
fn the_dataset_is_the_service() {
    for (name, dataset) in [
        ("shop", "shop"),
        ("  shop ", "shop"),
        ("", "unknown_service"),
        ("  ", "unknown_service"),
        ("unknown_service:node", "unknown_service"),
    ] {
        let mut span = span();
        span.resource = Arc::new(Resource {
            attributes: attributes(&[("service.name", name.into())]),
        });
        assert_eq!(own(&span).dataset, dataset, "{name:?}");
    }
    let mut nameless = span();
    nameless.resource = Arc::default();
    assert_eq!(own(&nameless).dataset, "unknown_service");
}

#[test]
fn a_sample_rate_is_not_a_column() {
    for (value, rate) in [
        (Value::Int(10), 10),
        (Value::from("20"), 20),
        (Value::Double(2.5), 3),
        (Value::Int(0), 1),
        (Value::Int(-4), 1),
        (Value::from("many"), 1),
        (Value::Int(i64::MAX), 2_147_483_647),
        (Value::Bool(true), 1),
    ] {
        let mut span = span();
        span.attributes = attributes(&[("sampleRate", value.clone())]);
        let event = own(&span);
        assert_eq!(event.sample_rate, rate, "{value:?}");
        assert!(!event.columns.contains_key("sampleRate"));
    }
    assert_eq!(own(&span()).sample_rate, 1);
}

#[test]
fn the_first_spelling_of_the_sample_rate_counts() {
    let mut span = span();
    span.attributes = attributes(&[("SampleRate", 5.into()), ("sampleRate", 7.into())]);
    let event = own(&span);
    assert_eq!(event.sample_rate, 7);
    assert_eq!(event.columns["SampleRate"], Value::Int(5));
}

#[test]
fn a_span_event_is_an_event_below_its_span() {
    let mut span = span();
    span.events = vec![Event {
        time_unix_nano: 1_001_500_000,
        name: "retry".to_owned(),
        attributes: attributes(&[("attempt", 2.into())]),
    }];
    check(&span, "span.num_events", Some(1.into()));
    let event = &events(&span)[0];
    let column = |key: &str| event.columns.get(key).cloned();
    assert_eq!(event.kind, HoneycombEventKind::SpanEvent);
    assert_eq!(event.time_unix_nano, 1_001_500_000);
    assert_eq!(column("trace.parent_id"), Some("00f067aa0ba902b7".into()));
    assert_eq!(column("trace.span_id"), None);
    assert_eq!(column("name"), Some("retry".into()));
    assert_eq!(column("parent_name"), Some("PUT /like".into()));
    assert_eq!(column("meta.annotation_type"), Some("span_event".into()));
    assert_eq!(
        column("meta.time_since_span_start_ms"),
        Some(Value::Double(1.5))
    );
    assert_eq!(column("attempt"), Some(2.into()));
    assert_eq!(column("service.name"), Some("shop".into()));
    assert_eq!(column("duration_ms"), None);
}

#[test]
fn an_event_before_its_span_has_an_invalid_time() {
    let mut span = span();
    span.events = vec![Event {
        time_unix_nano: 1,
        ..exception(&[])
    }];
    let columns = &events(&span)[0].columns;
    assert_eq!(columns["meta.time_since_span_start_ms"], Value::Double(0.0));
    assert_eq!(
        columns["meta.invalid_time_since_span_start"],
        Value::Bool(true)
    );
}

#[test]
fn a_link_is_an_event_at_the_start_of_its_span() {
    let mut span = span();
    span.links = vec![link()];
    check(&span, "span.num_links", Some(1.into()));
    let event = &events(&span)[0];
    let column = |key: &str| event.columns.get(key).cloned();
    assert_eq!(event.kind, HoneycombEventKind::Link);
    assert_eq!(event.time_unix_nano, span.start_unix_nano);
    assert_eq!(
        column("trace.link.trace_id"),
        Some("1234567890abcdef".into())
    );
    assert_eq!(
        column("trace.link.span_id"),
        Some("00f067aa0ba902b9".into())
    );
    assert_eq!(column("meta.annotation_type"), Some("link".into()));
    assert_eq!(column("parent_name"), Some("PUT /like".into()));
    assert_eq!(column("reason"), Some("retry".into()));
    assert_eq!(column("name"), None);
}

#[test]
fn events_and_links_of_a_failed_span_are_errors() {
    let mut span = span();
    span.events = vec![exception(&[])];
    span.links = vec![link()];
    let is_error = |event: &HoneycombEvent| event.columns.contains_key("error");
    assert!(!events(&span).iter().any(is_error));
    span.status = SpanStatus::Error(String::new());
    assert!(events(&span).iter().all(is_error));
}

#[test]
fn the_first_exception_is_copied_to_the_span() {
    let mut span = span();
    span.events = vec![
        exception(&[
            ("exception.type", "TypeError".into()),
            ("exception.message", "x is undefined".into()),
            ("exception.escaped", Value::Bool(true)),
            ("other", "stays".into()),
        ]),
        exception(&[
            ("exception.type", "Second".into()),
            ("exception.stacktrace", "at b".into()),
        ]),
    ];
    check(&span, "exception.type", Some("TypeError".into()));
    check(&span, "exception.message", Some("x is undefined".into()));
    check(&span, "exception.escaped", Some(Value::Bool(true)));
    check(&span, "exception.stacktrace", Some("at b".into()));
    check(&span, "other", None);
}

#[test]
fn an_exception_does_not_replace_attributes_of_the_span() {
    let mut span = span();
    span.attributes = attributes(&[("exception.type", "Mine".into())]);
    span.events = vec![exception(&[("exception.type", "TypeError".into())])];
    check(&span, "exception.type", Some("Mine".into()));
    span.events[0].name = "failure".to_owned();
    span.attributes = Attributes::default();
    check(&span, "exception.type", None);
}

#[test]
fn spans_events_and_links_are_counted() {
    let mut span = span();
    assert_eq!((event_count(&span), events(&span).len()), (1, 1));
    span.events = vec![exception(&[]), exception(&[])];
    span.links = vec![link()];
    assert_eq!((event_count(&span), events(&span).len()), (4, 4));
    let kinds: Vec<_> = events(&span).iter().map(|e| e.kind.to_string()).collect();
    assert_eq!(kinds, ["span event", "span event", "link", "span"]);
}
