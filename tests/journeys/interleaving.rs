//! Two clicks whose requests overlap have separate traces.

use std::collections::BTreeSet;

use axum::http::Method;

use crate::steps::{SUBNET, TAILOR, like_path, signed_in_at_home, uuid_of};
use crate::support::browser::Browser;
use crate::support::element::button;
use crate::support::faults::Fault;
use crate::support::stack::Stack;
use crate::support::traces::rules::{self, BACK_END, PAGE};
use crate::support::traces::span::Span;
use crate::support::traces::trace::Trace;
use crate::support::wait::until;

const ROUNDS: usize = 100;

const CLICK_BOTH: &str = "
    const [first, second] = arguments;
    first.click();
    setTimeout(() => second.click(), 5);
";

#[tokio::test(flavor = "multi_thread")]
async fn two_clicks_five_milliseconds_apart_are_two_traces() {
    let (stack, browser) = signed_in_at_home("worf").await;
    let uuids = [
        uuid_of(&browser, SUBNET).await,
        uuid_of(&browser, TAILOR).await,
    ];
    delay_first_request(&stack, &uuids);
    for round in 1..=ROUNDS {
        click_both(&browser).await;
        wait_for_both_responses(&stack, &uuids, round).await;
    }
    browser.leave().await;
    for pair in click_traces(&stack).await.chunks(2) {
        check_pair(pair, &uuids);
    }
}

/// Holds the first request back until the second one has its response.
fn delay_first_request(stack: &Stack, uuids: &[String; 2]) {
    let [first, second] = uuids.each_ref().map(|uuid| like_path(uuid));
    for method in [Method::PUT, Method::DELETE] {
        stack
            .page
            .faults
            .on(method, &first, Fault::AfterResponseTo(second.clone()));
    }
}

async fn click_both(browser: &Browser) {
    let first = browser.reference(&button("Like").of_crud(SUBNET)).await;
    let second = browser.reference(&button("Like").of_crud(TAILOR)).await;
    browser.script(CLICK_BOTH, &[first, second]).await;
}

async fn wait_for_both_responses(stack: &Stack, uuids: &[String; 2], round: usize) {
    until("both responses", async || {
        let responses = uuids
            .each_ref()
            .map(|uuid| stack.page.requests.responses_to(&like_path(uuid)));
        if responses == [round; 2] {
            Ok(())
        } else {
            Err(format!("{responses:?} in round {round}"))
        }
    })
    .await;
}

/// Waits until the traces of all clicks are complete, and returns them, oldest first.
async fn click_traces(stack: &Stack) -> Vec<Trace> {
    until("the traces of all clicks", async || {
        let mut traces = stack.traces().await;
        traces.retain(|trace| {
            trace
                .spans
                .iter()
                .any(|span| span.attribute("url.path").ends_with("/like"))
        });
        let complete = traces
            .iter()
            .all(|trace| rules::violations(trace).is_empty() && trace.has_sql());
        match traces.len() {
            count if complete && count == 2 * ROUNDS => Ok(traces),
            count => Err(format!("{count} traces\n{}", first_violation(&traces))),
        }
    })
    .await
}

fn first_violation(traces: &[Trace]) -> String {
    let invalid = traces
        .iter()
        .find(|trace| !rules::violations(trace).is_empty() || !trace.has_sql());
    invalid.map_or_else(String::new, |trace| {
        format!("{:?}\n{trace}", rules::violations(trace))
    })
}

fn check_pair(pair: &[Trace], uuids: &[String; 2]) {
    let [first, second] = pair else {
        panic!("an odd number of traces")
    };
    assert_eq!(
        uuids_in(first),
        BTreeSet::from([uuids[0].as_str()]),
        "{first}"
    );
    assert_eq!(
        uuids_in(second),
        BTreeSet::from([uuids[1].as_str()]),
        "{second}"
    );
    let (first_client, second_client) = (span(first, PAGE), span(second, PAGE));
    let (first_server, second_server) = (span(first, BACK_END), span(second, BACK_END));
    let interleaved =
        first_client.start < second_client.start && second_server.end < first_server.start;
    assert!(
        interleaved,
        "the requests did not interleave:\n{first}{second}"
    );
}

/// Returns the UUIDs in the URLs of the trace's two HTTP spans, client and server.
fn uuids_in(trace: &Trace) -> BTreeSet<&str> {
    let urls = trace
        .spans
        .iter()
        .flat_map(|span| [span.attribute("url.full"), span.attribute("url.path")]);
    let likes: Vec<_> = urls.filter_map(|url| url.strip_suffix("/like")).collect();
    assert_eq!(likes.len(), 2, "{trace}");
    likes
        .into_iter()
        .filter_map(|url| url.rsplit('/').next())
        .collect()
}

/// Returns the service's HTTP span.
fn span<'a>(trace: &'a Trace, service: &str) -> &'a Span {
    let mut spans = trace.spans.iter();
    let of_request = |span: &&Span| {
        span.service == service && span.attributes.contains_key("http.request.method")
    };
    spans.find(of_request).expect("a span of the request")
}
