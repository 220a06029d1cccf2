//! Compiles what the packages contain, away from the workspace and its paths.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{cargo_package, names_of, published};
use crate::temporary_folder::TemporaryFolder;
use crate::wasm::{TARGET, Wasm};
use crate::{process, tree, workspace};

/// Compiles each package for this machine, as cargo does before it publishes, and builds the examples against the
/// packages for the browser.
pub(super) fn run(wasm: &Wasm) -> Result<()> {
    let published = published()?;
    process::step("verify", "compiling each package for this machine", || {
        process::run("verify", cargo_package(&published)?)
    })?;
    process::step(
        "examples",
        "building the examples with the packages",
        || build_examples(wasm, &published),
    )
}

/// Builds the packaged examples in a folder outside the workspace, whose `[patch]` stands for a registry with the
/// published packages. The other dependencies have the versions of the workspace's Cargo.lock.
fn build_examples(wasm: &Wasm, published: &[String]) -> Result<()> {
    let examples = names_of(|package| {
        let name = package["name"].as_str().unwrap_or_default();
        name.starts_with("example-")
    })?;
    let scratch = TemporaryFolder::new()?;
    let published = unpack(published, workspace::cargo_target()?, scratch.path())?;
    let packaged = unpack(&examples, &package_examples(&examples)?, scratch.path())?;
    let manifest = manifest(&published, &packaged);
    tree::write(&scratch.path().join("Cargo.toml"), &manifest)?;
    tree::copy_into(&workspace::root().join("Cargo.lock"), scratch.path())?;
    // Each alone, because features that another one enables could hide an error.
    for example in &examples {
        let what = ["build", "--quiet", "--offline", "--target", TARGET];
        let mut cargo = wasm.cargo(&what)?;
        cargo.args(["--package", example]);
        cargo.current_dir(scratch.path());
        cargo.env("CARGO_TARGET_DIR", target()?.join("wasm"));
        process::run("examples", cargo).with_context(|| format!("{example} does not build"))?;
    }
    Ok(())
}

/// Returns a folder for what is not to be confused with the published packages and the workspace's own builds.
fn target() -> Result<PathBuf> {
    Ok(workspace::cargo_target()?.join("packaged-examples"))
}

/// Packages the examples: cargo then writes manifests that do not refer to the workspace. Returns the target folder.
fn package_examples(examples: &[String]) -> Result<PathBuf> {
    let target = target()?;
    let mut names = published()?;
    names.extend_from_slice(examples);
    let mut cargo = cargo_package(&names)?;
    cargo.arg("--no-verify").env("CARGO_TARGET_DIR", &target);
    process::run("examples", cargo)?;
    Ok(target)
}

/// An unpacked package.
struct Unpacked {
    name: String,
    /// The name of its folder.
    folder: String,
}

/// Unpacks the packages with these names from a target folder.
fn unpack(names: &[String], target: &Path, into: &Path) -> Result<Vec<Unpacked>> {
    let one = |name: &String| {
        let folder = format!("{name}-{}", workspace::locked_version(name)?);
        let file = target.join("package").join(format!("{folder}.crate"));
        let mut tar = process::command("tar", &["-xzf"]);
        tar.arg(file).arg("-C").arg(into);
        process::read(tar)?;
        Ok(Unpacked {
            name: name.clone(),
            folder,
        })
    };
    names.iter().map(one).collect()
}

/// Returns the manifest of a workspace of the examples.
fn manifest(published: &[Unpacked], examples: &[Unpacked]) -> String {
    let members: Vec<_> = examples.iter().map(|example| &example.folder).collect();
    let patches: String = published
        .iter()
        .map(|Unpacked { name, folder }| format!("{name} = {{ path = {folder:?} }}\n"))
        .collect();
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = {members:?}\n\n[patch.crates-io]\n{patches}\n\
         [profile.dev]\ndebug = false\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(name: &str) -> Unpacked {
        Unpacked {
            name: name.to_owned(),
            folder: format!("{name}-0.1.0"),
        }
    }

    #[test]
    fn manifest_replaces_the_registry_by_the_packages() {
        let published = ["otel-web", "otel-web-yew"].map(unpacked);
        let text = manifest(&published, &["example-yew"].map(unpacked));
        for line in [
            "members = [\"example-yew-0.1.0\"]",
            "otel-web = { path = \"otel-web-0.1.0\" }",
            "otel-web-yew = { path = \"otel-web-yew-0.1.0\" }",
        ] {
            assert!(text.lines().any(|found| found == line), "{text}");
        }
    }

    #[test]
    fn missing_package_is_an_error() {
        let names = ["otel-web".to_owned()];
        let empty = std::env::temp_dir().join("xtask-without-packages");
        assert!(unpack(&names, &empty, &empty).is_err());
    }
}
