//! wasm-bindgen: writes the JavaScript between the browser and the compiled page, and runs tests in a browser.

use std::path::PathBuf;

use anyhow::Result;

use super::cargo_install::{CargoInstall, Speed};
use super::prebuilt::{self, Release};
use super::tool::{self, Tool};
use crate::workspace;

pub(super) struct WasmBindgen;

impl Tool for WasmBindgen {
    fn name(&self) -> Result<String> {
        Ok(format!("wasm-bindgen {}", version()?))
    }

    fn why(&self) -> &'static str {
        "binds the compiled pages to the browser, in exactly the version they are compiled with"
    }

    fn usually(&self) -> &'static str {
        "5 s, or 2 to 5 min where it must be compiled"
    }

    fn find(&self) -> Result<Option<PathBuf>> {
        let version = version()?;
        let runner = tool::find_version("wasm-bindgen-test-runner", &version)?;
        Ok(runner.and(tool::find_version("wasm-bindgen", &version)?))
    }

    fn install(&self) -> Result<()> {
        let version = version()?;
        prebuilt::install(self, &release(&version)).or_else(|reason| {
            // It rewrites megabytes at each build of a page: worth a little optimisation.
            let speed = Speed::Middling;
            CargoInstall {
                label: "wasm-bindgen",
                package: "wasm-bindgen-cli",
                version: &version,
                features: &[],
                speed,
            }
            .run(&reason)
        })
    }
}

/// The tool refuses to work on what another version of the crate made.
fn version() -> Result<String> {
    workspace::locked_version("wasm-bindgen")
}

fn release(version: &str) -> Release {
    let arch = std::env::consts::ARCH;
    let libc = if arch == "x86_64" { "musl" } else { "gnu" };
    Release {
        package: "wasm-bindgen-cli",
        version: version.to_owned(),
        url: format!(
            "https://github.com/wasm-bindgen/wasm-bindgen/releases/download/{version}/\
             wasm-bindgen-{version}-{arch}-unknown-linux-{libc}.tar.gz"
        ),
        programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
    }
}
