//! What each tool says about itself, and how installing one is shown.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::{clock, process, term, wasm};

/// Something that must be on this machine.
pub(crate) trait Tool: Sync {
    /// Its name with its version, as in `trunk 0.21.14`.
    fn name(&self) -> Result<String>;
    /// What it does for this project.
    fn why(&self) -> &'static str;
    /// How long installing it usually takes.
    fn usually(&self) -> &'static str;
    /// Where it is, if it is there in the right version.
    fn find(&self) -> Result<Option<PathBuf>>;
    /// Brings it here.
    fn install(&self) -> Result<()>;
}

pub(super) fn is_missing(tool: &dyn Tool) -> bool {
    !matches!(tool.find(), Ok(Some(_)))
}

/// Installs `tool`, saying what happens and how long it took.
pub(super) fn install(tool: &dyn Tool) -> Result<()> {
    let name = tool.name()?;
    timed(&name, tool.why(), tool.usually(), || {
        tool.install()?;
        match tool.find()? {
            Some(_) => Ok(()),
            None => bail!("{name} was installed but cannot be run: see target/logs"),
        }
    })
    .with_context(|| format!("setting up {name} failed"))
}

/// Does `work` between a line that announces it and a line with the time it took.
pub(crate) fn timed(
    name: &str,
    why: &str,
    usually: &str,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let began = Instant::now();
    process::say(&format!(
        "{} {}: {why}; usually {usually}",
        term::bold("setup"),
        term::bold(name)
    ));
    work()?;
    process::say(&format!(
        "{} {name}: {}",
        term::green("✓"),
        clock::human(began.elapsed())
    ));
    Ok(())
}

/// The `program` our commands would run, if `program --version` says `version`.
///
/// Only the first one on the search path counts: a newer one further back would never be run.
pub(super) fn find_version(program: &str, version: &str) -> Result<Option<PathBuf>> {
    let Some(path) = find_program(program)? else {
        return Ok(None);
    };
    let answer = process::read(process::command(&path, &["--version"])).unwrap_or_default();
    Ok(answer
        .split_whitespace()
        .any(|word| word == version)
        .then_some(path))
}

/// The first `program` on the search path that the children get.
pub(crate) fn find_program(program: &str) -> Result<Option<PathBuf>> {
    let folders = wasm::search_path(None)?;
    let found = std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| is_program(path));
    Ok(found)
}

/// Whether the file can be executed.
pub(super) fn is_program(path: &Path) -> bool {
    let mode =
        fs::metadata(path).map(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
    mode.unwrap_or(false)
}
