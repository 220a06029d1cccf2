//! wasm-opt: makes a compiled page about a fifth smaller. Only optimised builds need it.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::network;
use super::prebuilt::{self, Release};
use super::tool::{self, Tool};
use crate::{process, workspace};

/// Debian's own package is far older and does not know what today's compiler writes.
const VERSION: &str = "132";

pub(super) struct WasmOpt;

impl Tool for WasmOpt {
    fn name(&self) -> Result<String> {
        Ok(format!("wasm-opt {VERSION}"))
    }

    fn why(&self) -> &'static str {
        "makes optimised pages smaller"
    }

    fn usually(&self) -> &'static str {
        "5 s"
    }

    fn find(&self) -> Result<Option<PathBuf>> {
        tool::find_version("wasm-opt", VERSION)
    }

    fn install(&self) -> Result<()> {
        prebuilt::unpack(self, &release()).or_else(|reason| {
            install_by_npm().with_context(|| {
                format!(
                    "it comes from GitHub ({reason:#}) or from npm, and neither could be used. {}",
                    network::advice()
                )
            })
        })
    }
}

fn install_by_npm() -> Result<()> {
    let home = workspace::tools()?;
    let folder = workspace::made(home.join("npm"))?;
    let package = format!("binaryen@{VERSION}.0.0");
    let mut npm = process::command(
        "npm",
        &["install", "--no-audit", "--no-fund", "--no-save", &package],
    );
    npm.arg("--prefix").arg(&folder).current_dir(&folder);
    process::run("npm", npm)?;
    let link = workspace::made(home.join("bin"))?.join("wasm-opt");
    // An older version's link or file, or none: either way the new one takes its place.
    drop(std::fs::remove_file(&link));
    symlink(folder.join("node_modules/.bin/wasm-opt"), &link)
        .with_context(|| format!("cannot create {}", link.display()))
}

fn release() -> Release {
    let arch = std::env::consts::ARCH;
    Release {
        package: "binaryen",
        version: VERSION.to_owned(),
        url: format!(
            "https://github.com/WebAssembly/binaryen/releases/download/version_{VERSION}/\
             binaryen-version_{VERSION}-{arch}-linux.tar.gz"
        ),
        programs: &["wasm-opt"],
    }
}
