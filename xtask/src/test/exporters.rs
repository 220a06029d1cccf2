//! The gateway's tests with OpenTelemetry's exporters, AWS's SDK and moto.

use anyhow::Result;

use crate::build::host_cargo;
use crate::{packages, process, workspace};

pub(super) fn run() -> Result<()> {
    let folder = workspace::root().join("crates/gateway/tests/gateway/exporters");
    let python = packages::python("exporters", &folder.join("requirements.txt"))?;
    let modules = packages::npm(&folder)?;
    let mut cargo = host_cargo(&["test", "--package", "otel-web-gateway"])?;
    cargo
        .args(["--test", "gateway", "exporters::"])
        .env(
            "OTEL_WEB_GATEWAY_TEST_PYTHON",
            packages::interpreter(&python),
        )
        .env("OTEL_WEB_GATEWAY_TEST_NODE_MODULES", modules);
    process::run_inherited(cargo)
}
