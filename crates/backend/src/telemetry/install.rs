//! The tracer provider, built from the standard variables.
//!
//! | variable | here |
//! |---|---|
//! | `OTEL_EXPORTER_OTLP_ENDPOINT` (or `…_TRACES_ENDPOINT`) | spans are exported when it is set; to this machine without a proxy |
//! | `OTEL_EXPORTER_OTLP_HEADERS`, `…_COMPRESSION`, `…_TIMEOUT` | as specified; timeout 30 s, within which an export is tried again |
//! | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | as specified; service name `cruddur` |
//! | `OTEL_TRACES_SAMPLER` | as specified: what the caller decided, else everything |
//! | `OTEL_BSP_*` | as specified; schedule delay 200 ms, queue of 8192 spans |
//! | `OTEL_SDK_DISABLED` | `true`: no spans |

use std::{env, time::Duration};

use anyhow::Context;
use opentelemetry::{Key, global};
use opentelemetry_otlp::{
    Protocol, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider},
};

use super::{EpochIdGenerator, exporter::Announced};

const DEFAULT_SERVICE_NAME: &str = "cruddur";
/// A person waits for the trace of what they just did.
const DEFAULT_SCHEDULE_DELAY: Duration = Duration::from_millis(200);
/// Long enough to outlast a restart of whatever receives the spans.
const DEFAULT_EXPORT_TIMEOUT: Duration = Duration::from_secs(30);
/// The trace signal's own before that of all signals.
const TIMEOUTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
];
const DEFAULT_QUEUE_SIZE: usize = 8192;
/// Whoever stops a server waits no longer than this for its last spans.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// Ends the provider, and sends what it holds, when the server ends.
#[derive(Debug)]
#[must_use = "spans are sent at the end by `shutdown`"]
pub struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Installs the global tracer provider. Call it outside an async runtime: the exporter has a
    /// thread and a blocking HTTP client of its own.
    pub fn install() -> anyhow::Result<Self> {
        if !wanted() {
            return Ok(Self { provider: None });
        }
        let exporter = Announced::new(exporter()?);
        let provider = SdkTracerProvider::builder()
            .with_id_generator(EpochIdGenerator::default())
            .with_resource(resource())
            .with_span_processor(processor(exporter))
            .build();
        global::set_tracer_provider(provider.clone());
        Ok(Self {
            provider: Some(provider),
        })
    }

    /// Sends what is left; says so when that fails.
    pub fn shutdown(self) {
        let Some(provider) = self.provider else {
            return;
        };
        if let Err(error) = provider.shutdown_with_timeout(SHUTDOWN_TIMEOUT) {
            eprintln!("telemetry: the last spans could not be sent: {error}");
        }
    }
}

fn wanted() -> bool {
    let disabled = env::var("OTEL_SDK_DISABLED").is_ok_and(|it| it.eq_ignore_ascii_case("true"));
    !disabled
        && (is_set("OTEL_EXPORTER_OTLP_ENDPOINT") || is_set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn exporter() -> anyhow::Result<SpanExporter> {
    let mut builder = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_retry_policy(retry_policy());
    if !TIMEOUTS.into_iter().any(is_set) {
        builder = builder.with_timeout(DEFAULT_EXPORT_TIMEOUT);
    }
    if is_local() {
        builder = builder.with_http_client(direct_client()?);
    }
    builder
        .build()
        .context("cannot export spans: check the OTEL_EXPORTER_OTLP_* variables")
}

/// Whether the receiver is on this machine.
fn is_local() -> bool {
    let endpoints = [
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ];
    let endpoint = endpoints.into_iter().find(|name| is_set(name));
    let endpoint = endpoint.and_then(|name| env::var(name).ok());
    endpoint.is_some_and(|endpoint| hardening::is_loopback_url(&endpoint))
}

/// A client that uses no proxy, whatever `HTTP_PROXY` and the like say; otherwise the exporter's own.
fn direct_client() -> anyhow::Result<reqwest::blocking::Client> {
    let milliseconds = TIMEOUTS.into_iter().find(|name| is_set(name));
    let milliseconds = milliseconds.and_then(|name| env::var(name).ok()?.trim().parse().ok());
    let timeout = milliseconds.map_or(DEFAULT_EXPORT_TIMEOUT, Duration::from_millis);
    let builder = reqwest::blocking::Client::builder()
        .no_proxy()
        .timeout(timeout);
    builder.build().context("cannot make an HTTP client")
}

/// Tries until the export's timeout: the number of attempts is not what should end it.
fn retry_policy() -> RetryPolicy {
    RetryPolicy::recommended().with_max_retries(usize::MAX)
}

fn processor(exporter: Announced<SpanExporter>) -> BatchSpanProcessor {
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

fn resource() -> Resource {
    let configured = Resource::builder().build();
    let name = configured.get(&Key::from_static_str("service.name"));
    let unnamed = name.is_none_or(|name| name.as_str().starts_with("unknown_service"));
    let mut builder = Resource::builder();
    if unnamed {
        builder = builder.with_service_name(DEFAULT_SERVICE_NAME);
    }
    let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    builder.with_attribute(version).build()
}
