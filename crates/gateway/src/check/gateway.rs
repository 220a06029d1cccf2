//! Tests the gateway itself: its addresses, its viewer and its store. Lists its limits.

use std::{fs, net::SocketAddr, path::Path};

use super::{
    Finding,
    address::{self, Address},
};
use crate::{
    app::XRAY_LISTEN,
    config::{Config, Limits, PageOrigin, Retention},
    error::Error,
    server::{self, LISTEN, VIEWER_LISTEN},
    store::{self, OpenError},
};

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    let spans = address::tcp(&config.listen, LISTEN).await;
    let viewer = match &config.viewer_listen {
        Some(address) => Some(address::tcp(address, VIEWER_LISTEN).await),
        None => None,
    };
    let viewer_address = viewer.as_ref().unwrap_or(&spans).as_ref().ok();
    let viewer_address = viewer_address.map(|address| address.resolved);
    let mut findings = vec![self::spans(config, &spans)];
    findings.push(self::viewer(config, viewer, viewer_address));
    findings.extend(links_and_files(config));
    findings.extend([pages(config), store(config).await]);
    findings.push(Finding::ok(limits(&config.limits)));
    findings.push(xray_input(config).await);
    findings
}

fn spans(config: &Config, address: &Result<Address, Error>) -> Finding {
    match address {
        Ok(address) => {
            let about = if address.resolved.ip().is_loopback() {
                "accepts spans from this machine"
            } else {
                "accepts spans from other machines, too"
            };
            Finding::ok(address.describe("spans", &config.listen, about))
        }
        Err(error) => Finding::error("spans", error),
    }
}

fn viewer(
    config: &Config,
    own: Option<Result<Address, Error>>,
    viewer_address: Option<SocketAddr>,
) -> Finding {
    let access = viewer_address.map(|address| access(config, address));
    match (own, &config.viewer_listen, access) {
        (Some(Err(error)), ..) | (_, _, Some(Err(error))) => Finding::error("viewer", &error),
        (Some(Ok(address)), Some(configured), Some(Ok(access))) => {
            Finding::ok(address.describe("viewer", configured, access))
        }
        (.., Some(Ok(access))) => Finding::ok(format!("viewer: at the same address, {access}")),
        // The finding about spans has the error.
        (.., None) => Finding::ok("viewer: at the same address".to_owned()),
    }
}

/// Returns a text about the access to the viewer, without the token itself.
fn access(config: &Config, viewer: SocketAddr) -> Result<&'static str, Error> {
    let with_token = server::with_viewer_token(config, viewer)?.viewer_token;
    Ok(match (&config.viewer_token, with_token) {
        (Some(_), _) => "requires OTEL_WEB_GATEWAY_VIEWER_TOKEN",
        (None, Some(_)) => "requires a token, which is generated and logged at each start",
        (None, None) => "requires no token, because only this machine can reach it",
    })
}

/// Lists where links lead, and whether the viewer is built.
fn links_and_files(config: &Config) -> Vec<Finding> {
    let url = config.public_url.as_deref();
    let links = url.map(|url| format!("links: lead to {}", url.trim_end_matches('/')));
    let missing = config
        .viewer_dir
        .as_deref()
        .filter(|dir| !dir.join("index.html").is_file());
    let files = missing.map(|dir| {
        let dir = dir.display();
        format!("viewer files: not built, {dir} has no index.html")
    });
    let symbols = config.symbols_dir.as_deref().map(symbols);
    let findings = links.into_iter().chain(files).chain(symbols);
    findings.map(Finding::ok).collect()
}

fn symbols(dir: &Path) -> String {
    let shown = dir.display();
    let Ok(entries) = fs::read_dir(dir) else {
        return format!("symbols: none, {shown} is not a folder that can be read");
    };
    let names = entries.flatten().map(|entry| entry.path());
    let files = names.filter(|path| path.extension().is_some_and(|it| it == "symbols"));
    format!("symbols: {shown} has {} symbol files", files.count())
}

fn pages(config: &Config) -> Finding {
    let origins = config.cors_origins.iter().map(PageOrigin::header);
    let origins: Vec<_> = origins
        .map(|origin| String::from_utf8_lossy(origin.as_bytes()).into_owned())
        .collect();
    Finding::ok(match origins.join(", ") {
        none if none.is_empty() => "pages: only the gateway's own origin may send spans. \
            Set OTEL_WEB_GATEWAY_CORS_ORIGINS to allow others"
            .to_owned(),
        origins => format!("pages: {origins} may send spans from other origins"),
    })
}

async fn store(config: &Config) -> Finding {
    if let Err(error) = config.create_default_folder() {
        return Finding::error("store", &OpenError::new(&config.db, error));
    }
    let path = config.db.clone();
    let probed = tokio::task::spawn_blocking(move || store::probe(&path)).await;
    match probed {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Finding::error("store", &error),
        Err(error) => return Finding::error("store", &error),
    }
    let (file, retention) = (config.db.display(), retention(&config.retention));
    Finding::ok(format!(
        "store: good ({file}): writable. Retains {retention}"
    ))
}

fn retention(retention: &Retention) -> String {
    let (hours, all) = (retention.age.as_secs() / 3600, retention.bytes >> 20);
    let (spans, one) = (retention.trace_spans, retention.trace_bytes >> 20);
    format!("{hours} h and {all} MiB, of one trace {spans} spans and {one} MiB")
}

fn limits(limits: &Limits) -> String {
    let (body, memory) = (limits.body_bytes >> 20, limits.memory_bytes >> 20);
    let (seconds, all) = (limits.read_within.as_secs(), limits.connections);
    let rate = limit_text(limits.requests_per_second as usize, "requests per second");
    let connections = limit_text(limits.connections_per_client, "connections");
    format!(
        "limits: {body} MiB per request, {memory} MiB for all in memory, {seconds} s to arrive; \
         {all} connections; per client on another machine {rate} and {connections}"
    )
}

/// Zero is no limit.
fn limit_text(limit: usize, unit: &str) -> String {
    match limit {
        0 => format!("any number of {unit}"),
        limit => format!("{limit} {unit}"),
    }
}

async fn xray_input(config: &Config) -> Finding {
    let name = "xray input";
    let Some(configured) = &config.xray_listen else {
        return Finding::off(name, XRAY_LISTEN);
    };
    match address::udp(configured, XRAY_LISTEN).await {
        Ok(address) => {
            Finding::ok(address.describe(name, configured, "accepts X-Ray segments by UDP"))
        }
        Err(error) => Finding::error(name, &error),
    }
}
