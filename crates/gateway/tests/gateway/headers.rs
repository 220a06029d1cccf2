//! Security headers of responses.

use crate::support::{JSON, PROTOBUF, TestGateway, request, span, trace_id};
use prost::Message;

const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

#[tokio::test]
async fn responses_have_security_headers_and_are_not_cached() {
    let gateway = TestGateway::start().await;
    let spans = request("shop", vec![span(1, 1, "a")]).encode_to_vec();
    let mut answers = vec![
        gateway.post(PROTOBUF, spans).await,
        gateway.post(JSON, "no JSON").await,
        gateway.post("text/plain", "").await,
    ];
    let trace = format!("/api/traces/{}", trace_id(1));
    for path in [
        "/api/traces",
        &trace,
        "/api/traces/none",
        "/api/traces?limit=many",
        "/api/status",
        "/healthz",
        "/metrics",
        "/open/0",
        "/v1/logs",
    ] {
        answers.push(gateway.get(path).await);
    }
    for answer in answers {
        let said = [
            "x-content-type-options",
            "referrer-policy",
            "content-security-policy",
            "cache-control",
        ];
        let said = said.map(|name| answer.header(name));
        assert_eq!(
            said,
            ["nosniff", "same-origin", NOTHING, "no-store"],
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn viewer_page_allows_only_its_own_scripts_and_wasm() {
    let dir = tempfile::tempdir().unwrap();
    let index = "<body><script type=\"module\">alert(1)</script></body>";
    std::fs::write(dir.path().join("index.html"), index).unwrap();
    std::fs::write(dir.path().join("viewer.js"), "").unwrap();
    let viewer_dir = dir.path().to_owned();
    let gateway = TestGateway::start_with(|config| config.viewer_dir = Some(viewer_dir)).await;
    for path in [
        "/",
        "/trace/0af7651916cd43dd8448eb211c80319c",
        "/index.html",
    ] {
        let page = gateway.get(path).await;
        let policy = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';",
            "connect-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{part} in {policy}");
        }
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("cache-control"), "no-cache");
        assert_eq!(page.body, index);
    }
    let script = gateway.get("/viewer.js").await;
    assert_eq!(script.header("x-content-type-options"), "nosniff");
    assert_eq!(script.header("content-type"), "text/javascript");
}
