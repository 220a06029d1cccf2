//! The examples with Leptos and Dioxus: each click, form and route change is one trace with one root, and each request
//! carries the id of its span to the server.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use crate::support::browser::Browser;
use crate::support::element::{button, heading, link, textbox};
use crate::support::stack::{Setup, Stack};
use crate::support::traces::expect::action;
use crate::support::traces::rules::PAGE;

#[tokio::test(flavor = "multi_thread")]
async fn leptos_example_has_a_trace_for_each_action() {
    check("leptos").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dioxus_example_has_a_trace_for_each_action() {
    check("dioxus").await;
}

async fn check(example: &str) {
    let mut stack = Stack::with(Setup {
        example: Some(example),
        // The rules for traces expect the service of Cruddur's page.
        meta: vec![("otel-service-name", PAGE)],
        ..Setup::default()
    })
    .await;
    let browser = stack.browser().await;
    browser.open("/").await;
    use_every_control(&browser).await;
    let expected = [
        action("documentLoad"),
        action("shop.like"),
        action("click Assam")
            .with_span("navigate /teas/:id")
            .calls_unanswered("GET /teas/{id}.txt"),
        action("tea.order").calls_unanswered("GET"),
        action("tea.order").fails(),
        action("click All teas").with_span("navigate /"),
    ];
    stack
        .expect_traces_after_shutdown(&browser, &expected)
        .await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    assert_eq!(requests_with_the_id_of_their_span(&stack).await, 2);
}

/// Likes, opens a tea, orders two cups, fails to order, and goes back to the list.
async fn use_every_control(browser: &Browser) {
    browser.click(&button("Like")).await;
    browser.expect_text("1 likes").await;
    browser.click(&link("Assam")).await;
    browser.expect_text("Assam is strong and malty.").await;
    browser.fill(&textbox("Cups"), "2").await;
    browser.click(&button("Order")).await;
    browser.expect_text("That is 6 euros.").await;
    browser.fill(&textbox("Cups"), "many").await;
    browser.click(&button("Order")).await;
    browser.expect_text("Please enter a number.").await;
    browser.click(&link("All teas")).await;
    browser.find(&heading("Teas")).await;
}

/// Counts the requests for data, and fails if one does not carry the id of a CLIENT span.
async fn requests_with_the_id_of_their_span(stack: &Stack) -> usize {
    let traces = stack.traces().await;
    let spans = traces.iter().flat_map(|trace| &trace.spans);
    let clients = spans.filter(|span| span.kind == SpanKind::Client);
    let ids: BTreeSet<_> = clients
        .map(|span| format!("00-{}-{}-03", span.trace_id, span.span_id))
        .collect();
    let requests = stack.page.requests.all();
    let data = requests.iter().filter(|it| it.path.ends_with(".txt"));
    data.map(|request| {
        let header = request.headers.get("traceparent");
        let header = header.and_then(|value| value.to_str().ok());
        let carries_id = header.is_some_and(|value| ids.contains(value));
        assert!(carries_id, "{} has {header:?} of {ids:?}", request.path);
    })
    .count()
}
