//! The JSON Protobuf encoding, and its differences from the standard mapping.

use serde_json::{Value, json};

use super::case::{Case, case};
use crate::support::JSON;

const ID: &str = "5b8efff798038103d269b633813fc60c";

/// Returns a request of one span that has these fields and ids.
fn with(fields: Value) -> String {
    let mut span = json!({"traceId": ID, "spanId": "eee19b7ec3c1b174", "name": "a"});
    let (span_fields, fields) = (span.as_object_mut().unwrap(), fields.as_object().unwrap());
    span_fields.extend(fields.clone());
    json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).to_string()
}

fn accepted(sentence: &'static str, fields: Value) -> Case {
    case(sentence)
        .json(with(fields))
        .gives(200)
        .gives_json(json!({}))
        .stores(1)
}

/// The whole request is rejected.
fn bad_request(sentence: &'static str, fields: Value) -> Case {
    let case = case(sentence).json(with(fields)).gives(400);
    case.gives_status_message(JSON).stores(0)
}

/// A value of this kind is read back as `stored`.
fn stored(sentence: &'static str, kind: &str, sent: Value, stored: Value) -> Case {
    let attribute = |value| json!([{"key": "k", "value": {kind: value}}]);
    let case = accepted(sentence, json!({"attributes": attribute(sent)}));
    case.stores_attributes(attribute(stored))
}

/// The span is rejected.
fn rejected(sentence: &'static str, fields: Value) -> Case {
    let count = |answer: &crate::support::Answer| {
        let rejected = answer.json()["partialSuccess"]["rejectedSpans"].clone();
        super::case::same("rejectedSpans", &rejected, &json!("1"))
    };
    case(sentence)
        .json(with(fields))
        .gives(200)
        .check(count)
        .stores(0)
}

pub(super) fn cases() -> Vec<Case> {
    [ids(), enums_and_names(), shapes(), numbers(), extremes()]
        .into_iter()
        .flatten()
        .collect()
}

fn ids() -> Vec<Case> {
    vec![
        accepted(
            "The `traceId` and `spanId` byte arrays are represented as case-insensitive hex-encoded strings (upper)",
            json!({"traceId": ID.to_uppercase(), "parentSpanId": "EEE19B7EC3C1B173"}),
        ),
        accepted(
            "[...] case-insensitive hex-encoded strings (mixed)",
            json!({"spanId": "EEE19b7ec3C1b174"}),
        ),
        accepted(
            "Hex encoding is used for `traceId` and `spanId` fields in all OTLP Protobuf messages, e.g., the `Span`, `Link` [...]",
            json!({"links": [{"traceId": ID.to_uppercase(), "spanId": "EEE19B7EC3C1B170"}]}),
        ),
        accepted(
            "they are not base64-encoded as is defined in the standard Protobuf JSON Mapping (senders that use it are understood)",
            json!({"traceId": "W47/95gDgQPSabYzgT/GDA==", "spanId": "7uGbfsPBsXQ="}),
        ),
        rejected(
            "The `traceId` and `spanId` byte arrays are represented as case-insensitive hex-encoded strings (neither hex nor base64)",
            json!({"traceId": "5b8efff7-9803-8103-d269-b633813fc60c"}),
        ),
    ]
}

fn enums_and_names() -> Vec<Case> {
    vec![
        accepted(
            "Values of enum fields MUST be encoded as integer values.",
            json!({"kind": 2, "status": {"code": 2}}),
        ),
        accepted(
            "the enum name strings MUST NOT be used (span kind; senders that use them are understood)",
            json!({"kind": "SPAN_KIND_SERVER"}),
        ),
        accepted(
            "the enum name strings MUST NOT be used (status code; senders that use them are understood)",
            json!({"status": {"code": "STATUS_CODE_ERROR"}}),
        ),
        bad_request(
            "the enum name strings MUST NOT be used (an unknown name)",
            json!({"kind": "SPAN_KIND_SERVANT"}),
        ),
        accepted(
            "OTLP/JSON receivers MUST ignore message fields with unknown names",
            json!({"somethingNew": {"of": ["any", "shape", 1, null]}}),
        ),
        accepted(
            "[...] and MUST unmarshal the message as if the unknown field was not present in the payload. (deep inside)",
            json!({"attributes": [{"key": "k", "value": {"newValue": 1, "stringValue": "s"}, "x": {}}]}),
        ),
        accepted(
            "Original field names are not valid to use as keys for JSON objects. (so they are unknown names)",
            json!({"parent_span_id": "not even an id", "start_time_unix_nano": {}}),
        ),
    ]
}

/// A message is an object, and never a list of its fields.
fn shapes() -> Vec<Case> {
    let of_request = |body: &str| {
        let sentence = "data that cannot be decoded [...] MUST respond with HTTP 400 (proto3 JSON Mapping: message: object)";
        let case = case(sentence).json(body).gives(400);
        case.gives_status_message(JSON).stores(0)
    };
    let span = r#"["5b8efff798038103d269b633813fc60c","eee19b7ec3c1b174"]"#;
    vec![
        of_request("[[]]"),
        of_request("[null]"),
        of_request("null"),
        of_request(r#"{"resourceSpans": [[]]}"#),
        of_request(r#"{"resourceSpans": [null]}"#),
        of_request(r#"{"resourceSpans": {}}"#),
        of_request(&format!(
            r#"{{"resourceSpans": [{{"scopeSpans": [{{"spans": [{span}]}}]}}]}}"#
        )),
        bad_request(
            "proto3 standard defined JSON Mapping (message: object)",
            json!({"status": ["message", 2]}),
        ),
        bad_request(
            "proto3 standard defined JSON Mapping (repeated V: array)",
            json!({"attributes": {"key": "k"}}),
        ),
        bad_request(
            "proto3 standard defined JSON Mapping (message: object, in a list)",
            json!({"attributes": [["k", {"stringValue": "v"}]]}),
        ),
    ]
}

fn numbers() -> Vec<Case> {
    vec![
        accepted(
            "64-bit integer numbers in JSON-encoded payloads are encoded as decimal strings [...]",
            json!({"startTimeUnixNano": "1790000000000000001", "endTimeUnixNano": "1790000000000000002"}),
        ),
        accepted(
            "[...] and either numbers or strings are accepted when decoding.",
            json!({"startTimeUnixNano": 1_790_000_000_000_000_001_u64, "endTimeUnixNano": 0,
                "attributes": [{"key": "i", "value": {"intValue": -5}}]}),
        ),
        bad_request(
            "data that cannot be decoded [...] MUST respond with HTTP 400 (not a number)",
            json!({"startTimeUnixNano": "yesterday"}),
        ),
        accepted(
            "proto3 standard defined JSON Mapping (null is an accepted value for all field types)",
            json!({"attributes": null, "parentSpanId": null, "kind": null, "status": null, "endTimeUnixNano": null}),
        ),
        accepted(
            "proto3 standard defined JSON Mapping (bytes: standard or URL-safe base64, with or without padding)",
            json!({"attributes": [
                {"key": "standard", "value": {"bytesValue": "+/8="}},
                {"key": "url", "value": {"bytesValue": "-_8="}},
                {"key": "unpadded", "value": {"bytesValue": "+/8"}}]}),
        ),
        accepted(
            "proto3 standard defined JSON Mapping (double: a number, or NaN, Infinity, -Infinity as strings)",
            json!({"attributes": [
                {"key": "nan", "value": {"doubleValue": "NaN"}},
                {"key": "up", "value": {"doubleValue": "Infinity"}},
                {"key": "down", "value": {"doubleValue": "-Infinity"}},
                {"key": "string", "value": {"doubleValue": "0.5"}}]}),
        ),
        accepted(
            "proto3 standard defined JSON Mapping (an integer may have an exponent or a fraction of zero)",
            json!({"droppedAttributesCount": 1e2, "attributes": [{"key": "i", "value": {"intValue": "1.0"}}]}),
        ),
    ]
}

/// Values at the limits of the number types.
fn extremes() -> Vec<Case> {
    let double = |sentence, value: Value| stored(sentence, "doubleValue", value.clone(), value);
    let int = |sentence, value: &str| stored(sentence, "intValue", json!(value), json!(value));
    let out_of_range =
        |kind: &str, value: &str| json!({"attributes": [{"key": "k", "value": {kind: value}}]});
    vec![
        double(
            "proto3 standard defined JSON Mapping (double: [...] one of the special string values \"NaN\" [...])",
            json!("NaN"),
        ),
        double(
            "proto3 standard defined JSON Mapping (double: [...] \"Infinity\" [...])",
            json!("Infinity"),
        ),
        double(
            "proto3 standard defined JSON Mapping (double: [...] and \"-Infinity\")",
            json!("-Infinity"),
        ),
        double(
            "proto3 standard defined JSON Mapping (double: -0 is not 0)",
            json!(-0.0),
        ),
        double(
            "proto3 standard defined JSON Mapping (double: a number, the largest)",
            json!(f64::MAX),
        ),
        double(
            "proto3 standard defined JSON Mapping (double: a number, the smallest)",
            json!(5e-324),
        ),
        double(
            "proto3 standard defined JSON Mapping (double: a number, to its last digit)",
            json!(31.245_270_191_439_438),
        ),
        stored(
            "proto3 standard defined JSON Mapping (double: either numbers or strings are accepted, and exponent notation)",
            "doubleValue",
            json!("1.5e300"),
            json!(1.5e300),
        ),
        bad_request(
            "proto3 standard defined JSON Mapping (double: what is out of range is not infinity)",
            out_of_range("doubleValue", "1.9e308"),
        ),
        int(
            "64-bit integer numbers in JSON-encoded payloads are encoded as decimal strings (the largest)",
            "9223372036854775807",
        ),
        int(
            "64-bit integer numbers in JSON-encoded payloads are encoded as decimal strings (the smallest)",
            "-9223372036854775808",
        ),
        stored(
            "[...] and either numbers or strings are accepted when decoding. (beyond what a double holds)",
            "intValue",
            json!(-9_007_199_254_740_993_i64),
            json!("-9007199254740993"),
        ),
        stored(
            "[...] and either numbers or strings are accepted when decoding. (-0)",
            "intValue",
            json!(-0.0),
            json!("0"),
        ),
        bad_request(
            "data that cannot be decoded [...] MUST respond with HTTP 400 (an integer of 65 bits)",
            out_of_range("intValue", "9223372036854775808"),
        ),
    ]
}
