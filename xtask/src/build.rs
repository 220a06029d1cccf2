//! Builds the servers for this machine and the two pages for the browser.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::SystemTime;

use anyhow::{Context as _, Result};

use crate::licenses::{self, Artifact};
use crate::symbols::Symbols;
use crate::wasm::{TARGET, Wasm};
use crate::{import_names, members, process, workspace};

/// Links from the page to the viewer, for development and the journeys. A build for production has none.
pub(crate) const VIEWER_LINKS: [&str; 2] = ["--features", "viewer-links"];

/// Whether the pages are optimized. `dev` and the tests always use debug builds of the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Debug,
    Release,
}

impl Profile {
    /// Returns trunk's arguments. The pages' index.html names the cargo profile of a release.
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

    /// Returns the folder of cargo's output.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "wasm-release",
        }
    }
}

/// The paths of the built servers.
#[derive(Debug, Clone)]
pub(crate) struct Servers {
    pub(crate) back_end: PathBuf,
    pub(crate) gateway: PathBuf,
}

/// Builds the back end and the gateway.
pub(crate) fn servers() -> Result<Servers> {
    let mut servers = None;
    process::step("servers", "building gateway and back end", || {
        let names = ["cruddur-backend", "otel-web-gateway"];
        let [back_end, gateway] = shared_programs("servers", names)?;
        servers = Some(Servers { back_end, gateway });
        Ok(())
    })?;
    servers.context("the servers were not built")
}

/// Builds the program of the measurements.
pub(crate) fn bench_runner() -> Result<PathBuf> {
    let [program] = shared_programs("bench-runner", ["bench-runner"])?;
    Ok(program)
}

/// Builds programs with the features with which the tests are compiled. With others, cargo would compile most
/// dependencies once for the programs and once for the tests.
fn shared_programs<const N: usize>(label: &'static str, names: [&str; N]) -> Result<[PathBuf; N]> {
    // `--examples` selects the features of dev-dependencies, too. No package has example targets.
    let mut cargo = host_cargo(&["build", PRINT_PATHS, "--examples"])?;
    cargo.args(members::of_this_machine());
    cargo.args(names.iter().flat_map(|name| ["--bin", name]));
    built(label, cargo, names)
}

/// Builds these packages, each of which has a program of its name, and returns the programs' paths.
pub(crate) fn programs<const N: usize>(
    label: &'static str,
    options: &[&str],
    packages: [&str; N],
) -> Result<[PathBuf; N]> {
    let mut cargo = host_cargo(&["build", PRINT_PATHS])?;
    cargo.args(options);
    for package in packages {
        cargo.args(["--package", package]);
    }
    built(label, cargo, packages)
}

/// Tells cargo to print the paths of programs in messages on standard output.
const PRINT_PATHS: &str = "--message-format=json-render-diagnostics";

/// Runs cargo, and returns the paths of these programs.
///
/// The paths come from cargo's messages: they depend on variables and configuration files that cargo reads, and a guess
/// could find an old program.
fn built<const N: usize>(
    label: &'static str,
    cargo: Command,
    names: [&str; N],
) -> Result<[PathBuf; N]> {
    let messages = process::collect(label, cargo)?;
    let found = names.map(|name| executable(&messages, name));
    let complete: Option<Vec<PathBuf>> = found.into_iter().collect();
    let complete = complete.and_then(|found| found.try_into().ok());
    complete.with_context(|| format!("cargo's output has no path of {}", names.join(", ")))
}

/// Finds the path of the program `name` in cargo's messages.
fn executable(messages: &[String], name: &str) -> Option<PathBuf> {
    let messages = messages.iter();
    let mut parsed =
        messages.filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    parsed.find_map(|message| {
        let matches = message["target"]["name"] == name && message["profile"]["test"] != true;
        let path = message["executable"].as_str().filter(|_| matches)?;
        Some(path.into())
    })
}

/// Compiles both pages as trunk does, so trunk reuses the result. It needs no tools, so it can run while they are
/// installed.
pub(crate) fn compile_pages(wasm: &Wasm, profile: Profile) -> Result<()> {
    process::step("pages", "compiling the page and the trace viewer", || {
        let features: [(&str, &[&str]); 2] = [
            ("crates/viewer/Cargo.toml", &[]),
            ("Cargo.toml", &VIEWER_LINKS),
        ];
        for (manifest, features) in features {
            let what = ["build", "--target", TARGET, "--manifest-path", manifest];
            let arguments = [&what, profile.cargo_arguments(), features].concat();
            process::run("pages", wasm.cargo(&arguments)?)?;
        }
        Ok(())
    })
}

/// Builds the page as `dev` serves it, and returns its folder.
pub(crate) fn development_page(wasm: &Wasm) -> Result<PathBuf> {
    let dist = workspace::target().join("dist");
    process::step("page", "building the page", || {
        let mut trunk = trunk_build(wasm, "Trunk.toml", &dist, Profile::Debug)?;
        trunk.args(VIEWER_LINKS);
        process::run("page", trunk)
    })?;
    Ok(dist)
}

/// Builds the optimized page for production into the folder `dist`, and the names of its functions into `symbols`.
pub(crate) fn page_into(dist: &Path, symbols: &Symbols, wasm: &Wasm) -> Result<()> {
    process::step("page", "building the page", || {
        let page = trunk_build(wasm, "Trunk.toml", dist, Profile::Release)?;
        process::run("page", page)?;
        take_out_names(dist, symbols)?;
        add_licenses(Artifact::Page, dist, Profile::Release)
    })
}

/// Shortens the names of imported functions, and moves those of the others into `symbols`.
fn take_out_names(dist: &Path, symbols: &Symbols) -> Result<()> {
    import_names::shorten(dist)?;
    // Last, because the build id is of the module as it is then.
    symbols.separate(dist)
}

/// The examples that the journeys open.
const EXAMPLES: [&str; 2] = ["dioxus", "leptos"];

/// Builds the examples into the folders that their configurations name.
pub(crate) fn examples(wasm: &Wasm) -> Result<()> {
    process::step("examples", "building the examples", || {
        for name in EXAMPLES {
            let config = format!("examples/{name}/Trunk.toml");
            let dist = workspace::target().join("examples").join(name);
            process::run(
                "examples",
                trunk_build(wasm, &config, &dist, Profile::Debug)?,
            )?;
        }
        Ok(())
    })
}

/// Writes the license notices of the dependencies beside an optimized page.
fn add_licenses(artifact: Artifact, dist: &Path, profile: Profile) -> Result<()> {
    match profile {
        Profile::Debug => Ok(()),
        Profile::Release => licenses::write(artifact, dist).map(drop),
    }
}

/// Builds an optimized page without telemetry, to measure the difference.
pub(crate) fn page_without_telemetry(dist: &Path, symbols: &Symbols, wasm: &Wasm) -> Result<()> {
    let mut trunk = trunk_build(wasm, "Trunk.toml", dist, Profile::Release)?;
    trunk.args(["--features", "otel-web/off"]);
    process::run("page", trunk)?;
    take_out_names(dist, symbols)
}

/// Builds the trace viewer if one of its sources has changed, and returns its folder.
pub(crate) fn viewer(wasm: &Wasm, profile: Profile) -> Result<PathBuf> {
    let dist = workspace::target().join("viewer");
    let stamp = workspace::create_dir(workspace::target())?
        .join(format!("viewer-{profile:?}.stamp").to_lowercase());
    if !dist.join("index.html").is_file() || changed_since(&stamp, viewer_sources())? {
        remove_stamps()?;
        let began = workspace::target().join("viewer.began");
        fs::write(&began, "")?;
        process::step("viewer", "building the trace viewer", || {
            let config = "crates/viewer/Trunk.toml";
            process::run("viewer", trunk_build(wasm, config, &dist, profile)?)?;
            add_licenses(Artifact::Viewer, &dist, profile)
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

/// Removes the stamps of both profiles, because they build into the same folder.
fn remove_stamps() -> Result<()> {
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

/// Returns the newest modification time of a file, or of a folder and everything in it. A removed file changes its
/// folder.
fn last_change(path: &Path) -> Result<SystemTime> {
    let metadata = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut newest = metadata.modified()?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            newest = newest.max(last_change(&entry?.path())?);
        }
    }
    Ok(newest)
}

/// Returns a cargo command for this machine, with the target folder of the cargo that started this program.
pub(crate) fn host_cargo(arguments: &[impl AsRef<OsStr>]) -> Result<Command> {
    let mut cargo = Command::new("cargo");
    cargo.args(arguments).current_dir(workspace::root());
    cargo.env("CARGO_TARGET_DIR", workspace::cargo_target()?);
    build_for_host(&mut cargo);
    Ok(cargo)
}

/// Overrides a default target that a developer has configured, such as the browser's.
pub(crate) fn build_for_host(cargo: &mut Command) {
    cargo.env_remove("CARGO_BUILD_TARGET");
    if another_target_is_configured() {
        cargo.env("CARGO_BUILD_TARGET", "host-tuple");
    }
}

/// Returns whether `build.target` is set in one of cargo's configuration files.
fn another_target_is_configured() -> bool {
    static CONFIGURED: LazyLock<bool> = LazyLock::new(|| {
        let arguments = ["-Zunstable-options", "config", "get", "build.target"];
        let mut cargo = process::command("cargo", &arguments);
        // `cargo config get` is unstable. If it fails, no target counts as configured.
        cargo
            .current_dir(workspace::root())
            .env("RUSTC_BOOTSTRAP", "1");
        cargo.env_remove("CARGO_BUILD_TARGET");
        process::read(cargo).is_ok_and(|output| output.contains("build.target"))
    });
    *CONFIGURED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_path_is_read_from_cargo_messages() {
        let test = r#"{"target":{"name":"a"},"profile":{"test":true},"executable":"/t/deps/a-1"}"#;
        let library = r#"{"target":{"name":"a"},"profile":{"test":false},"executable":null}"#;
        let program =
            r#"{"target":{"name":"a"},"profile":{"test":false},"executable":"/t \"x\"/é/a"}"#;
        let lines = ["not JSON", test, library, program].map(str::to_owned);
        assert_eq!(executable(&lines, "a"), Some("/t \"x\"/é/a".into()));
        assert_eq!(executable(&lines, "b"), None);
    }

    #[test]
    fn host_cargo_uses_the_target_folder_of_the_running_program() {
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
    fn change_in_a_subfolder_is_detected() {
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
