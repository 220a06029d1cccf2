//! Building what is started and tested: the servers for this machine, the two pages for the browser.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
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

/// The programs of the servers, where cargo has just put them.
#[derive(Debug, Clone)]
pub(crate) struct Servers {
    pub(crate) back_end: PathBuf,
    pub(crate) gateway: PathBuf,
}

/// Builds the back end and the gateway.
pub(crate) fn servers() -> Result<Servers> {
    let mut servers = None;
    process::step("servers", "building gateway and back end", || {
        let [back_end, gateway] =
            programs("servers", &[], ["cruddur-backend", "otel-web-gateway"])?;
        servers = Some(Servers { back_end, gateway });
        Ok(())
    })?;
    servers.context("the servers were not built")
}

/// Builds these packages, each with a program of its name, and asks cargo where it put those: the folder depends on
/// variables and configuration files that are cargo's to read, and a guess may find an old program.
pub(crate) fn programs<const N: usize>(
    label: &'static str,
    options: &[&str],
    packages: [&str; N],
) -> Result<[PathBuf; N]> {
    let mut cargo = host_cargo(&["build", "--message-format=json-render-diagnostics"])?;
    cargo.args(options);
    for package in packages {
        cargo.args(["--package", package]);
    }
    let messages = process::collect(label, cargo)?;
    let found = packages.map(|package| executable(&messages, package));
    let complete: Option<Vec<PathBuf>> = found.into_iter().collect();
    let complete = complete.and_then(|found| found.try_into().ok());
    complete.with_context(|| format!("cargo does not say where it put {}", packages.join(", ")))
}

/// What cargo's messages say about the program `name`.
fn executable(messages: &[String], name: &str) -> Option<PathBuf> {
    let messages = messages.iter();
    let mut parsed =
        messages.filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    parsed.find_map(|message| {
        let is_it = message["target"]["name"] == name && message["profile"]["test"] != true;
        let path = message["executable"].as_str().filter(|_| is_it)?;
        Some(path.into())
    })
}

/// Compiles both pages as trunk will, so that trunk finds it done. Needs no tools, so it can run while they install.
pub(crate) fn compile_pages(wasm: &Wasm, profile: Profile) -> Result<()> {
    process::step("pages", "compiling page and viewer", || {
        for manifest in ["crates/viewer/Cargo.toml", "Cargo.toml"] {
            let what = ["build", "--target", TARGET, "--manifest-path", manifest];
            let arguments = [&what, profile.cargo_arguments()].concat();
            process::run("pages", wasm.cargo(&arguments)?)?;
        }
        Ok(())
    })
}

/// The page as files, in the folder that is returned.
pub(crate) fn page(wasm: &Wasm, profile: Profile) -> Result<PathBuf> {
    let dist = workspace::target().join("dist");
    page_into(&dist, wasm, profile)?;
    Ok(dist)
}

/// The page as files in the folder `dist`.
pub(crate) fn page_into(dist: &Path, wasm: &Wasm, profile: Profile) -> Result<()> {
    process::step("page", "building the page", || {
        process::run("page", trunk_build(wasm, "Trunk.toml", dist, profile)?)
    })
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
        process::step("viewer", "building the trace viewer", || {
            let config = "crates/viewer/Trunk.toml";
            process::run("viewer", trunk_build(wasm, config, &dist, profile)?)
        })?;
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

/// Cargo for this machine, started at the root. It builds where the cargo that started us does.
pub(crate) fn host_cargo(arguments: &[impl AsRef<OsStr>]) -> Result<Command> {
    let mut cargo = Command::new("cargo");
    cargo.args(arguments).current_dir(workspace::root());
    cargo.env("CARGO_TARGET_DIR", workspace::cargo_target()?);
    for_this_machine(&mut cargo);
    Ok(cargo)
}

/// Keeps cargo from building for another machine by default, as who mostly builds for the browser has it configured.
pub(crate) fn for_this_machine(cargo: &mut Command) {
    cargo.env_remove("CARGO_BUILD_TARGET");
    if another_target_is_configured() {
        cargo.env("CARGO_BUILD_TARGET", "host-tuple");
    }
}

/// Whether `build.target` is set in one of cargo's configuration files.
fn another_target_is_configured() -> bool {
    static CONFIGURED: LazyLock<bool> = LazyLock::new(|| {
        let arguments = ["-Zunstable-options", "config", "get", "build.target"];
        let mut cargo = process::command("cargo", &arguments);
        // The question is not stable yet. A cargo that does not understand it is one without an answer.
        cargo
            .current_dir(workspace::root())
            .env("RUSTC_BOOTSTRAP", "1");
        cargo.env_remove("CARGO_BUILD_TARGET");
        process::read(cargo).is_ok_and(|answer| answer.contains("build.target"))
    });
    *CONFIGURED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_where_cargo_says_it_is() {
        let test = r#"{"target":{"name":"a"},"profile":{"test":true},"executable":"/t/deps/a-1"}"#;
        let library = r#"{"target":{"name":"a"},"profile":{"test":false},"executable":null}"#;
        let program =
            r#"{"target":{"name":"a"},"profile":{"test":false},"executable":"/t \"x\"/é/a"}"#;
        let lines = ["not JSON", test, library, program].map(str::to_owned);
        assert_eq!(executable(&lines, "a"), Some("/t \"x\"/é/a".into()));
        assert_eq!(executable(&lines, "b"), None);
    }

    #[test]
    fn cargo_for_this_machine_builds_where_the_one_that_started_us_does() {
        let cargo = host_cargo(&["build"]).unwrap();
        let variables: Vec<_> = cargo.get_envs().collect();
        let target = workspace::cargo_target().unwrap();
        let running = std::env::current_exe().unwrap();
        assert!(
            running.starts_with(target),
            "{} {}",
            running.display(),
            target.display()
        );
        assert!(variables.contains(&("CARGO_TARGET_DIR".as_ref(), Some(target.as_os_str()))));
        assert!(
            variables
                .iter()
                .any(|(name, _)| *name == "CARGO_BUILD_TARGET")
        );
    }

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
