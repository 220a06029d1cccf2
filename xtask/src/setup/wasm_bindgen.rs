//! wasm-bindgen: generates the JavaScript between the browser and the compiled page, and runs tests in a browser.

use std::path::PathBuf;

use anyhow::Result;

use super::cargo_install::{CargoInstall, Optimization};
use super::prebuilt::{self, Release};
use super::tool::{self, Tool};
use crate::workspace;

pub(super) struct WasmBindgen;

impl Tool for WasmBindgen {
    fn name(&self) -> Result<String> {
        Ok(format!("wasm-bindgen {}", version()?))
    }

    fn purpose(&self) -> &'static str {
        "binds the compiled pages to the browser, in exactly the version they are compiled with"
    }

    fn usual_time(&self) -> &'static str {
        "2 to 5 min, as it has to be compiled"
    }

    fn find(&self) -> Result<Option<PathBuf>> {
        let version = version()?;
        let runner = tool::find_version("wasm-bindgen-test-runner", &version)?;
        Ok(runner.and(tool::find_version("wasm-bindgen", &version)?))
    }

    fn install(&self) -> Result<()> {
        let version = version()?;
        prebuilt::install(self, &release(&version)).or_else(|reason| {
            CargoInstall {
                label: "wasm-bindgen",
                package: "wasm-bindgen-cli",
                version: &version,
                // Its test runner talks to WebDriver on this machine, so it needs no TLS.
                features: &["--no-default-features"],
                // It rewrites megabytes at each build of a page.
                optimization: Optimization::Some,
            }
            .run(&reason)
        })
    }
}

/// Returns the version in Cargo.lock: the tool refuses the output of any other version of the crate.
fn version() -> Result<String> {
    workspace::locked_version("wasm-bindgen")
}

fn release(version: &str) -> Release {
    let arch = std::env::consts::ARCH;
    let libc = if arch == "x86_64" { "musl" } else { "gnu" };
    let archive = format!("wasm-bindgen-{version}-{arch}-unknown-linux-{libc}.tar.gz");
    Release {
        url: format!(
            "https://github.com/wasm-bindgen/wasm-bindgen/releases/download/{version}/{archive}"
        ),
        archive,
        programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
    }
}
