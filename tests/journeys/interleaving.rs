//! Two clicks so close together that their requests overlap never share a span.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::Method;

use crate::steps::{SUBNET, TAILOR, like_path, member_at_home, uuid_of};
use crate::support::browser::Browser;
use crate::support::element::button;
use crate::support::faults::Fault;
use crate::support::stack::Stack;
use crate::support::traces::rules;
use crate::support::traces::span::Span;
use crate::support::traces::trace::Trace;
use crate::support::wait::until;

const ROUNDS: usize = 100;

/// Longer than the clicks are apart, so that the second request is answered while the first still waits.
const HEAD_START: Duration = Duration::from_millis(40);

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
    hold_back(&stack, &uuids[0]);
    for round in 1..=ROUNDS {
        click_both(&browser).await;
        both_answered(&stack, &uuids, round).await;
    }
    browser.leave().await;
    for pair in two_per_round(&stack).await.chunks(2) {
        check_pair(pair, &uuids);
    }
}

fn hold_back(stack: &Stack, uuid: &str) {
    for method in [Method::PUT, Method::DELETE] {
        stack
            .page
            .faults
            .on(method, &like_path(uuid), Fault::Delay(HEAD_START));
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
    let (held, quick) = (request(first), request(second));
    let interleaved = held.start < quick.start && quick.end < held.end;
    assert!(
        interleaved,
        "the requests did not overlap:\n{first}{second}"
    );
}

/// Whose like each span with an address is about; there are two of them, the request and the answer to it.
fn uuids_in(trace: &Trace) -> BTreeSet<&str> {
    let paths = trace.spans.iter().map(|span| span.attribute("url.path"));
    let likes: Vec<_> = paths
        .filter_map(|path| path.strip_suffix("/like"))
        .collect();
    assert_eq!(likes.len(), 2, "{trace}");
    likes
        .into_iter()
        .filter_map(|path| path.rsplit('/').next())
        .collect()
}

fn request(trace: &Trace) -> &Span {
    let mut requests = trace.spans.iter().filter(|span| span.is_http_request());
    requests.next().expect("a request in the trace of a like")
}
