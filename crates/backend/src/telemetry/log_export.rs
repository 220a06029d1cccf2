//! Exports log lines as log records, with the ids of the current span.
//!
//! The exporter's own events are left out: each export would otherwise cause the next one. The SDK
//! drops those of its threads, and [`EXPORTER_TARGETS`] are those of the HTTP client's threads.
//!
//! `opentelemetry-appender-tracing` is not used: its records have no time, and no causes of errors.

use std::{sync::OnceLock, time::SystemTime};

use logging::LoggedEvent;
use opentelemetry::{
    Key,
    logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity},
};
use opentelemetry_sdk::logs::{SdkLogger, SdkLoggerProvider};
use serde_json::Value;
use tracing::Level;

/// The targets of the crates that export.
const EXPORTER_TARGETS: [&str; 6] = [
    "h2",
    "hyper",
    "hyper_util",
    "opentelemetry",
    "reqwest",
    "rustls",
];

/// The logger of the process, once it is installed.
static LOGGER: OnceLock<SdkLogger> = OnceLock::new();

/// Exports the events that are logged from now on.
pub(super) fn install(provider: &SdkLoggerProvider) {
    // A second one is ignored, as the second subscriber of a process is.
    let _ = LOGGER.set(provider.logger(env!("CARGO_PKG_NAME")));
}

/// Exports an event, if a receiver is configured.
pub fn export_event(event: LoggedEvent) {
    let Some(logger) = LOGGER.get().filter(|_| !is_of_exporter(event.target)) else {
        return;
    };
    let mut record = logger.create_log_record();
    record.set_timestamp(SystemTime::now());
    record.set_severity_number(severity(event.level));
    record.set_severity_text(event.level.as_str());
    record.set_target(event.target);
    record.set_body(event.message.into());
    for (name, value) in event.fields {
        record.add_attribute(Key::from_static_str(name), any_value(value));
    }
    if let Some(id) = crate::request_id::current() {
        record.add_attribute("request_id", id);
    }
    logger.emit(record);
}

fn is_of_exporter(target: &str) -> bool {
    let name = target.split("::").next().unwrap_or_default();
    // `opentelemetry-otlp` is the target of events that the SDK logs itself.
    let name = name.split('-').next().unwrap_or_default();
    EXPORTER_TARGETS.contains(&name) || name.starts_with("opentelemetry_")
}

fn severity(level: Level) -> Severity {
    match level {
        Level::ERROR => Severity::Error,
        Level::WARN => Severity::Warn,
        Level::INFO => Severity::Info,
        Level::DEBUG => Severity::Debug,
        Level::TRACE => Severity::Trace,
    }
}

fn any_value(value: Value) -> AnyValue {
    match value {
        Value::Bool(bool) => bool.into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(int), _) => int.into(),
            (None, Some(double)) => double.into(),
            (None, None) => number.to_string().into(),
        },
        Value::String(text) => text.into(),
        other => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_the_exporter_are_recognized() {
        for target in [
            "hyper_util::client::legacy::pool",
            "reqwest::connect",
            "rustls::client::hs",
            "opentelemetry_sdk",
            "opentelemetry-otlp",
            "opentelemetry_http",
        ] {
            assert!(is_of_exporter(target), "{target}");
        }
        for target in ["cruddur_backend::routes", "sqlx::query", "hyperbole", ""] {
            assert!(!is_of_exporter(target), "{target}");
        }
    }

    #[test]
    fn values_keep_their_types() {
        for (value, expected) in [
            (Value::from(true), AnyValue::Boolean(true)),
            (Value::from(-3), AnyValue::Int(-3)),
            (Value::from(0.5), AnyValue::Double(0.5)),
            (Value::from("a"), AnyValue::String("a".into())),
        ] {
            assert_eq!(any_value(value), expected);
        }
    }
}
