//! Responses: success, partial success, failures, and their bodies.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use serde_json::json;

use super::case::{Case, RpcStatus, case, same};
use crate::support::{JSON, PROTOBUF, request, span};

fn half_good() -> Vec<u8> {
    request("shop", vec![span(1, 1, "good"), span(0, 2, "bad")]).encode_to_vec()
}

fn half_good_json() -> String {
    let good = json!({"traceId": "01".repeat(16), "spanId": "02".repeat(8)});
    let bad = json!({"traceId": "01".repeat(16), "spanId": ""});
    json!({"resourceSpans": [{"scopeSpans": [{"spans": [good, bad]}]}]}).to_string()
}

pub(super) fn cases() -> Vec<Case> {
    [partial(), failures(), sizes()]
        .into_iter()
        .flatten()
        .collect()
}

/// A response is small, however long the request's data is that it quotes.
fn sizes() -> Vec<Case> {
    let is_short = |answer: &crate::support::Answer| {
        let bytes = answer.body.len();
        let is_short = bytes < 16 << 10;
        is_short.then_some(()).ok_or(format!("{bytes} bytes"))
    };
    let long = "\u{7f}é".repeat(1 << 20);
    let long_name = "a".repeat(20_000);
    vec![
        case("The server MUST limit the size of the response body, including before compression, to avoid overwhelming the client. (JSON that quotes the request)")
            .json(json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"kind": long}]}]}]}))
            .gives(400).gives_status_message(JSON).check(is_short),
        case("The server MUST limit the size of the response body [...] (protobuf that quotes the request)")
            .protobuf("").header("content-encoding", &long_name)
            .gives(415).gives_status_message(PROTOBUF).check(is_short),
        case("The server MUST limit the size of the response body [...] (another content type)")
            .header("content-type", &long_name).gives(415).gives_status_message(JSON).check(is_short),
    ]
}

fn partial() -> Vec<Case> {
    let counted = |answer: &crate::support::Answer| {
        let response = ExportTraceServiceResponse::decode(answer.body.clone());
        let partial = response.map_err(|error| error.to_string())?.partial_success;
        let partial = partial.ok_or("partial_success is unset")?;
        same("rejected_spans", &partial.rejected_spans, &1)?;
        same(
            "error_message",
            &partial.error_message.contains("trace_id"),
            &true,
        )
    };
    vec![
        case("The server MUST leave the `partial_success` field unset in case of a successful response.")
            .protobuf(request("shop", vec![span(1, 1, "a")]).encode_to_vec())
            .gives(200).gives_empty_protobuf(),
        case("If the request is only partially accepted [...] the server MUST respond with `HTTP 200 OK`. [...] it MUST set the respective `rejected_spans` [...] with the number of spans [...] it rejected.")
            .protobuf(half_good()).gives(200).gives_header("content-type", PROTOBUF)
            .check(counted).stores(1),
        case("The server SHOULD populate the `error_message` field with a human-readable error message in English. (JSON)")
            .json(half_good_json()).gives(200).stores(1).gives_json(json!({"partialSuccess": {
                "rejectedSpans": "1",
                "errorMessage": "1 span: span_id must be 8 bytes and not all zero"}})),
        case("The server MUST use the same \"Content-Type\" in the response as it received in the request. (a JSON failure)")
            .json("{").gives(400).gives_status_message(JSON),
    ]
}

fn failures() -> Vec<Case> {
    let has_details = |answer: &crate::support::Answer| {
        let status = RpcStatus::decode(&*answer.body).map_err(|error| error.to_string())?;
        let detail = status.details.first().ok_or("there are no details")?;
        let text = String::from_utf8_lossy(detail).into_owned();
        same(
            "its type",
            &text.contains("type.googleapis.com/google.rpc.BadRequest"),
            &true,
        )
    };
    let has_json_details = |answer: &crate::support::Answer| {
        let detail = answer.json()["details"][0].clone();
        same(
            "its type",
            &detail["@type"],
            &json!("type.googleapis.com/google.rpc.BadRequest"),
        )?;
        same(
            "the field",
            &detail["fieldViolations"][0]["field"],
            &json!("body"),
        )
    };
    vec![
        case("data that cannot be decoded or is otherwise invalid [...] MUST respond with `HTTP 400 Bad Request`. (protobuf)")
            .protobuf("\u{a}no message").gives(400).gives_status_message(PROTOBUF).stores(0),
        case("data that cannot be decoded [...] MUST respond with `HTTP 400 Bad Request`. (JSON of another shape)")
            .json(r#"{"resourceSpans": "none"}"#).gives(400).gives_status_message(JSON).stores(0),
        case("data that cannot be decoded [...] MUST respond with `HTTP 400 Bad Request`. (JSON, no object)")
            .json("[]").gives(400).gives_status_message(JSON).stores(0),
        case("data that cannot be decoded [...] MUST respond with `HTTP 400 Bad Request`. (deeper than any value)")
            .json(format!(r#"{{"x": {}"#, "[".repeat(100_000))).gives(400).gives_status_message(JSON),
        case("The `Status.details` field in the response SHOULD contain a BadRequest that describes the bad data. (protobuf)")
            .protobuf("\u{a}no message").gives(400).check(has_details),
        case("The `Status.details` field in the response SHOULD contain a BadRequest that describes the bad data. (JSON)")
            .json("{").gives(400).check(has_json_details),
    ]
}
