//! The log.

use serde_json::Value;

use crate::{receiver::Receiver, server::Server};

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";

#[tokio::test]
async fn log_lines_have_the_ids_of_their_trace() {
    let receiver = Receiver::start().await;
    let server = Server::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url),
        ("RUST_LOG", "info,cruddur_backend=debug"),
        ("CRUDDUR_LOG_FORMAT", "json"),
    ])
    .await;
    let request = server
        .request("/api/trending")
        .header("sec-fetch-site", "same-origin")
        .header("traceparent", format!("00-{TRACE_ID}-b7ad6b7169203331-01"));
    assert_eq!(request.send().await.unwrap().status(), 200);
    let exit = server.terminate().await;
    let mut lines = exit
        .log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let line = lines.find(|line| line["message"] == "request finished");
    let line = line.unwrap_or_else(|| panic!("{}", exit.log));
    assert_eq!(line["trace_id"], TRACE_ID);
    assert_eq!(line["level"], "DEBUG");
    assert_eq!(line["fields"]["request"], "GET /api/trending");
    assert_eq!(line["fields"]["status"], 200);
}

#[tokio::test]
async fn log_level_is_info_by_default() {
    let server = Server::start(&[]).await;
    server.get("/api/trending").await;
    let exit = server.terminate().await;
    assert!(exit.log.contains("listening on"), "{}", exit.log);
    assert!(!exit.log.contains("request finished"), "{}", exit.log);
}
