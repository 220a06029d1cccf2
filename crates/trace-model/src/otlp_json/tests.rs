//! Valid and invalid documents.

use std::sync::Arc;

use super::{Decoded, decode, decode_logs, encode_logs};
use crate::{Attribute, Log, Resource, Scope, SpanKind, SpanStatus, Value};

const IDS: &str = r#""traceId":"6A2B7C1E98038103D269B633813FC60C","spanId":"00f067aa0ba902b7""#;

fn decode_span(fields: &str) -> Decoded {
    decode(&format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"cruddur"}}}}]}},
            "scopeSpans":[{{"scope":{{"name":"axum","version":"0.8"}},"spans":[{{{fields}}}]}}]}}]}}"#
    ))
}

#[test]
fn all_fields_of_a_span_are_decoded() {
    let decoded = decode_span(&format!(
        r#"{IDS},"parentSpanId":"00f067aa0ba902b6","name":"GET","kind":2,"startTimeUnixNano":"1790000000000000001",
        "endTimeUnixNano":"1790000000000000009","status":{{"code":2,"message":"boom"}},
        "attributes":[{{"key":"http.response.status_code","value":{{"intValue":"500"}}}}],
        "events":[{{"timeUnixNano":"5","name":"exception","attributes":[{{"key":"exception.message","value":{{"stringValue":"boom"}}}}]}}],
        "links":[{{{IDS}}}]"#
    ));
    assert_eq!(decoded.skipped, []);
    let span = &decoded.spans[0];
    assert_eq!(span.duration_nano(), 8);
    assert_eq!(span.kind, SpanKind::Server);
    assert_eq!(span.status, SpanStatus::Error("boom".to_owned()));
    assert_eq!((span.service(), span.http_status()), ("cruddur", Some(500)));
    assert_eq!(span.scope.name, "axum");
    assert_eq!(
        span.events[0].attributes.text("exception.message"),
        Some("boom")
    );
    assert_eq!(span.links[0].span_id, span.span_id);
}

#[test]
fn snake_case_enum_names_and_numeric_times_are_accepted() {
    let decoded = decode_span(
        r#""trace_id":"6a2b7c1e98038103d269b633813fc60c","span_id":"00f067aa0ba902b7","parent_span_id":"0000000000000000",
        "kind":"SPAN_KIND_CLIENT","start_time_unix_nano":7,"status":{"code":"STATUS_CODE_OK"},"unknown":{}"#,
    );
    let span = &decoded.spans[0];
    assert_eq!(span.parent_span_id, None);
    assert_eq!((span.kind, span.start_unix_nano), (SpanKind::Client, 7));
    assert_eq!(span.status, SpanStatus::Ok);
}

#[test]
fn all_value_types_are_decoded() {
    let check = |json: &str, expected: Value| {
        let attribute = format!(r#"{IDS},"attributes":[{{"key":"k","value":{json}}}]"#);
        let decoded = decode_span(&attribute);
        assert_eq!(
            decoded.spans[0].attributes.get("k"),
            Some(&expected),
            "{json}"
        );
    };
    check(r#"{"stringValue":""}"#, Value::from(""));
    check(r#"{"boolValue":false}"#, Value::Bool(false));
    check(
        r#"{"intValue":"-9223372036854775808"}"#,
        Value::Int(i64::MIN),
    );
    check(r#"{"intValue":42}"#, Value::Int(42));
    check(
        r#"{"doubleValue":"Infinity"}"#,
        Value::Double(f64::INFINITY),
    );
    check(r#"{"bytesValue":"AAE="}"#, Value::Bytes("AAE=".to_owned()));
    check(
        r#"{"arrayValue":{"values":[{"intValue":1}]}}"#,
        Value::Array(vec![1.into()]),
    );
    check(r#"{"kvlistValue":{}}"#, Value::Map(Default::default()));
    check(r#"{}"#, Value::Empty);
    check(r#"null"#, Value::Empty);
    check(r#"{"intValue":"many"}"#, Value::Empty);
}

#[test]
fn invalid_spans_are_skipped_with_a_reason() {
    let check = |fields: &str, reason: &str| {
        let decoded = decode_span(fields);
        assert_eq!(decoded.spans, [], "{fields}");
        assert_eq!(decoded.skipped[0].reason, reason);
    };
    check(r#""name":"GET""#, "trace id: the id has the wrong length");
    check(
        r#""traceId":"6a2b7c1e98038103d269b633813fc60c","spanId":"0000000000000000""#,
        "span id: the id is all zeros",
    );
    check(
        &format!(r#"{IDS},"parentSpanId":"xyz""#),
        "parent span id: the id has the wrong length",
    );
    check(
        &format!(r#"{IDS},"endTimeUnixNano":"soon""#),
        "endTimeUnixNano: not a time in nanoseconds",
    );
}

#[test]
fn spans_after_an_invalid_span_are_decoded() {
    let decoded = decode_span(&format!(r#""name":"bad"}},{{{IDS},"name":"good""#));
    assert_eq!(decoded.spans[0].name, "good");
    assert_eq!(decoded.skipped[0].name, "bad");
}

#[test]
fn documents_without_spans_are_empty() {
    for document in [
        "",
        "[",
        "null",
        "[]",
        "{}",
        r#"{"resourceSpans":{}}"#,
        r#"{"resourceSpans":[null,1,{"scopeSpans":[[]]}]}"#,
    ] {
        assert_eq!(decode(document).spans, [], "{document}");
    }
    assert!(decode("[").skipped[0].reason.starts_with("not JSON"));
}

#[test]
fn resource_and_scope_may_follow_their_spans() {
    let decoded = decode(&format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{IDS}}}],"scope":{{"name":"axum"}}}}],
            "resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"late"}}}}]}}}}]}}"#
    ));
    let span = &decoded.spans[0];
    assert_eq!((span.service(), span.scope.name.as_str()), ("late", "axum"));
}

#[test]
fn fields_of_an_unexpected_type_are_absent() {
    let odd = [
        r#""name":{"a":[1,{}]}"#,
        r#""name":null,"parentSpanId":null,"startTimeUnixNano":null,"status":null,"kind":null"#,
        r#""events":{"a":1},"links":"none","attributes":7"#,
        r#""events":[1,null,[],{"name":5}],"links":[{"traceId":1}],"attributes":[[],{"value":1},{"key":{}}]"#,
        r#""unknown":[[[{"deep":[1,2,3]}]]],"status":[2]"#,
    ];
    for fields in odd {
        let decoded = decode_span(&format!(r#"{fields},{IDS},"endTimeUnixNano":"9""#));
        assert_eq!(decoded.skipped, [], "{fields}");
        assert_eq!(decoded.spans[0].end_unix_nano, 9, "{fields}");
        assert_eq!(decoded.spans[0].name, "", "{fields}");
    }
}

#[test]
fn a_value_nested_too_deeply_is_replaced() {
    let deep = |levels: usize| {
        let open = r#"{"kvlistValue":{"values":[{"key":"k","value":"#.repeat(levels);
        let close = "}]}}".repeat(levels);
        decode_span(&format!(
            r#"{IDS},"name":"GET","attributes":[{{"key":"deep","value":{open}{{"intValue":"1"}}{close}}},
            {{"key":"after","value":{{"boolValue":true}}}}]"#
        ))
    };
    for levels in [1, 24, 25, 33, 1_000] {
        let decoded = deep(levels);
        assert_eq!(decoded.skipped, [], "{levels}");
        let attributes = &decoded.spans[0].attributes;
        assert_eq!(
            attributes.get("after"),
            Some(&Value::Bool(true)),
            "{levels}"
        );
        let text = attributes.get("deep").unwrap().to_string();
        assert_eq!(text.contains("nested too deeply"), levels > 24, "{levels}");
    }
}

#[test]
fn an_encoded_span_decodes_to_the_same_span() {
    let decoded = decode_span(&format!(
        r#"{IDS},"parentSpanId":"00f067aa0ba902b6","name":"GET \"x\"","kind":3,"startTimeUnixNano":"1790000000000000001",
        "endTimeUnixNano":"1790000000000000009","status":{{"code":2,"message":"boom"}},
        "attributes":[{{"key":"all","value":{{"kvlistValue":{{"values":[
            {{"key":"a","value":{{"arrayValue":{{"values":[{{"stringValue":"1"}},{{"intValue":"9007199254740993"}},{{}}]}}}}}},
            {{"key":"b","value":{{"bytesValue":"AAE="}}}},{{"key":"c","value":{{"doubleValue":"-Infinity"}}}},
            {{"key":"d","value":{{"doubleValue":0.1}}}},{{"key":"e","value":{{"boolValue":true}}}}]}}}}}}],
        "events":[{{"timeUnixNano":"5","name":"e","attributes":[{{"key":"k","value":{{"stringValue":"v"}}}}]}}],
        "links":[{{{IDS}}}]"#
    ));
    let span = &decoded.spans[0];
    let again = decode(&super::encode(span));
    assert_eq!(&again.spans[..], std::slice::from_ref(span));
}

#[test]
fn encoded_log_records_are_decoded_unchanged() {
    let resource = |service: &str| {
        Arc::new(Resource {
            attributes: [Attribute::new("service.name", service)]
                .into_iter()
                .collect(),
        })
    };
    let log = |service: &str, body: Value| Log {
        trace_id: "6a2b7c1e98038103d269b633813fc60c".parse().ok(),
        span_id: "00f067aa0ba902b7".parse().ok(),
        time_unix_nano: u64::MAX,
        observed_unix_nano: 1,
        severity_number: -4,
        severity_text: "loud".to_owned(),
        event_name: "event".to_owned(),
        body,
        attributes: [Attribute::new("a", 1)].into_iter().collect(),
        dropped_attributes_count: 2,
        flags: 1,
        resource: resource(service),
        scope: Arc::new(Scope {
            name: "scope".to_owned(),
            version: "1".to_owned(),
        }),
    };
    let logs = [
        log("shop", Value::from("text")),
        log("shop", Value::Double(f64::INFINITY)),
        log("stock", Value::Array(vec![Value::Empty, 1.into()])),
        log("shop", Value::Empty),
        Log::default(),
    ];
    let groups = encode_logs(&logs);
    let document = format!(r#"{{"resourceLogs":{groups},"next":null}}"#);
    assert_eq!(decode_logs(&document).unwrap(), logs);
    assert_eq!(document.matches("\"scopeLogs\"").count(), 4);
}

#[test]
fn log_record_with_unusual_fields_is_read() {
    let document = r#"{"resource_logs": [{"scope_logs": [{"log_records": [
        {"severity_number": "SEVERITY_NUMBER_WARN2", "time_unix_nano": 5, "traceId": "no hex", "body": null}
    ]}]}]}"#;
    let logs = decode_logs(document).unwrap();
    assert_eq!((logs[0].severity_number, logs[0].time_unix_nano), (14, 5));
    assert_eq!((logs[0].trace_id, &logs[0].body), (None, &Value::Empty));
    assert!(decode_logs("{").is_err());
}
