//! Compiling a tool from crates.io, where no release archive can be used.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Error, Result};

use super::network;
use crate::build::build_for_host;
use crate::{process, workspace};

/// What cargo says when the registry lacks a version that a lock file names.
const MISSING_VERSION: &str = "failed to select a version for the requirement";

/// How much the compiler optimizes the tool.
#[derive(Debug, Clone, Copy)]
pub(super) enum Optimization {
    /// Compiles soonest.
    None,
    /// Compiles a little slower and runs much faster.
    Some,
}

/// One package from the registry.
#[derive(Debug)]
pub(super) struct CargoInstall<'a> {
    /// The name of its log.
    pub(super) label: &'static str,
    pub(super) package: &'static str,
    pub(super) version: &'a str,
    pub(super) features: &'a [&'a str],
    pub(super) optimization: Optimization,
}

impl CargoInstall<'_> {
    /// Compiles it with the dependencies that its own lock file names, whose checksums cargo verifies.
    ///
    /// Only where the registry lacks one of these versions, it is compiled with those that the registry has.
    /// `reason` says why it was not downloaded.
    pub(super) fn run(&self, reason: &Error) -> Result<()> {
        let Self { label, version, .. } = self;
        process::print(&format!(
            "{label} {version} is not downloaded ({}): compiling it",
            first_line(reason)
        ));
        self.attempt(&["--locked"])
            .or_else(|error| self.attempt_unlocked(error))
            .with_context(|| {
                format!(
                    "{label} {version} could be neither downloaded nor compiled. {}",
                    network::advice()
                )
            })
    }

    fn attempt_unlocked(&self, error: Error) -> Result<()> {
        if !is_missing_version(&error) {
            return Err(error);
        }
        process::print(&format!(
            "the registry lacks a version in the lock file of {}: compiling it without the lock file, with the \
             newest compatible versions",
            self.label
        ));
        self.attempt(&[])
    }

    fn attempt(&self, lock: &[&str]) -> Result<()> {
        let home = workspace::create_dir(workspace::tools()?)?;
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
        // The tools share many dependencies: in one folder each is compiled once.
        cargo.env("CARGO_TARGET_DIR", build_folder()?);
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
        cargo.env(
            "CARGO_PROFILE_DEV_OPT_LEVEL",
            match self.optimization {
                Optimization::None => "0",
                Optimization::Some => "1",
            },
        );
        build_for_host(&mut cargo);
        process::run(self.label, cargo)
    }
}

fn is_missing_version(error: &Error) -> bool {
    format!("{error:#}").contains(MISSING_VERSION)
}

fn first_line(reason: &Error) -> String {
    let text = format!("{reason:#}");
    text.lines().next().unwrap_or_default().to_owned()
}

/// Returns the build folder of this process: another one in the same tools folder must not remove it.
fn build_folder() -> Result<PathBuf> {
    Ok(workspace::tools()?.join(format!("build-{}", std::process::id())))
}

/// Removes the gigabytes that compiling tools leaves behind.
pub(super) fn clean_up() -> Result<()> {
    let build = build_folder()?;
    if build.is_dir() {
        fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn only_a_missing_version_allows_an_unlocked_build() {
        let missing = "error: failed to compile `trunk v0.21.14`\n\nCaused by:\n  \
            failed to select a version for the requirement `clap = \"^4\"` (locked to 4.9.9)";
        assert!(is_missing_version(&anyhow!(
            "trunk: cargo ended with exit status: 101\n  {missing}"
        )));
        for other in [
            "error: checksum for `clap v4.9.9` changed between lock files",
            "error: linker `cc` not found",
            "warning: spurious network error",
        ] {
            assert!(!is_missing_version(&anyhow!(other)), "{other}");
        }
    }
}
