//! The compared programs: how each is started, and the API of those that store spans.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;
use bench_runner::program::free_port;

/// A program that receives OTLP over HTTP.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) start: fn(&mut Command, port: u16, dir: &Path) -> Result<Api>,
    /// `None` if it only forwards spans.
    pub(crate) store: Option<StoreApi>,
}

/// The port of a server's API.
pub(crate) type Api = u16;

/// The API of a server that stores spans and lists traces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoreApi {
    pub(crate) status: &'static str,
    /// The field of the status with the number of stored spans.
    pub(crate) spans: &'static str,
    pub(crate) queries: &'static [&'static str],
    /// Paths of overviews of all traces.
    pub(crate) overviews: &'static [&'static str],
    /// The variable that bounds its store, in MiB.
    pub(crate) bound: Option<&'static str>,
    /// Whether it caches responses, so that each request must differ.
    pub(crate) caches: bool,
}

/// Each filter alone, several together, and long texts, with the viewer's limit. Queries without results examine every
/// trace.
const GATEWAY: StoreApi = StoreApi {
    status: "/api/status",
    spans: "spans_kept",
    queries: &[
        "limit=1000",
        "limit=1000&service=service-3",
        "limit=1000&name=like",
        "limit=1000&min_duration_ms=95",
        "limit=1000&status=error",
        "limit=1000&q=page%3D517",
        "limit=1000&q=nothing-is-called-that",
        "limit=1000&q=two%20words-of-which-none-occurs",
        "limit=1000&service=service-3&status=error&min_duration_ms=90",
        "limit=1000&service=page&name=like&q=page%3D517",
        "limit=1000&service=service-3&status=error&q=nothing-is-called-that",
        "limit=1000&q=mozilla/5.0%20(windows%20nt%2010.0;%20win64;%20x64)%20applewebkit/537.36%20chrome/141.0.0.0",
        "limit=1000&q=select%20users.display_name%20from%20activities%20left%20join%20users%20order%20by%20created_at",
        "limit=1000&q=select%20users.display_name%20from%20activities%20left%20join%20members%20order%20by%20likes",
    ],
    overviews: &[
        "api/actions",
        "api/actions?query=http.route%3D/api/activities",
        "api/heatmap",
        "api/heatmap?query=status:error",
        "api/sessions",
        "api/map",
        "api/vitals",
        "api/explain?min_nano=95000000",
        "api/explain?failed=true",
    ],
    bound: Some("OTEL_WEB_GATEWAY_KEEP_MB"),
    caches: false,
};

/// The same queries, except for those that it lacks: errors, and words in any attribute. It compares durations with
/// nanoseconds in any unit.
const OTELITE: StoreApi = StoreApi {
    status: "/api/stats",
    spans: "span_count",
    queries: &[
        "",
        "service=service-3",
        "search=like",
        "query=duration%20%3E%3D%2095000000ms",
        "query=url.path%20contains%20%22page%3D517%22",
        "search=nothing-is-called-that",
        "search=two%20words-of-which-none-occurs",
    ],
    overviews: &[],
    bound: None,
    caches: true,
};

/// Returns the peers whose variable is set.
pub(crate) fn configured() -> Vec<Peer> {
    let peer = |name, variable, start, store| {
        let program = PathBuf::from(env::var_os(variable)?);
        Some(Peer {
            name,
            program,
            start,
            store,
        })
    };
    let start: fn(&mut Command, u16, &Path) -> Result<Api> = start_gateway;
    let peers = [
        peer(
            "otel-web-gateway",
            "CRUDDUR_GATEWAY_BIN",
            start,
            Some(GATEWAY),
        ),
        peer("otelite", "OTELITE_BIN", start_otelite, Some(OTELITE)),
        peer("rotel", "ROTEL_BIN", start_rotel, None),
    ];
    peers.into_iter().flatten().collect()
}

/// Returns a build of the gateway as a peer.
pub(crate) const fn gateway(program: PathBuf) -> Peer {
    Peer {
        name: "otel-web-gateway",
        program,
        start: start_gateway,
        store: Some(GATEWAY),
    }
}

fn start_gateway(command: &mut Command, port: u16, dir: &Path) -> Result<Api> {
    command
        .env("OTEL_WEB_GATEWAY_LISTEN", format!("127.0.0.1:{port}"))
        .env("OTEL_WEB_GATEWAY_DB", dir.join("traces.db"))
        .env("OTEL_WEB_GATEWAY_KEEP_MB", "16384");
    Ok(port)
}

/// Disables its request log and its deletion of old spans.
fn start_otelite(command: &mut Command, port: u16, dir: &Path) -> Result<Api> {
    let api = free_port()?;
    command
        .args(["--log-level", "warn", "serve", "--addr"])
        .arg(format!("127.0.0.1:{api}"))
        .arg("--storage-path")
        .arg(dir)
        .env("HOME", dir)
        .env("OTELITE_OTLP_HTTP_PORT", port.to_string())
        .env("OTELITE_OTLP_GRPC_PORT", free_port()?.to_string())
        .env("OTELITE_AUTO_PURGE_ENABLED", "false");
    Ok(api)
}

/// It stores nothing: its exporter discards all spans.
fn start_rotel(command: &mut Command, port: u16, dir: &Path) -> Result<Api> {
    command
        .args(["start", "--exporter", "blackhole", "--pid-file"])
        .arg(dir.join("pid"))
        .arg("--otlp-http-endpoint")
        .arg(format!("127.0.0.1:{port}"))
        .arg("--otlp-grpc-endpoint")
        .arg(format!("127.0.0.1:{}", free_port()?));
    Ok(port)
}
