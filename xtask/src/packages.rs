//! Packages from npm and PyPI, in the versions and with the hashes of a committed file. They are installed once, and
//! again when that file changes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::{process, workspace};

/// Installs the packages of a folder with a lock file, and returns its `node_modules`.
pub(crate) fn npm(folder: &Path) -> Result<PathBuf> {
    let changed = |path: PathBuf| fs::metadata(path).and_then(|file| file.modified());
    let modules = folder.join("node_modules");
    let installed = changed(modules.join(".package-lock.json"));
    let locked = changed(folder.join("package-lock.json"))?;
    if !installed.is_ok_and(|installed| installed >= locked) {
        let mut npm = process::command("npm", &["ci"]);
        npm.current_dir(folder);
        process::run("npm", npm).context("npm failed; it is part of Node.js 20 or later")?;
    }
    Ok(modules)
}

/// Installs the packages of `requirements` into a virtual environment below `target`, and returns its folder.
///
/// Every file must have a hash in `requirements`.
pub(crate) fn python(name: &str, requirements: &Path) -> Result<PathBuf> {
    let folder = workspace::target().join("python").join(name);
    let text = fs::read_to_string(requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == text) {
        return Ok(folder);
    }
    install(&folder, requirements)
        .context("pip failed; it needs Python 3.11 or later with the module venv")?;
    fs::write(&installed, text)?;
    Ok(folder)
}

/// Returns the interpreter of a folder that [`python`] returned.
pub(crate) fn interpreter(folder: &Path) -> PathBuf {
    folder.join("bin/python")
}

fn install(folder: &Path, requirements: &Path) -> Result<()> {
    let mut venv = process::command("python3", &["-m", "venv", "--clear"]);
    venv.arg(folder);
    process::run("python", venv)?;
    let arguments = [
        "-m",
        "pip",
        "install",
        "--no-input",
        "--require-hashes",
        "--requirement",
    ];
    let mut pip = process::command(interpreter(folder), &arguments);
    pip.arg(requirements);
    process::run("pip", pip)
}
