//! `cargo xtask lint`: one formatting, and no warning, neither for this machine nor for the browser, nor with any
//! single feature of otel-web.

use anyhow::Result;

use crate::build::host_cargo;
use crate::feature_matrix;
use crate::process;
use crate::setup::{self, Needs};

/// The crates that run in the browser.
const BROWSER_CRATES: [&str; 8] = [
    "-pcruddur",
    "-ptrace-viewer",
    "-potel-web",
    "-potel-web-yew",
    "-pcausality-page",
    "-potel-web-page",
    "-pexample-plain",
    "-pexample-yew",
];

pub(crate) fn run() -> Result<()> {
    let wasm = setup::prepare(Needs::LINT, |_, _| on_the_host())?;
    let target = ["--target", crate::wasm::TARGET, "--", "-D", "warnings"];
    process::run_plainly(wasm.cargo(&[&["clippy"], &BROWSER_CRATES[..], &target].concat())?)?;
    feature_matrix::check(&wasm)
}

fn on_the_host() -> Result<()> {
    process::run_plainly(host_cargo(&["fmt", "--all", "--check"])?)?;
    let everything = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    process::run_plainly(host_cargo(&everything)?)
}
