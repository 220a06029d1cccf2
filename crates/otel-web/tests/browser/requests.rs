//! Requests: their spans and their headers.

use std::pin::pin;

use opentelemetry::baggage::BaggageExt;
use opentelemetry_proto::tonic::trace::v1::Span;
use otel_web::fetch::{Method, Request, RequestBuilder};
use otel_web::{Context, KeyValue, action};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support;
use crate::support::{install, named, text, trace_of};

#[wasm_bindgen_test]
async fn trace_is_propagated_to_the_own_origin_only() {
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
    assert_eq!(
        support::header_of("/api/own", "traceparent"),
        Some(expected)
    );
    assert_eq!(
        support::header_of("https://elsewhere.example/x?token=1", "traceparent"),
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
async fn error_status_marks_the_request_but_not_the_action() {
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

fn status(span: &Span) -> i32 {
    span.status.as_ref().map_or(0, |status| status.code)
}

#[wasm_bindgen_test]
async fn aborted_request_is_not_an_error() {
    install();
    action("aborting").start().run(async {
        let controller = web_sys::AbortController::new().unwrap();
        let request = Request::get("/api/aborted?wait=100000")
            .abort_signal(Some(&controller.signal()))
            .send();
        controller.abort_with_reason(&JsValue::from_str("not needed"));
        assert!(request.await.is_err());
    });
    let trace = trace_of("aborting").await;
    let request = named(&trace, "GET");
    assert_eq!(
        text(request, "app.request.outcome").as_deref(),
        Some("aborted")
    );
    assert_eq!((status(request), status(named(&trace, "aborting"))), (0, 0));
}

#[wasm_bindgen_test]
async fn dropped_request_ends_as_abandoned() {
    install();
    action("giving up").start().run(async {
        let mut request = pin!(Request::get("/api/slow?wait=100000").send());
        assert!(poll_once(request.as_mut()).await.is_pending());
    });
    let trace = trace_of("giving up").await;
    let request = named(&trace, "GET");
    assert_eq!(
        text(request, "app.request.outcome").as_deref(),
        Some("abandoned")
    );
    assert_eq!(status(request), 0);
}

/// Polls a future once.
async fn poll_once<F: Future + Unpin>(mut future: F) -> std::task::Poll<F::Output> {
    std::future::poll_fn(|cx| std::task::Poll::Ready(std::pin::Pin::new(&mut future).poll(cx)))
        .await
}

#[wasm_bindgen_test]
async fn unknown_method_is_recorded_as_other() {
    install();
    action("unusual").start().run(async {
        let method = Method::from_bytes(b"PROPFIND").unwrap();
        RequestBuilder::new("/api/files")
            .method(method)
            .send()
            .await
            .unwrap();
        RequestBuilder::new("/api/files")
            .method(Method::HEAD)
            .send()
            .await
            .unwrap();
    });
    let trace = trace_of("unusual").await;
    let unusual = named(&trace, "HTTP");
    assert_eq!(
        text(unusual, "http.request.method").as_deref(),
        Some("_OTHER")
    );
    assert_eq!(
        text(unusual, "http.request.method_original").as_deref(),
        Some("PROPFIND")
    );
    assert_eq!(
        text(named(&trace, "HEAD"), "http.request.method").as_deref(),
        Some("HEAD")
    );
}

#[wasm_bindgen_test]
async fn baggage_is_propagated_to_the_own_origin_only() {
    install();
    let context = Context::new().with_baggage([KeyValue::new("plan", "gold & more")]);
    let requests = async {
        Request::get("/api/with-baggage").send().await.unwrap();
        Request::get("https://elsewhere.example/none")
            .send()
            .await
            .unwrap();
    };
    otel_web::with_context(context, requests).await;
    let baggage = |url| support::header_of(url, "baggage");
    assert_eq!(
        baggage("/api/with-baggage").as_deref(),
        Some("plan=gold%20%26%20more")
    );
    assert_eq!(baggage("https://elsewhere.example/none"), None);
}

#[wasm_bindgen_test]
async fn request_has_server_address_and_port() {
    install();
    action("asking").start().run(async {
        Request::get("https://elsewhere.example:8443/x")
            .send()
            .await
            .unwrap();
    });
    let trace = trace_of("asking").await;
    let request = named(&trace, "GET");
    assert_eq!(
        text(request, "server.address").as_deref(),
        Some("elsewhere.example")
    );
    assert_eq!(text(request, "server.port").as_deref(), Some("8443"));
    assert_eq!(
        text(request, "http.response.status_code").as_deref(),
        Some("200")
    );
}

#[wasm_bindgen_test]
async fn urls_without_a_server_keep_scheme_and_media_type_only() {
    install();
    let secret = ["data:text/plain;base64,", &"c2VjcmV0".repeat(40_000)].concat();
    action("of data").start().run(async move {
        for url in [&secret[..], "blob:https://shop.example/secret"] {
            Request::get(url).send().await.unwrap();
        }
    });
    let trace = trace_of("of data").await;
    let urls: Vec<_> = trace
        .iter()
        .filter_map(|span| text(span, "url.full"))
        .collect();
    assert_eq!(urls, ["data:text/plain", "blob:"]);
}

#[wasm_bindgen_test]
async fn texts_from_the_page_are_truncated() {
    install();
    const MAX_TEXT_BYTES: usize = 8 * 1024;
    let long = "x".repeat(300_000);
    let html = format!("<button id='{long}' data-otel-action='long {long}'>Long</button>");
    let url = ["/api/long?", &long].concat();
    let button = support::clickable(&html, move |_| {
        let url = url.clone();
        otel_web::spawn(async move {
            Request::get(&url).send().await.unwrap();
        });
    });
    button.click();
    let is_long = || {
        support::spans()
            .into_iter()
            .find(|span| span.name.starts_with("long "))
    };
    support::until(|| is_long().is_some(), "the root").await;
    let root = is_long().unwrap();
    assert!(root.name.len() <= MAX_TEXT_BYTES);
    let trace = trace_of(&root.name).await;
    for span in &trace {
        for attribute in &span.attributes {
            let length = text(span, &attribute.key).unwrap().len();
            assert!(
                length <= MAX_TEXT_BYTES,
                "{} has {length} bytes",
                attribute.key
            );
        }
    }
}

#[wasm_bindgen_test]
async fn trace_is_not_propagated_with_excluded_requests() {
    install();
    let context = Context::new().with_baggage([KeyValue::new("plan", "gold")]);
    let requests = async {
        Request::get("/api/once-redirecting")
            .propagate(false)
            .send()
            .await
            .unwrap();
        let by_pattern = Request::get("/api/redirecting/1/file?v=2").propagate(true);
        by_pattern.send().await.unwrap();
        Request::get("/api/redirecting").send().await.unwrap();
    };
    otel_web::with_context(context, async {
        action("excluded").start().run(requests);
    })
    .await;
    let trace = trace_of("excluded").await;
    assert_eq!(trace.iter().filter(|span| span.name == "GET").count(), 3);
    for url in ["/api/once-redirecting", "/api/redirecting/1/file?v=2"] {
        for name in ["traceparent", "tracestate", "baggage"] {
            assert_eq!(support::header_of(url, name), None, "{url} {name}");
        }
    }
    assert!(support::header_of("/api/redirecting", "traceparent").is_some());
}
