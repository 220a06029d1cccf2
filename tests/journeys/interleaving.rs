//! Two clicks so close together that their requests overlap never share a span.

use std::collections::BTreeSet;

use axum::http::Method;

use crate::steps::{SUBNET, TAILOR, like_path, member_at_home, uuid_of};
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
async fn two_clicks_five_milliseconds_apart_are_two_traces_100_times() {
    let (stack, browser) = member_at_home("worf").await;
    let uuids = [
        uuid_of(&browser, SUBNET).await,
        uuid_of(&browser, TAILOR).await,
    ];
    let_the_second_pass(&stack, &uuids);
    for round in 1..=ROUNDS {
        click_both(&browser).await;
        both_answered(&stack, &uuids, round).await;
    }
    browser.leave().await;
    for pair in two_per_round(&stack).await.chunks(2) {
        check_pair(pair, &uuids);
    }
}

/// The first request reaches the back end when the second has been answered.
fn let_the_second_pass(stack: &Stack, uuids: &[String; 2]) {
    let [first, second] = uuids.each_ref().map(|uuid| like_path(uuid));
    for method in [Method::PUT, Method::DELETE] {
        stack
            .page
            .faults
            .on(method, &first, Fault::Behind(second.clone()));
    }
}

async fn click_both(browser: &Browser) {
    let first = browser.reference(&button("Like").of_crud(SUBNET)).await;
    let second = browser.reference(&button("Like").of_crud(TAILOR)).await;
    browser.script(CLICK_BOTH, &[first, second]).await;
}

async fn both_answered(stack: &Stack, uuids: &[String; 2], round: usize) {
    until("both answers", async || {
        let answers = uuids
            .each_ref()
            .map(|uuid| stack.page.requests.answered(&like_path(uuid)));
        if answers == [round; 2] {
            Ok(())
        } else {
            Err(format!("{answers:?} in round {round}"))
        }
    })
    .await;
}

/// The traces of the clicks, oldest first, once they are complete.
async fn two_per_round(stack: &Stack) -> Vec<Trace> {
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
            .all(|trace| rules::broken(trace).is_empty() && trace.has_sql());
        match traces.len() {
            count if complete && count == 2 * ROUNDS => Ok(traces),
            count => Err(format!("{count} traces\n{}", first_broken(&traces))),
        }
    })
    .await
}

fn first_broken(traces: &[Trace]) -> String {
    let broken = traces
        .iter()
        .find(|trace| !rules::broken(trace).is_empty() || !trace.has_sql());
    broken.map_or_else(String::new, |trace| {
        format!("{:?}\n{trace}", rules::broken(trace))
    })
}

fn check_pair(pair: &[Trace], uuids: &[String; 2]) {
    let [first, second] = pair else {
        panic!("half a round")
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
    let (asked_first, asked_second) = (span(first, PAGE), span(second, PAGE));
    let (served_last, served_first) = (span(first, BACK_END), span(second, BACK_END));
    let interleaved =
        asked_first.start < asked_second.start && served_first.end < served_last.start;
    assert!(
        interleaved,
        "the requests did not interleave:\n{first}{second}"
    );
}

/// Whose like each span with an address is about; there are two of them, the request and the answer to it.
fn uuids_in(trace: &Trace) -> BTreeSet<&str> {
    let addresses = trace
        .spans
        .iter()
        .flat_map(|span| [span.attribute("url.full"), span.attribute("url.path")]);
    let likes: Vec<_> = addresses
        .filter_map(|address| address.strip_suffix("/like"))
        .collect();
    assert_eq!(likes.len(), 2, "{trace}");
    likes
        .into_iter()
        .filter_map(|address| address.rsplit('/').next())
        .collect()
}

/// The span of the like's request that this service has.
fn span<'a>(trace: &'a Trace, service: &str) -> &'a Span {
    let mut spans = trace.spans.iter();
    let of_request = |span: &&Span| {
        span.service == service && span.attributes.contains_key("http.request.method")
    };
    spans.find(of_request).expect("a span of the request")
}
