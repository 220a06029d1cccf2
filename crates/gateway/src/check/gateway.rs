//! What the gateway itself would do: listen, show, keep, and what it would refuse.

use std::net::SocketAddr;

use super::{
    Line,
    addresses::{self, Found},
};
use crate::{
    app::XRAY_LISTEN,
    config::{Config, Limits, PageOrigin, Retention},
    error::Error,
    server::{self, LISTEN, VIEWER_LISTEN},
    store,
};

pub(super) async fn check(config: &Config) -> Vec<Line> {
    let spans = addresses::tcp(&config.listen, LISTEN).await;
    let viewer = match &config.viewer_listen {
        Some(address) => Some(addresses::tcp(address, VIEWER_LISTEN).await),
        None => None,
    };
    let place = viewer.as_ref().unwrap_or(&spans).as_ref().ok();
    let reached_at = place.map(|found| found.address);
    let mut lines = vec![self::spans(config, &spans)];
    lines.push(self::viewer(config, viewer, reached_at));
    lines.extend(shown(config));
    lines.extend([pages(config), store(config).await]);
    lines.push(Line::said(limits(&config.limits)));
    lines.push(xray_input(config).await);
    lines
}

fn spans(config: &Config, listening: &Result<Found, Error>) -> Line {
    match listening {
        Ok(found) => {
            let about = if found.address.ip().is_loopback() {
                "taken from programs on this machine"
            } else {
                "taken from other machines as well"
            };
            Line::said(found.describe("spans", &config.listen, about))
        }
        Err(error) => Line::fails("spans", error),
    }
}

fn viewer(
    config: &Config,
    own: Option<Result<Found, Error>>,
    reached_at: Option<SocketAddr>,
) -> Line {
    let access = reached_at.map(|address| access(config, address));
    match (own, &config.viewer_listen, access) {
        (Some(Err(error)), ..) | (_, _, Some(Err(error))) => Line::fails("viewer", error),
        (Some(Ok(found)), Some(given), Some(Ok(access))) => {
            Line::said(found.describe("viewer", given, access))
        }
        (.., Some(Ok(access))) => Line::said(format!("viewer: at the same address, {access}")),
        // The line before says why nobody reaches it.
        (.., None) => Line::said("viewer: at the same address".to_owned()),
    }
}

/// Who may look at traces. The token itself is not shown.
fn access(config: &Config, reached_at: SocketAddr) -> Result<&'static str, Error> {
    let is_guarded = server::guarded(config, reached_at)?.viewer_token.is_some();
    Ok(match (&config.viewer_token, is_guarded) {
        (Some(_), _) => "for whoever has OTEL_WEB_GATEWAY_VIEWER_TOKEN",
        (None, true) => "for whoever has the token that is made up and printed at each start",
        (None, false) => "without a token, as only this machine reaches it",
    })
}

/// Where links lead, and whether there is something to show.
fn shown(config: &Config) -> Vec<Line> {
    let url = config.public_url.as_deref();
    let links = url.map(|url| format!("links: lead to {}", url.trim_end_matches('/')));
    let missing = config
        .viewer_dir
        .as_deref()
        .filter(|dir| !dir.join("index.html").is_file());
    let files = missing.map(|dir| {
        let dir = dir.display();
        format!("viewer files: none in {dir} yet, there is no index.html")
    });
    links.into_iter().chain(files).map(Line::said).collect()
}

fn pages(config: &Config) -> Line {
    let origins = config.cors_origins.iter().map(PageOrigin::header);
    let origins: Vec<_> = origins
        .map(|origin| String::from_utf8_lossy(origin.as_bytes()).into_owned())
        .collect();
    Line::said(match origins.join(", ") {
        none if none.is_empty() => "pages: only of the gateway's own origin may send spans. \
            Set OTEL_WEB_GATEWAY_CORS_ORIGINS for others"
            .to_owned(),
        origins => format!("pages: of {origins} may send spans across origins"),
    })
}

async fn store(config: &Config) -> Line {
    let path = config.db.clone();
    let probed = tokio::task::spawn_blocking(move || store::probe(&path)).await;
    match probed {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Line::fails("store", error),
        Err(error) => return Line::fails("store", error),
    }
    let (file, keeps) = (config.db.display(), keeps(&config.retention));
    Line::said(format!(
        "store: good ({file}): can be written. It keeps {keeps}"
    ))
}

fn keeps(kept: &Retention) -> String {
    let (hours, all) = (kept.age.as_secs() / 3600, kept.bytes >> 20);
    let (spans, one) = (kept.trace_spans, kept.trace_bytes >> 20);
    format!("{hours} h and {all} MiB, of one trace {spans} spans and {one} MiB")
}

fn limits(limits: &Limits) -> String {
    let (body, memory) = (limits.body_bytes >> 20, limits.memory_bytes >> 20);
    let (seconds, all) = (limits.read_within.as_secs(), limits.connections);
    let rate = bounded(limits.requests_per_second as usize, "requests a second");
    let connections = bounded(limits.connections_per_client, "connections");
    format!(
        "limits: {body} MiB a request, {memory} MiB of all in flight, {seconds} s to arrive; \
         {all} connections; of one client on another machine {rate} and {connections}"
    )
}

/// Zero is no limit.
fn bounded(most: usize, what: &str) -> String {
    match most {
        0 => format!("any number of {what}"),
        most => format!("{most} {what}"),
    }
}

async fn xray_input(config: &Config) -> Line {
    let name = "xray input";
    let Some(given) = &config.xray_listen else {
        return Line::off(name, XRAY_LISTEN);
    };
    match addresses::udp(given, XRAY_LISTEN).await {
        Ok(found) => Line::said(found.describe(name, given, "takes X-Ray segments by UDP")),
        Err(error) => Line::fails(name, error),
    }
}
