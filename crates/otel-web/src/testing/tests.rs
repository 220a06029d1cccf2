//! Traces built by hand, compared with expectations.

use std::time::Duration;

use opentelemetry::trace::{Span as _, SpanId, SpanKind, Status, TraceId, Tracer, TracerProvider};
use opentelemetry::{KeyValue, Value};

use super::*;

fn span(id: u64, parent: u64, name: &str) -> Span {
    Span {
        trace_id: TraceId::from(1_u128),
        span_id: SpanId::from(id),
        parent_span_id: (parent != 0).then(|| SpanId::from(parent)),
        name: name.to_owned(),
        kind: SpanKind::Internal,
        start: Duration::from_millis(id),
        end: Duration::from_millis(100),
        attributes: Vec::new(),
        events: Vec::new(),
        links: Vec::new(),
        error: None,
    }
}

fn request(id: u64, method: &str, template: &str) -> Span {
    let attribute = |key: &str, value: &str| (key.to_owned(), Value::from(value.to_owned()));
    Span {
        kind: SpanKind::Client,
        attributes: vec![
            attribute("http.request.method", method),
            attribute("url.template", template),
        ],
        ..span(id, 1, &[method, " ", template].concat())
    }
}

fn like() -> Trace {
    let spans = [
        span(1, 0, "crud.like"),
        request(2, "PUT", "/like"),
        request(3, "GET", "/cruds"),
    ];
    Trace::new(spans.to_vec())
}

fn report(expected: &Expected, trace: &Trace) -> String {
    expected.check(trace).expect_err("a mismatch")
}

#[test]
fn expected_children_match_in_any_order() {
    let expected = expect::action("crud.like")
        .calls("GET /cruds")
        .child(expect::client("PUT").attribute("url.template", "/like"))
        .only();
    like().assert(&expected);
}

#[test]
fn expectation_that_matches_several_spans_leaves_the_right_one() {
    let any_request = || expect::span("GET /cruds").kind(SpanKind::Client);
    let mut spans = like().spans().to_vec();
    spans.push(request(4, "GET", "/cruds"));
    spans[2].events.push("retry".to_owned());
    let expected = expect::action("crud.like")
        .child(any_request())
        .child(any_request().event("retry"))
        .calls("PUT /like")
        .only();
    Trace::new(spans).assert(&expected);
}

#[test]
fn unexpected_span_is_reported_with_both_trees() {
    let expected = expect::action("crud.like").calls("PUT /like").only();
    let report = report(&expected, &like());
    assert_eq!(
        report,
        "not the expected trace:\n  crud.like: unexpected child GET /cruds\n\
         expected:\n  crud.like\n    PUT /like (CLIENT)\n    (nothing else)\n\
         got:\n  crud.like, 99.0 ms\n    PUT /like (CLIENT), 98.0 ms\n    GET /cruds (CLIENT), 97.0 ms\n"
    );
}

#[test]
fn missing_span_is_reported() {
    let twice = expect::action("crud.like")
        .calls("PUT /like")
        .calls("PUT /like");
    let report = report(&twice, &like());
    assert!(
        report.contains("it has no child PUT /like (CLIENT)"),
        "{report}"
    );
}

#[test]
fn similar_span_is_reported_with_its_mismatch() {
    let with_template = |template: &'static str| {
        expect::action("crud.like").child(expect::client("PUT").attribute("url.template", template))
    };
    let text = report(&with_template("/unlike"), &like());
    assert!(
        text.contains("PUT /like: url.template is \"/like\", expected \"/unlike\""),
        "{text}"
    );
    let masked =
        expect::action("crud.like").child(expect::client("PUT").without_attribute("url.template"));
    assert!(report(&masked, &like()).contains("expected absent"));
}

#[test]
fn unexpected_and_missing_errors_are_reported() {
    let mut spans = like().spans().to_vec();
    assert!(report(&expect::action("crud.like").fails(), &like()).contains("did not fail"));
    spans[0].error = Some("no more tea".to_owned());
    let failed = Trace::new(spans);
    assert!(report(&expect::action("crud.like"), &failed).contains("it failed: \"no more tea\""));
    failed.assert(&expect::action("crud.like").fails());
}

#[test]
fn name_kind_and_event_mismatches_are_reported() {
    let expected = expect::action("crud.unlike")
        .kind(SpanKind::Server)
        .event("exception");
    let report = report(&expected, &like());
    for part in [
        "name is not crud.unlike",
        "kind is INTERNAL, expected SERVER",
        "no event exception",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
}

#[test]
fn orphans_and_second_roots_are_reported() {
    let mut spans = like().spans().to_vec();
    spans[2].parent_span_id = Some(SpanId::from(9));
    let text = report(&expect::action("crud.like"), &Trace::new(spans.clone()));
    assert!(
        text.contains("GET /cruds: its parent has not ended"),
        "{text}"
    );
    spans[2].parent_span_id = None;
    assert!(report(&expect::action("crud.like"), &Trace::new(spans)).contains("2 roots"));
}

#[test]
#[should_panic(expected = "not the expected trace")]
fn failed_assertion_panics_with_the_report() {
    like().assert(&expect::action("crud.unlike"));
}

#[test]
fn recorder_returns_the_spans_that_are_exported() {
    let recorder = Recorder::install();
    let tracer = crate::trace::provider::TracerProvider::default().tracer("shop");
    let mut span = tracer.start("cart.add");
    span.set_attribute(KeyValue::new("items", 17));
    span.set_attribute(KeyValue::new("price", 2.5));
    span.set_attribute(KeyValue::new("gift", true));
    span.set_attribute(KeyValue::new("sizes", Value::Array(vec![-1_i64, 2].into())));
    span.add_event("exception", Vec::new());
    span.set_status(Status::error("no more tea"));
    span.end();
    let expected = expect::action("cart.add")
        .attribute("items", 17)
        .attribute("price", 2.5)
        .attribute("gift", true)
        .attribute("sizes", Value::Array(vec![-1_i64, 2].into()))
        .event("exception")
        .fails()
        .only();
    recorder.find("cart.add").unwrap().assert(&expected);
}

#[test]
fn recorders_are_independent() {
    let first = Recorder::install();
    let tracer = crate::trace::provider::TracerProvider::default().tracer("shop");
    tracer.start("one").end();
    let second = Recorder::install();
    tracer.start("two").end();
    let names = |recorder: &Recorder| -> Vec<_> {
        recorder.spans().into_iter().map(|span| span.name).collect()
    };
    assert_eq!(
        (names(&first), names(&second)),
        (
            vec!["one".to_owned(), "two".to_owned()],
            vec!["two".to_owned()]
        )
    );
    drop(first);
    tracer.start("three").end();
    assert_eq!(names(&second), ["two", "three"]);
}
