//! Pages that a measurement opens: each a folder below `target/bench/pages`, ready to be served.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::bare::Bare;
use crate::build::Profile;
use crate::wasm::Wasm;
use crate::{packages, process, workspace};

/// The other SDKs, as their pages are named.
pub(crate) const PEERS: [&str; 6] = [
    "otel-js",
    "otel-js-json",
    "honeycomb",
    "faro",
    "elastic",
    "sentry",
];

/// Where all of them are.
pub(crate) fn pages() -> PathBuf {
    workspace::target().join("bench/pages")
}

/// Builds `bench/{package}` into the folder `name`, with the files of its `www`.
pub(crate) fn wasm(wasm: &Wasm, package: &str, name: &str, profile: Profile) -> Result<()> {
    let folder = workspace::made(pages().join(name))?;
    let page = Bare {
        label: "page",
        package,
        features: "",
        profile,
    };
    page.build(wasm, &folder)?;
    copy(&bench().join(package).join("www"), &folder)
}

/// Installs the packages of a folder below `bench/peers`.
pub(crate) fn npm(folder: &str) -> Result<()> {
    packages::npm(&bench().join("peers").join(folder)).map(drop)
}

/// The pages of all other SDKs. Each has packages of its own, so that none gets another's version of what they share.
pub(crate) fn peers() -> Result<()> {
    for folder in ["", "elastic", "faro", "honeycomb", "otel-js", "sentry"] {
        npm(folder)?;
    }
    bundle("build.mjs")
}

/// Runs a script of `bench/peers` that bundles pages.
pub(crate) fn bundle(script: &str) -> Result<()> {
    let folder = workspace::made(pages())?;
    let mut node = process::command("node", &[]);
    node.arg(bench().join("peers").join(script)).arg(folder);
    process::run("bundle", node)
}

fn bench() -> PathBuf {
    workspace::root().join("bench")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let files = fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))?;
    for file in files {
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name()))?;
    }
    Ok(())
}
