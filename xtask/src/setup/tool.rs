//! The interface of a tool, and how its installation is shown.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::{clock, process, term, wasm};

/// A program that a command needs.
pub(crate) trait Tool: Sync {
    /// Returns its name with its version, such as `trunk 0.21.14`.
    fn name(&self) -> Result<String>;
    /// Returns what it does for this project.
    fn purpose(&self) -> &'static str;
    /// Returns how long its installation usually takes.
    fn usual_time(&self) -> &'static str;
    /// Returns its path, if the right version is installed.
    fn find(&self) -> Result<Option<PathBuf>>;
    /// Installs it.
    fn install(&self) -> Result<()>;
}

pub(super) fn is_missing(tool: &dyn Tool) -> bool {
    !matches!(tool.find(), Ok(Some(_)))
}

/// Installs `tool`, and prints its purpose and the time it took.
pub(super) fn install(tool: &dyn Tool) -> Result<()> {
    let name = tool.name()?;
    timed(&name, tool.purpose(), tool.usual_time(), || {
        tool.install()?;
        match tool.find()? {
            Some(_) => Ok(()),
            None => bail!("{name} was installed but does not run: see target/logs"),
        }
    })
    .with_context(|| format!("cannot install {name}"))
}

/// Runs `work`. Prints a line before it, and a line with its duration after it.
pub(crate) fn timed(
    name: &str,
    purpose: &str,
    usual_time: &str,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let began = Instant::now();
    process::print(&format!(
        "{} {}: {purpose}; usually {usual_time}",
        term::bold("setup"),
        term::bold(name)
    ));
    work()?;
    process::print(&format!(
        "{} {name}: {}",
        term::green("✓"),
        clock::human(began.elapsed())
    ));
    Ok(())
}

/// Returns the path of `program`, if `program --version` prints `version`.
///
/// Only the first one on the search path counts, because it is the one that runs.
pub(super) fn find_version(program: &str, version: &str) -> Result<Option<PathBuf>> {
    let Some(path) = find_program(program)? else {
        return Ok(None);
    };
    let output = process::read(process::command(&path, &["--version"])).unwrap_or_default();
    Ok(output
        .split_whitespace()
        .any(|word| word == version)
        .then_some(path))
}

/// Returns the first `program` on the search path of child processes.
pub(crate) fn find_program(program: &str) -> Result<Option<PathBuf>> {
    let folders = wasm::search_path(None)?;
    let found = std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| is_program(path));
    Ok(found)
}

/// Returns whether the file can be executed.
pub(super) fn is_program(path: &Path) -> bool {
    let mode =
        fs::metadata(path).map(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
    mode.unwrap_or(false)
}
