//! Compiling a tool, when nobody offers it compiled.

use std::fs;

use anyhow::{Context as _, Result};

use crate::{process, workspace};

/// How much time the compiler spends so that the tool runs faster.
#[derive(Debug, Clone, Copy)]
pub(super) enum Speed {
    /// Soonest installed.
    Slow,
    /// A little slower to install, a lot faster to run.
    Middling,
}

/// One package from the registry.
#[derive(Debug)]
pub(super) struct CargoInstall<'a> {
    /// Stands before the lines of the compiler.
    pub(super) label: &'static str,
    pub(super) package: &'static str,
    pub(super) version: &'a str,
    pub(super) features: &'a [&'a str],
    pub(super) speed: Speed,
}

impl CargoInstall<'_> {
    /// Compiles it with the versions its authors tested, else with the ones the registry has.
    pub(super) fn run(&self) -> Result<()> {
        self.attempt(&["--locked"]).or_else(|_| self.attempt(&[]))
    }

    fn attempt(&self, lock: &[&str]) -> Result<()> {
        let home = workspace::made(workspace::tools()?)?;
        let what = [
            "install",
            self.package,
            "--version",
            self.version,
            "--debug",
            "--force",
        ];
        let mut cargo = process::command("cargo", &[&what, self.features, lock].concat());
        cargo.arg("--root").arg(&home).current_dir(&home);
        // The tools share many dependencies: with one folder those compile once.
        cargo.env("CARGO_TARGET_DIR", home.join("build"));
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
        cargo.env(
            "CARGO_PROFILE_DEV_OPT_LEVEL",
            match self.speed {
                Speed::Slow => "0",
                Speed::Middling => "1",
            },
        );
        process::run(self.label, cargo)
    }
}

/// Removes what compiling left behind: some gigabytes nobody needs again.
pub(super) fn clean_up() -> Result<()> {
    let build = workspace::tools()?.join("build");
    if build.is_dir() {
        fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))?;
    }
    Ok(())
}
