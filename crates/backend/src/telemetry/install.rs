//! The tracer provider and the logger provider.
//!
//! They follow the `OTEL_*` variables, with these differences from the specification:
//!
//! | variable | difference |
//! |---|---|
//! | `OTEL_EXPORTER_OTLP_ENDPOINT`, `…_TRACES_ENDPOINT`, `…_LOGS_ENDPOINT` | without them, nothing is exported; exports to this machine use no proxy |
//! | `OTEL_EXPORTER_OTLP_TIMEOUT`, `…_TRACES_TIMEOUT`, `…_LOGS_TIMEOUT` | default 30 s, within which an export is retried |
//! | `OTEL_SERVICE_NAME` | default `cruddur` |
//! | `OTEL_BSP_SCHEDULE_DELAY`, `OTEL_BSP_MAX_QUEUE_SIZE` | defaults 200 ms and 8192 spans |
//! | `OTEL_BLRP_SCHEDULE_DELAY`, `OTEL_BLRP_MAX_QUEUE_SIZE` | defaults 200 ms and 8192 log records |

use std::{env, error::Error, time::Duration};

use anyhow::Context;
use opentelemetry::{Key, KeyValue, global};
use opentelemetry_otlp::{
    LogExporter, Protocol, RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    logs::{self, BatchLogProcessor, SdkLoggerProvider},
    trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider},
};

use super::{EpochIdGenerator, TelemetrySettings, failure_log::FailureLog, log_export};

const DEFAULT_SERVICE_NAME: &str = "cruddur";
/// Short, because users wait for the trace of an action they just took.
const DEFAULT_SCHEDULE_DELAY: Duration = Duration::from_millis(200);
/// Long enough to outlast a restart of the receiver.
const DEFAULT_EXPORT_TIMEOUT: Duration = Duration::from_secs(30);
/// The variables with the timeout. The first one takes precedence.
const TIMEOUT_VARIABLES: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
];
const LOGS_TIMEOUT_VARIABLES: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
];
const DEFAULT_QUEUE_SIZE: usize = 8192;
/// How long a shutdown waits for the last export of spans, and for that of log records.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// The providers of the process. They export what is pending at shutdown.
#[derive(Debug)]
#[must_use = "pending spans and log records are exported by `shutdown`"]
pub struct Telemetry {
    tracers: Option<SdkTracerProvider>,
    loggers: Option<SdkLoggerProvider>,
}

impl Telemetry {
    /// Installs the global tracer provider, unless the settings name no receiver of spans, and exports
    /// log lines, unless they name no receiver of log records.
    ///
    /// Call it outside of an async runtime: each exporter has a thread and a blocking HTTP client of
    /// its own.
    ///
    /// # Errors
    /// A variable of an exporter is invalid.
    pub fn install(settings: &TelemetrySettings) -> anyhow::Result<Self> {
        let endpoint = settings.endpoint().filter(|_| !is_disabled());
        let tracers = endpoint.map(|endpoint| tracer_provider(settings, &endpoint));
        let tracers = tracers.transpose()?;
        if let Some(provider) = &tracers {
            global::set_tracer_provider(provider.clone());
        }
        let endpoint = settings.logs_endpoint();
        let endpoint = endpoint.filter(|_| !is_disabled() && exports_logs());
        let loggers = endpoint.map(|endpoint| logger_provider(settings, &endpoint));
        let loggers = loggers.transpose()?;
        if let Some(provider) = &loggers {
            log_export::install(provider);
        }
        Ok(Self { tracers, loggers })
    }

    /// Exports pending spans and log records.
    pub fn shutdown(self) {
        if let Some(provider) = self.tracers {
            log_result(provider.shutdown_with_timeout(SHUTDOWN_TIMEOUT), "spans");
        }
        // Last, so that failures to export spans are exported as well.
        if let Some(provider) = self.loggers {
            let result = provider.shutdown_with_timeout(SHUTDOWN_TIMEOUT);
            log_result(result, "log records");
        }
    }
}

fn log_result(result: OTelSdkResult, records: &str) {
    if let Err(error) = result {
        let error = &error as &dyn Error;
        tracing::warn!(error, "pending {records} could not be exported");
    }
}

fn is_disabled() -> bool {
    env::var("OTEL_SDK_DISABLED").is_ok_and(|it| it.eq_ignore_ascii_case("true"))
}

fn exports_logs() -> bool {
    env::var("OTEL_LOGS_EXPORTER").map_or(true, |it| !it.eq_ignore_ascii_case("none"))
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn tracer_provider(
    settings: &TelemetrySettings,
    endpoint: &str,
) -> anyhow::Result<SdkTracerProvider> {
    let builder = SpanExporter::builder().with_http();
    let exporter = configured(builder, endpoint, TIMEOUT_VARIABLES)?.build();
    let exporter =
        exporter.context("cannot export spans: check the OTEL_EXPORTER_OTLP_* variables")?;
    let provider = SdkTracerProvider::builder()
        .with_id_generator(EpochIdGenerator::default())
        .with_resource(resource(settings.service_name.as_deref()))
        .with_span_processor(span_processor(FailureLog::new(exporter, "spans")));
    Ok(provider.build())
}

fn logger_provider(
    settings: &TelemetrySettings,
    endpoint: &str,
) -> anyhow::Result<SdkLoggerProvider> {
    let builder = LogExporter::builder().with_http();
    let exporter = configured(builder, endpoint, LOGS_TIMEOUT_VARIABLES)?.build();
    let exporter =
        exporter.context("cannot export log records: check the OTEL_EXPORTER_OTLP_* variables")?;
    let provider = SdkLoggerProvider::builder()
        .with_resource(resource(settings.service_name.as_deref()))
        .with_log_processor(log_processor(FailureLog::new(exporter, "log records")));
    Ok(provider.build())
}

fn configured<B: WithExportConfig + WithHttpConfig>(
    builder: B,
    endpoint: &str,
    timeout_variables: [&str; 2],
) -> anyhow::Result<B> {
    let mut builder = builder
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint)
        .with_retry_policy(retry_policy());
    if !timeout_variables.into_iter().any(is_set) {
        builder = builder.with_timeout(DEFAULT_EXPORT_TIMEOUT);
    }
    Ok(builder.with_http_client(client(endpoint, timeout_variables)?))
}

/// Creates a client, which ignores `HTTP_PROXY` and the like where the endpoint is on this machine.
fn client(
    endpoint: &str,
    timeout_variables: [&str; 2],
) -> anyhow::Result<reqwest::blocking::Client> {
    let variable = timeout_variables.into_iter().find(|name| is_set(name));
    let timeout_ms = variable.and_then(|name| env::var(name).ok()?.trim().parse().ok());
    let timeout = timeout_ms.map_or(DEFAULT_EXPORT_TIMEOUT, Duration::from_millis);
    let mut builder = http_client::blocking_builder().timeout(timeout);
    if hardening::is_loopback_url(endpoint) {
        builder = builder.no_proxy();
    }
    builder.build().context("cannot make an HTTP client")
}

/// Retries until the export's timeout, not until a number of attempts.
fn retry_policy() -> RetryPolicy {
    RetryPolicy::recommended().with_max_retries(usize::MAX)
}

fn span_processor(exporter: FailureLog<SpanExporter>) -> BatchSpanProcessor {
    let mut config = BatchConfigBuilder::default();
    if !is_set("OTEL_BSP_SCHEDULE_DELAY") {
        config = config.with_scheduled_delay(DEFAULT_SCHEDULE_DELAY);
    }
    if !is_set("OTEL_BSP_MAX_QUEUE_SIZE") {
        config = config.with_max_queue_size(DEFAULT_QUEUE_SIZE);
    }
    BatchSpanProcessor::builder(exporter)
        .with_batch_config(config.build())
        .build()
}

fn log_processor(exporter: FailureLog<LogExporter>) -> BatchLogProcessor {
    let mut config = logs::BatchConfigBuilder::default();
    if !is_set("OTEL_BLRP_SCHEDULE_DELAY") {
        config = config.with_scheduled_delay(DEFAULT_SCHEDULE_DELAY);
    }
    if !is_set("OTEL_BLRP_MAX_QUEUE_SIZE") {
        config = config.with_max_queue_size(DEFAULT_QUEUE_SIZE);
    }
    BatchLogProcessor::builder(exporter)
        .with_batch_config(config.build())
        .build()
}

fn resource(service_name: Option<&str>) -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let builder = Resource::builder().with_attribute(version);
    let name = service_name.or_else(|| (!has_service_name()).then_some(DEFAULT_SERVICE_NAME));
    match name {
        Some(name) => builder.with_service_name(name.to_owned()).build(),
        None => builder.build(),
    }
}

/// Returns whether `OTEL_RESOURCE_ATTRIBUTES` has a service name.
fn has_service_name() -> bool {
    let configured = Resource::builder().build();
    let name = configured.get(&Key::from_static_str("service.name"));
    name.is_some_and(|name| !name.as_str().starts_with("unknown_service"))
}
