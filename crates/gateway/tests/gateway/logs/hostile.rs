//! Unusual log records on which other receivers failed: each is stored, or the response says why not.

use axum::{body::Body, http::Request};
use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value},
    logs::v1::LogRecord,
};
use prost::Message;
use serde_json::json;
use trace_model::{Log, LogSeverity};

use crate::support::{Answer, INFO, JSON, PROTOBUF, TestGateway, log, logs_request};

fn value(value: Value) -> Option<AnyValue> {
    Some(AnyValue { value: Some(value) })
}

async fn post(gateway: &TestGateway, record: LogRecord) -> Answer {
    let request = logs_request("shop", vec![record]).encode_to_vec();
    gateway.post_logs(PROTOBUF, request).await
}

/// Stores one record, and returns it with the response.
async fn stored(record: LogRecord) -> (Log, String) {
    let gateway = TestGateway::start().await;
    let answer = post(&gateway, record).await;
    assert_eq!(answer.status, 200);
    let logs = gateway.logs("").await;
    assert_eq!(logs.len(), 1);
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    (logs[0].clone(), text)
}

#[tokio::test]
async fn record_without_any_field_is_stored_and_dated_by_its_arrival() {
    let (log, warning) = stored(LogRecord::default()).await;
    assert_eq!((log.trace_id, log.time_unix_nano), (None, 0));
    assert!(
        log.observed_unix_nano > 1_700_000_000_000_000_000,
        "{log:?}"
    );
    assert_eq!(log.severity(), LogSeverity::Unspecified);
    assert_eq!(warning, "");
}

#[tokio::test]
async fn time_of_zero_is_replaced_by_the_time_of_observation() {
    let record = LogRecord {
        time_unix_nano: 0,
        ..log(1, 7, INFO, "observed only")
    };
    let (log, _) = stored(record.clone()).await;
    assert_eq!(log.unix_nano(), record.observed_time_unix_nano);
}

#[tokio::test]
async fn ids_of_a_wrong_length_are_removed_with_a_warning() {
    for (trace_id, span_id) in [
        (vec![1; 15], vec![1; 8]),
        (vec![1; 16], vec![1; 4]),
        // Hex digits instead of bytes.
        (b"01".repeat(16), b"01".repeat(8)),
    ] {
        let (had_trace, had_span) = (trace_id.len() == 16, span_id.len() == 8);
        let record = LogRecord {
            trace_id,
            span_id,
            ..log(0, 0, INFO, "a")
        };
        let (log, warning) = stored(record).await;
        assert_eq!(log.trace_id.is_some(), had_trace);
        assert_eq!(log.span_id.is_some(), had_span);
        assert!(warning.contains("stored without its trace_id"), "{warning}");
    }
}

#[tokio::test]
async fn all_zero_ids_mean_no_trace() {
    let record = LogRecord {
        trace_id: vec![0; 16],
        span_id: vec![0; 8],
        ..log(0, 0, INFO, "a")
    };
    let (log, warning) = stored(record).await;
    assert_eq!((log.trace_id, log.span_id), (None, None));
    assert_eq!(warning, "");
}

#[tokio::test]
async fn bodies_of_all_kinds_are_stored() {
    let list = Value::ArrayValue(ArrayValue {
        values: vec![
            AnyValue::default(),
            value(Value::IntValue(1)).unwrap(),
            value(Value::BytesValue(vec![0xff])).unwrap(),
        ],
    });
    let map = Value::KvlistValue(KeyValueList {
        values: vec![KeyValue {
            key: "order".to_owned(),
            value: value(Value::DoubleValue(f64::NAN)),
            ..KeyValue::default()
        }],
    });
    for (body, expected) in [
        (None, ""),
        (Some(AnyValue::default()), ""),
        (value(Value::BoolValue(false)), "false"),
        (value(Value::IntValue(i64::MIN)), "-9223372036854775808"),
        (value(Value::DoubleValue(f64::INFINITY)), "Infinity"),
        (value(Value::BytesValue(vec![0, 1])), "AAE="),
        (value(list), r#"[null, 1, "/w=="]"#),
        (value(map), r#"{"order": "NaN"}"#),
    ] {
        let record = LogRecord {
            body,
            ..log(1, 0, INFO, "")
        };
        let (log, _) = stored(record).await;
        assert_eq!(log.body.to_string(), expected);
    }
}

#[tokio::test]
async fn text_that_is_not_utf8_is_repaired() {
    let gateway = TestGateway::start().await;
    let mut request = logs_request("shop", vec![log(1, 0, INFO, "caf#")]).encode_to_vec();
    let at = request
        .windows(4)
        .position(|found| found == b"caf#")
        .unwrap();
    request[at + 3] = 0xc3;
    let answer = gateway.post_logs(PROTOBUF, request).await;
    assert_eq!(answer.status, 200);
    assert_eq!(gateway.log_bodies("").await, ["caf\u{fffd}"]);
    let repaired = gateway.status().await.logs.repaired;
    assert_eq!(repaired.get("invalid_utf8"), Some(&1));
}

#[tokio::test]
async fn huge_body_is_truncated_or_removed() {
    let (log, warning) = stored(log(1, 0, INFO, &"x".repeat(3 << 20))).await;
    assert_eq!(log.body.to_string().len(), 1 << 20);
    assert!(warning.contains("truncated to 1 MiB"), "{warning}");
    let values = vec![AnyValue::default(); 20_000];
    let record = LogRecord {
        body: value(Value::ArrayValue(ArrayValue { values })),
        ..crate::support::log(1, 0, INFO, "")
    };
    let (log, warning) = stored(record).await;
    assert_eq!(log.body.to_string(), "");
    assert!(warning.contains("without a list or map"), "{warning}");
}

#[tokio::test]
async fn values_nested_too_deeply_are_rejected_alone() {
    let gateway = TestGateway::start().await;
    let mut body = AnyValue::default();
    for _ in 0..40 {
        let values = vec![body];
        body = value(Value::ArrayValue(ArrayValue { values })).unwrap();
    }
    let deep = LogRecord {
        body: Some(body),
        ..log(1, 0, INFO, "")
    };
    let request = logs_request("shop", vec![deep, log(1, 1, INFO, "good")]);
    let answer = gateway.post_logs(PROTOBUF, request.encode_to_vec()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(gateway.log_bodies("").await, ["good"]);
    assert_eq!(gateway.status().await.logs.rejected["too_deep"], 1);
}

#[tokio::test]
async fn severity_out_of_range_is_that_of_its_name() {
    for (number, name, expected) in [
        (99, "warning", LogSeverity::Warn),
        (-4, "", LogSeverity::Unspecified),
        (i32::MAX, "FATAL", LogSeverity::Fatal),
    ] {
        let record = LogRecord {
            severity_text: name.to_owned(),
            ..log(1, 0, number, "a")
        };
        let (log, _) = stored(record).await;
        assert_eq!(log.severity(), expected, "{number} {name}");
    }
}

#[tokio::test]
async fn record_from_the_future_is_listed_by_its_arrival() {
    let gateway = TestGateway::start().await;
    let mut future = log(1, 0, INFO, "future");
    future.time_unix_nano = i64::MAX.unsigned_abs();
    assert_eq!(post(&gateway, future).await.status, 200);
    let now = LogRecord {
        body: value(Value::StringValue("later".to_owned())),
        ..LogRecord::default()
    };
    assert_eq!(post(&gateway, now).await.status, 200);
    assert_eq!(gateway.log_bodies("").await, ["later", "future"]);
}

#[tokio::test]
async fn json_of_other_shapes_is_explained() {
    let gateway = TestGateway::start().await;
    for (body, explanation) in [
        (
            json!({"resource_logs": [{"scope_logs": [{"log_records": [{"body": {"stringValue": "a"}}]}]}]}),
            "no log records: the body has \"resource_logs\"",
        ),
        (
            json!({"resourceLogs": [{"scopeLogs": [{"log_records": [{"traceId": "a", "spanId": "b"}]}]}]}),
            "1 log record: log records are read only from",
        ),
        (
            json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "a", "spanId": "b"}]}]}]}),
            "log records were found in \"resourceSpans[].scopeSpans[].spans[]\"",
        ),
    ] {
        let answer = gateway.post_logs(JSON, body.to_string()).await;
        assert_eq!(answer.status, 200);
        let message = answer.json()["partialSuccess"]["errorMessage"].clone();
        let message = message.as_str().unwrap_or_default();
        assert!(message.contains(explanation), "{message}");
    }
    assert_eq!(gateway.status().await.logs.kept, 0);
}

#[tokio::test]
async fn json_ids_are_hex_in_any_case() {
    let gateway = TestGateway::start().await;
    let record = json!({"traceId": "0AF7651916CD43DD8448EB211C80319C", "spanId": "", "body": {"stringValue": "a"}});
    let body = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]});
    assert_eq!(gateway.post_logs(JSON, body.to_string()).await.body, "{}");
    let found = gateway.log_bodies("trace=0af7651916cd43dd8448eb211c80319c");
    assert_eq!(found.await, ["a"]);
}

#[tokio::test]
async fn pages_of_other_origins_cannot_send_log_records() {
    let origin = "https://app.example.com";
    let gateway = TestGateway::start_with(|config| {
        config.cors_origins = vec![origin.parse().unwrap()];
    })
    .await;
    let preflight = Request::options("/v1/logs")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let answer = gateway.send(preflight.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}
