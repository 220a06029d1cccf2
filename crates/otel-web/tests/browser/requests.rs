//! Requests: their spans, and the headers they carry.

use otel_web::action;
use otel_web::fetch::Request;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support;
use crate::support::{install, named, text, trace_of};

#[wasm_bindgen_test]
async fn requests_carry_the_trace_to_the_own_origin_only() {
    install();
    let requests = async {
        Request::get("/api/own").send().await.unwrap();
        Request::get("https://elsewhere.example/x?token=1")
            .send()
            .await
            .unwrap();
    };
    action("two origins").start().run(requests);
    let trace = trace_of("two origins").await;
    let is_own = |url: &str| url.ends_with("/api/own");
    let own = trace
        .iter()
        .find(|span| text(span, "url.full").is_some_and(|url| is_own(&url)))
        .unwrap();
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let expected = format!("00-{}-{}-03", hex(&own.trace_id), hex(&own.span_id));
    assert_eq!(support::traceparent_of("/api/own"), Some(expected));
    assert_eq!(
        support::traceparent_of("https://elsewhere.example/x?token=1"),
        None
    );
    let urls: Vec<_> = trace
        .iter()
        .filter_map(|span| text(span, "url.full"))
        .collect();
    assert!(
        urls.contains(&"https://elsewhere.example/x?token=REDACTED".to_owned()),
        "{urls:?}"
    );
}

#[wasm_bindgen_test]
async fn a_failed_request_is_an_error_of_its_span_only() {
    install();
    action("failing").start().run(async {
        Request::get("/api/broken?status=500")
            .url_template("/api/broken")
            .send()
            .await
            .unwrap();
    });
    let trace = trace_of("failing").await;
    let status = |name| {
        named(&trace, name)
            .status
            .as_ref()
            .map_or(0, |status| status.code)
    };
    assert_eq!((status("GET /api/broken"), status("failing")), (2, 0));
}
