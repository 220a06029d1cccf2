//! All settings, each defined once: flag, variable, key in the file, type, default and description.
//!
//! The id of an argument is its key in the TOML file. Help, the documented file,
//! `docs/configuration.md` and the check for unknown keys are made from these definitions. Secrets
//! are no arguments: command lines are readable for all users of a machine, and files get committed.

use std::{convert::Infallible, net::IpAddr, path::PathBuf};

use clap::{Args, Command, FromArgMatches, builder::RangedU64ValueParser};
use cli_settings::{EnvOnly, Sources};
use ipnet::IpNet;
use logging::Format;

use super::{OriginError, PageOrigin};

/// Secrets: each in its variable, or in the file that `NAME_FILE` names.
pub(super) const SECRETS: [EnvOnly; 4] = [
    EnvOnly {
        name: VIEWER_TOKEN,
        help: "access token for the viewer and its API: ?token=... or Authorization: Bearer ...; \
               not required on loopback, otherwise generated and logged at startup",
    },
    EnvOnly {
        name: HONEYCOMB_API_KEY,
        help: "API key of Honeycomb; turns the sink on",
    },
    EnvOnly {
        name: ROLLBAR_ACCESS_TOKEN,
        help: "access token of a Rollbar project with the scope post_server_item; turns the sink on",
    },
    EnvOnly {
        name: OTLP_HEADERS,
        help: "headers for the OTLP sink, comma-separated: name=value,name=value",
    },
];

pub(super) const VIEWER_TOKEN: &str = "OTEL_WEB_GATEWAY_VIEWER_TOKEN";
pub(super) const HONEYCOMB_API_KEY: &str = "HONEYCOMB_API_KEY";
pub(super) const ROLLBAR_ACCESS_TOKEN: &str = "ROLLBAR_ACCESS_TOKEN";
pub(super) const OTLP_HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";

/// Upper limits that detect typing errors.
const MAX_NUMBER: u64 = 1_000_000;
const MAX_MIB: u64 = 1 << 24;
const MAX_TIMEOUT_SECONDS: u64 = 3600;
const MAX_OTLP_TIMEOUT_MS: u64 = 600_000;

/// Returns a parser of whole numbers from `min` to `max`.
fn number<T>(min: u64, max: u64) -> RangedU64ValueParser<T>
where
    T: TryFrom<u64> + Clone + Send + Sync + 'static,
    T::Error: std::error::Error + Send + Sync + 'static,
{
    RangedU64ValueParser::new().range(min..=max)
}

/// Parses a network such as `10.0.0.0/8`, or an address.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let network = text.parse::<IpNet>().ok();
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    let expected = || "write an address or a network, such as 10.0.0.0/8".to_owned();
    network.or_else(address).ok_or_else(expected)
}

fn origin(text: &str) -> Result<PageOrigin, OriginError> {
    text.trim().parse()
}

fn trimmed(text: &str) -> Result<String, Infallible> {
    Ok(text.trim().to_owned())
}

fn log_format(name: &str) -> Result<Format, logging::ParseFormatError> {
    name.parse()
}

// No doc comment: `clap` would use it as the description of the program.
#[derive(Clone, Debug, Args)]
pub(super) struct Settings {
    /// Address to listen on. Port 0 selects a free port. The default is loopback, because spans
    /// contain data of users
    #[arg(
        id = "listen",
        long = "listen",
        env = "OTEL_WEB_GATEWAY_LISTEN",
        default_value = "127.0.0.1:4318",
        value_name = "HOST:PORT"
    )]
    pub(super) listen: String,

    /// Separate address for the viewer and its API. The other address then accepts
    /// spans and log records only, and may be public
    #[arg(
        id = "viewer_listen",
        long = "viewer-listen",
        env = "OTEL_WEB_GATEWAY_VIEWER_LISTEN",
        value_name = "HOST:PORT"
    )]
    pub(super) viewer_listen: Option<String>,

    /// UDP address for programs with AWS's X-Ray SDK, which send to 127.0.0.1:2000. Off by default,
    /// because any program on the machine can send there
    #[arg(
        id = "xray_listen",
        long = "xray-listen",
        env = "OTEL_WEB_GATEWAY_XRAY_LISTEN",
        value_name = "HOST:PORT"
    )]
    pub(super) xray_listen: Option<String>,

    /// URL by which browsers reach the gateway, for links in Rollbar and for redirects. By default
    /// the address that it listens on
    #[arg(
        id = "public_url",
        long = "public-url",
        env = "OTEL_WEB_GATEWAY_PUBLIC_URL",
        value_name = "URL"
    )]
    pub(super) public_url: Option<String>,

    /// Folder with a built viewer, instead of the one inside the program
    #[arg(
        id = "viewer_dir",
        long = "viewer-dir",
        env = "OTEL_WEB_GATEWAY_VIEWER_DIR",
        value_name = "FOLDER"
    )]
    pub(super) viewer_dir: Option<PathBuf>,

    /// Folder with symbol files, which name the functions in stack traces of
    /// optimized pages. It must not be below a folder that is served
    #[arg(
        id = "symbols_dir",
        long = "symbols-dir",
        env = "OTEL_WEB_GATEWAY_SYMBOLS_DIR",
        value_name = "FOLDER"
    )]
    pub(super) symbols_dir: Option<PathBuf>,

    /// Origins of other pages that may send spans, comma-separated, each as browsers send it:
    /// scheme://host:port. None by default, because a page behind its own proxy needs none
    #[arg(
        id = "cors_origins",
        long = "cors-origins",
        env = "OTEL_WEB_GATEWAY_CORS_ORIGINS",
        value_delimiter = ',',
        value_parser = origin,
        value_name = "ORIGINS"
    )]
    pub(super) cors_origins: Vec<PageOrigin>,

    /// Database file for spans and log records, created if absent. By default
    /// otel-web-gateway/traces.db in $XDG_STATE_HOME, or in ~/.local/state
    #[arg(
        id = "store.file",
        long = "db",
        env = "OTEL_WEB_GATEWAY_DB",
        value_name = "FILE",
        help_heading = "Store"
    )]
    pub(super) store_file: Option<PathBuf>,

    /// Hours after its last span until a trace is deleted, and after its arrival until a log record is
    /// deleted. Time while the machine is off counts for one hour at most, because the clock may be
    /// wrong then. The default is a week, because bugs are reported on Mondays
    #[arg(
        id = "store.keep_hours",
        long = "keep-hours",
        env = "OTEL_WEB_GATEWAY_KEEP_HOURS",
        default_value = "168",
        value_parser = number::<u64>(1, MAX_NUMBER),
        value_name = "HOURS",
        help_heading = "Store"
    )]
    pub(super) keep_hours: u64,

    /// MiB of database pages in use. Above the limit, the least recently updated traces and the oldest
    /// log records are deleted first, forwarded or not, of the client that stores most: an address, and behind it a service
    #[arg(
        id = "store.keep_mb",
        long = "keep-mb",
        env = "OTEL_WEB_GATEWAY_KEEP_MB",
        default_value = "1024",
        value_parser = number::<u64>(1, MAX_MIB),
        value_name = "MIB",
        help_heading = "Store"
    )]
    pub(super) keep_mib: u64,

    /// Spans of one trace. Further spans are rejected, because a trace is summarized and shown as a
    /// whole
    #[arg(
        id = "store.trace_spans",
        long = "trace-spans",
        env = "OTEL_WEB_GATEWAY_TRACE_SPANS",
        default_value = "50000",
        value_parser = number::<u64>(1, MAX_NUMBER),
        value_name = "SPANS",
        help_heading = "Store"
    )]
    pub(super) trace_spans: u64,

    /// MiB of encoded spans of one trace. Further spans are rejected
    #[arg(
        id = "store.trace_mb",
        long = "trace-mb",
        env = "OTEL_WEB_GATEWAY_TRACE_MB",
        default_value = "32",
        value_parser = number::<u64>(1, MAX_MIB),
        value_name = "MIB",
        help_heading = "Store"
    )]
    pub(super) trace_mib: u64,

    /// MiB of one request, also after decompression. A larger one is 413. OTLP recommends 64
    #[arg(
        id = "limits.body_mb",
        long = "max-body-mb",
        env = "OTEL_WEB_GATEWAY_MAX_BODY_MB",
        default_value = "64",
        value_parser = number::<usize>(1, MAX_MIB),
        value_name = "MIB",
        help_heading = "Limits"
    )]
    pub(super) body_mib: usize,

    /// MiB of all request bodies in memory. Above the limit, requests are 503. The default is three of
    /// the largest bodies
    #[arg(
        id = "limits.memory_mb",
        long = "max-memory-mb",
        env = "OTEL_WEB_GATEWAY_MAX_MEMORY_MB",
        default_value = "192",
        value_parser = number::<usize>(1, MAX_MIB),
        value_name = "MIB",
        help_heading = "Limits"
    )]
    pub(super) memory_mib: usize,

    /// Requests per second of one client on another machine, with bursts of twice as many; 0 is no
    /// limit. Above the limit, requests are 429. Each 64 KiB of a decompressed body and each 200 spans
    /// count as one more request, so 200 requests are 12.5 MiB per second. The default is enough for
    /// some hundred active pages behind one address
    #[arg(
        id = "limits.requests_per_second",
        long = "max-requests-per-second",
        env = "OTEL_WEB_GATEWAY_MAX_REQUESTS_PER_SECOND",
        default_value = "200",
        value_parser = number::<u32>(0, MAX_NUMBER),
        value_name = "REQUESTS",
        help_heading = "Limits"
    )]
    pub(super) requests_per_second: u32,

    /// Addresses or networks of proxies on other machines, comma-separated, such as 10.0.0.0/8, whose
    /// X-Forwarded-For names the client. A proxy on this machine is always trusted; the clients of any
    /// other proxy count as one
    #[arg(
        id = "limits.trusted_proxies",
        long = "trusted-proxies",
        env = "OTEL_WEB_GATEWAY_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_parser = network,
        value_name = "NETWORKS",
        help_heading = "Limits"
    )]
    pub(super) trusted_proxies: Vec<IpNet>,

    /// Open connections, shared evenly by the listeners if there are two. A connection above the limit
    /// replaces the one that has been idle for longest, or the oldest of a kind that exceeds its
    /// share: half for incomplete bodies, a quarter for unread responses, an eighth for event streams.
    /// The default is three quarters of the usual limit of open files; the store and the sinks need
    /// the others
    #[arg(
        id = "limits.connections",
        long = "max-connections",
        env = "OTEL_WEB_GATEWAY_MAX_CONNECTIONS",
        default_value = "768",
        value_parser = number::<usize>(1, MAX_NUMBER),
        value_name = "CONNECTIONS",
        help_heading = "Limits"
    )]
    pub(super) connections: usize,

    /// Open connections of one client on another machine, shared evenly by the listeners if there are
    /// two; 0 is no limit. Connections above the limit are closed. The default is a third of all. Use
    /// more for a proxy on another machine, which counts as one client
    #[arg(
        id = "limits.connections_per_client",
        long = "max-connections-per-client",
        env = "OTEL_WEB_GATEWAY_MAX_CONNECTIONS_PER_CLIENT",
        default_value = "256",
        value_parser = number::<usize>(0, MAX_NUMBER),
        value_name = "CONNECTIONS",
        help_heading = "Limits"
    )]
    pub(super) connections_per_client: usize,

    /// Seconds for the headers of a request, and then its body, to arrive. The default is for slow
    /// phones
    #[arg(
        id = "limits.read_seconds",
        long = "read-seconds",
        env = "OTEL_WEB_GATEWAY_READ_SECONDS",
        default_value = "30",
        value_parser = number::<u64>(1, MAX_TIMEOUT_SECONDS),
        value_name = "SECONDS",
        help_heading = "Limits"
    )]
    pub(super) read_seconds: u64,

    /// Seconds that a client may stop reading a response before its connection is closed. The default
    /// is for slow phones
    #[arg(
        id = "limits.write_seconds",
        long = "write-seconds",
        env = "OTEL_WEB_GATEWAY_WRITE_SECONDS",
        default_value = "30",
        value_parser = number::<u64>(1, MAX_TIMEOUT_SECONDS),
        value_name = "SECONDS",
        help_heading = "Limits"
    )]
    pub(super) write_seconds: u64,

    #[arg(
        id = "honeycomb.endpoint",
        help = "URL of Honeycomb's API. For teams in Europe, https://api.eu1.honeycomb.io",
        long = "honeycomb-endpoint",
        env = "HONEYCOMB_API_ENDPOINT",
        default_value = "https://api.honeycomb.io",
        value_name = "URL",
        help_heading = "Sinks"
    )]
    pub(super) honeycomb_endpoint: String,

    /// Dataset, for classic keys only. With other keys, the dataset is the name of the service
    #[arg(
        id = "honeycomb.dataset",
        long = "honeycomb-dataset",
        env = "HONEYCOMB_DATASET",
        default_value = "traces",
        value_name = "NAME",
        help_heading = "Sinks"
    )]
    pub(super) honeycomb_dataset: String,

    /// Base URL of an OTLP receiver, such as a collector; turns the OTLP sink on. /v1/traces
    /// and /v1/logs are appended
    #[arg(
        id = "otlp.endpoint",
        long = "otlp-endpoint",
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        value_name = "URL",
        help_heading = "Sinks"
    )]
    pub(super) otlp_endpoint: Option<String>,

    /// Milliseconds for a response; after that, half of the batch is sent. The default is more than
    /// the 10 s of an exporter, because batches are larger
    #[arg(
        id = "otlp.timeout_ms",
        long = "otlp-timeout-ms",
        env = "OTEL_EXPORTER_OTLP_TIMEOUT",
        default_value = "30000",
        value_parser = number::<u64>(1, MAX_OTLP_TIMEOUT_MS),
        value_name = "MS",
        help_heading = "Sinks"
    )]
    pub(super) otlp_timeout_ms: u64,

    /// Address of an X-Ray daemon's UDP socket; turns the X-Ray sink on
    #[arg(
        id = "xray.daemon_address",
        long = "xray-daemon-address",
        env = "AWS_XRAY_DAEMON_ADDRESS",
        value_name = "HOST:PORT",
        help_heading = "Sinks"
    )]
    pub(super) xray_daemon_address: Option<String>,

    /// Attributes that X-Ray indexes for its filters, comma-separated, at most 50 in a trace. All
    /// others are metadata
    #[arg(
        id = "xray.annotations",
        long = "xray-annotations",
        env = "OTEL_WEB_GATEWAY_XRAY_ANNOTATIONS",
        default_values = ["error.type", "http.route", "session.id"],
        value_delimiter = ',',
        value_parser = trimmed,
        value_name = "ATTRIBUTES",
        help_heading = "Sinks"
    )]
    pub(super) xray_annotations: Vec<String>,

    /// URL of Rollbar's API. /api/1/item/ is appended
    #[arg(
        id = "rollbar.endpoint",
        long = "rollbar-endpoint",
        env = "ROLLBAR_API_ENDPOINT",
        default_value = "https://api.rollbar.com",
        value_name = "URL",
        help_heading = "Sinks"
    )]
    pub(super) rollbar_endpoint: String,

    /// Environment of errors whose resource has no deployment.environment.name
    #[arg(
        id = "rollbar.environment",
        long = "rollbar-environment",
        env = "ROLLBAR_ENVIRONMENT",
        default_value = "development",
        value_name = "NAME",
        help_heading = "Sinks"
    )]
    pub(super) rollbar_environment: String,

    /// Levels of the log: a level, or target=level, comma-separated, such as
    /// info,otel_web_gateway::sinks=debug
    #[arg(
        id = "log.filter",
        long = "log-filter",
        env = "RUST_LOG",
        default_value = logging::DEFAULT_LEVELS,
        value_name = "LEVELS",
        help_heading = "Log"
    )]
    pub(super) log_filter: String,

    /// Format of the log: text for people, or json with one object per line
    #[arg(
        id = "log.format",
        long = "log-format",
        env = "OTEL_WEB_GATEWAY_LOG_FORMAT",
        default_value = "text",
        value_parser = log_format,
        value_name = "FORMAT",
        help_heading = "Log"
    )]
    pub(super) log_format: Format,
}

impl Default for Settings {
    /// Returns the defaults of all settings, without reading the environment.
    fn default() -> Self {
        let command = Self::augment_args(Command::new(env!("CARGO_PKG_NAME")));
        let sources = Sources::from_env(&|_| None);
        cli_settings::read(command, [env!("CARGO_PKG_NAME")], &sources)
            .and_then(|matches| Self::from_arg_matches(&matches))
            .expect("the defaults are valid")
    }
}
