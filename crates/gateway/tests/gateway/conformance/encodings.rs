//! Requests: method, path, encodings, compression.

use axum::http::Method;
use prost::Message;
use serde_json::json;

use super::case::{Case, case};
use crate::support::{JSON, PROTOBUF, request, span};

fn one_span() -> Vec<u8> {
    request("shop", vec![span(1, 1, "GET /")]).encode_to_vec()
}

fn one_json_span() -> String {
    let span = json!({"traceId": "01".repeat(16), "spanId": "02".repeat(8), "name": "a"});
    json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).to_string()
}

pub(super) fn cases() -> Vec<Case> {
    [payloads(), content_types(), compression(), elsewhere()]
        .into_iter()
        .flatten()
        .collect()
}

fn payloads() -> Vec<Case> {
    vec![
        case("The body of the POST request is a payload either in binary-encoded Protobuf format [...]")
            .protobuf(one_span()).gives(200).gives_empty_protobuf().stores(1),
        case("[...] or in JSON-encoded Protobuf format.")
            .json(one_json_span()).gives(200).gives_json(json!({})).stores(1),
        case("If the server receives an empty request (a request that does not carry any telemetry data) the server SHOULD respond with success. (protobuf, no byte)")
            .protobuf("").gives(200).gives_empty_protobuf().stores(0),
        case("If the server receives an empty request [...] the server SHOULD respond with success. (JSON, no key)")
            .json("{}").gives(200).gives_json(json!({})).stores(0),
        case("If the server receives an empty request [...] the server SHOULD respond with success. (JSON, no byte)")
            .json("").gives(200).gives_json(json!({})),
        case("If the server receives an empty request [...] the server SHOULD respond with success. (an empty list)")
            .json(r#"{"resourceSpans": []}"#).gives(200).gives_json(json!({})),
        case("receivers MAY ignore empty envelopes (resource without scopes)")
            .json(r#"{"resourceSpans": [{"resource": {}}]}"#).gives(200).gives_json(json!({})).stores(0),
        case("receivers MAY ignore empty envelopes (scope without spans)")
            .protobuf(request("shop", vec![]).encode_to_vec()).gives(200).gives_empty_protobuf().stores(0),
    ]
}

fn content_types() -> Vec<Case> {
    vec![
        case("multiplex the requests to the corresponding payload decoder based on the \"Content-Type\" request header (with a parameter, RFC 9110 8.3.1)")
            .header("content-type", "application/json; charset=utf-8").body(one_json_span())
            .gives(200).gives_json(json!({})).stores(1),
        case("[...] based on the \"Content-Type\" request header (in another case, RFC 9110 8.3.1)")
            .header("content-type", "Application/X-Protobuf").body(one_span())
            .gives(200).gives_empty_protobuf().stores(1),
        case("All other HTTP responses [...] should be treated according to HTTP specifications. (415, a type that is no OTLP)")
            .header("content-type", "text/plain").body(one_json_span())
            .gives(415).gives_status_message(JSON).stores(0),
        case("The client and the server MUST set \"Content-Type: application/x-protobuf\" [...] when sending binary Protobuf encoded payload. (none set)")
            .body(one_span()).gives(415).gives_status_message(JSON).stores(0),
        case("The client and the server MUST set \"Content-Type: application/json\" [...] when sending JSON Protobuf encoded payload. (the other is set)")
            .protobuf(one_json_span()).gives(400).gives_status_message(PROTOBUF).stores(0),
    ]
}

fn compression() -> Vec<Case> {
    vec![
        case("The client MAY gzip the content and in that case MUST include \"Content-Encoding: gzip\" (protobuf)")
            .protobuf(one_span()).gzipped().gives(200).gives_empty_protobuf().stores(1),
        case("The client MAY gzip the content and in that case MUST include \"Content-Encoding: gzip\" (JSON)")
            .json(one_json_span()).gzipped().gives(200).gives_json(json!({})).stores(1),
        case("All server components MUST support [...] No compression, denoted by `none`. (in HTTP: identity)")
            .protobuf(one_span()).header("content-encoding", "identity").gives(200).stores(1),
        case("The client [...] MUST include \"Content-Encoding: gzip\" (gzip without it is no protobuf)")
            .protobuf(crate::support::gzip(&one_span())).gives(400).gives_status_message(PROTOBUF),
        case("All other HTTP responses [...] according to HTTP specifications. (415, another coding)")
            .protobuf(one_span()).header("content-encoding", "br")
            .gives(415).gives_status_message(PROTOBUF).stores(0),
        case("data that cannot be decoded [...] MUST respond with HTTP 400 (the coding says gzip, the bytes do not)")
            .protobuf(one_span()).header("content-encoding", "gzip")
            .gives(400).gives_status_message(PROTOBUF).stores(0),
    ]
}

fn elsewhere() -> Vec<Case> {
    vec![
        case("Telemetry data is sent via HTTP POST request. (405, and what is allowed, RFC 9110 15.5.6)")
            .to(Method::GET, "/v1/traces").gives(405).gives_header("allow", "POST").gives_status_message(JSON),
        case("Telemetry data is sent via HTTP POST request. (405 in the request's encoding)")
            .protobuf(one_span()).to(Method::PUT, "/v1/traces").gives(405)
            .gives_header("allow", "POST").gives_status_message(PROTOBUF),
        case("The default URL path for requests that carry metric data is `/v1/metrics` (not served: 404)")
            .protobuf("").to(Method::POST, "/v1/metrics").gives(404).gives_status_message(PROTOBUF),
        case("The default URL path for requests that carry metric data is `/v1/metrics` (not served: 404, in JSON)")
            .json("{}").to(Method::POST, "/v1/metrics").gives(404).gives_status_message(JSON),
        case("the response body for all `HTTP 4xx` and `HTTP 5xx` responses MUST be a Protobuf-encoded Status message (a path that nobody knows)")
            .protobuf("").to(Method::POST, "/v1/traces/").gives(404).gives_status_message(PROTOBUF),
    ]
}
