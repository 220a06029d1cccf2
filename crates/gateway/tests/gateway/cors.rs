//! CORS for pages of other origins, by the Fetch standard.

use axum::{body::Body, http::Request};

use crate::support::{Answer, JSON, TestGateway};

const PAGE: &str = "https://app.example.com";

async fn gateway() -> TestGateway {
    TestGateway::start_with(|config| config.cors_origins = vec![PAGE.parse().unwrap()]).await
}

async fn preflight(gateway: &TestGateway, origin: &str) -> Answer {
    let request = Request::builder()
        .method("OPTIONS")
        .uri("/v1/traces")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "content-type,content-encoding",
        );
    gateway.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn allowed_origin_may_post_and_the_preflight_is_cached() {
    let answer = preflight(&gateway().await, PAGE).await;
    assert!(answer.status.is_success());
    assert_eq!(answer.header("access-control-allow-origin"), PAGE);
    assert_eq!(answer.header("access-control-allow-methods"), "POST");
    let headers = answer.header("access-control-allow-headers");
    assert_eq!(headers, "content-type,content-encoding");
    assert_eq!(answer.header("access-control-max-age"), "7200");
}

#[tokio::test]
async fn allowed_origin_may_read_the_response() {
    let gateway = gateway().await;
    let answer = gateway.post_with(JSON, &[("origin", PAGE)], "{}").await;
    assert_eq!(answer.header("access-control-allow-origin"), PAGE);
    let refused = gateway
        .post_with("text/plain", &[("origin", PAGE)], "{}")
        .await;
    assert_eq!(refused.status, 415);
    assert_eq!(refused.header("access-control-allow-origin"), PAGE);
}

#[tokio::test]
async fn other_origins_may_not() {
    let gateway = gateway().await;
    for origin in [
        "https://evil.example",
        "null",
        "https://app.example.com.evil.example",
    ] {
        let answer = preflight(&gateway, origin).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
    }
    let without_origins = TestGateway::start().await;
    let answer = preflight(&without_origins, PAGE).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}
