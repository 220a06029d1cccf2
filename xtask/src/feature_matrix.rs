//! otel-web with each of its features alone, and with none: no warning, for this machine and for the browser.
//!
//! A loop over the features of its manifest, and not cargo-hack: that is one more tool to compile and to keep at one
//! version on every machine, for what `xtask size` knows already.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::build::host_cargo;
use crate::process;
use crate::size::features;
use crate::wasm::{TARGET, Wasm};

pub(crate) fn check(wasm: &Wasm) -> Result<()> {
    for feature in [String::new()].into_iter().chain(features::all()?) {
        let for_the_browser = [&arguments(&feature)[..], &["--target", TARGET]].concat();
        run(
            &feature,
            host_cargo(&with_denied_warnings(&arguments(&feature)))?,
        )?;
        run(
            &feature,
            wasm.cargo(&with_denied_warnings(&for_the_browser))?,
        )?;
    }
    Ok(())
}

fn arguments(feature: &str) -> [&str; 7] {
    [
        "clippy",
        "--quiet",
        "--package",
        "otel-web",
        "--no-default-features",
        "--features",
        feature,
    ]
}

fn with_denied_warnings<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--", "-D", "warnings"]].concat()
}

fn run(feature: &str, cargo: Command) -> Result<()> {
    let alone = if feature.is_empty() {
        "without features"
    } else {
        feature
    };
    process::run_plainly(cargo).with_context(|| format!("otel-web has warnings: {alone}"))
}
