//! Other people's programs: what OpenTelemetry's exporters and AWS's SDK send arrives span for span,
//! and moto takes what the X-Ray sink sends.
//!
//! `cargo xtask test exporters` gets `requirements.txt` and `package.json` and names them in
//! `OTEL_WEB_GATEWAY_TEST_PYTHON`, a Python, and `OTEL_WEB_GATEWAY_TEST_NODE_MODULES`, a folder.
//! Where these are not set nothing is run, and each test says so.

mod aws;
mod collector;
mod moto;

use std::{collections::BTreeMap, env, io::Write, process::Command};

use serde_json::{Value, json};

use crate::support::{Served, isolated};

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gateway");

/// Spans that each program makes: name, and the name of the parent.
const EXPECTED: [(&str, &str); 3] = [
    ("GET /home", ""),
    ("query", "GET /home"),
    ("render", "GET /home"),
];

/// A Python with the packages, or a line that says what is not run.
fn python(test: &str) -> Option<String> {
    given("OTEL_WEB_GATEWAY_TEST_PYTHON", test)
}

fn given(variable: &str, test: &str) -> Option<String> {
    let value = env::var(variable).ok();
    if value.is_none() {
        let line = format!("not run: {test}: {variable} is not set\n");
        // What is printed by macros is shown of failed tests only.
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

/// The spans of the only trace of a service.
async fn spans(gateway: &Served, service: &str) -> Vec<Value> {
    let list = get(gateway, &format!("/api/traces?service={service}")).await;
    assert_eq!(list["traces"].as_array().unwrap().len(), 1, "{list:#}");
    let id = list["traces"][0]["trace_id"].as_str().unwrap();
    let trace = get(gateway, &format!("/api/traces/{id}")).await;
    trace["resourceSpans"][0]["scopeSpans"][0]["spans"]
        .as_array()
        .unwrap()
        .clone()
}

async fn check(gateway: &Served, service: &str) {
    let spans = spans(gateway, service).await;
    let names: BTreeMap<_, _> = spans
        .iter()
        .map(|span| {
            (
                span["spanId"].as_str().unwrap(),
                span["name"].as_str().unwrap(),
            )
        })
        .collect();
    let mut found: Vec<_> = spans
        .iter()
        .map(|span| {
            let parent = span["parentSpanId"].as_str().unwrap();
            (
                span["name"].as_str().unwrap(),
                names.get(parent).copied().unwrap_or_default(),
            )
        })
        .collect();
    found.sort_unstable();
    assert_eq!(found, EXPECTED);
    let query = spans.iter().find(|span| span["name"] == "query").unwrap();
    let rows = json!({"key": "rows", "value": {"intValue": "3"}});
    assert!(
        query["attributes"].as_array().unwrap().contains(&rows),
        "{query:#}"
    );
    assert_eq!(
        (&query["kind"], &query["status"]["code"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(query["events"][0]["name"], "exception");
    assert!(span_nanos(query, "startTimeUnixNano") <= span_nanos(query, "endTimeUnixNano"));
}

fn span_nanos(span: &Value, field: &str) -> u64 {
    span[field].as_str().unwrap().parse().unwrap()
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
    let Some(modules) = given("OTEL_WEB_GATEWAY_TEST_NODE_MODULES", exporters) else {
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
