//! The list of settings: each with its two names, its default, its unit, and why it is so.

use std::fmt::Write;

/// One thing that can be configured.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) env: &'static str,
    /// Its place in the TOML file: `table.key`, or `key` at the top.
    pub(super) key: &'static str,
    /// As TOML; empty when there is none.
    default: &'static str,
    /// What it is, with its unit, and the reason for the default.
    about: &'static str,
}

/// Keys, which no file may hold: `NAME`, or `NAME_FILE` with the path of a file.
pub(super) const SECRETS: &[(&str, &str)] = &[
    (
        "OTEL_WEB_GATEWAY_VIEWER_TOKEN",
        "what the viewer and its API ask for: ?token=... or Authorization: Bearer ...; \
         none on loopback, elsewhere one is made up and printed at start",
    ),
    ("HONEYCOMB_API_KEY", "turns the Honeycomb sink on"),
    (
        "ROLLBAR_ACCESS_TOKEN",
        "turns the Rollbar sink on (scope post_server_item)",
    ),
    (
        "OTEL_EXPORTER_OTLP_HEADERS",
        "headers for the OTLP sink: name=value,name=value",
    ),
];

pub(super) fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

const fn setting(
    env: &'static str,
    key: &'static str,
    default: &'static str,
    about: &'static str,
) -> Setting {
    Setting {
        env,
        key,
        default,
        about,
    }
}

/// Tables stand together and keys of no table first, as TOML wants it.
#[rustfmt::skip]
pub(super) const SETTINGS: &[Setting] = &[
    setting("OTEL_WEB_GATEWAY_LISTEN", "listen", "\"127.0.0.1:4318\"",
        "host:port to listen on; port 0 takes any free one. Loopback, because spans hold what users did"),
    setting("OTEL_WEB_GATEWAY_VIEWER_LISTEN", "viewer_listen", "",
        "another host:port for the viewer and its API; the first one then takes spans only, and may be public"),
    setting("OTEL_WEB_GATEWAY_XRAY_LISTEN", "xray_listen", "",
        "UDP host:port for programs with AWS's X-Ray SDK, which send to 127.0.0.1:2000. Off, because anyone on the machine can send there"),
    setting("OTEL_WEB_GATEWAY_PUBLIC_URL", "public_url", "",
        "how a browser gets here, for links in Rollbar and redirects; the listening address when absent"),
    setting("OTEL_WEB_GATEWAY_VIEWER_DIR", "viewer_dir", "",
        "folder with the built viewer"),
    setting("OTEL_WEB_GATEWAY_CORS_ORIGINS", "cors_origins", "[]",
        "origins of other pages that may send spans, each as browsers send it: scheme://host:port (in the environment: separated by commas). None, because a page behind its own proxy needs none"),
    setting("OTEL_WEB_GATEWAY_DB", "store.file", "\"traces.db\"",
        "file that keeps the spans, created when absent"),
    setting("OTEL_WEB_GATEWAY_KEEP_HOURS", "store.keep_hours", "168",
        "hours after its last span that a trace is forgotten, of which an hour at most counts while the machine is off, for the clock may be wrong then. A week, because bugs are reported on Mondays"),
    setting("OTEL_WEB_GATEWAY_KEEP_MB", "store.keep_mb", "1024",
        "MiB of database pages in use; when there are more, the traces that were quiet for longest go first, forwarded or not, of the client that holds most: an address, and behind it a service"),
    setting("OTEL_WEB_GATEWAY_TRACE_SPANS", "store.trace_spans", "50000",
        "spans of one trace; further ones are rejected and said so. A trace is summed up and shown as a whole, so one without a bound would take the time and memory of all others"),
    setting("OTEL_WEB_GATEWAY_TRACE_MB", "store.trace_mb", "32",
        "MiB of one trace's encoded spans; further ones are rejected and said so, for the same reason"),
    setting("OTEL_WEB_GATEWAY_MAX_BODY_MB", "limits.body_mb", "64",
        "MiB of one request, also when uncompressed; more is 413. OTLP recommends 64"),
    setting("OTEL_WEB_GATEWAY_MAX_MEMORY_MB", "limits.memory_mb", "192",
        "MiB of all bodies in flight; more is 503. Three of the largest, so that a burst cannot take the machine's memory"),
    setting("OTEL_WEB_GATEWAY_MAX_REQUESTS_PER_SECOND", "limits.requests_per_second", "200",
        "requests per second of one client on another machine, twice as many at once; more is 429, 0 is no limit. Each 64 KiB of an inflated body and each 200 spans count as one more, so at 200 a client sends 12.5 MiB per second. Some hundred busy pages behind one address"),
    setting("OTEL_WEB_GATEWAY_TRUSTED_PROXIES", "limits.trusted_proxies", "[]",
        "addresses or networks of proxies on other machines, such as 10.0.0.0/8, whose X-Forwarded-For names the client (in the environment: separated by commas). A proxy on this machine is trusted; of any other, all clients count as one"),
    setting("OTEL_WEB_GATEWAY_MAX_CONNECTIONS", "limits.connections", "768",
        "connections open at once, half of them at each listener where there are two; for one more, the one that has said nothing for longest is closed, and if none is silent, the oldest of a kind that has more than its share: half for bodies under way, a quarter for answers that are not read, an eighth for event streams. Three quarters of the files that a process may usually open, the rest is for the store and the sinks"),
    setting("OTEL_WEB_GATEWAY_MAX_CONNECTIONS_PER_CLIENT", "limits.connections_per_client", "256",
        "connections open at once of one client on another machine; one more is closed, 0 is no limit. A third of all, so that one client leaves places to others, and half of that at each listener where there are two; more for a proxy on another machine, which counts as one"),
    setting("OTEL_WEB_GATEWAY_READ_SECONDS", "limits.read_seconds", "30",
        "seconds for headers, and then a body, to arrive. A slow phone"),
    setting("OTEL_WEB_GATEWAY_WRITE_SECONDS", "limits.write_seconds", "30",
        "seconds that a client may read nothing of an answer; then its connection is closed. A slow phone"),
    setting("HONEYCOMB_API_ENDPOINT", "honeycomb.endpoint", "\"https://api.honeycomb.io\"",
        "where Honeycomb is; https://api.eu1.honeycomb.io for teams in Europe"),
    setting("HONEYCOMB_DATASET", "honeycomb.dataset", "\"traces\"",
        "dataset, for classic keys only: others take the service's name"),
    setting("OTEL_EXPORTER_OTLP_ENDPOINT", "otlp.endpoint", "",
        "a collector's base URL; turns the OTLP sink on. /v1/traces is added"),
    setting("OTEL_EXPORTER_OTLP_TIMEOUT", "otlp.timeout_ms", "30000",
        "milliseconds that an answer may take; then half of the batch is tried. More than an exporter's 10 s, because batches are larger"),
    setting("AWS_XRAY_DAEMON_ADDRESS", "xray.daemon_address", "",
        "host:port of an X-Ray daemon's UDP socket; turns the X-Ray sink on"),
    setting("OTEL_WEB_GATEWAY_XRAY_ANNOTATIONS", "xray.annotations", "[\"error.type\", \"http.route\", \"session.id\"]",
        "attributes that X-Ray indexes for its filters (at most 50 in a trace); all others are metadata"),
    setting("ROLLBAR_API_ENDPOINT", "rollbar.endpoint", "\"https://api.rollbar.com\"",
        "where Rollbar is; /api/1/item/ is added"),
    setting("ROLLBAR_ENVIRONMENT", "rollbar.environment", "\"development\"",
        "environment of errors whose resource has no deployment.environment.name"),
];

/// The documented file.
pub(super) fn as_toml() -> String {
    let mut text = String::from(
        "# Settings of otel-web-gateway. A variable of the environment wins over its line here.\n\
         # Keys of vendors stay out of this file; the environment holds them, or a file\n\
         # that a variable points to:\n",
    );
    for (name, about) in SECRETS {
        let _ = writeln!(text, "#   {name} or {name}_FILE: {about}");
    }
    let mut table = "";
    for setting in SETTINGS {
        let (own, key) = setting.key.split_once('.').unwrap_or(("", setting.key));
        if own != table {
            let _ = write!(text, "\n[{own}]");
            table = own;
        }
        let default = if setting.default.is_empty() {
            "\"\""
        } else {
            setting.default
        };
        let _ = write!(
            text,
            "\n# {}.\n# {}\n# {key} = {default}\n",
            setting.about, setting.env
        );
    }
    text
}

/// For `--help`: names at the left, what they are below.
pub(super) fn as_help() -> String {
    let mut text = String::new();
    for setting in SETTINGS {
        let _ = writeln!(text, "  {}  ({})", setting.env, setting.key);
        let _ = writeln!(text, "      {}", setting.about);
        if !setting.default.is_empty() {
            let _ = writeln!(text, "      default: {}", setting.default);
        }
    }
    text.push_str("\nKeys, in the environment only (or NAME_FILE with the path of a file):\n\n");
    for (name, about) in SECRETS {
        let _ = writeln!(text, "  {name}: {about}");
    }
    text
}
