//! The programs that the gateway is compared with, in pinned versions.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::measured_program::Program;
use crate::{packages, process, term, workspace};

const OTELITE: Program = Program {
    name: "otelite",
    version: "0.1.156",
    features: &[],
    purpose: "is compared with the gateway",
    usual_time: "10 to 20 min",
};

/// A program, and the variable that holds its path. A developer can set the variable to measure another version.
struct Peer {
    variable: &'static str,
    install: fn() -> Result<PathBuf>,
}

const PEERS: [Peer; 2] = [
    Peer {
        variable: "OTELITE_BIN",
        install: otelite,
    },
    Peer {
        variable: "ROTEL_BIN",
        install: rotel,
    },
];

/// Installs the programs and returns them with their variables. Prints why a program cannot be measured.
pub(crate) fn programs() -> Vec<(&'static str, PathBuf)> {
    let unnamed = |peer: &&Peer| env::var_os(peer.variable).is_none();
    let mut programs = Vec::new();
    for peer in PEERS.iter().filter(unnamed) {
        match (peer.install)() {
            Ok(program) => programs.push((peer.variable, program)),
            Err(error) => process::print(&format!("{} {error:#}", term::red("not measured:"))),
        }
    }
    programs
}

/// Installs otelite from crates.io. It stores spans and lists traces, as the gateway does.
fn otelite() -> Result<PathBuf> {
    OTELITE.install()
}

/// Installs rotel from PyPI. It receives spans and forwards them.
fn rotel() -> Result<PathBuf> {
    let requirements = workspace::root().join("bench/gateway/requirements.txt");
    let folder = packages::python("rotel", &requirements);
    in_site_packages(&folder.context("cannot install rotel from PyPI")?)
        .context("rotel's package has no program")
}

/// Finds the program below `lib/python3.*`.
fn in_site_packages(venv: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(venv.join("lib")).ok()?.flatten();
    versions
        .map(|version| version.path().join("site-packages/rotel/rotel-agent"))
        .find(|program| program.is_file())
}
