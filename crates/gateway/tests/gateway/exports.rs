//! Exports of traces, and the comparison of two.

use axum::http::Request;
use opentelemetry_proto::tonic::trace::v1::{Span, TracesData};
use serde_json::json;

use crate::support::{JSON, TestGateway, request, span, text, trace_id};

fn of_trace(number: u128, id: u8, name: &str) -> Span {
    let mut span = span(1, id, name);
    span.trace_id = number.to_be_bytes().to_vec();
    span
}

#[tokio::test]
async fn export_of_a_query_is_one_document_that_can_be_imported() {
    let (gateway, other) = (TestGateway::start().await, TestGateway::start().await);
    for (trace, service) in [(1, "shop"), (2, "stock"), (3, "shop")] {
        let spans = vec![span(trace, 1, "buy"), span(trace, 2, "pay")];
        gateway.export(request(service, spans)).await;
    }
    let file = gateway.get("/api/export?query=service:shop").await;
    assert_eq!(file.status, 200);
    assert_eq!(
        (file.header("x-export-traces"), file.header("x-export-cut")),
        ("2", "")
    );
    assert!(file.header("content-disposition").contains("traces.json"));
    let data: TracesData = serde_json::from_slice(&file.body).unwrap();
    assert_eq!(data.resource_spans.len(), 2);

    let import = Request::post("/api/import").header("content-type", JSON);
    let report = other
        .send(import.body(file.body.clone().into()).unwrap())
        .await;
    assert_eq!(report.json()["spans"], 4);
    for trace in [1, 3] {
        let path = format!("/api/traces/{}", trace_id(trace));
        assert_eq!(
            other.get(&path).await.json(),
            gateway.get(&path).await.json()
        );
    }
    let none = gateway.get("/api/export?query=service:none").await;
    assert_eq!(none.json(), json!({"resourceSpans": []}));
    assert_eq!(
        gateway
            .get("/api/export?query=duration%3Esoon")
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn export_says_by_which_limit_it_is_cut() {
    let gateway = TestGateway::start().await;
    let spans = (1..=1_001).map(|number| of_trace(number, 1, "a"));
    gateway.export(request("shop", spans.collect())).await;
    let file = gateway.get("/api/export").await;
    assert_eq!(file.header("x-export-traces"), "1000");
    assert!(file.header("x-export-cut").contains("1000 traces"));

    // Two traces of 9 MiB each.
    let gateway = TestGateway::start().await;
    for number in [1, 2] {
        for id in 1..=10 {
            let mut span = of_trace(number, id, "large");
            span.attributes = vec![text("text", &"x".repeat(900 << 10))];
            gateway.export(request("shop", vec![span])).await;
        }
    }
    let file = gateway.get("/api/export").await;
    assert_eq!(file.header("x-export-traces"), "1");
    assert!(file.header("x-export-cut").contains("16 MiB"));
}

#[tokio::test]
async fn page_of_a_trace_has_the_viewer_inside() {
    let folder = tempfile::tempdir().unwrap();
    let page = r#"<link rel="stylesheet" href="./viewer.css"><script type="module">
        import init from './viewer.js'; await init({ module_or_path: './viewer_bg.wasm' });</script>"#;
    for (name, content) in [
        ("index.html", page),
        ("viewer.css", "main{}"),
        ("viewer.js", "export { start as default };"),
        ("viewer_bg.wasm", "\0asm"),
    ] {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let gateway =
        TestGateway::start_with(|config| config.viewer_dir = Some(folder.path().to_owned())).await;
    gateway
        .export(request("shop", vec![span(1, 1, "</script>")]))
        .await;
    let page = gateway
        .get(&format!("/api/traces/{}/html", trace_id(1)))
        .await;
    assert_eq!(
        (page.status.as_u16(), page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert!(page.header("content-disposition").starts_with("attachment"));
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(html.contains("main{}") && html.contains(&trace_id(1)));
    assert!(html.contains("\\u003c/script>"), "{html}");

    let unknown = gateway
        .get(&format!("/api/traces/{}/html", trace_id(9)))
        .await;
    assert_eq!(unknown.status, 404);
    let empty = tempfile::tempdir().unwrap();
    let gateway =
        TestGateway::start_with(|config| config.viewer_dir = Some(empty.path().to_owned())).await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let page = gateway
        .get(&format!("/api/traces/{}/html", trace_id(1)))
        .await;
    assert_eq!(page.status, 404);
    assert!(page.json()["error"].as_str().unwrap().contains("not built"));
}

#[tokio::test]
async fn comparison_is_symmetric() {
    let gateway = TestGateway::start().await;
    let child = |trace: u8, name: &str, milliseconds: u64| {
        let mut child = span(trace, 2, name);
        child.parent_span_id = vec![1; 8];
        child.end_time_unix_nano = child.start_time_unix_nano + milliseconds * 1_000_000;
        child.attributes = vec![text("region", if trace == 1 { "eu" } else { "ap" })];
        child
    };
    let mut slow = span(2, 1, "buy");
    slow.end_time_unix_nano += 40_000_000;
    gateway
        .export(request("shop", vec![span(1, 1, "buy"), child(1, "pay", 5)]))
        .await;
    gateway
        .export(request("shop", vec![slow, child(2, "pay", 45)]))
        .await;
    let path = |a: u8, b: u8| format!("/api/traces/{}/compare/{}", trace_id(a), trace_id(b));
    let there = gateway.get(&path(1, 2)).await.json();
    let back = gateway.get(&path(2, 1)).await.json();
    assert_eq!(there["difference_nano"], 40_000_000);
    assert_eq!(back["difference_nano"], -40_000_000);
    assert_eq!((&there["a"], &there["b"]), (&back["b"], &back["a"]));
    assert_eq!((&there["main"], &back["main"]), (&json!(1), &json!(1)));
    let pay = &there["paths"][1];
    assert_eq!(
        (
            &pay["name"],
            &pay["difference_nano"],
            &pay["a"]["total_nano"]
        ),
        (&json!("pay"), &json!(40_000_000), &json!(5_000_000))
    );
    assert_eq!(
        pay["changes"],
        json!([{"field": "attribute", "key": "region", "a": ["eu"], "b": ["ap"]}])
    );
    for (left, right) in there["paths"]
        .as_array()
        .unwrap()
        .iter()
        .zip(back["paths"].as_array().unwrap())
    {
        assert_eq!((&left["a"], &left["b"]), (&right["b"], &right["a"]));
    }
    let one = gateway.get(&format!("{}?limit=1", path(1, 2))).await.json();
    assert_eq!(
        (one["paths"].as_array().map(Vec::len), &one["left_out"]),
        (Some(1), &json!(1))
    );
    assert_eq!(gateway.get(&path(1, 9)).await.status, 404);
}
