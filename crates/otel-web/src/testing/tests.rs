//! The tools, tested with traces of a hand.

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
    expected.check(trace).expect_err("a complaint")
}

#[test]
fn what_is_expected_passes_in_any_order() {
    let expected = expect::action("crud.like")
        .calls("GET /cruds")
        .child(expect::client("PUT").attribute("url.template", "/like"))
        .only();
    like().assert(&expected);
}

#[test]
fn what_fits_several_spans_takes_one_that_the_others_can_spare() {
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
fn an_unexpected_span_is_named_and_both_trees_are_drawn() {
    let expected = expect::action("crud.like").calls("PUT /like").only();
    let report = report(&expected, &like());
    assert_eq!(
        report,
        "not the expected trace:\n  crud.like: GET /cruds below it was not expected\n\
         expected:\n  crud.like\n    PUT /like (CLIENT)\n    (nothing else)\n\
         got:\n  crud.like, 99.0 ms\n    PUT /like (CLIENT), 98.0 ms\n    GET /cruds (CLIENT), 97.0 ms\n"
    );
}

#[test]
fn a_missing_span_is_named() {
    let twice = expect::action("crud.like")
        .calls("PUT /like")
        .calls("PUT /like");
    let report = report(&twice, &like());
    assert!(
        report.contains("nothing below it is PUT /like (CLIENT)"),
        "{report}"
    );
}

#[test]
fn a_span_that_is_almost_right_says_what_is_wrong_with_it() {
    let with_template = |template: &'static str| {
        expect::action("crud.like").child(expect::client("PUT").attribute("url.template", template))
    };
    let said = report(&with_template("/unlike"), &like());
    assert!(
        said.contains("PUT /like: url.template is \"/like\", expected \"/unlike\""),
        "{said}"
    );
    let masked =
        expect::action("crud.like").child(expect::client("PUT").without_attribute("url.template"));
    assert!(report(&masked, &like()).contains("expected absent"));
}

#[test]
fn errors_must_be_expected_and_expected_errors_must_happen() {
    let mut spans = like().spans().to_vec();
    assert!(report(&expect::action("crud.like").fails(), &like()).contains("did not fail"));
    spans[0].error = Some("no more tea".to_owned());
    let failed = Trace::new(spans);
    assert!(report(&expect::action("crud.like"), &failed).contains("it failed: \"no more tea\""));
    failed.assert(&expect::action("crud.like").fails());
}

#[test]
fn names_kinds_and_events_count() {
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
fn a_trace_has_one_root_and_no_span_without_its_parent() {
    let mut spans = like().spans().to_vec();
    spans[2].parent_span_id = Some(SpanId::from(9));
    let said = report(&expect::action("crud.like"), &Trace::new(spans.clone()));
    assert!(
        said.contains("GET /cruds: its parent has not ended"),
        "{said}"
    );
    spans[2].parent_span_id = None;
    assert!(report(&expect::action("crud.like"), &Trace::new(spans)).contains("2 roots"));
}

#[test]
#[should_panic(expected = "not the expected trace")]
fn an_assertion_fails_with_the_report() {
    like().assert(&expect::action("crud.unlike"));
}

#[test]
fn a_recorder_reads_what_would_be_sent() {
    let recorder = Recorder::install();
    let tracer = crate::TracerProvider::default().tracer("shop");
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
fn two_recorders_do_not_disturb_each_other() {
    let first = Recorder::install();
    let tracer = crate::TracerProvider::default().tracer("shop");
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
