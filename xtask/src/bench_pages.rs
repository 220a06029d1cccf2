//! The pages that the measurements open: folders below `target/bench/pages`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::build::Profile;
use crate::wasm::Wasm;
use crate::wasm_page::WasmPage;
use crate::{packages, process, tree, workspace};

/// The names of the other SDKs' pages.
pub(crate) const PEERS: [&str; 7] = [
    "otel-js",
    "otel-js-json",
    "otel-browser",
    "honeycomb",
    "faro",
    "elastic",
    "sentry",
];

/// Returns the folder of all pages.
pub(crate) fn pages() -> PathBuf {
    workspace::target().join("bench/pages")
}

/// The cargo features of otel-web's page whose spans come from the crate `tracing`.
pub(crate) const TRACING: [&str; 3] = ["tracing", "tracing-layer", "tracing-opentelemetry"];

/// Builds `bench/{package}` into the folder `name`, with the files of its `www`.
pub(crate) fn wasm(wasm: &Wasm, package: &str, name: &str, profile: Profile) -> Result<()> {
    wasm_with(wasm, package, "", name, profile)
}

/// Builds a page of `causality` with a framework. The pages share one document, which names the package.
pub(crate) fn causality(wasm: &Wasm, package: &str, name: &str, profile: Profile) -> Result<()> {
    let folder = build(wasm, package, "", name, profile)?;
    let document = bench().join("causality-actions/www/index.html");
    let document = fs::read_to_string(&document)
        .with_context(|| format!("cannot read {}", document.display()))?;
    tree::write(
        &folder.join("index.html"),
        &document.replace("PACKAGE", package),
    )
}

/// Builds otel-web's page once for each of [`TRACING`], into the folders `otel-web-{feature}`.
pub(crate) fn tracing(wasm: &Wasm) -> Result<()> {
    for feature in TRACING {
        let name = format!("otel-web-{feature}");
        wasm_with(wasm, "otel-web-page", feature, &name, Profile::Release)?;
    }
    Ok(())
}

fn wasm_with(
    wasm: &Wasm,
    package: &str,
    features: &str,
    name: &str,
    profile: Profile,
) -> Result<()> {
    let folder = build(wasm, package, features, name, profile)?;
    copy(&bench().join(package).join("www"), &folder)
}

/// Builds a page's code, and returns its folder.
fn build(
    wasm: &Wasm,
    package: &str,
    features: &str,
    name: &str,
    profile: Profile,
) -> Result<PathBuf> {
    let folder = workspace::create_dir(pages().join(name))?;
    let page = WasmPage {
        label: "page",
        package,
        features,
        profile,
        symbols: None,
    };
    page.build(wasm, &folder)?;
    Ok(folder)
}

/// Installs the packages of a folder below `bench/peers`.
pub(crate) fn npm(folder: &str) -> Result<()> {
    packages::npm(&bench().join("peers").join(folder)).map(drop)
}

/// Builds the pages of the other SDKs. Each has its own packages, so none gets the versions of another.
pub(crate) fn peers() -> Result<()> {
    for folder in [
        "",
        "elastic",
        "faro",
        "honeycomb",
        "otel-browser",
        "otel-js",
        "sentry",
    ] {
        npm(folder)?;
    }
    bundle("build.mjs")
}

/// Runs a bundling script of `bench/peers`.
pub(crate) fn bundle(script: &str) -> Result<()> {
    let folder = workspace::create_dir(pages())?;
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
