//! `cargo xtask lint`: everything that continuous integration checks besides the tests.
//!
//! Formatting, clippy and documentation for this machine and for the browser, each feature of otel-web alone, the
//! fuzz targets, spelling, the packages, and the dependencies' licenses and sources.

mod dependencies;
mod documentation;
mod spelling;

use anyhow::{Context as _, Result, bail};

use crate::build::host_cargo;
use crate::process;
use crate::setup::{self, Needs};
use crate::wasm::TARGET;
use crate::{feature_matrix, members, package, term, workspace};

/// The crates that run in the browser.
const BROWSER_CRATES: [&str; 16] = [
    "-pcruddur",
    "-ptrace-viewer",
    "-potel-web",
    "-potel-web-dioxus",
    "-potel-web-leptos",
    "-potel-web-yew",
    "-pcausality-actions",
    "-pcausality-dioxus",
    "-pcausality-leptos",
    "-pcausality-page",
    "-potel-web-page",
    "-pexample-dioxus",
    "-pexample-leptos",
    "-pexample-plain",
    "-pexample-tracing",
    "-pexample-yew",
];

pub(crate) fn run() -> Result<()> {
    let wasm = setup::prepare(Needs::LINT, |_, _| host())?;
    let target = ["--target", TARGET, "--", "-D", "warnings"];
    let page = [&["--features", "cruddur/viewer-links"], &target[..]].concat();
    for target in [&target[..], &page] {
        process::run_inherited(wasm.cargo(&[&["clippy"], &BROWSER_CRATES[..], target].concat())?)?;
    }
    feature_matrix::check(&wasm)?;
    documentation::check(&wasm)?;
    spelling::check()?;
    package::check()?;
    dependencies::check()
}

fn host() -> Result<()> {
    lock_files()?;
    process::run_inherited(host_cargo(&["fmt", "--all", "--check"])?)?;
    clippy(&members::of_this_machine())?;
    // The gateway has its functions for the fuzz targets only with them.
    clippy(&members::with_fuzz_targets())
}

fn clippy(members: &[&str]) -> Result<()> {
    let options = ["--all-targets", "--", "-D", "warnings"];
    let mut cargo = host_cargo(&[&["clippy"], members, &options].concat())?;
    // Checking does not link, so libFuzzer itself need not be compiled, which takes a C++ compiler.
    cargo.env(
        "CUSTOM_LIBFUZZER_PATH",
        workspace::target().join("libfuzzer.a"),
    );
    process::run_inherited(cargo)
}

/// Fails if Cargo.lock does not fit the manifests. Later commands then use exactly the committed versions.
fn lock_files() -> Result<()> {
    let cargo = host_cargo(&["metadata", "--locked", "--format-version", "1"])?;
    process::read(cargo)
        .map(drop)
        .context("Cargo.lock does not fit the manifests: run `cargo metadata` and commit it")
}

/// Requires all checks: a tool that cannot be installed is an error. Set by the workflows.
const REQUIRE_ALL: &str = "CRUDDUR_LINT_REQUIRE_ALL";

/// Handles a check whose tool cannot be installed, as without a network.
fn skip(check: &str, reason: &anyhow::Error) -> Result<()> {
    if crate::variables::non_empty(REQUIRE_ALL).is_some() {
        bail!("{check}: {reason:#}");
    }
    process::print(&format!(
        "{} {check}: {reason:#}",
        term::red("not checked:")
    ));
    Ok(())
}
