//! The log.

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{receiver::Receiver, server::Server};

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";

/// Sends a request in the trace [`TRACE_ID`].
async fn send_traced(server: &Server) {
    let request = server
        .request("/api/trending")
        .header("sec-fetch-site", "same-origin")
        .header("traceparent", format!("00-{TRACE_ID}-b7ad6b7169203331-01"));
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn log_lines_have_the_ids_of_their_trace() {
    let receiver = Receiver::start().await;
    let server = Server::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url),
        ("RUST_LOG", "info,cruddur_backend=debug"),
        ("CRUDDUR_LOG_FORMAT", "json"),
    ])
    .await;
    send_traced(&server).await;
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
async fn log_lines_are_exported_with_the_ids_of_their_spans() {
    let receiver = Receiver::start().await;
    let server = Server::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url),
        // Also the lines of the exporter's own HTTP client, each of which would cause an export.
        ("RUST_LOG", "debug"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "10"),
    ])
    .await;
    send_traced(&server).await;
    assert!(server.terminate().await.status.success());
    let records = receiver.log_records("cruddur");
    let finished = records.iter().find(|(text, _)| text == "request finished");
    let Some((_, record)) = finished else {
        panic!("{records:#?}");
    };
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    assert_eq!(hex(&record.trace_id), TRACE_ID);
    assert_eq!(record.span_id.len(), 8);
    assert_eq!(
        (record.severity_number, &*record.severity_text),
        (5, "DEBUG")
    );
    assert!(record.time_unix_nano > 0 && record.observed_time_unix_nano > 0);
    let keys: Vec<_> = record.attributes.iter().map(|it| it.key.as_str()).collect();
    assert!(
        keys.contains(&"request") && keys.contains(&"request_id"),
        "{keys:?}"
    );
    // Lines outside of a trace are exported, too.
    let listening = records
        .iter()
        .find(|(text, _)| text.starts_with("listening on"));
    assert!(listening.is_some_and(|(_, record)| record.trace_id.is_empty()));
    assert!(records.len() < 500, "{} records", records.len());
}

#[tokio::test]
async fn no_log_records_are_exported_if_they_are_off() {
    let receiver = Receiver::start().await;
    let server = Server::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url),
        ("OTEL_LOGS_EXPORTER", "none"),
    ])
    .await;
    server.get("/api/trending").await;
    assert!(server.terminate().await.status.success());
    assert!(receiver.log_records("cruddur").is_empty());
    assert!(!receiver.span_names("cruddur").is_empty());
}

#[tokio::test]
async fn missing_receiver_of_log_records_is_logged_once() {
    let server = Server::start(&[
        (
            "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
            "http://127.0.0.1:9/v1/logs",
        ),
        ("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "1"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "10"),
        ("RUST_LOG", "info,cruddur_backend=debug"),
    ])
    .await;
    for _ in 0..10 {
        assert_eq!(server.get("/api/trending").await.status(), 200);
    }
    let exit = server.terminate().await;
    let reports = exit.log.matches("cannot export log records").count();
    assert_eq!(reports, 1, "{}", exit.log);
}

/// Sends bytes as they are, and returns the beginning of the response.
async fn raw(server: &Server, request: &str) -> String {
    let address = server.url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn log_lines_have_the_id_of_their_request_without_an_exporter() {
    let server = Server::start(&[("RUST_LOG", "info,cruddur_backend=debug")]).await;
    let request = server.request("/api/trending");
    let request = request.header("x-request-id", "support-42");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "support-42");
    let exit = server.terminate().await;
    let mut lines = exit.log.lines();
    let line = lines.find(|line| line.contains("request finished"));
    let line = line.unwrap_or_else(|| panic!("{}", exit.log));
    assert!(line.ends_with(" request_id=support-42"), "{line}");
    assert!(!line.contains("trace_id"), "{line}");
}

#[tokio::test]
async fn request_id_with_a_line_break_forges_no_log_line_and_no_header() {
    let server = Server::start(&[("RUST_LOG", "info,cruddur_backend=debug")]).await;
    for id in [
        "a\r\n\tERROR forged",
        "a\n ERROR forged",
        "a\rERROR forged",
        "a\u{0}ERROR forged",
    ] {
        let head = format!(
            "GET /api/trending HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             X-Request-Id: {id}\r\n\r\n"
        );
        let response = raw(&server, &head).await;
        assert!(response.starts_with("HTTP/1.1 "), "{response}");
        assert!(!response.contains("forged"), "{response}");
    }
    let exit = server.terminate().await;
    assert!(!exit.log.contains("forged"), "{}", exit.log);
}

#[tokio::test]
async fn log_level_is_info_by_default() {
    let server = Server::start(&[]).await;
    server.get("/api/trending").await;
    let exit = server.terminate().await;
    assert!(exit.log.contains("listening on"), "{}", exit.log);
    assert!(!exit.log.contains("request finished"), "{}", exit.log);
}
