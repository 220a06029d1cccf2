//! wasm-opt: makes a compiled page about a fifth smaller. Only optimized builds need it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::network;
use super::prebuilt::{self, Release};
use super::tool::{self, Tool};
use crate::{packages, workspace};

/// Debian's own package is far older and does not understand the output of today's compiler.
const VERSION: &str = "132";

/// The files with which npm installs it, and verifies what it downloads.
const NPM_FILES: [(&str, &str); 3] = [
    (".npmrc", include_str!("../../tools/binaryen/.npmrc")),
    (
        "package.json",
        include_str!("../../tools/binaryen/package.json"),
    ),
    (
        "package-lock.json",
        include_str!("../../tools/binaryen/package-lock.json"),
    ),
];

pub(super) struct WasmOpt;

impl Tool for WasmOpt {
    fn name(&self) -> Result<String> {
        Ok(format!("wasm-opt {VERSION}"))
    }

    fn purpose(&self) -> &'static str {
        "makes optimized pages smaller"
    }

    fn usual_time(&self) -> &'static str {
        "5 s"
    }

    fn find(&self) -> Result<Option<PathBuf>> {
        tool::find_version("wasm-opt", VERSION)
    }

    fn install(&self) -> Result<()> {
        prebuilt::install(self, &release()).or_else(|reason| {
            install_from_npm().with_context(|| {
                format!(
                    "it comes from GitHub ({reason:#}) or from npm, and neither could be used. {}",
                    network::advice()
                )
            })
        })
    }
}

fn install_from_npm() -> Result<()> {
    let home = workspace::tools()?;
    let folder = workspace::create_dir(home.join("npm"))?;
    for (name, text) in NPM_FILES {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let modules = packages::npm(&folder)?;
    let link = workspace::create_dir(home.join("bin"))?.join("wasm-opt");
    // Replaces the link or file of an older version, if there is one.
    drop(fs::remove_file(&link));
    symlink(modules.join(".bin/wasm-opt"), &link)
        .with_context(|| format!("cannot create {}", link.display()))
}

fn release() -> Release {
    let arch = std::env::consts::ARCH;
    let archive = format!("binaryen-version_{VERSION}-{arch}-linux.tar.gz");
    Release {
        url: format!(
            "https://github.com/WebAssembly/binaryen/releases/download/version_{VERSION}/{archive}"
        ),
        archive,
        programs: &["wasm-opt"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn npm_installs_the_same_version() {
        let (_, manifest) = NPM_FILES[1];
        assert!(manifest.contains(&format!("\"binaryen\": \"{VERSION}.0.0\"")));
    }
}
