//! Pages that a measurement opens: each a folder below `target/bench/pages`, ready to be served.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::build::Profile;
use crate::wasm::{TARGET, Wasm};
use crate::{process, workspace};

/// Where all of them are.
pub(crate) fn pages() -> PathBuf {
    workspace::target().join("bench/pages")
}

/// Builds `bench/{package}` into the folder `name`, with the files of its `www`.
pub(crate) fn wasm(wasm: &Wasm, package: &str, name: &str, profile: Profile) -> Result<()> {
    let folder = workspace::made(pages().join(name))?;
    let (arguments, built) = match profile {
        Profile::Debug => (&[][..], "debug"),
        Profile::Release => (&["--profile", "wasm-release"][..], "wasm-release"),
    };
    let what = ["build", "--package", package, "--target", TARGET];
    process::run("page", wasm.cargo(&[&what[..], arguments].concat())?)?;
    let compiled = workspace::target()
        .join("wasm")
        .join(TARGET)
        .join(built)
        .join(format!("{package}.wasm"));
    bind(wasm, &compiled, &folder)?;
    if profile == Profile::Release {
        optimise(wasm, &folder.join(format!("{package}_bg.wasm")))?;
    }
    copy(&bench().join(package).join("www"), &folder)
}

/// Installs the packages of a folder below `bench/peers`, unless what is there is of the present lock file.
pub(crate) fn npm(folder: &str) -> Result<()> {
    let folder = bench().join("peers").join(folder);
    let changed = |path: PathBuf| fs::metadata(path).and_then(|file| file.modified());
    let installed = changed(folder.join("node_modules/.package-lock.json"));
    let locked = changed(folder.join("package-lock.json"))?;
    if installed.is_ok_and(|installed| installed >= locked) {
        return Ok(());
    }
    let mut npm = process::command("npm", &["ci"]);
    npm.current_dir(&folder);
    process::run("npm", npm).context("the peers come from npm, which is part of Node.js 20")
}

/// Runs a script of `bench/peers` that bundles pages.
pub(crate) fn bundle(script: &str) -> Result<()> {
    let folder = workspace::made(pages())?;
    let mut node = process::command("node", &[]);
    node.arg(bench().join("peers").join(script)).arg(folder);
    process::run("bundle", node)
}

fn bench() -> PathBuf {
    workspace::root().join("bench")
}

fn bind(wasm: &Wasm, compiled: &Path, folder: &Path) -> Result<()> {
    let mut bindgen = wasm.command("wasm-bindgen", &["--target", "web", "--no-typescript"])?;
    bindgen.arg("--out-dir").arg(folder).arg(compiled);
    process::run("page", bindgen)
}

/// For speed: these pages are timed, not weighed.
fn optimise(wasm: &Wasm, module: &Path) -> Result<()> {
    let mut optimise = wasm.command("wasm-opt", &["-O3"])?;
    optimise.arg(module).arg("-o").arg(module);
    process::run("page", optimise)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let files = fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))?;
    for file in files {
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name()))?;
    }
    Ok(())
}
