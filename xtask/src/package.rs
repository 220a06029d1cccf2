//! `cargo xtask package`: puts the built viewer into the gateway's package, packages the published crates, and compiles what
//! the packages contain.

mod verify;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::build::{self, Profile, host_cargo};
use crate::setup::{self, Needs};
use crate::wasm::Wasm;
use crate::{process, tree, workspace};

/// The folder whose files the gateway's build script embeds.
const VIEWER: &str = "crates/gateway/viewer";

/// Packages the crates with the viewer, and prints the folder.
pub(crate) fn run() -> Result<()> {
    write(&prepare()?)
}

/// Does the same, and compiles what the packages contain.
pub(crate) fn run_and_verify() -> Result<()> {
    let wasm = prepare()?;
    write(&wasm)?;
    verify::run(&wasm)
}

fn prepare() -> Result<Wasm> {
    setup::prepare(Needs::PAGE.and(Needs::OPTIMIZER), |_, _| Ok(()))
}

fn write(wasm: &Wasm) -> Result<()> {
    embed_viewer(wasm)?;
    process::step("package", "packaging the published crates", || {
        let mut cargo = cargo_package(&published()?)?;
        cargo.arg("--no-verify");
        process::run("package", cargo)
    })?;
    let folder = workspace::cargo_target()?.join("package");
    process::print(&format!("written: {}/*.crate", folder.display()));
    Ok(())
}

/// Fails if a crate cannot be packaged: an incomplete manifest, a dependency that is not published.
pub(crate) fn check() -> Result<()> {
    let mut cargo = cargo_package(&published()?)?;
    cargo.arg("--no-verify");
    process::run_inherited(cargo).context("the crates cannot be packaged")
}

/// Returns the command that packages these crates, and compiles each package unless `--no-verify` is added. They find each
/// other, although no registry has them. What the other dependencies need is in Cargo.lock, so the registry is not asked.
fn cargo_package(names: &[String]) -> Result<Command> {
    let mut cargo = host_cargo(&["package", "--allow-dirty", "--offline", "--quiet"])?;
    for name in names {
        cargo.args(["--package", name]);
    }
    Ok(cargo)
}

/// Returns the names of the crates that may be published.
fn published() -> Result<Vec<String>> {
    // An empty list of registries means `publish = false`.
    names_of(|package| package["publish"].is_null())
}

/// Returns the names of some of the workspace's packages, selected by their metadata.
fn names_of(is_selected: impl Fn(&Value) -> bool) -> Result<Vec<String>> {
    let metadata = host_cargo(&["metadata", "--no-deps", "--format-version", "1"])?;
    let metadata: Value = serde_json::from_str(&process::read(metadata)?)?;
    let packages = metadata["packages"].as_array();
    let packages = packages.context("`cargo metadata` has no packages")?;
    let selected = packages.iter().filter(|package| is_selected(package));
    let names = selected.filter_map(|package| Some(package["name"].as_str()?.to_owned()));
    Ok(names.collect())
}

/// Builds the optimized viewer, and replaces the files in the gateway's folder by it.
pub(crate) fn embed_viewer(wasm: &Wasm) -> Result<()> {
    let built = build::viewer(wasm, Profile::Release)?;
    process::step("embed", "compressing the viewer for the gateway", || {
        let to = workspace::root().join(VIEWER);
        remove_compressed(&to)?;
        compress_into(&files(&built)?, &to)
    })
}

/// Removes the files of an earlier build. The names of a build's files change with their content.
fn remove_compressed(folder: &Path) -> Result<()> {
    for file in files(folder)? {
        if is_compressed(&file) {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    Ok(())
}

fn is_compressed(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "gz")
}

/// Compresses files with `wire-size`, which writes neither names nor times, so that the same files give the same bytes.
fn compress_into(files: &[PathBuf], to: &Path) -> Result<()> {
    let scratch = workspace::target().join("embedded-viewer");
    tree::remove(&scratch)?;
    workspace::create_dir(scratch.clone())?;
    let mut compress = host_cargo(&["run", "--quiet", "--package", "wire-size", "--"])?;
    compress.arg("--write");
    for file in files {
        tree::copy_into(file, &scratch)?;
    }
    compress.args(self::files(&scratch)?);
    process::run("compress", compress)?;
    for file in self::files(&scratch)? {
        if is_compressed(&file) {
            tree::copy_into(&file, to)?;
        }
    }
    Ok(())
}

/// Returns the files of a folder without subfolders, sorted, without those that another compression has written.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            bail!(
                "{} is a folder, which the gateway cannot embed",
                path.display()
            );
        }
        found.push(path);
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn demo_and_tools_are_not_published() {
        let published = published().unwrap();
        for name in [
            "otel-web",
            "otel-web-dioxus",
            "otel-web-leptos",
            "otel-web-yew",
            "otel-web-gateway",
            "trace-model",
        ] {
            assert!(published.iter().any(|other| other == name), "{published:?}");
        }
        for name in ["cruddur", "cruddur-backend", "xtask", "example-plain"] {
            assert!(published.iter().all(|other| other != name), "{published:?}");
        }
    }

    #[test]
    fn published_crates_have_licenses_a_readme_and_a_changelog() {
        let metadata = host_cargo(&["metadata", "--no-deps", "--format-version", "1"]).unwrap();
        let metadata: Value = serde_json::from_str(&process::read(metadata).unwrap()).unwrap();
        let published = published().unwrap();
        for package in metadata["packages"].as_array().unwrap() {
            let name = package["name"].as_str().unwrap();
            if published.iter().all(|other| other != name) {
                continue;
            }
            let folder = Path::new(package["manifest_path"].as_str().unwrap())
                .parent()
                .unwrap();
            for file in ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md"] {
                assert!(folder.join(file).is_file(), "{name} has no {file}");
            }
        }
    }

    #[test]
    fn files_of_an_earlier_build_are_removed() {
        let folder = scratch("embedded");
        for name in ["viewer-old.wasm.gz", "README.md", ".gitignore"] {
            fs::write(folder.join(name), name).unwrap();
        }
        remove_compressed(&folder).unwrap();
        let left = files(&folder).unwrap();
        let left: Vec<_> = left.iter().filter_map(|file| file.file_name()).collect();
        assert_eq!(left, [".gitignore", "README.md"]);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn folder_among_the_files_is_an_error() {
        let folder = scratch("nested");
        fs::create_dir_all(folder.join("images")).unwrap();
        let error = files(&folder).unwrap_err().to_string();
        assert!(error.contains("images is a folder"), "{error}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
