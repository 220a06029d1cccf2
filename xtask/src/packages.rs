//! Packages from npm and PyPI as a committed file pins them: fetched once, and again when that file changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::{process, workspace};

/// The `node_modules` of a folder with a lock file.
pub(crate) fn npm(folder: &Path) -> Result<PathBuf> {
    let changed = |path: PathBuf| fs::metadata(path).and_then(|file| file.modified());
    let modules = folder.join("node_modules");
    let installed = changed(modules.join(".package-lock.json"));
    let locked = changed(folder.join("package-lock.json"))?;
    if !installed.is_ok_and(|installed| installed >= locked) {
        let mut npm = process::command("npm", &["ci"]);
        npm.current_dir(folder);
        process::run("npm", npm)
            .context("JavaScript's packages come by npm, which is part of Node.js 20")?;
    }
    Ok(modules)
}

/// A Python with the packages of `requirements`, and the folder that it has for itself below `target`.
pub(crate) fn python(name: &str, requirements: &Path) -> Result<PathBuf> {
    let folder = workspace::target().join("python").join(name);
    let text = fs::read_to_string(requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == text) {
        return Ok(folder);
    }
    install(&folder, requirements).context("Python's packages come by pip, into a venv")?;
    fs::write(&installed, text)?;
    Ok(folder)
}

/// Where a folder of [`python`]'s has its interpreter.
pub(crate) fn interpreter(folder: &Path) -> PathBuf {
    folder.join("bin/python")
}

fn install(folder: &Path, requirements: &Path) -> Result<()> {
    let mut venv = process::command("python3", &["-m", "venv", "--clear"]);
    venv.arg(folder);
    process::run("python", venv)?;
    let arguments = ["-m", "pip", "install", "--no-input", "--requirement"];
    let mut pip = process::command(interpreter(folder), &arguments);
    pip.arg(requirements);
    process::run("pip", pip)
}
