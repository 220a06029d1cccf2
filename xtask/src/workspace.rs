//! The folders of the repository, of the build output, and of the tools.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, Result};

use crate::process;

/// Returns the folder with the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// Returns the folder of generated files: pages, data, reports, logs.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Returns cargo's target folder: [`target`], unless `CARGO_TARGET_DIR`, `CARGO_BUILD_TARGET_DIR` or
/// `build.target-dir` in one of cargo's configuration files names another one.
pub(crate) fn cargo_target() -> Result<&'static Path> {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    if let Some(known) = TARGET.get() {
        return Ok(known);
    }
    let folder = query_target_folder().context("cannot determine cargo's target folder")?;
    Ok(TARGET.get_or_init(|| parent_of_wasm(folder)))
}

/// Runs cargo in the current folder, so a relative path means the same as for the cargo that started this program.
fn query_target_folder() -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args([
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
        "--manifest-path",
    ]);
    cargo.arg(root().join("Cargo.toml"));
    let metadata: serde_json::Value = serde_json::from_str(&process::read(cargo)?)?;
    let folder = metadata["target_directory"].as_str();
    Ok(folder
        .context("`cargo metadata` has no target_directory")?
        .into())
}

/// Returns the parent of the browser's target folder, which `cargo xtask env` sets in a shell.
fn parent_of_wasm(folder: PathBuf) -> PathBuf {
    let parent = folder
        .parent()
        .filter(|parent| parent.join("CACHEDIR.TAG").is_file());
    match parent {
        Some(parent) if folder.ends_with("wasm") => parent.to_owned(),
        _ => folder,
    }
}

/// Creates `folder` if it does not exist, and returns it.
pub(crate) fn create_dir(folder: PathBuf) -> Result<PathBuf> {
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

/// Returns the folder of the tools, which all checkouts share. It is safe to delete.
pub(crate) fn tools() -> Result<PathBuf> {
    tools_by(|name| env::var_os(name))
}

fn tools_by(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
    let value = |name| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(home) = value("CRUDDUR_TOOLS") {
        return std::path::absolute(home).context("CRUDDUR_TOOLS is not a usable path");
    }
    // The XDG specification says that a relative path must be ignored.
    let cache = value("XDG_CACHE_HOME").filter(|cache| cache.is_absolute());
    let cache = cache.or_else(|| value("HOME").map(|home| home.join(".cache")));
    let cache = cache.or_else(|| env::home_dir().map(|home| home.join(".cache")));
    Ok(cache
        .filter(|cache| cache.is_absolute())
        .context("no home folder: set CRUDDUR_TOOLS to a folder for the tools")?
        .join("cruddur"))
}

/// Returns the version of `package` in `Cargo.lock`.
pub(crate) fn locked_version(package: &str) -> Result<String> {
    let path = root().join("Cargo.lock");
    let lock = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    version_in(&lock, package).with_context(|| format!("Cargo.lock has no package `{package}`"))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_version_is_that_of_the_exact_name() {
        let lock = "[[package]]\nname = \"yew-router\"\nversion = \"0.20.0\"\n\n[[package]]\nname = \"yew\"\nversion = \"0.23.0\"\n";
        assert_eq!(version_in(lock, "yew").as_deref(), Some("0.23.0"));
        assert_eq!(version_in(lock, "gloo"), None);
    }

    #[track_caller]
    fn tools_are(variables: &[(&str, &str)], expected: &str) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        assert_eq!(
            tools_by(variable).unwrap(),
            Path::new(expected),
            "{variables:?}"
        );
    }

    #[test]
    fn empty_or_relative_cache_folder_is_ignored() {
        let home = ("HOME", "/people/ada");
        tools_are(&[home], "/people/ada/.cache/cruddur");
        tools_are(
            &[home, ("XDG_CACHE_HOME", "")],
            "/people/ada/.cache/cruddur",
        );
        tools_are(
            &[home, ("XDG_CACHE_HOME", "cache")],
            "/people/ada/.cache/cruddur",
        );
        tools_are(&[home, ("XDG_CACHE_HOME", "/c")], "/c/cruddur");
        tools_are(&[home, ("CRUDDUR_TOOLS", "")], "/people/ada/.cache/cruddur");
        tools_are(
            &[home, ("CRUDDUR_TOOLS", "/t"), ("XDG_CACHE_HOME", "/c")],
            "/t",
        );
    }

    #[test]
    fn target_folder_is_the_same_in_a_shell_with_the_browser_environment() {
        let folder = env::temp_dir().join(format!("xtask-target-{}", std::process::id()));
        let wasm = create_dir(folder.join("wasm")).unwrap();
        assert_eq!(
            parent_of_wasm(wasm.clone()),
            wasm,
            "a folder that only has this name"
        );
        std::fs::write(folder.join("CACHEDIR.TAG"), "").unwrap();
        assert_eq!(parent_of_wasm(wasm), folder);
        assert_eq!(parent_of_wasm(folder.clone()), folder);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
