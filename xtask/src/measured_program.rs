//! Programs of other projects that the measurements use, compiled from crates.io in pinned versions.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::{build, process, setup, workspace};

/// A package from crates.io with a program of its name.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// Further arguments of `cargo install`.
    pub(crate) features: &'static [&'static str],
    /// What it is for, as in "oha … sends the requests".
    pub(crate) purpose: &'static str,
    /// How long it usually takes to compile.
    pub(crate) usual_time: &'static str,
}

impl Program {
    /// Installs it below the target folder, unless this version is there, and returns its path.
    pub(crate) fn install(&self) -> Result<PathBuf> {
        let folder = workspace::create_dir(workspace::target().join("bench-peers"))?;
        let program = folder.join("bin").join(self.name);
        let version = process::read(process::command(&program, &["--version"]));
        if version.is_ok_and(|version| version.split_whitespace().any(|word| word == self.version))
        {
            return Ok(program);
        }
        let name = format!("{} {}", self.name, self.version);
        setup::timed(&name, self.purpose, self.usual_time, || {
            self.cargo_install(&folder)
        })
        .with_context(|| format!("cannot install {name} from crates.io"))?;
        Ok(program)
    }

    fn cargo_install(&self, folder: &Path) -> Result<()> {
        let what = ["install", self.name, "--version", self.version, "--locked"];
        let mut cargo = process::command("cargo", &[&what, self.features].concat());
        let scratch = folder.join("build");
        cargo.arg("--root").arg(folder);
        cargo.env("CARGO_TARGET_DIR", &scratch);
        build::build_for_host(&mut cargo);
        process::run(self.name, cargo)?;
        fs::remove_dir_all(&scratch).with_context(|| format!("cannot remove {}", scratch.display()))
    }
}
