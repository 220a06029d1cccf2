//! `cargo xtask lint`: one formatting, and no warning, neither for this machine nor for the browser.

use anyhow::Result;

use crate::build::host_cargo;
use crate::process;
use crate::setup::{self, Needs};

/// The crates that run in the browser.
pub(crate) const BROWSER_CRATES: [&str; 8] = [
    "-p",
    "cruddur",
    "-p",
    "trace-viewer",
    "-p",
    "otel-web",
    "-p",
    "otel-web-yew",
];

pub(crate) fn run() -> Result<()> {
    process::run_plainly(host_cargo(&["fmt", "--all", "--check"]))?;
    process::run_plainly(host_cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    let wasm = setup::prepare(Needs::Page, |_, _| Ok(()))?;
    let target = ["--target", crate::wasm::TARGET, "--", "-D", "warnings"];
    process::run_plainly(wasm.cargo(&[&["clippy"], &BROWSER_CRATES[..], &target].concat())?)
}
