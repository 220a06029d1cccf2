//! The sentences about all signals, with log records.

use axum::http::Method;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use prost::Message;
use serde_json::{Value, json};

use super::case::{Case, case, same};
use crate::support::{INFO, JSON, PROTOBUF, gzip, log, logs_request};

fn one_record() -> Vec<u8> {
    logs_request("shop", vec![log(1, 0, INFO, "started")]).encode_to_vec()
}

/// The second record is dated after the year 2262.
fn half_good() -> Vec<u8> {
    let mut late = log(1, 0, INFO, "late");
    late.time_unix_nano = u64::MAX;
    logs_request("shop", vec![log(1, 0, INFO, "started"), late]).encode_to_vec()
}

fn json_request(records: Value) -> String {
    json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).to_string()
}

pub(super) fn cases() -> Vec<Case> {
    [accepted(), rejected(), limits()]
        .into_iter()
        .flatten()
        .collect()
}

fn accepted() -> Vec<Case> {
    let counted = |answer: &crate::support::Answer| {
        let response = ExportLogsServiceResponse::decode(answer.body.clone());
        let partial = response.map_err(|error| error.to_string())?.partial_success;
        let partial = partial.ok_or("partial_success is unset")?;
        same("rejected_log_records", &partial.rejected_log_records, &1)?;
        let is_explained = partial
            .error_message
            .starts_with("1 log record: times must be");
        same("error_message", &is_explained, &true)
    };
    vec![
        case("The default URL path for requests that carry log data is `/v1/logs`. (protobuf)")
            .sent_to_logs().protobuf(one_record()).gives(200).gives_empty_protobuf().stores_logs(1).stores(0),
        case("The default URL path for requests that carry log data is `/v1/logs`. (JSON)")
            .sent_to_logs().json(json_request(json!([{"body": {"stringValue": "a"}}])))
            .gives(200).gives_json(json!({})).stores_logs(1),
        case("The client MAY gzip the content (logs)")
            .sent_to_logs().protobuf(one_record()).gzipped().gives(200).stores_logs(1),
        case("the request body is empty (logs)")
            .sent_to_logs().protobuf("").gives(200).gives_empty_protobuf().stores_logs(0),
        case("If the request is only partially accepted [...] (log records)")
            .sent_to_logs().protobuf(half_good()).gives(200).gives_header("content-type", PROTOBUF)
            .check(counted).stores_logs(1),
        case("If the request is only partially accepted [...] (log records in JSON)")
            .sent_to_logs().json(json_request(json!([{}, {"timeUnixNano": u64::MAX.to_string()}])))
            .gives(200).stores_logs(1).gives_json(json!({"partialSuccess": {
                "rejectedLogRecords": "1",
                "errorMessage": "1 log record: times must be nanoseconds since 1970 that fit 63 bits"}})),
        case("Enum values [...] MUST be encoded as integer values, receivers MAY accept names (severity)")
            .sent_to_logs().json(json_request(json!([{"severityNumber": 17}, {"severityNumber": "SEVERITY_NUMBER_WARN2"}])))
            .gives(200).gives_json(json!({})).stores_logs(2),
        case("OTLP/JSON receivers MUST ignore fields with unknown names (logs)")
            .sent_to_logs().json(json_request(json!([{"unknown": [1], "body": {"intValue": "1"}}])))
            .gives(200).gives_json(json!({})).stores_logs(1),
    ]
}

fn rejected() -> Vec<Case> {
    vec![
        case("data that cannot be decoded [...] MUST respond with `HTTP 400 Bad Request`. (logs, protobuf)")
            .sent_to_logs().protobuf("\u{a}no message").gives(400).gives_status_message(PROTOBUF).stores_logs(0),
        case("data that cannot be decoded [...] MUST respond with `HTTP 400 Bad Request`. (logs, JSON)")
            .sent_to_logs().json("{").gives(400).gives_status_message(JSON).stores_logs(0),
        case("data that cannot be decoded [...] (spans at the path of logs)")
            .sent_to_logs().protobuf(crate::support::request("shop", vec![crate::support::span(1, 1, "a")]).encode_to_vec())
            .gives(400).gives_status_message(PROTOBUF).stores_logs(0).stores(0),
        case("data that cannot be decoded [...] (damaged gzip of logs)")
            .sent_to_logs().protobuf("no gzip").header("content-encoding", "gzip")
            .gives(400).gives_status_message(PROTOBUF).stores_logs(0),
        case("unsupported media type (logs)")
            .sent_to_logs().header("content-type", "text/plain").body("a").gives(415).gives_status_message(JSON),
        case("unsupported content encoding (logs)")
            .sent_to_logs().protobuf(one_record()).header("content-encoding", "br")
            .gives(415).gives_header("accept-encoding", "gzip, deflate, zstd").stores_logs(0),
        case("a method other than POST (logs)")
            .to(Method::GET, "/v1/logs").gives(405).gives_header("allow", "POST"),
    ]
}

fn limits() -> Vec<Case> {
    vec![
        case("the server MUST respond with `HTTP 413 Content Too Large`. (logs)")
            .sent_to_logs()
            .protobuf(vec![0; 1001])
            .with(|config| config.limits.body_bytes = 1000)
            .gives(413)
            .gives_status_message(PROTOBUF)
            .stores_logs(0),
        case("[...] including after decompression (logs)")
            .sent_to_logs()
            .json("")
            .header("content-encoding", "gzip")
            .body(gzip(&vec![b' '; 1 << 20]))
            .with(|config| config.limits.body_bytes = 1000)
            .gives(413)
            .gives_status_message(JSON)
            .stores_logs(0),
        case("the server SHOULD respond with [...] `HTTP 503 Service Unavailable` (logs)")
            .sent_to_logs()
            .protobuf(one_record())
            .with(|config| config.limits.memory_bytes = 0)
            .gives(503)
            .gives_header("retry-after", "1")
            .gives_status_message(PROTOBUF)
            .stores_logs(0),
    ]
}
