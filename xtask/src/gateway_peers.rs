//! The programs beside which the gateway is measured, in the versions of which its figures speak.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::{build, packages, process, setup, term, workspace};

const OTELITE: &str = "0.1.156";

/// A program, and the variable by which the measurement, or somebody with another version, names it.
struct Peer {
    variable: &'static str,
    get: fn() -> Result<PathBuf>,
}

const PEERS: [Peer; 2] = [
    Peer {
        variable: "OTELITE_BIN",
        get: otelite,
    },
    Peer {
        variable: "ROTEL_BIN",
        get: rotel,
    },
];

/// Variables with the programs that could be had; of the others, a line says why not.
pub(crate) fn programs() -> Vec<(&'static str, PathBuf)> {
    let unnamed = |peer: &&Peer| env::var_os(peer.variable).is_none();
    let mut programs = Vec::new();
    for peer in PEERS.iter().filter(unnamed) {
        match (peer.get)() {
            Ok(program) => programs.push((peer.variable, program)),
            Err(error) => process::say(&format!("{} {error:#}", term::red("not measured:"))),
        }
    }
    programs
}

/// Stores spans and lists traces, as the gateway does. It is on crates.io.
fn otelite() -> Result<PathBuf> {
    let folder = workspace::made(workspace::target().join("bench-peers"))?;
    let program = folder.join("bin/otelite");
    let version = process::read(process::command(&program, &["--version"]));
    if version.is_ok_and(|version| version.split_whitespace().any(|word| word == OTELITE)) {
        return Ok(program);
    }
    let name = format!("otelite {OTELITE}");
    setup::timed(&name, "a peer of the gateway", "10 to 20 min", || {
        cargo_install(&folder)
    })
    .with_context(|| format!("{name} could not be had from crates.io"))?;
    Ok(program)
}

fn cargo_install(folder: &Path) -> Result<()> {
    let what = [
        "install",
        "otelite",
        "--version",
        OTELITE,
        "--locked",
        "--root",
    ];
    let (mut cargo, scratch) = (process::command("cargo", &what), folder.join("build"));
    cargo.arg(folder).env("CARGO_TARGET_DIR", &scratch);
    build::for_this_machine(&mut cargo);
    process::run("otelite", cargo)?;
    fs::remove_dir_all(&scratch).with_context(|| format!("cannot remove {}", scratch.display()))
}

/// Takes spans and passes them on. Its package on PyPI contains the program.
fn rotel() -> Result<PathBuf> {
    let requirements = workspace::root().join("bench/gateway/requirements.txt");
    let folder = packages::python("rotel", &requirements);
    in_site_packages(&folder.context("rotel could not be had from PyPI")?)
        .context("rotel's package has no program")
}

/// Below `lib/python3.*`, whichever version that is.
fn in_site_packages(venv: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(venv.join("lib")).ok()?.flatten();
    versions
        .map(|version| version.path().join("site-packages/rotel/rotel-agent"))
        .find(|program| program.is_file())
}
