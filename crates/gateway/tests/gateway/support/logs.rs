//! Builds requests of log records, and reads them back.

use axum::{
    body::Body,
    http::{Request, header},
};
use opentelemetry_proto::tonic::{
    collector::logs::v1::ExportLogsServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, any_value::Value},
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
    resource::v1::Resource,
};
use prost::Message;
use trace_model::{Log, otlp_json};

use super::{Answer, PROTOBUF, TestGateway, spans::text};

/// The severity numbers of INFO and ERROR.
pub(crate) const INFO: i32 = 9;
pub(crate) const ERROR: i32 = 17;

const START: u64 = 1_790_000_000_000_000_000;

/// Returns a record of a trace, this many milliseconds after the start of [`span`](super::span)'s
/// trace. Trace 0 is none.
pub(crate) fn log(trace: u8, millis: u64, severity: i32, body: &str) -> LogRecord {
    let time = START + u64::from(trace) * 1_000_000_000 + millis * 1_000_000;
    let ids = |bytes| {
        if trace == 0 {
            Vec::new()
        } else {
            vec![trace; bytes]
        }
    };
    LogRecord {
        time_unix_nano: time,
        observed_time_unix_nano: time,
        severity_number: severity,
        body: Some(AnyValue {
            value: Some(Value::StringValue(body.to_owned())),
        }),
        trace_id: ids(16),
        span_id: ids(8),
        ..LogRecord::default()
    }
}

pub(crate) fn logs_request(service: &str, records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    let scope_logs = ScopeLogs {
        scope: Some(InstrumentationScope {
            name: "test".to_owned(),
            ..InstrumentationScope::default()
        }),
        log_records: records,
        ..ScopeLogs::default()
    };
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(Resource {
                attributes: vec![text("service.name", service)],
                ..Resource::default()
            }),
            scope_logs: vec![scope_logs],
            ..ResourceLogs::default()
        }],
    }
}

/// Returns the records of a request.
pub(crate) fn records_of(request: &ExportLogsServiceRequest) -> Vec<LogRecord> {
    let resources = request.resource_logs.iter();
    let scopes = resources.flat_map(|resource| &resource.scope_logs);
    scopes.flat_map(|scope| scope.log_records.clone()).collect()
}

impl TestGateway {
    /// Posts to `/v1/logs`.
    pub(crate) async fn post_logs(&self, content_type: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post("/v1/logs").header(header::CONTENT_TYPE, content_type);
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Posts protobuf, and asserts that all records are accepted without a warning.
    pub(crate) async fn export_logs(&self, service: &str, records: Vec<LogRecord>) {
        let request = logs_request(service, records).encode_to_vec();
        let answer = self.post_logs(PROTOBUF, request).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    }

    /// Returns the records that `/api/logs` lists.
    pub(crate) async fn logs(&self, query: &str) -> Vec<Log> {
        let answer = self.get(&format!("/api/logs?{query}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let json = std::str::from_utf8(&answer.body).unwrap();
        otlp_json::decode_logs(json).unwrap()
    }

    /// Returns the bodies of these records as texts.
    pub(crate) async fn log_bodies(&self, query: &str) -> Vec<String> {
        let logs = self.logs(query).await;
        logs.iter().map(|log| log.body.to_string()).collect()
    }
}
