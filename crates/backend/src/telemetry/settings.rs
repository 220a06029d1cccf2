//! Settings of the exporters.

use cli_settings::EnvOnly;
use url::Url;

/// Settings of the exporters of spans and log records.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct TelemetrySettings {
    /// OTLP/HTTP receiver of spans and log records, to which v1/traces and v1/logs are appended, such as
    /// http://127.0.0.1:4318. Without a receiver, nothing is exported
    #[arg(
        long,
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        value_name = "URL",
        value_parser = http_url
    )]
    pub otlp_endpoint: Option<Url>,
    /// OTLP/HTTP receiver of spans with its full path, instead of --otlp-endpoint
    #[arg(
        long,
        env = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        value_name = "URL",
        value_parser = http_url
    )]
    pub otlp_traces_endpoint: Option<Url>,
    /// OTLP/HTTP receiver of log records with its full path, instead of --otlp-endpoint
    #[arg(
        long,
        env = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
        value_name = "URL",
        value_parser = http_url
    )]
    pub otlp_logs_endpoint: Option<Url>,
    /// Name of the service in spans and log records: cruddur, unless OTEL_RESOURCE_ATTRIBUTES has a service.name
    #[arg(long, env = "OTEL_SERVICE_NAME", value_name = "NAME")]
    pub service_name: Option<String>,
}

/// The variables that the OpenTelemetry SDK reads itself.
pub(crate) const OTEL_VARIABLES: [EnvOnly; 9] = [
    EnvOnly {
        name: "OTEL_EXPORTER_OTLP_HEADERS",
        help: "Headers for the receiver, such as x-honeycomb-team=KEY (secret)",
    },
    EnvOnly {
        name: "OTEL_EXPORTER_OTLP_TIMEOUT",
        help: "Time limit of an export with its retries, in milliseconds (default 30000)",
    },
    EnvOnly {
        name: "OTEL_EXPORTER_OTLP_COMPRESSION",
        help: "Compression of exports, as specified by OpenTelemetry",
    },
    EnvOnly {
        name: "OTEL_RESOURCE_ATTRIBUTES",
        help: "Attributes of the resource, as specified by OpenTelemetry",
    },
    EnvOnly {
        name: "OTEL_TRACES_SAMPLER",
        help: "Sampler, as specified by OpenTelemetry: by default the caller's decision, else all spans",
    },
    EnvOnly {
        name: "OTEL_BSP_*",
        help: "Batch span processor, as specified by OpenTelemetry (schedule delay 200 ms, queue of 8192 spans)",
    },
    EnvOnly {
        name: "OTEL_BLRP_*",
        help: "Batch log record processor, as specified by OpenTelemetry (schedule delay 200 ms, queue of 8192 log records)",
    },
    EnvOnly {
        name: "OTEL_LOGS_EXPORTER",
        help: "Set to none to export no log records",
    },
    EnvOnly {
        name: "OTEL_SDK_DISABLED",
        help: "Set to true to export neither spans nor log records",
    },
];

/// The error for a URL that is not an HTTP URL.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum HttpUrlError {
    #[error("write a URL such as http://127.0.0.1:4318")]
    Invalid(#[from] url::ParseError),
    #[error("write a URL that begins with http:// or https://")]
    Scheme,
}

/// Returns the URL for spans of an OTLP/HTTP receiver: its base URL with `v1/traces` appended.
pub(crate) fn traces_url(receiver: &Url) -> String {
    signal_url(receiver, "v1/traces")
}

fn logs_url(receiver: &Url) -> String {
    signal_url(receiver, "v1/logs")
}

fn signal_url(receiver: &Url, path: &str) -> String {
    format!("{}/{path}", receiver.as_str().trim_end_matches('/'))
}

pub(crate) fn http_url(text: &str) -> Result<Url, HttpUrlError> {
    let url = Url::parse(text)?;
    if matches!(url.scheme(), "http" | "https") {
        Ok(url)
    } else {
        Err(HttpUrlError::Scheme)
    }
}

impl TelemetrySettings {
    /// Returns the full URL of the receiver of log records.
    pub(super) fn logs_endpoint(&self) -> Option<String> {
        let logs = self.otlp_logs_endpoint.as_ref().map(Url::to_string);
        logs.or_else(|| self.otlp_endpoint.as_ref().map(logs_url))
    }

    /// Returns the full URL of the receiver of spans.
    pub(super) fn endpoint(&self) -> Option<String> {
        let traces = self.otlp_traces_endpoint.as_ref().map(Url::to_string);
        traces.or_else(|| self.otlp_endpoint.as_ref().map(traces_url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(endpoint: Option<&str>, traces_endpoint: Option<&str>) -> TelemetrySettings {
        TelemetrySettings {
            otlp_endpoint: endpoint.map(|url| http_url(url).unwrap()),
            otlp_traces_endpoint: traces_endpoint.map(|url| http_url(url).unwrap()),
            ..TelemetrySettings::default()
        }
    }

    #[test]
    fn log_records_go_to_the_same_receiver_as_spans() {
        let endpoint = settings(Some("http://a:4318/"), None).logs_endpoint();
        assert_eq!(endpoint.as_deref(), Some("http://a:4318/v1/logs"));
        let spans_only = settings(None, Some("http://b/spans"));
        assert_eq!(spans_only.logs_endpoint(), None);
        let both = TelemetrySettings {
            otlp_logs_endpoint: Some(http_url("http://c/lines").unwrap()),
            ..settings(Some("http://a"), None)
        };
        assert_eq!(both.logs_endpoint().as_deref(), Some("http://c/lines"));
        assert_eq!(both.endpoint().as_deref(), Some("http://a/v1/traces"));
    }

    #[test]
    fn path_is_appended_to_the_general_endpoint_only() {
        assert_eq!(settings(None, None).endpoint(), None);
        for base in ["http://a:4318", "http://a:4318/"] {
            let endpoint = settings(Some(base), None).endpoint();
            assert_eq!(endpoint.as_deref(), Some("http://a:4318/v1/traces"));
        }
        let endpoint = settings(Some("http://a/x"), None).endpoint();
        assert_eq!(endpoint.as_deref(), Some("http://a/x/v1/traces"));
        let endpoint = settings(Some("http://a"), Some("http://b/spans")).endpoint();
        assert_eq!(endpoint.as_deref(), Some("http://b/spans"));
    }
}
