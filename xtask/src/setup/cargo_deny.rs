//! cargo-deny: checks the dependencies' licenses, sources, duplicates and advisories. Only `lint` needs it.

use std::path::PathBuf;

use anyhow::Result;

use super::cargo_install::{CargoInstall, Optimization};
use super::prebuilt::{self, Release};
use super::tool::{self, Tool};

const VERSION: &str = "0.20.2";

pub(super) struct CargoDeny;

impl Tool for CargoDeny {
    fn name(&self) -> Result<String> {
        Ok(format!("cargo-deny {VERSION}"))
    }

    fn purpose(&self) -> &'static str {
        "checks licenses, sources and advisories of the dependencies"
    }

    fn usual_time(&self) -> &'static str {
        "5 s, or 3 to 6 min if it has to be compiled"
    }

    fn find(&self) -> Result<Option<PathBuf>> {
        tool::find_version("cargo-deny", VERSION)
    }

    fn install(&self) -> Result<()> {
        prebuilt::install(self, &release()).or_else(|reason| {
            CargoInstall {
                label: "cargo-deny",
                package: "cargo-deny",
                version: VERSION,
                features: &[],
                optimization: Optimization::None,
            }
            .run(&reason)
        })
    }
}

fn release() -> Release {
    let arch = std::env::consts::ARCH;
    let archive = format!("cargo-deny-{VERSION}-{arch}-unknown-linux-musl.tar.gz");
    Release {
        url: format!(
            "https://github.com/EmbarkStudios/cargo-deny/releases/download/{VERSION}/{archive}"
        ),
        archive,
        programs: &["cargo-deny"],
    }
}
