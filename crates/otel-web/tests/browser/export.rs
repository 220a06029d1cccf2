//! Export of batches, also through failures of the network, the receiver and the page.

use gloo_timers::future::TimeoutFuture;
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use otel_web::action;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    BATCH_PREFIX, accept_next_partially, body_count, cut_off_next, dispatch, exhaust_keepalive,
    export_encoding, has_arrived, install, microtasks, names, redirect_next, respond_next,
    respond_next_without_otlp, return_to_page, storage, stored, stored_batch_of, trace_of, until,
    warnings,
};

const LEASE_PREFIX: &str = "otel.lease.";

/// Installs telemetry, and waits until all batches of other tests are delivered.
async fn all_delivered() {
    install();
    trace_of("documentLoad").await;
    until(
        || stored(BATCH_PREFIX).is_empty(),
        "all batches to be delivered",
    )
    .await;
}

#[wasm_bindgen_test]
async fn export_requests_are_compressed() {
    all_delivered().await;
    action("compressed").start().run(async {});
    trace_of("compressed").await;
    assert_eq!(export_encoding().as_deref(), Some("gzip"));
}

#[wasm_bindgen_test]
async fn batch_is_stored_until_it_is_delivered() {
    all_delivered().await;
    respond_next("stored", 503, Some("1".to_owned()));
    action("stored").start().run(async {});
    stored_batch_of("stored").await;
    assert!(!has_arrived("stored"));
    trace_of("stored").await;
    until(|| stored(BATCH_PREFIX).is_empty(), "an empty store").await;
}

/// More than the minimum interval between two batches, which is 30 ms.
const BATCH_INTERVAL_MS: u32 = 50;

/// Waits until no batch was built for [`BATCH_INTERVAL_MS`]. Such a batch would be stored, or would
/// have arrived.
async fn no_recent_batch() {
    loop {
        all_delivered().await;
        let count = body_count();
        TimeoutFuture::new(BATCH_INTERVAL_MS).await;
        if body_count() == count && stored(BATCH_PREFIX).is_empty() {
            return;
        }
    }
}

#[wasm_bindgen_test]
async fn ended_trace_is_stored_before_the_next_task() {
    for attempt in 0..20 {
        no_recent_batch().await;
        global::tracer("app").in_span("ended", |_| ());
        microtasks(10).await;
        assert_eq!(stored(BATCH_PREFIX).len(), 1, "attempt {attempt}");
    }
    all_delivered().await;
}

#[wasm_bindgen_test]
async fn batch_of_another_page_is_adopted_and_delivered() {
    all_delivered().await;
    respond_next("left by another", 503, Some("1".to_owned()));
    action("left by another").start().run(async {});
    let own = stored_batch_of("left by another").await;
    let batch = storage().get_item(&own).unwrap().unwrap();
    trace_of("left by another").await;
    let lease = [LEASE_PREFIX, "0000beef"].concat();
    storage().set_item(&lease, "\0\0\0\0").unwrap();
    let key = [BATCH_PREFIX, "0000beef.00000001"].concat();
    storage().set_item(&key, &batch).unwrap();
    let arrived = || {
        let spans = crate::support::spans();
        let twice = names(&spans)
            .into_iter()
            .filter(|name| *name == "left by another");
        twice.count() == 2
    };
    dispatch("online");
    until(arrived, "the other page's batch").await;
    until(|| stored(BATCH_PREFIX).is_empty(), "an empty store").await;
    dispatch("online");
    until(
        || stored(LEASE_PREFIX).is_empty(),
        "the lease to be removed",
    )
    .await;
}

#[wasm_bindgen_test]
async fn departure_is_announced_and_undone_when_the_page_comes_back() {
    all_delivered().await;
    respond_next("left and back", 503, Some("1".to_owned()));
    action("left and back").start().run(async {});
    dispatch("pagehide");
    until(
        || stored(LEASE_PREFIX).len() == 1,
        "the announcement of departure",
    )
    .await;
    stored_batch_of("left and back").await;
    return_to_page();
    trace_of("left and back").await;
    let is_empty = || stored(BATCH_PREFIX).is_empty() && stored(LEASE_PREFIX).is_empty();
    until(is_empty, "an empty store").await;
}

/// Starts an action, and leaves the page before it has ended.
fn leave_during(name: &'static str) {
    action(name).start().run(std::future::pending());
    dispatch("pagehide");
}

#[wasm_bindgen_test]
async fn batch_stays_stored_if_the_page_exhausts_keepalive_at_exit() {
    all_delivered().await;
    exhaust_keepalive(true);
    leave_during("no keepalive left");
    until(
        || stored(LEASE_PREFIX).len() == 1,
        "the announcement of departure",
    )
    .await;
    let left = stored(BATCH_PREFIX);
    exhaust_keepalive(false);
    return_to_page();
    assert!(!left.is_empty(), "the next page does not find the batch");
    trace_of("no keepalive left").await;
    until(|| stored(BATCH_PREFIX).is_empty(), "an empty store").await;
}

#[wasm_bindgen_test]
async fn batch_is_sent_while_the_page_exhausts_keepalive() {
    all_delivered().await;
    exhaust_keepalive(true);
    action("during uploads").start().run(async {});
    trace_of("during uploads").await;
    exhaust_keepalive(false);
}

#[wasm_bindgen_test]
async fn batch_stays_stored_until_there_is_a_response() {
    all_delivered().await;
    cut_off_next("cut off");
    action("cut off").start().run(async {});
    trace_of("cut off").await;
    let in_flight = stored_batch_of("cut off").await;
    dispatch("pagehide");
    let left = stored(BATCH_PREFIX);
    return_to_page();
    assert!(left.contains(&in_flight), "{left:?}");
    until(|| stored(BATCH_PREFIX).is_empty(), "a response").await;
    // Receivers drop the copy by its span ids.
    assert_eq!(count_of("cut off"), 2);
}

/// Successful responses that do not come from an OTLP receiver.
const NOT_OTLP: [(&str, &str); 6] = [
    (
        "text/html; charset=utf-8",
        "<!doctype html><title>Shop</title>",
    ),
    ("text/html", ""),
    ("text/plain", "OK"),
    ("application/json", r#"{"error":"sign in first"}"#),
    ("application/json", "<!doctype html>"),
    ("application/x-protobuf", "<!doctype html>"),
];

#[wasm_bindgen_test]
async fn batch_is_sent_again_if_the_response_is_not_otlp() {
    all_delivered().await;
    for (number, (content_type, body)) in NOT_OTLP.into_iter().enumerate() {
        let before = warnings().len();
        let name = ["not OTLP ", &number.to_string()].concat();
        respond_next_without_otlp(&name, content_type, body);
        action(name.clone()).start().run(async {});
        trace_of(&name).await;
        until(|| stored(BATCH_PREFIX).is_empty(), "an empty store").await;
        assert_eq!(count_of(&name), 1);
        let warning = warnings().split_off(before).concat();
        let is_repeated = NOT_OTLP[..number]
            .iter()
            .any(|(other, _)| *other == content_type);
        assert!(warning.contains(content_type) || is_repeated, "{warning}");
    }
}

#[wasm_bindgen_test]
async fn batch_is_sent_again_after_a_redirect() {
    all_delivered().await;
    let before = warnings().len();
    redirect_next("redirected");
    redirect_next("redirected");
    action("redirected").start().run(async {});
    trace_of("redirected").await;
    until(|| stored(BATCH_PREFIX).is_empty(), "an empty store").await;
    let new = warnings().split_off(before);
    assert_eq!(new.len(), 1, "{new:?}");
    assert!(new[0].contains("redirect"), "{new:?}");
}

#[wasm_bindgen_test]
async fn batch_that_is_too_large_is_split() {
    all_delivered().await;
    respond_next("too large", 413, None);
    action("too large").start().run(async {
        let tracer = global::tracer("app");
        (0..4).for_each(|_| tracer.in_span("part", |_| ()));
    });
    trace_of("too large").await;
    let all = || count_of("part") == 4;
    until(all, "all parts").await;
    until(|| stored(BATCH_PREFIX).is_empty(), "an empty store").await;
}

fn count_of(name: &str) -> usize {
    let spans = crate::support::spans();
    names(&spans)
        .into_iter()
        .filter(|other| *other == name)
        .count()
}

#[wasm_bindgen_test]
async fn rejected_spans_are_reported_with_the_next_batch() {
    all_delivered().await;
    accept_next_partially("partly accepted", 3, "too old");
    action("partly accepted").start().run(async {});
    trace_of("partly accepted").await;
    until(|| stored(BATCH_PREFIX).is_empty(), "an empty store").await;
    action("reporting").start().run(async {});
    trace_of("reporting").await;
    assert!(has_arrived("otel.sdk.span.dropped.rejected"));
}

#[wasm_bindgen_test]
async fn batch_is_sent_if_the_store_is_full() {
    all_delivered().await;
    let mut size = 8 * 1024 * 1024;
    let mut filler = 0;
    while size > 0 {
        let key = ["filler", &filler.to_string()].concat();
        filler += 1;
        if storage().set_item(&key, &"x".repeat(size)).is_err() {
            size /= 2;
        }
    }
    action("not stored").start().run(async {});
    trace_of("not stored").await;
    (0..filler).for_each(|n| storage().remove_item(&format!("filler{n}")).unwrap());
}
