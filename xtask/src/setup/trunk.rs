//! trunk: compiles, bundles, serves and reloads the pages.

use std::path::PathBuf;

use anyhow::Result;

use super::cargo_install::{CargoInstall, Optimization};
use super::prebuilt::{self, Release};
use super::tool::{self, Tool};

/// 0.22 requires a newer compiler than this project does. SECURITY.md lists this version's advisories.
const VERSION: &str = "0.21.14";

pub(super) struct Trunk;

impl Tool for Trunk {
    fn name(&self) -> Result<String> {
        Ok(format!("trunk {VERSION}"))
    }

    fn purpose(&self) -> &'static str {
        "bundles and serves the pages"
    }

    fn usual_time(&self) -> &'static str {
        "10 s, or 2 to 4 min if it has to be compiled"
    }

    fn find(&self) -> Result<Option<PathBuf>> {
        tool::find_version("trunk", VERSION)
    }

    fn install(&self) -> Result<()> {
        prebuilt::install(self, &release()).or_else(|reason| {
            CargoInstall {
                label: "trunk",
                package: "trunk",
                version: VERSION,
                // It downloads nothing, and its proxy leads to servers on this machine: it needs no TLS.
                features: &["--no-default-features"],
                // It mostly waits for other programs.
                optimization: Optimization::None,
            }
            .run(&reason)
        })
    }
}

fn release() -> Release {
    let arch = std::env::consts::ARCH;
    Release {
        archive: format!("trunk-{VERSION}-{arch}-unknown-linux-musl.tar.gz"),
        url: format!(
            "https://github.com/trunk-rs/trunk/releases/download/v{VERSION}/trunk-{arch}-unknown-linux-musl.tar.gz"
        ),
        programs: &["trunk"],
    }
}
