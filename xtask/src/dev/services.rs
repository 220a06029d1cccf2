//! The programs of the stack: how each is started, and how to ask whether it is well.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::build::{Profile, Servers};
use crate::ports::Ports;
use crate::wasm::Wasm;
use crate::{trunk_config, workspace};

/// One program of the stack.
#[derive(Debug)]
pub(crate) struct Service {
    /// Stands before its lines.
    pub(crate) label: &'static str,
    pub(crate) command: Command,
    /// What its port answers once it is well: also for those it proxies to.
    pub(crate) port: u16,
    pub(crate) health: &'static [Health],
    /// How long that may take.
    pub(crate) patience: Duration,
}

/// A path, and the status of `GET` on it by which the right program is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Health {
    pub(crate) path: &'static str,
    pub(crate) status: u16,
}

const fn ok(path: &'static str) -> Health {
    Health { path, status: 200 }
}

const GATEWAY_HEALTH: [Health; 1] = [ok("/healthz")];

const BACK_END_HEALTH: [Health; 1] = [ok("/api/health-check")];

/// The proxies answer only when page, back end and gateway have found each other. Where spans are posted, the
/// gateway refuses `GET`; the page's own files have no such answer.
const PAGE_HEALTH: [Health; 3] = [
    ok("/"),
    ok("/api/health-check"),
    Health {
        path: "/otlp/v1/traces",
        status: 405,
    },
];

/// Gateway, back end and page, in the order of their start: who is used before who uses it.
pub(crate) fn all(
    wasm: &Wasm,
    servers: &Servers,
    ports: Ports,
    profile: Profile,
    viewer: &Path,
) -> Result<[Service; 3]> {
    let data = workspace::made(workspace::target().join("dev"))?;
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
    command.current_dir(workspace::root());
    Service {
        label: "gateway",
        command,
        port: gateway,
        health: &GATEWAY_HEALTH,
        patience: Duration::from_secs(30),
    }
}

fn back_end(program: &Path, Ports { api, gateway, .. }: Ports, data: &Path) -> Service {
    let mut command = Command::new(program);
    command.env("CRUDDUR_API_LISTEN", format!("127.0.0.1:{api}"));
    set_unless_chosen(
        &mut command,
        "DATABASE_URL",
        sqlite_url(&data.join("cruddur.db")),
    );
    set_unless_chosen(
        &mut command,
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        format!("http://127.0.0.1:{gateway}"),
    );
    command.current_dir(workspace::root());
    without_keys(&mut command);
    let patience = Duration::from_secs(30);
    Service {
        label: "back end",
        command,
        port: api,
        health: &BACK_END_HEALTH,
        patience,
    }
}

fn page(wasm: &Wasm, ports: Ports, data: &Path, profile: Profile) -> Result<Service> {
    let config = trunk_config::write(data, ports)?;
    let mut command = wasm.trunk(&["serve", "--config"])?;
    command.arg(config).args(profile.trunk_arguments());
    // The address that index.html names is for the default port.
    if ports.gateway != Ports::default().gateway {
        command.env(
            "CRUDDUR_VIEWER_URL",
            format!("http://127.0.0.1:{}", ports.gateway),
        );
    }
    without_keys(&mut command);
    Ok(Service {
        label: "page",
        command,
        port: ports.page,
        health: &PAGE_HEALTH,
        patience: Duration::from_secs(15 * 60),
    })
}

/// In the address of a database, these characters would end or change the path.
fn sqlite_url(path: &Path) -> String {
    let path = path.display().to_string();
    let path = path
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    format!("sqlite:{path}")
}

/// The vendors' keys are the gateway's business alone.
fn without_keys(command: &mut Command) {
    for key in ["HONEYCOMB_API_KEY", "ROLLBAR_ACCESS_TOKEN"] {
        command.env_remove(key);
    }
}

fn set_unless_chosen(command: &mut Command, name: &str, value: String) {
    if !is_chosen(std::env::var_os(name).as_deref()) {
        command.env(name, value);
    }
}

/// An empty variable is as good as none, says OpenTelemetry's specification.
fn is_chosen(variable: Option<&OsStr>) -> bool {
    variable.is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_database_keeps_its_path_whole() {
        let url = sqlite_url(Path::new("/it's a/100 %?/#1/cruddur.db"));
        assert_eq!(url, "sqlite:/it's a/100 %25%3f/%231/cruddur.db");
    }

    #[test]
    fn an_empty_variable_chooses_nothing() {
        assert!(!is_chosen(None) && !is_chosen(Some(OsStr::new(""))));
        assert!(is_chosen(Some(OsStr::new("http://collector:4318"))));
    }
}
