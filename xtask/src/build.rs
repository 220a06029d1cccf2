//! Building what is started and tested: the servers for this machine, the two pages for the browser.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context as _, Result};

use crate::wasm::{TARGET, Wasm};
use crate::{process, workspace};

/// How much the compiler works for the pages. The servers are always built for debugging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Debug,
    Release,
}

impl Profile {
    /// What trunk needs to hear; the pages themselves name the cargo profile of their release.
    pub(crate) fn trunk_arguments(self) -> &'static [&'static str] {
        match self {
            Self::Debug => &[],
            Self::Release => &["--release"],
        }
    }

    pub(crate) fn cargo_arguments(self) -> &'static [&'static str] {
        match self {
            Self::Debug => &[],
            Self::Release => &["--profile", "wasm-release"],
        }
    }

    /// Where cargo puts what it built.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "wasm-release",
        }
    }
}

/// The back end and the gateway.
pub(crate) fn servers() -> Result<()> {
    cargo(
        "servers",
        &[
            "build",
            "--package",
            "cruddur-backend",
            "--package",
            "otel-web-gateway",
        ],
    )
}

/// A server's program, once it is built.
pub(crate) fn server(name: &str) -> PathBuf {
    workspace::target().join("debug").join(name)
}

/// Compiles both pages as trunk will, so that trunk finds it done. Needs no tools, so it can run while they install.
pub(crate) fn compile_pages(wasm: &Wasm, profile: Profile) -> Result<()> {
    for manifest in ["crates/viewer/Cargo.toml", "Cargo.toml"] {
        let what = ["build", "--target", TARGET, "--manifest-path", manifest];
        process::run(
            "pages",
            wasm.cargo(&[&what, profile.cargo_arguments()].concat())?,
        )?;
    }
    Ok(())
}

/// The page as files, in the folder that is returned.
pub(crate) fn page(wasm: &Wasm, profile: Profile) -> Result<PathBuf> {
    let dist = workspace::target().join("dist");
    page_into(&dist, wasm, profile)?;
    Ok(dist)
}

/// The page as files in the folder `dist`.
pub(crate) fn page_into(dist: &Path, wasm: &Wasm, profile: Profile) -> Result<()> {
    process::run("page", trunk_build(wasm, "Trunk.toml", dist, profile)?)
}

/// The released page as it were without telemetry, to weigh the difference.
pub(crate) fn page_without_telemetry(dist: &Path, wasm: &Wasm) -> Result<()> {
    let mut trunk = trunk_build(wasm, "Trunk.toml", dist, Profile::Release)?;
    trunk.args(["--features", "otel-web/off"]);
    process::run("page", trunk)
}

/// The trace viewer as files; built only when one of its sources changed.
pub(crate) fn viewer(wasm: &Wasm, profile: Profile) -> Result<PathBuf> {
    let dist = workspace::target().join("viewer");
    let stamp = workspace::made(workspace::target())?
        .join(format!("viewer-{profile:?}.stamp").to_lowercase());
    if !dist.join("index.html").is_file() || changed_since(&stamp, viewer_sources())? {
        forget_stamps()?;
        let began = workspace::target().join("viewer.began");
        fs::write(&began, "")?;
        process::run(
            "viewer",
            trunk_build(wasm, "crates/viewer/Trunk.toml", &dist, profile)?,
        )?;
        fs::rename(&began, &stamp).with_context(|| format!("cannot create {}", stamp.display()))?;
    }
    Ok(dist)
}

fn trunk_build(wasm: &Wasm, config: &str, dist: &Path, profile: Profile) -> Result<Command> {
    let mut trunk = wasm.trunk(&["build", "--config", config, "--dist"])?;
    trunk.arg(dist).args(profile.trunk_arguments());
    Ok(trunk)
}

/// Both profiles build into one folder: a build of one makes the other's stamp a lie.
fn forget_stamps() -> Result<()> {
    for stamp in
        ["viewer-debug.stamp", "viewer-release.stamp"].map(|name| workspace::target().join(name))
    {
        if stamp.exists() {
            fs::remove_file(stamp)?;
        }
    }
    Ok(())
}

fn viewer_sources() -> impl Iterator<Item = PathBuf> {
    [
        "crates/viewer",
        "crates/trace-model",
        "crates/otel-web",
        "crates/otel-web-yew",
        "Cargo.lock",
        "Cargo.toml",
    ]
    .into_iter()
    .map(|path| workspace::root().join(path))
}

fn changed_since(stamp: &Path, mut sources: impl Iterator<Item = PathBuf>) -> Result<bool> {
    let Ok(built) = fs::metadata(stamp).and_then(|stamp| stamp.modified()) else {
        return Ok(true);
    };
    let newest = sources.try_fold(SystemTime::UNIX_EPOCH, |newest, path| {
        Ok(newest.max(last_change(&path)?))
    });
    newest.map(|newest: SystemTime| newest > built)
}

/// The newest change in a file, or in a folder with all that is in it: a removed file changes its folder.
fn last_change(path: &Path) -> Result<SystemTime> {
    let metadata =
        fs::metadata(path).with_context(|| format!("cannot look at {}", path.display()))?;
    let mut newest = metadata.modified()?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            newest = newest.max(last_change(&entry?.path())?);
        }
    }
    Ok(newest)
}

/// Cargo for this machine, its lines behind `label`.
pub(crate) fn cargo(label: &'static str, arguments: &[&str]) -> Result<()> {
    process::run(label, host_cargo(arguments))
}

/// Cargo for this machine, started at the root.
pub(crate) fn host_cargo(arguments: &[impl AsRef<OsStr>]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(arguments).current_dir(workspace::root());
    cargo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_deep_in_a_folder_is_seen() {
        let folder = std::env::temp_dir().join(format!("xtask-build-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        let stamp = folder.with_extension("stamp");
        fs::write(&stamp, "").unwrap();
        let later = SystemTime::now() + std::time::Duration::from_secs(60);
        assert!(!changed_since(&stamp, std::iter::once(folder.clone())).unwrap());
        fs::File::create(folder.join("src/lib.rs"))
            .unwrap()
            .set_modified(later)
            .unwrap();
        assert!(changed_since(&stamp, std::iter::once(folder.clone())).unwrap());
        fs::remove_dir_all(&folder).unwrap();
        assert!(changed_since(Path::new("no/such/stamp"), std::iter::empty()).unwrap());
    }
}
