//! The log records of a trace.

use trace_model::{Attribute, Log, Span, otlp_json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    fetch_stub::FetchStub,
    support::{MS, Mounted, START, span, span_id, trace_id},
};

const SIZE: (u32, u32) = (1_000, 600);

fn order() -> Vec<Span> {
    vec![
        span((1, None), "page", "order.place", 0..100),
        span((2, Some(1)), "shop", "POST /orders", 20..80),
    ]
}

fn log(span: usize, ms: u64, severity: i32, body: &str) -> Log {
    Log {
        trace_id: Some(trace_id()),
        span_id: Some(span_id(span)),
        time_unix_nano: START + ms * MS,
        severity_number: severity,
        body: body.into(),
        attributes: [Attribute::new("order", 17)].into_iter().collect(),
        ..Log::default()
    }
}

/// Answers each request with these records, as the gateway does: newest first.
fn gateway(logs: &[Log]) -> FetchStub {
    let groups = otlp_json::encode_logs(logs.iter().rev());
    let body = format!(r#"{{"resourceLogs":{groups},"next":null,"cut_short":false}}"#);
    let body = serde_json::to_string(&body).unwrap();
    FetchStub::install(&format!("return Promise.resolve(new Response({body}))"))
}

fn of_order() -> [Log; 3] {
    [
        log(1, 5, 9, "order began"),
        log(2, 40, 17, "payment failed:\n{\"code\": 402}"),
        log(2, 60, 13, "retry later"),
    ]
}

#[wasm_bindgen_test]
async fn logs_of_a_trace_are_chronological_with_severities_as_words() {
    let _gateway = gateway(&of_order());
    let page = Mounted::trace_at("/?view=logs", order(), SIZE).await;
    page.until_texts(".logs .severity", &["INFO", "ERROR", "WARN"])
        .await;
    assert_eq!(page.texts(".logs .log-time"), ["+5 ms", "+40 ms", "+60 ms"]);
    let bodies = page.texts(".logs .log-body");
    assert_eq!(bodies[1], "payment failed: {\"code\": 402}");
    assert_eq!(page.texts(".logs-summary"), ["3 log records"]);
}

#[wasm_bindgen_test]
async fn record_opens_to_its_attributes_and_selects_its_span() {
    let _gateway = gateway(&of_order());
    let page = Mounted::trace_at("/?view=logs", order(), SIZE).await;
    page.find(".log summary").await;
    page.all(".log summary")[1].click();
    page.find(".log-record").await;
    assert!(page.texts(".log-record .attribute")[0].contains("17"));
    page.all(".log-record .text-button")[0].click();
    page.until_texts(".details h2", &["POST /orders"]).await;
}

#[wasm_bindgen_test]
async fn find_box_searches_logs_and_the_spans_that_wrote_them() {
    let _gateway = gateway(&of_order());
    let page = Mounted::trace_at("/?view=logs&find=payment", order(), SIZE).await;
    page.until_texts(".logs-summary", &["1 of 3 log records"])
        .await;
    drop(page);
    let page = Mounted::trace_at("/?find=payment", order(), SIZE).await;
    page.until_texts(".span-row.found .name", &["POST /orders"])
        .await;
}

#[wasm_bindgen_test]
async fn details_and_bars_have_the_logs_of_their_span() {
    let _gateway = gateway(&of_order());
    let page = Mounted::trace_at("/?span=0000000000000002", order(), SIZE).await;
    page.until_texts(".span-details .severity", &["ERROR", "WARN"])
        .await;
    let marks = page.all(".log-mark");
    assert_eq!(marks.len(), 3);
    assert_eq!(page.count(".log-mark.severity-error"), 1);
}

#[wasm_bindgen_test]
async fn trace_without_logs_says_how_to_send_some() {
    let _gateway = gateway(&[]);
    let page = Mounted::trace_at("/?view=logs", order(), SIZE).await;
    page.until_texts(".logs-summary", &["0 log records"]).await;
    assert!(page.texts(".logs .muted")[0].contains("/v1/logs"));
}
