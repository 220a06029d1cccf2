//! Batches: how they travel, and that they survive what can happen to them on the way.

use gloo_timers::future::TimeoutFuture;
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use otel_web::action;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    BATCH, accept_next_but, answer_next, answer_next_from_elsewhere, come_back, cut_off_next,
    dispatch, export_encoding, has_arrived, install, names, redirect_next, storage, stored,
    trace_of, until, use_up_keepalive, warnings,
};

const LEASE: &str = "otel.lease.";

/// The SDK is switched on, and all that other tests have ended is delivered.
async fn quiet() {
    install();
    trace_of("documentLoad").await;
    until(|| stored(BATCH).is_empty(), "all batches to be delivered").await;
}

#[wasm_bindgen_test]
async fn requests_are_compressed_and_arrive() {
    quiet().await;
    action("compressed").start().run(async {});
    trace_of("compressed").await;
    assert_eq!(export_encoding().as_deref(), Some("gzip"));
}

#[wasm_bindgen_test]
async fn a_batch_is_on_the_shelf_until_it_is_delivered() {
    quiet().await;
    answer_next(503, Some("1".to_owned()));
    action("shelved").start().run(async {});
    until(|| stored(BATCH).len() == 1, "a stored batch").await;
    assert!(!has_arrived("shelved"));
    trace_of("shelved").await;
    until(|| stored(BATCH).is_empty(), "an empty shelf").await;
}

/// Less than a batch gathers when nothing is over.
const AT_ONCE_MS: u32 = 15;

#[wasm_bindgen_test]
async fn a_trace_that_is_over_is_on_the_shelf_at_once() {
    for _ in 0..20 {
        quiet().await;
        answer_next(503, Some("1".to_owned()));
        global::tracer("app").in_span("over", |_| ());
        TimeoutFuture::new(AT_ONCE_MS).await;
        // Not if another test's spans were sealed just before.
        if stored(BATCH).len() == 1 {
            quiet().await;
            return;
        }
    }
    panic!("it always took longer");
}

#[wasm_bindgen_test]
async fn what_another_page_left_is_taken_over_and_delivered() {
    quiet().await;
    answer_next(503, Some("1".to_owned()));
    action("left by another").start().run(async {});
    until(|| stored(BATCH).len() == 1, "a stored batch").await;
    let own = &stored(BATCH)[0];
    let batch = storage().get_item(own).unwrap().unwrap();
    trace_of("left by another").await;
    let lease = [LEASE, "0000beef"].concat();
    storage().set_item(&lease, "\0\0\0\0").unwrap();
    let key = [BATCH, "0000beef.00000001"].concat();
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
    until(|| stored(BATCH).is_empty(), "an empty shelf").await;
    dispatch("online");
    until(|| stored(LEASE).is_empty(), "no lease").await;
}

#[wasm_bindgen_test]
async fn a_page_that_is_left_says_that_its_batches_are_free_and_takes_them_back() {
    quiet().await;
    answer_next(503, Some("1".to_owned()));
    action("left and back").start().run(async {});
    dispatch("pagehide");
    until(|| stored(LEASE).len() == 1, "word that the page is left").await;
    assert_eq!(stored(BATCH).len(), 1);
    come_back();
    trace_of("left and back").await;
    let is_nothing_left = || stored(BATCH).is_empty() && stored(LEASE).is_empty();
    until(is_nothing_left, "nothing left behind").await;
}

/// Ends a span that is still open when the page is left, and leaves it.
fn leave_with(name: &'static str) {
    action(name).start().run(std::future::pending());
    dispatch("pagehide");
}

#[wasm_bindgen_test]
async fn batch_stays_stored_when_page_uses_up_keepalive_at_exit() {
    quiet().await;
    use_up_keepalive(true);
    leave_with("no keepalive left");
    until(|| stored(LEASE).len() == 1, "word that the page is left").await;
    let left = stored(BATCH);
    use_up_keepalive(false);
    come_back();
    assert!(!left.is_empty(), "the next page finds the batch");
    trace_of("no keepalive left").await;
    until(|| stored(BATCH).is_empty(), "an empty shelf").await;
}

#[wasm_bindgen_test]
async fn export_works_while_page_uses_up_keepalive() {
    quiet().await;
    use_up_keepalive(true);
    action("beside uploads").start().run(async {});
    trace_of("beside uploads").await;
    use_up_keepalive(false);
}

#[wasm_bindgen_test]
async fn batch_stays_stored_until_it_is_answered() {
    quiet().await;
    cut_off_next();
    action("cut off").start().run(async {});
    trace_of("cut off").await;
    let unanswered = stored(BATCH);
    dispatch("pagehide");
    let left = stored(BATCH);
    come_back();
    assert_eq!(unanswered.len(), 1);
    assert!(left.contains(&unanswered[0]), "{left:?}");
    until(|| stored(BATCH).is_empty(), "an answer").await;
    assert_eq!(count_of("cut off"), 2, "receivers drop the copy by span id");
}

/// Bodies of 200s that no OTLP receiver sends.
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
async fn batch_is_kept_when_the_answer_is_not_otlp() {
    quiet().await;
    for (number, (content_type, body)) in NOT_OTLP.into_iter().enumerate() {
        let before = warnings().len();
        let name = ["not OTLP ", &number.to_string()].concat();
        answer_next_from_elsewhere(content_type, body);
        action(name.clone()).start().run(async {});
        trace_of(&name).await;
        until(|| stored(BATCH).is_empty(), "an empty shelf").await;
        assert_eq!(count_of(&name), 1);
        let said = warnings().split_off(before).concat();
        let is_told_before = NOT_OTLP[..number]
            .iter()
            .any(|(other, _)| *other == content_type);
        assert!(said.contains(content_type) || is_told_before, "{said}");
    }
}

#[wasm_bindgen_test]
async fn redirect_of_an_export_is_not_followed_and_keeps_the_batch() {
    quiet().await;
    let before = warnings().len();
    redirect_next();
    redirect_next();
    action("redirected").start().run(async {});
    trace_of("redirected").await;
    until(|| stored(BATCH).is_empty(), "an empty shelf").await;
    let said = warnings().split_off(before);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("redirect"), "{said:?}");
}

#[wasm_bindgen_test]
async fn a_batch_that_is_too_large_arrives_in_two() {
    quiet().await;
    answer_next(413, None);
    action("too large").start().run(async {
        let tracer = global::tracer("app");
        (0..4).for_each(|_| tracer.in_span("part", |_| ()));
    });
    trace_of("too large").await;
    let all = || count_of("part") == 4;
    until(all, "all parts").await;
    until(|| stored(BATCH).is_empty(), "an empty shelf").await;
}

fn count_of(name: &str) -> usize {
    let spans = crate::support::spans();
    names(&spans)
        .into_iter()
        .filter(|other| *other == name)
        .count()
}

#[wasm_bindgen_test]
async fn refused_spans_are_told_with_the_next_batch() {
    quiet().await;
    accept_next_but(3, "too old");
    action("half taken").start().run(async {});
    trace_of("half taken").await;
    until(|| stored(BATCH).is_empty(), "an empty shelf").await;
    action("the news").start().run(async {});
    trace_of("the news").await;
    assert!(has_arrived("otel.sdk.span.dropped.rejected"));
}

#[wasm_bindgen_test]
async fn without_room_to_store_batches_arrive_all_the_same() {
    quiet().await;
    let mut size = 8 * 1024 * 1024;
    let mut filler = 0;
    while size > 0 {
        let key = ["filler", &filler.to_string()].concat();
        filler += 1;
        if storage().set_item(&key, &"x".repeat(size)).is_err() {
            size /= 2;
        }
    }
    action("no room").start().run(async {});
    trace_of("no room").await;
    (0..filler).for_each(|n| storage().remove_item(&format!("filler{n}")).unwrap());
}
