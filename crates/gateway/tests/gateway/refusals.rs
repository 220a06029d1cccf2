//! Rejected requests: the error for the client, the counters and the log.

use std::time::{Duration, Instant};

use axum::{body::Body, http::Request};
use otel_web_gateway::Secret;
use prost::Message;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{
    Answer, JSON, PROTOBUF, Process, Served, TestGateway, client, command, request, span,
};

async fn ask(gateway: &TestGateway, method: &str, path: &str) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", JSON);
    gateway.send(request.body(Body::from("{}")).unwrap()).await
}

/// Endpoints that exporters are often misconfigured with.
const WRONG_PATHS: [&str; 14] = [
    "/",
    "//v1/traces",
    "/otlp/v1/traces",
    "/v1/trace",
    "/v1/traces/",
    "/v1/traces/v1/traces",
    "/v1/logs/",
    "/v1/metrics",
    "/v1/",
    "/api/v2/spans",
    "/api/traces",
    "/api/traces/import",
    "/index.html",
    "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
];

#[tokio::test]
async fn wrong_path_is_rejected_with_the_right_one_and_counted() {
    for path in WRONG_PATHS {
        // Exporters get this error and not a 401 for a missing viewer token.
        for token in [None, Some(Secret::new("0123456789abcdef"))] {
            let gateway = TestGateway::start_with(|config| config.viewer_token = token).await;
            let answer = ask(&gateway, "POST", path).await;
            assert_eq!(answer.status, 404, "{path}");
            let message = answer.json()["message"].as_str().unwrap().to_owned();
            assert!(message.contains("/v1/traces"), "{path}: {message}");
        }
        let gateway = TestGateway::start().await;
        ask(&gateway, "POST", path).await;
        let status = gateway.status().await;
        assert_eq!(status.refused.values().sum::<u64>(), 1, "{path}");
        let last = status.last_refusal.unwrap();
        assert!(last.message.contains("/v1/traces") && last.unix_ms > 0);
        assert_eq!(status.refused[&last.reason], 1);
        let metrics = gateway.get("/metrics").await;
        let counted = format!("refused_requests_total{{reason=\"{}\"}} 1", last.reason);
        assert!(String::from_utf8_lossy(&metrics.body).contains(&counted));
    }
}

#[tokio::test]
async fn wrong_path_is_rejected_in_the_encoding_of_the_request() {
    let gateway = TestGateway::start().await;
    let request = Request::post("/otlp/v1/traces").header("content-type", PROTOBUF);
    let answer = gateway.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (404, PROTOBUF)
    );
    assert!(String::from_utf8_lossy(&answer.body).contains("/v1/traces"));
}

/// Requests of a browser.
#[tokio::test]
async fn otlp_paths_are_not_pages_of_the_viewer() {
    let gateway = TestGateway::start().await;
    for path in ["//v1/traces", "/otlp/v1/traces", "/prefix/v1/logs"] {
        assert_eq!(ask(&gateway, "GET", path).await.status, 404, "{path}");
    }
    assert_eq!(gateway.status().await.refused["wrong_path"], 3);
    ask(&gateway, "GET", "/trace/5b8efff798038103d269b633813fc60c").await;
    ask(&gateway, "GET", "/").await;
    assert_eq!(gateway.status().await.refused["wrong_path"], 3);
}

#[tokio::test]
async fn socket_for_spans_only_describes_itself() {
    let served = Served::start_with(|config| {
        config.viewer_listen = Some("127.0.0.1:0".to_owned());
    })
    .await;
    let answer = client().get(served.url("/")).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert!(answer.text().await.unwrap().contains("/v1/traces"));
    for path in ["/", "/v1/trace", "/api/import", "/anything"] {
        let post = client().post(served.url(path)).header("content-type", JSON);
        let answer = post.body("{}").send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        assert!(
            answer.text().await.unwrap().contains("/v1/traces"),
            "{path}"
        );
    }
}

/// The health check needs no token.
#[tokio::test]
async fn rejected_clients_are_listed_only_in_the_status() {
    let gateway = TestGateway::start().await;
    ask(&gateway, "POST", "/secret-path").await;
    let health = gateway.get("/healthz").await;
    assert_eq!(health.json()["refused"], json!({"wrong_path": 1}));
    assert!(!String::from_utf8_lossy(&health.body).contains("secret-path"));
}

/// The first bytes of grpc-go: its settings, and a call to OTLP's service in HPACK.
fn grpc_call() -> Vec<u8> {
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let settings = b"\0\0\0\x04\0\0\0\0\0";
    let content_type = b"\x5f\x8b\x1d\x75\xd0\x62\x0d\x26\x3d\x4c\x4d\x65\x64";
    let length = u8::try_from(content_type.len()).unwrap();
    let headers = [&[0, 0, length, 1, 4, 0, 0, 0, 1], &content_type[..]].concat();
    let data = b"\0\0\x05\0\x01\0\0\0\x01\0\0\0\0\0";
    [&preface[..], settings, &headers, data].concat()
}

#[tokio::test]
async fn grpc_client_is_rejected_with_advice_and_counted() {
    let served = Served::start_with(|_| {}).await;
    let mut stream = TcpStream::connect(served.address()).await.unwrap();
    stream.write_all(&grpc_call()).await.unwrap();
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).await.unwrap();
    let heard = String::from_utf8_lossy(&heard);
    assert!(heard.contains("grpc-status"), "{heard}");
    assert!(
        heard.contains("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"),
        "{heard}"
    );

    // Other protocols than HTTP/1: TLS, and random bytes.
    for said in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"\0\0\0\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(served.address()).await.unwrap();
        stream.write_all(said).await.unwrap();
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard).await;
    }
    let status = client().get(served.url("/api/status")).send().await;
    let status: trace_model::Status = status.unwrap().json().await.unwrap();
    let counted: Vec<_> = status
        .refused
        .iter()
        .map(|(reason, count)| (&**reason, *count))
        .collect();
    assert_eq!(counted, [("grpc", 1), ("malformed_http", 1), ("tls", 1)]);
}

#[tokio::test]
async fn idle_connection_does_not_delay_shutdown() {
    let gateway = TestGateway::start().await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let address = gateway.address();
    let serving = tokio::spawn(gateway.serve_until(async { drop(stopped.await) }));
    let _silent = TcpStream::connect(address).await.unwrap();
    // The idle connection is accepted before this one.
    client()
        .get(format!("http://{address}/healthz"))
        .send()
        .await
        .unwrap();
    let began = Instant::now();
    stop.send(()).unwrap();
    serving.await.unwrap();
    assert!(
        began.elapsed() < Duration::from_millis(1_900),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn rejections_are_logged_at_a_limited_rate_on_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let process = Process::start(&mut command(&dir));
    for _ in 0..20 {
        let post = client().post(format!("{}/v1/traces", process.url));
        let post = post.header("content-type", "text/\u{e9}\u{1b}[31m");
        drop(post.body("{}").send().await);
        let post = client().post(format!("{}/v1/traces", process.url));
        let post = post.header("content-type", "text/xml").body("{}");
        assert_eq!(post.send().await.unwrap().status(), 415);
        let post = client().post(format!("{}/wrong", process.url));
        assert_eq!(post.body("{}").send().await.unwrap().status(), 404);
        let spans = request("shop", vec![span(0, 1, "no id")]).encode_to_vec();
        let post = client().post(format!("{}/v1/traces", process.url));
        let post = post.header("content-type", PROTOBUF).body(spans);
        assert_eq!(post.send().await.unwrap().status(), 200);
    }
    let log = process.log();
    for text in ["text/xml", "/wrong", "trace_id must be"] {
        let lines: Vec<_> = log.iter().filter(|line| line.contains(text)).collect();
        // More than one if this took more than ten seconds.
        assert!((1..=3).contains(&lines.len()), "{text} in\n{log:#?}");
        assert!(lines[0].contains("127.0.0.1"), "{log:#?}");
    }
}
