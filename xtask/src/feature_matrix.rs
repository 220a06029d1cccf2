//! Lints otel-web with each of its features alone and with none, for this machine and for the browser.
//!
//! Each run compiles little more than one crate, which keeps one core busy, so both targets run at the same time.
//! It is a loop over the features of the manifest, which `xtask size` reads as well. cargo-hack would be one more tool
//! to compile and to pin.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::build::host_cargo;
use crate::process;
use crate::size::features;
use crate::wasm::{TARGET, Wasm};

pub(crate) fn check(wasm: &Wasm) -> Result<()> {
    for feature in [String::new()].into_iter().chain(features::all()?) {
        let browser = [&arguments(&feature)[..], &["--target", TARGET]].concat();
        let host = host_cargo(&with_denied_warnings(&arguments(&feature)))?;
        let browser = wasm.cargo(&with_denied_warnings(&browser))?;
        process::in_parallel(|| run(&feature, host), || run(&feature, browser))?;
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
    let features = if feature.is_empty() {
        "without features".to_owned()
    } else {
        format!("with the feature {feature} alone")
    };
    process::run_inherited(cargo).with_context(|| format!("otel-web has warnings {features}"))
}
