//! Binaries somebody else compiled: seconds instead of minutes, where they can be reached.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::tool::{self, Tool};
use crate::{process, workspace};

/// An archive with programs, published by their authors.
#[derive(Debug)]
pub(super) struct Release {
    /// Its name in the package registry.
    pub(super) package: &'static str,
    pub(super) version: String,
    pub(super) url: String,
    /// The programs wanted from the archive, wherever in it they are.
    pub(super) programs: &'static [&'static str],
}

/// By cargo-binstall where that is installed, else from the archive. An error when the result does not run here.
pub(super) fn install(tool: &dyn Tool, release: &Release) -> Result<()> {
    binstall(release)
        .and_then(|()| runs(tool))
        .or_else(|_| unpack(tool, release))
}

/// From the archive only. An error when the result does not run here.
pub(super) fn unpack(tool: &dyn Tool, release: &Release) -> Result<()> {
    let scratch =
        workspace::made(workspace::tools()?.join(format!("download-{}", release.package)))?;
    let outcome = download(&release.url, &scratch).and_then(|()| {
        take(
            release.programs,
            &scratch,
            &workspace::made(workspace::tools()?.join("bin"))?,
        )
    });
    fs::remove_dir_all(&scratch).context("cannot remove the scratch folder of a download")?;
    outcome.and_then(|()| runs(tool))
}

fn binstall(release: &Release) -> Result<()> {
    if tool::find_program("cargo-binstall")?.is_none() {
        bail!("cargo-binstall is not installed");
    }
    let package = format!("{}@{}", release.package, release.version);
    let arguments = [
        "--no-confirm",
        "--force",
        "--disable-strategies",
        "compile",
        &package,
        "--root",
    ];
    let mut command = process::command("cargo-binstall", &arguments);
    command.arg(workspace::tools()?);
    process::run_within(Duration::from_secs(120), "binstall", command)
}

fn download(url: &str, folder: &Path) -> Result<()> {
    let limits = ["--connect-timeout", "5", "--max-time", "120"];
    let mut curl = process::command(
        "curl",
        &[&["-fsSL", url, "-o", "archive"], &limits[..]].concat(),
    );
    curl.current_dir(folder);
    process::read(curl)?;
    let mut tar = process::command("tar", &["-xzf", "archive"]);
    tar.current_dir(folder);
    process::read(tar).map(drop)
}

fn take(programs: &[&str], from: &Path, to: &Path) -> Result<()> {
    for program in programs {
        let found =
            find(program, from)?.with_context(|| format!("the archive has no {program}"))?;
        // A program that is running cannot be overwritten, but a new file can take its place.
        drop(fs::remove_file(to.join(program)));
        fs::copy(found, to.join(program))?;
    }
    Ok(())
}

fn find(program: &str, folder: &Path) -> Result<Option<PathBuf>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let found = if path.is_dir() {
            find(program, &path)?
        } else {
            Some(path).filter(|path| path.ends_with(program))
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn runs(tool: &dyn Tool) -> Result<()> {
    if tool.find()?.is_some() {
        Ok(())
    } else {
        bail!("the prebuilt {} does not run here", tool.name()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_taken_from_wherever_in_the_archive_they_are() {
        let folder = std::env::temp_dir().join(format!("xtask-prebuilt-{}", std::process::id()));
        let (from, to) = (
            folder.join("archive"),
            workspace::made(folder.join("bin")).unwrap(),
        );
        fs::create_dir_all(from.join("top/bin")).unwrap();
        fs::write(from.join("top/bin/wasm-opt"), "new").unwrap();
        fs::write(to.join("wasm-opt"), "old").unwrap();
        take(&["wasm-opt"], &from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("wasm-opt")).unwrap(), "new");
        let error = take(&["wasm-dis"], &from, &to).unwrap_err().to_string();
        assert_eq!(error, "the archive has no wasm-dis");
        fs::remove_dir_all(folder).unwrap();
    }
}
