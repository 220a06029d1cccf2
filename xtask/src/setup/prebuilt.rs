//! Release archives: seconds instead of minutes, where they can be downloaded.
//!
//! An archive is unpacked only when its SHA-256 sum is the one in `xtask/tools/checksums.txt`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::checksums;
use super::tool::Tool;
use crate::{process, workspace};

/// An archive with programs, published by their authors.
#[derive(Debug)]
pub(super) struct Release {
    /// Its name in `xtask/tools/checksums.txt`.
    pub(super) archive: String,
    pub(super) url: String,
    /// The programs to install from the archive, in whichever folder of it they are.
    pub(super) programs: &'static [&'static str],
}

/// Downloads, verifies and unpacks the archive.
///
/// # Errors
/// When no sum is recorded for the archive, it cannot be downloaded, its sum differs, or its programs do not run here.
pub(super) fn install(tool: &dyn Tool, release: &Release) -> Result<()> {
    let expected = checksums::recorded(&release.archive)?;
    let scratch = workspace::create_dir(
        workspace::tools()?.join(format!("download-{}", std::process::id())),
    )?;
    let installed = fetch(release, expected, &scratch);
    fs::remove_dir_all(&scratch).context("cannot remove the download folder")?;
    installed.and_then(|()| ensure_runs(tool))
}

fn fetch(release: &Release, expected: &str, scratch: &Path) -> Result<()> {
    let archive = scratch.join("archive");
    download(&release.url, &archive)?;
    checksums::verify(&archive, expected)?;
    let mut tar = process::command("tar", &["-xzf", "archive"]);
    tar.current_dir(scratch);
    process::read(tar)?;
    let bin = workspace::create_dir(workspace::tools()?.join("bin"))?;
    copy_programs(release.programs, scratch, &bin)
}

fn download(url: &str, file: &Path) -> Result<()> {
    let options = [
        "--proto",
        "=https",
        "--tlsv1.2",
        "--fail",
        "--silent",
        "--show-error",
        "--location",
        "--connect-timeout",
        "5",
        "--max-time",
        "120",
        url,
        "--output",
    ];
    let mut curl = process::command("curl", &options);
    curl.arg(file);
    process::read(curl).map(drop)
}

fn copy_programs(programs: &[&str], from: &Path, to: &Path) -> Result<()> {
    for program in programs {
        let found =
            find(program, from)?.with_context(|| format!("the archive has no {program}"))?;
        // A running program cannot be overwritten, but a new file can replace it.
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

fn ensure_runs(tool: &dyn Tool) -> Result<()> {
    if tool.find()?.is_some() {
        Ok(())
    } else {
        bail!("the downloaded {} does not run here", tool.name()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_in_any_folder_of_the_archive() {
        let folder = std::env::temp_dir().join(format!("xtask-prebuilt-{}", std::process::id()));
        let (from, to) = (
            folder.join("archive"),
            workspace::create_dir(folder.join("bin")).unwrap(),
        );
        fs::create_dir_all(from.join("top/bin")).unwrap();
        fs::write(from.join("top/bin/wasm-opt"), "new").unwrap();
        fs::write(to.join("wasm-opt"), "old").unwrap();
        copy_programs(&["wasm-opt"], &from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("wasm-opt")).unwrap(), "new");
        let error = copy_programs(&["wasm-dis"], &from, &to)
            .unwrap_err()
            .to_string();
        assert_eq!(error, "the archive has no wasm-dis");
        fs::remove_dir_all(folder).unwrap();
    }
}
