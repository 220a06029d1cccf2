//! Compiling a tool, when nobody offers it compiled.

use std::fs;

use anyhow::{Context as _, Error, Result};

use super::network;
use crate::build::for_this_machine;
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
    ///
    /// `reason` says why it was not downloaded.
    pub(super) fn run(&self, reason: &Error) -> Result<()> {
        let Self { label, version, .. } = self;
        process::say(&format!(
            "no ready-made {label} {version} could be downloaded ({}): compiling it",
            first_line(reason)
        ));
        self.attempt(&["--locked"])
            .or_else(|_| self.attempt(&[]))
            .with_context(|| {
                format!(
                    "{label} {version} could be neither downloaded nor compiled. {}",
                    network::advice()
                )
            })
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
        for_this_machine(&mut cargo);
        process::run(self.label, cargo)
    }
}

fn first_line(reason: &Error) -> String {
    let text = format!("{reason:#}");
    text.lines().next().unwrap_or_default().to_owned()
}

/// Removes what compiling left behind: some gigabytes nobody needs again.
pub(super) fn clean_up() -> Result<()> {
    let build = workspace::tools()?.join("build");
    if build.is_dir() {
        fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))?;
    }
    Ok(())
}
