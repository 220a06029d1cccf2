//! The programs of the stack: how each is started, and how to ask whether it is well.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::build::{self, Profile};
use crate::ports::Ports;
use crate::wasm::Wasm;
use crate::{trunk_config, workspace};

/// One program of the stack.
#[derive(Debug)]
pub(crate) struct Service {
    /// Stands before its lines.
    pub(crate) label: &'static str,
    pub(crate) command: Command,
    /// Where its port answers 200 once it is well: `/` or a health check, also of those it proxies to.
    pub(crate) port: u16,
    pub(crate) health: &'static [&'static str],
    /// How long that may take.
    pub(crate) patience: Duration,
}

/// Gateway, back end and page, in the order of their start: who is used before who uses it.
pub(crate) fn all(
    wasm: &Wasm,
    ports: Ports,
    profile: Profile,
    viewer: &Path,
) -> Result<[Service; 3]> {
    let data = workspace::made(workspace::target().join("dev"))?;
    Ok([
        gateway(ports, &data, viewer),
        back_end(ports, &data),
        page(wasm, ports, &data, profile)?,
    ])
}

fn gateway(Ports { gateway, .. }: Ports, data: &Path, viewer: &Path) -> Service {
    let mut command = Command::new(build::server("otel-web-gateway"));
    command.env("OTEL_WEB_GATEWAY_LISTEN", format!("127.0.0.1:{gateway}"));
    command.env("OTEL_WEB_GATEWAY_DB", data.join("traces.db"));
    command.env("OTEL_WEB_GATEWAY_VIEWER_DIR", viewer);
    command.current_dir(workspace::root());
    Service {
        label: "gateway",
        command,
        port: gateway,
        health: &["/healthz"],
        patience: Duration::from_secs(30),
    }
}

fn back_end(Ports { api, gateway, .. }: Ports, data: &Path) -> Service {
    let mut command = Command::new(build::server("cruddur-backend"));
    command.env("CRUDDUR_API_LISTEN", format!("127.0.0.1:{api}"));
    set_unless_chosen(
        &mut command,
        "DATABASE_URL",
        format!("sqlite:{}", data.join("cruddur.db").display()),
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
        health: &["/api/health-check"],
        patience,
    }
}

fn page(wasm: &Wasm, ports: Ports, data: &Path, profile: Profile) -> Result<Service> {
    let config = trunk_config::write(data, ports)?;
    let mut command = wasm.trunk(&["serve", "--config"])?;
    command.arg(config).args(profile.trunk_arguments());
    without_keys(&mut command);
    // The proxies answer only when page, back end and gateway have found each other.
    let health = &["/", "/api/health-check", "/otlp/healthz"];
    Ok(Service {
        label: "page",
        command,
        port: ports.page,
        health,
        patience: Duration::from_secs(15 * 60),
    })
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
    fn an_empty_variable_chooses_nothing() {
        assert!(!is_chosen(None) && !is_chosen(Some(OsStr::new(""))));
        assert!(is_chosen(Some(OsStr::new("http://collector:4318"))));
    }
}
