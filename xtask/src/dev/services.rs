//! The programs of the stack: how each is started, and its health checks.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::public_url;
use crate::build::{self, Profile, Servers};
use crate::http::Method;
use crate::ports::Ports;
use crate::wasm::Wasm;
use crate::{trunk_config, workspace};

/// One program of the stack.
#[derive(Debug)]
pub(crate) struct Service {
    /// The prefix of its output.
    pub(crate) label: &'static str,
    pub(crate) command: Command,
    pub(crate) port: u16,
    /// All of these must succeed before it is ready.
    pub(crate) health: &'static [HealthCheck],
    pub(crate) ready_timeout: Duration,
}

/// A request that a healthy program answers with status 200.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HealthCheck {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
}

const fn get(path: &'static str) -> HealthCheck {
    HealthCheck {
        method: Method::Get,
        path,
    }
}

/// The viewer that index.html links to.
const INDEX_VIEWER: &str = "http://127.0.0.1:4318";

const GATEWAY_HEALTH: [HealthCheck; 1] = [get("/healthz")];

const BACK_END_HEALTH: [HealthCheck; 1] = [get("/api/health-check")];

/// Checks the proxies too. Spans are posted, because the gateway counts and reports other methods as refused requests.
const PAGE_HEALTH: [HealthCheck; 3] = [
    get("/"),
    get("/api/health-check"),
    HealthCheck {
        method: Method::PostNoSpans,
        path: "/otlp/v1/traces",
    },
];

/// Returns gateway, back end and page, in the order of their start: servers before their clients.
pub(crate) fn all(
    wasm: &Wasm,
    servers: &Servers,
    ports: Ports,
    profile: Profile,
    viewer: &Path,
) -> Result<[Service; 3]> {
    let data = workspace::create_dir(workspace::target().join("dev"))?;
    Ok([
        gateway(&servers.gateway, ports, &data, viewer),
        back_end(&servers.back_end, ports, &data),
        page(wasm, ports, &data, profile)?,
    ])
}

fn gateway(program: &Path, Ports { gateway, .. }: Ports, data: &Path, viewer: &Path) -> Service {
    let mut command = Command::new(program);
    command.env("OTEL_WEB_GATEWAY_LISTEN", format!("127.0.0.1:{gateway}"));
    command.env("OTEL_WEB_GATEWAY_DB", data.join("traces.db"));
    command.env("OTEL_WEB_GATEWAY_VIEWER_DIR", viewer);
    // The viewer is served under this host name, too.
    if let Some(url) = public_url::forwarded(gateway) {
        set_default(&mut command, "OTEL_WEB_GATEWAY_PUBLIC_URL", url);
    }
    command.current_dir(workspace::root());
    Service {
        label: "gateway",
        command,
        port: gateway,
        health: &GATEWAY_HEALTH,
        ready_timeout: Duration::from_secs(30),
    }
}

fn back_end(program: &Path, Ports { api, gateway, .. }: Ports, data: &Path) -> Service {
    let mut command = Command::new(program);
    command.env("CRUDDUR_API_LISTEN", format!("127.0.0.1:{api}"));
    set_default(
        &mut command,
        "DATABASE_URL",
        sqlite_url(&data.join("cruddur.db")),
    );
    set_default(
        &mut command,
        "CRUDDUR_MAIL_OUTBOX",
        data.join("outbox").display().to_string(),
    );
    set_default(
        &mut command,
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        format!("http://127.0.0.1:{gateway}"),
    );
    command.current_dir(workspace::root());
    without_keys(&mut command);
    let ready_timeout = Duration::from_secs(30);
    Service {
        label: "back end",
        command,
        port: api,
        health: &BACK_END_HEALTH,
        ready_timeout,
    }
}

fn page(wasm: &Wasm, ports: Ports, data: &Path, profile: Profile) -> Result<Service> {
    let config = trunk_config::write(data, ports)?;
    let mut command = wasm.trunk(&["serve", "--config"])?;
    command.arg(config).args(profile.trunk_arguments());
    command.args(build::VIEWER_LINKS);
    // index.html links to the default port of this machine.
    let viewer = public_url::of(ports.gateway);
    if viewer != INDEX_VIEWER {
        command.env("CRUDDUR_VIEWER_URL", viewer);
    }
    without_keys(&mut command);
    Ok(Service {
        label: "page",
        command,
        port: ports.page,
        health: &PAGE_HEALTH,
        ready_timeout: Duration::from_secs(15 * 60),
    })
}

/// Escapes the characters that would end or change the path of a database URL.
fn sqlite_url(path: &Path) -> String {
    let path = path.display().to_string();
    let path = path
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    format!("sqlite:{path}")
}

/// Only the gateway gets the vendors' keys.
fn without_keys(command: &mut Command) {
    for key in ["HONEYCOMB_API_KEY", "ROLLBAR_ACCESS_TOKEN"] {
        command.env_remove(key);
    }
}

fn set_default(command: &mut Command, name: &str, value: String) {
    if !is_set(std::env::var_os(name).as_deref()) {
        command.env(name, value);
    }
}

/// An empty variable counts as unset, as in OpenTelemetry's specification.
fn is_set(variable: Option<&OsStr>) -> bool {
    variable.is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_in_a_database_path_are_escaped() {
        let url = sqlite_url(Path::new("/it's a/100 %?/#1/cruddur.db"));
        assert_eq!(url, "sqlite:/it's a/100 %25%3f/%231/cruddur.db");
    }

    #[test]
    fn document_links_to_the_default_viewer() {
        let document = std::fs::read_to_string(workspace::root().join("index.html")).unwrap();
        let tag = format!("<meta name=\"trace-viewer\" content=\"{INDEX_VIEWER}\"");
        assert!(document.contains(&tag));
        let port = Ports::default().gateway.to_string();
        assert!(INDEX_VIEWER.ends_with(&port));
    }

    #[test]
    fn empty_variable_counts_as_unset() {
        assert!(!is_set(None) && !is_set(Some(OsStr::new(""))));
        assert!(is_set(Some(OsStr::new("http://collector:4318"))));
    }
}
