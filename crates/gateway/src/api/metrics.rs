//! `GET /metrics`: the gateway's counts in Prometheus' text format 0.0.4, without addresses.
//!
//! The text is written by hand: `prometheus-client` writes OpenMetrics, where counters have other names
//! in `HELP` and `TYPE`, and a collector for these snapshots is as long as this module.

use std::fmt::{Display, Write};

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use trace_model::{SinkState, SinkStatus, Status};

use super::Api;

const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn metrics(State(api): State<Api>) -> Response {
    let text = render(&api.status.status());
    ([(header::CONTENT_TYPE, TEXT_FORMAT)], text).into_response()
}

fn render(status: &Status) -> String {
    let mut text = Text::default();
    text.family("store_spans", "gauge", "Spans in the store.");
    text.sample("store_spans", &[], status.spans_kept);
    text.family("store_traces", "gauge", "Traces in the store.");
    text.sample("store_traces", &[], status.traces_kept);
    let is_stored = u8::from(status.store_error.is_none());
    text.family(
        "store_up",
        "gauge",
        "1 if spans can be stored, 0 otherwise.",
    );
    text.sample("store_up", &[], is_stored);
    text.family("store_logs", "gauge", "Log records in the store.");
    text.sample("store_logs", &[], status.logs.kept);
    edge(&mut text, status);
    sinks(&mut text, &METRICS, SPANS_DROPPED, &status.sinks);
    sinks(&mut text, &LOG_METRICS, LOGS_DROPPED, &status.logs.sinks);
    text.0
}

fn edge(text: &mut Text, status: &Status) {
    let by_reason = [
        (
            "rejected_spans_total",
            "Spans rejected from otherwise accepted requests, by reason.",
            &status.rejected,
        ),
        (
            "repaired_spans_total",
            "Spans stored with a repaired or truncated text, or without some entries, by reason.",
            &status.repaired,
        ),
        (
            "rejected_logs_total",
            "Log records rejected from otherwise accepted requests, by reason.",
            &status.logs.rejected,
        ),
        (
            "repaired_logs_total",
            "Log records stored with a repaired or truncated text, or without some entries, by reason.",
            &status.logs.repaired,
        ),
        (
            "refused_requests_total",
            "Requests rejected with an error, by reason.",
            &status.refused,
        ),
    ];
    for (name, help, counts) in by_reason {
        text.family(name, "counter", help);
        for (reason, count) in counts {
            text.sample(name, &[("reason", reason)], count);
        }
    }
}

/// A metric of each sink.
type Metric = (
    &'static str,
    &'static str,
    &'static str,
    fn(&SinkStatus) -> u64,
);

const METRICS: [Metric; 5] = [
    (
        "sink_up",
        "gauge",
        "1 if the sink's last attempt succeeded, 0 otherwise.",
        |sink| (sink.state == SinkState::On).into(),
    ),
    (
        "sink_sent_spans_total",
        "counter",
        "Spans that the receiver accepted.",
        |sink| sink.sent,
    ),
    (
        "sink_skipped_spans_total",
        "counter",
        "Spans that the receiver does not use.",
        |sink| sink.skipped,
    ),
    (
        "sink_retried_spans_total",
        "counter",
        "Spans in batches that were sent again.",
        |sink| sink.retried,
    ),
    (
        "sink_waiting_spans",
        "gauge",
        "Spans that wait to be sent.",
        |sink| sink.waiting,
    ),
];

/// The same for log records.
const LOG_METRICS: [Metric; 4] = [
    (
        "sink_logs_up",
        "gauge",
        "1 if the sink's last attempt to send log records succeeded, 0 otherwise.",
        |sink| (sink.state == SinkState::On).into(),
    ),
    (
        "sink_sent_logs_total",
        "counter",
        "Log records that the receiver accepted.",
        |sink| sink.sent,
    ),
    (
        "sink_retried_logs_total",
        "counter",
        "Log records in batches that were sent again.",
        |sink| sink.retried,
    ),
    (
        "sink_waiting_logs",
        "gauge",
        "Log records that wait to be sent.",
        |sink| sink.waiting,
    ),
];

/// The name and the help of a metric with a label for the reason.
const SPANS_DROPPED: (&str, &str) = (
    "sink_dropped_spans_total",
    "Spans dropped before they reached the receiver, by reason.",
);
const LOGS_DROPPED: (&str, &str) = (
    "sink_dropped_logs_total",
    "Log records dropped before they reached the receiver, by reason.",
);

/// Writes the metrics of the sinks that are on.
fn sinks(text: &mut Text, metrics: &[Metric], dropped: (&str, &str), all: &[SinkStatus]) {
    let on = || all.iter().filter(|sink| sink.state != SinkState::Off);
    for (name, kind, help, value) in metrics {
        text.family(name, kind, help);
        for sink in on() {
            text.sample(name, &[("sink", &sink.name)], value(sink));
        }
    }
    let (name, help) = dropped;
    text.family(name, "counter", help);
    for sink in on() {
        for (reason, records) in &sink.dropped {
            text.sample(name, &[("sink", &sink.name), ("reason", reason)], records);
        }
    }
}

#[derive(Default)]
struct Text(String);

/// Writing to a `String` does not fail.
impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP otel_web_gateway_{name} {help}");
        let _ = writeln!(self.0, "# TYPE otel_web_gateway_{name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels = labels
            .iter()
            .map(|(key, value)| format!("{key}=\"{}\"", escaped(value)));
        let labels = labels.collect::<Vec<_>>().join(",");
        let labels = if labels.is_empty() {
            labels
        } else {
            format!("{{{labels}}}")
        };
        let _ = writeln!(self.0, "otel_web_gateway_{name}{labels} {value}");
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use trace_model::LogStatus;

    use super::*;

    #[test]
    fn metrics_have_names_units_and_labels() {
        let sink = SinkStatus {
            name: "honeycomb".to_owned(),
            state: SinkState::On,
            sent: 3,
            dropped: [("too_large".to_owned(), 2)].into(),
            target: Some("https://api.honeycomb.io".to_owned()),
            ..SinkStatus::default()
        };
        let off = SinkStatus {
            name: "xray".to_owned(),
            ..SinkStatus::default()
        };
        let text = render(&Status {
            sinks: vec![sink, off],
            refused: [("too_large".to_owned(), 4)].into(),
            logs: LogStatus {
                kept: 5,
                rejected: [("invalid_time".to_owned(), 6)].into(),
                sinks: vec![SinkStatus {
                    name: "otlp".to_owned(),
                    state: SinkState::Failing,
                    waiting: 7,
                    ..SinkStatus::default()
                }],
                ..LogStatus::default()
            },
            store_error: Some("disk full".to_owned()),
            ..Status::default()
        });
        for line in [
            "# TYPE otel_web_gateway_sink_sent_spans_total counter",
            "otel_web_gateway_sink_sent_spans_total{sink=\"honeycomb\"} 3",
            "otel_web_gateway_sink_up{sink=\"honeycomb\"} 1",
            "otel_web_gateway_sink_dropped_spans_total{sink=\"honeycomb\",reason=\"too_large\"} 2",
            "otel_web_gateway_store_spans 0",
            "otel_web_gateway_store_up 0",
            "otel_web_gateway_refused_requests_total{reason=\"too_large\"} 4",
            "otel_web_gateway_store_logs 5",
            "otel_web_gateway_rejected_logs_total{reason=\"invalid_time\"} 6",
            "otel_web_gateway_sink_logs_up{sink=\"otlp\"} 0",
            "otel_web_gateway_sink_waiting_logs{sink=\"otlp\"} 7",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        assert!(!text.contains("xray") && !text.contains("https"), "{text}");
    }
}
