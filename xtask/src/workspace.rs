//! Where things are: the repository, what is built into it, and the home of the tools.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, Result};

use crate::process;

/// The folder with the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// What we generate ourselves lives here: pages, data, reports, logs.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Where cargo puts what it compiles: [`target`], unless the developer chose another folder by `CARGO_TARGET_DIR`,
/// `CARGO_BUILD_TARGET_DIR` or `build.target-dir` in one of cargo's configuration files.
pub(crate) fn cargo_target() -> Result<&'static Path> {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    if let Some(known) = TARGET.get() {
        return Ok(known);
    }
    let asked = ask_cargo_for_target().context("cargo does not say where it builds")?;
    Ok(TARGET.get_or_init(|| above_wasm(asked)))
}

/// In the folder we were started from, where a relative path means what it meant to the cargo that started us.
fn ask_cargo_for_target() -> Result<PathBuf> {
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
        .context("`cargo metadata` names no target folder")?
        .into())
}

/// In a shell that has evaluated `cargo xtask env`, cargo builds for the browser: below the folder that is meant.
fn above_wasm(folder: PathBuf) -> PathBuf {
    let parent = folder
        .parent()
        .filter(|parent| parent.join("CACHEDIR.TAG").is_file());
    match parent {
        Some(parent) if folder.ends_with("wasm") => parent.to_owned(),
        _ => folder,
    }
}

/// Makes `folder` if needed and hands it back.
pub(crate) fn made(folder: PathBuf) -> Result<PathBuf> {
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

/// The home of the tools: shared by all checkouts, safe to delete.
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
    // The XDG specification: a relative path is invalid and is to be ignored.
    let cache = value("XDG_CACHE_HOME").filter(|cache| cache.is_absolute());
    let cache = cache.or_else(|| value("HOME").map(|home| home.join(".cache")));
    let cache = cache.or_else(|| env::home_dir().map(|home| home.join(".cache")));
    Ok(cache
        .filter(|cache| cache.is_absolute())
        .context("no home folder: set CRUDDUR_TOOLS to where the tools may live")?
        .join("cruddur"))
}

/// The version that `Cargo.lock` fixes for `package`.
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
    fn a_locked_version_belongs_to_the_package_of_exactly_that_name() {
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
    fn an_empty_or_relative_cache_folder_is_as_good_as_none() {
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
    fn a_shell_set_up_for_trunk_builds_where_any_other_does() {
        let folder = env::temp_dir().join(format!("xtask-target-{}", std::process::id()));
        let wasm = made(folder.join("wasm")).unwrap();
        assert_eq!(
            above_wasm(wasm.clone()),
            wasm,
            "a folder that only has this name"
        );
        std::fs::write(folder.join("CACHEDIR.TAG"), "").unwrap();
        assert_eq!(above_wasm(wasm), folder);
        assert_eq!(above_wasm(folder.clone()), folder);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
