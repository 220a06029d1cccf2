//! The gateway as a Python wheel: `pip install` puts the program on the path.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::{build, packages, process, term, workspace};

/// Packs the gateway's program, which was built before with the viewer in it, and writes the wheel into a folder. Its name
/// has the oldest C library with which it runs. Without maturin, as without a network, there is no wheel.
pub(super) fn write(folder: &Path) -> Result<()> {
    let requirements = workspace::root().join("xtask/tools/maturin.txt");
    let tools = match packages::python("maturin", &requirements) {
        Ok(tools) => tools,
        Err(error) => {
            let label = term::red("not written:");
            process::print(&format!("{label} the wheel, maturin is missing: {error:#}"));
            return Ok(());
        }
    };
    let arguments = ["build", "--release", "--locked", "--bindings", "bin"];
    let mut maturin = process::command(tools.join("bin/maturin"), &arguments);
    maturin
        .arg("--manifest-path")
        .arg(workspace::root().join("crates/gateway/Cargo.toml"))
        .arg("--out")
        .arg(folder)
        .env("CARGO_TARGET_DIR", workspace::cargo_target()?);
    build::build_for_host(&mut maturin);
    process::step("wheel", "packing the gateway as a Python wheel", || {
        process::run("wheel", maturin)
    })
    .context("cannot pack the gateway")
}
