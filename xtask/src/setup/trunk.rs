//! trunk: compiles, bundles, serves and reloads the pages.

use std::path::PathBuf;

use anyhow::Result;

use super::cargo_install::{CargoInstall, Speed};
use super::prebuilt::{self, Release};
use super::tool::{self, Tool};

/// 0.22 asks for a newer compiler than this project does.
const VERSION: &str = "0.21.14";

pub(super) struct Trunk;

impl Tool for Trunk {
    fn name(&self) -> Result<String> {
        Ok(format!("trunk {VERSION}"))
    }

    fn why(&self) -> &'static str {
        "bundles and serves the pages"
    }

    fn usually(&self) -> &'static str {
        "10 s, or 2 to 4 min where it must be compiled"
    }

    fn find(&self) -> Result<Option<PathBuf>> {
        tool::find_version("trunk", VERSION)
    }

    fn install(&self) -> Result<()> {
        prebuilt::install(self, &release()).or_else(|reason| {
            let features = &["--no-default-features", "--features", "rustls"];
            // It waits for other programs: no optimisation compiles soonest.
            CargoInstall {
                label: "trunk",
                package: "trunk",
                version: VERSION,
                features,
                speed: Speed::Slow,
            }
            .run(&reason)
        })
    }
}

fn release() -> Release {
    Release {
        package: "trunk",
        version: VERSION.to_owned(),
        url: format!(
            "https://github.com/trunk-rs/trunk/releases/download/v{VERSION}/trunk-{}-unknown-linux-gnu.tar.gz",
            std::env::consts::ARCH
        ),
        programs: &["trunk"],
    }
}
