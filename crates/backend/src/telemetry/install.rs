//! The tracer provider.
//!
//! It follows the `OTEL_*` variables, with these differences from the specification:
//!
//! | variable | difference |
//! |---|---|
//! | `OTEL_EXPORTER_OTLP_ENDPOINT`, `…_TRACES_ENDPOINT` | without either, spans are not exported; exports to this machine use no proxy |
//! | `OTEL_EXPORTER_OTLP_TIMEOUT`, `…_TRACES_TIMEOUT` | default 30 s, within which an export is retried |
//! | `OTEL_SERVICE_NAME` | default `cruddur` |
//! | `OTEL_BSP_SCHEDULE_DELAY`, `OTEL_BSP_MAX_QUEUE_SIZE` | defaults 200 ms and 8192 spans |

use std::{env, error::Error, time::Duration};

use anyhow::Context;
use opentelemetry::{Key, KeyValue, global};
use opentelemetry_otlp::{
    Protocol, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider},
};

use super::{EpochIdGenerator, TelemetrySettings, failure_log::FailureLog};

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
const DEFAULT_QUEUE_SIZE: usize = 8192;
/// How long a shutdown waits for the last export.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// The tracer provider of the process. It exports pending spans at shutdown.
#[derive(Debug)]
#[must_use = "pending spans are exported by `shutdown`"]
pub struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Installs the global tracer provider, unless the settings name no receiver.
    ///
    /// Call it outside of an async runtime: the exporter has a thread and a blocking HTTP client of
    /// its own.
    ///
    /// # Errors
    /// A variable of the exporter is invalid.
    pub fn install(settings: &TelemetrySettings) -> anyhow::Result<Self> {
        let endpoint = settings.endpoint().filter(|_| !is_disabled());
        let provider = endpoint
            .map(|endpoint| provider(settings, &endpoint))
            .transpose()?;
        if let Some(provider) = &provider {
            global::set_tracer_provider(provider.clone());
        }
        Ok(Self { provider })
    }

    /// Exports pending spans.
    pub fn shutdown(self) {
        let Some(provider) = self.provider else {
            return;
        };
        if let Err(error) = provider.shutdown_with_timeout(SHUTDOWN_TIMEOUT) {
            let error = &error as &dyn Error;
            tracing::warn!(error, "pending spans could not be exported");
        }
    }
}

fn is_disabled() -> bool {
    env::var("OTEL_SDK_DISABLED").is_ok_and(|it| it.eq_ignore_ascii_case("true"))
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn provider(settings: &TelemetrySettings, endpoint: &str) -> anyhow::Result<SdkTracerProvider> {
    let exporter = FailureLog::new(exporter(endpoint)?);
    let provider = SdkTracerProvider::builder()
        .with_id_generator(EpochIdGenerator::default())
        .with_resource(resource(settings.service_name.as_deref()))
        .with_span_processor(processor(exporter));
    Ok(provider.build())
}

fn exporter(endpoint: &str) -> anyhow::Result<SpanExporter> {
    let mut builder = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint)
        .with_retry_policy(retry_policy());
    if !TIMEOUT_VARIABLES.into_iter().any(is_set) {
        builder = builder.with_timeout(DEFAULT_EXPORT_TIMEOUT);
    }
    builder
        .with_http_client(client(endpoint)?)
        .build()
        .context("cannot export spans: check the OTEL_EXPORTER_OTLP_* variables")
}

/// Creates a client, which ignores `HTTP_PROXY` and the like where the endpoint is on this machine.
fn client(endpoint: &str) -> anyhow::Result<reqwest::blocking::Client> {
    let variable = TIMEOUT_VARIABLES.into_iter().find(|name| is_set(name));
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

fn processor(exporter: FailureLog<SpanExporter>) -> BatchSpanProcessor {
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
