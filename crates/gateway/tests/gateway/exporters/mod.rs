//! Third-party programs: all spans and log records of OpenTelemetry's exporters, and all spans of AWS's
//! SDK, are stored, and moto
//! accepts the documents of the X-Ray sink.
//!
//! `cargo xtask test exporters` installs `requirements.txt` and `package.json`, and sets
//! `OTEL_WEB_GATEWAY_TEST_PYTHON` to a Python and `OTEL_WEB_GATEWAY_TEST_NODE_MODULES` to a
//! folder. Without these variables, the tests are skipped and say so.

mod aws;
mod collector;
mod moto;

use std::{collections::BTreeMap, env, io::Write, process::Command};

use serde_json::Value;
use trace_model::{LogSeverity, Span, SpanKind, SpanStatus, otlp_json};

use crate::support::{Served, decode_spans, isolated};

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gateway");

/// The spans of each program: name, and the name of the parent.
const EXPECTED: [(&str, &str); 3] = [
    ("GET /home", ""),
    ("query", "GET /home"),
    ("render", "GET /home"),
];

/// Returns a Python with the packages. Without one, prints that the test is skipped.
fn python(test: &str) -> Option<String> {
    variable("OTEL_WEB_GATEWAY_TEST_PYTHON", test)
}

fn variable(name: &str, test: &str) -> Option<String> {
    let value = env::var(name).ok();
    if value.is_none() {
        let line = format!("skipped: {test}: {name} is not set\n");
        // The test harness shows the output of `eprintln!` only for failed tests.
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    value
}

async fn run(mut program: Command) {
    let status = tokio::task::spawn_blocking(move || program.status()).await;
    assert!(status.unwrap().unwrap().success());
}

async fn get(gateway: &Served, path: &str) -> Value {
    let answer = gateway.client.get(gateway.url(path)).send().await.unwrap();
    answer.json().await.unwrap()
}

/// Returns the spans of the only trace of a service.
async fn spans(gateway: &Served, service: &str) -> Vec<Span> {
    let list = get(gateway, &format!("/api/traces?service={service}")).await;
    assert_eq!(list["traces"].as_array().unwrap().len(), 1, "{list:#}");
    let id = list["traces"][0]["trace_id"].as_str().unwrap();
    let trace = get(gateway, &format!("/api/traces/{id}")).await;
    decode_spans(trace.to_string().as_bytes())
}

async fn check(gateway: &Served, service: &str) {
    let spans = spans(gateway, service).await;
    let names: BTreeMap<_, _> = spans
        .iter()
        .map(|span| (span.span_id, span.name.as_str()))
        .collect();
    let mut found: Vec<_> = spans
        .iter()
        .map(|span| {
            let parent = span.parent_span_id.and_then(|id| names.get(&id).copied());
            (span.name.as_str(), parent.unwrap_or_default())
        })
        .collect();
    found.sort_unstable();
    assert_eq!(found, EXPECTED);
    let query = spans.iter().find(|span| span.name == "query").unwrap();
    assert_eq!(query.attributes.get("rows"), Some(&3.into()), "{query:#?}");
    assert_eq!(query.kind, SpanKind::Client);
    assert!(matches!(query.status, SpanStatus::Error(_)), "{query:#?}");
    assert_eq!(query.events[0].name, "exception");
    assert!(query.start_unix_nano <= query.end_unix_nano);
    check_logs(gateway, service, query).await;
}

/// Each program writes a record before its trace, and one in the span `query`.
async fn check_logs(gateway: &Served, service: &str, query: &Span) {
    let page = get(gateway, &format!("/api/logs?query=service:{service}")).await;
    let logs = otlp_json::decode_logs(&page.to_string()).unwrap();
    let [failed, began] = &logs[..] else {
        panic!("{page:#}");
    };
    assert_eq!(began.body.to_string(), "program began");
    assert_eq!(
        (began.severity(), began.trace_id),
        (LogSeverity::Info, None)
    );
    assert_eq!(failed.body.to_string(), "query failed");
    assert_eq!(failed.severity(), LogSeverity::Error);
    assert_eq!(failed.attributes.get("rows"), Some(&3.into()));
    assert_eq!(failed.trace_id, Some(query.trace_id));
    assert_eq!(failed.span_id, Some(query.span_id));
    let of_trace = get(gateway, &format!("/api/logs?trace={}", query.trace_id)).await;
    let of_trace = otlp_json::decode_logs(&of_trace.to_string()).unwrap();
    assert_eq!(of_trace, std::slice::from_ref(failed));
}

#[tokio::test]
async fn python_exports_protobuf_with_gzip() {
    let Some(python) = python("OpenTelemetry's exporter for Python") else {
        return;
    };
    let gateway = Served::start_with(|_| {}).await;
    let mut program = isolated(Command::new(python));
    program.arg(format!("{TESTS}/exporters/program.py"));
    program.env("OTEL_EXPORTER_OTLP_ENDPOINT", gateway.url(""));
    program.env("NO_PROXY", "*");
    run(program).await;
    check(&gateway, "python").await;
}

#[tokio::test]
async fn javascript_exports_json_and_protobuf() {
    let exporters = "OpenTelemetry's exporters for JavaScript";
    let Some(modules) = variable("OTEL_WEB_GATEWAY_TEST_NODE_MODULES", exporters) else {
        return;
    };
    let gateway = Served::start_with(|_| {}).await;
    for exporter in ["http", "proto"] {
        let mut program = isolated(Command::new("node"));
        program
            .arg(format!("{TESTS}/exporters/program.cjs"))
            .arg(exporter);
        program.env("OTEL_EXPORTER_OTLP_ENDPOINT", gateway.url(""));
        program.env("NODE_PATH", &modules);
        run(program).await;
        check(&gateway, exporter).await;
    }
}
