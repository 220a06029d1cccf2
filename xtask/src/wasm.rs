//! Which compiler builds for the browser, and the environment it needs.
//!
//! The ordinary one is rustup's, with its `wasm32-unknown-unknown` target. Where rustup cannot download that
//! target, [`setup`](crate::setup) falls back to Debian's compiler: either with a standard library of its own, or
//! with one that was built once and lies in the home of the tools as a private sysroot.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{process, workspace};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Where Debian's packages put their compiler.
pub(crate) const DEBIAN: &str = "/usr/bin";

/// A compiler that has the standard library for the browser.
#[derive(Debug, Clone)]
pub(crate) struct Wasm {
    /// Its folder, when it is not the one that comes first on `PATH`.
    folder: Option<&'static str>,
    /// A sysroot with the standard library, when the compiler has none.
    sysroot: Option<PathBuf>,
}

impl Wasm {
    /// The first compiler that is ready, rustup's before Debian's.
    pub(crate) fn find() -> Option<Self> {
        let ready = |folder, sysroot| Some(Self { folder, sysroot }).filter(Self::has_std);
        let private = || ready(Some(DEBIAN), Some(private_sysroot().ok()?));
        ready(None, None)
            .or_else(|| ready(Some(DEBIAN), None))
            .or_else(private)
    }

    fn has_std(&self) -> bool {
        let libraries = self
            .libraries()
            .and_then(|folder| Ok(std::fs::read_dir(folder)?));
        libraries.is_ok_and(|files| {
            files
                .flatten()
                .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
        })
    }

    fn libraries(&self) -> Result<PathBuf> {
        let rustc = self.folder.map_or(PathBuf::from("rustc"), |folder| {
            Path::new(folder).join("rustc")
        });
        let mut command =
            process::command(rustc, &["--print", "target-libdir", "--target", TARGET]);
        command.current_dir(workspace::root());
        if let Some(sysroot) = &self.sysroot {
            command.arg("--sysroot").arg(sysroot);
        }
        Ok(process::read(command)?.trim().into())
    }

    /// Who compiles, for people.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self { folder: None, .. } => "the toolchain on PATH",
            Self { sysroot: None, .. } => "Debian's compiler",
            Self {
                sysroot: Some(_), ..
            } => "Debian's compiler with its own std",
        }
    }

    /// `cargo` for the browser; the target itself is left to the arguments, as lints and builds differ.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Result<Command> {
        self.command("cargo", arguments)
    }

    /// `trunk`, which finds this compiler and our tools on its `PATH`.
    pub(crate) fn trunk(&self, arguments: &[&str]) -> Result<Command> {
        let mut trunk = self.command("trunk", arguments)?;
        // A compiler's error is no crash of trunk's: sixty lines of backtrace would bury it.
        trunk.env("RUST_BACKTRACE", "0");
        Ok(trunk)
    }

    /// `program` in the environment for building for the browser, started at the root.
    pub(crate) fn command(&self, program: &str, arguments: &[&str]) -> Result<Command> {
        let mut command = process::command(program, arguments);
        command
            .current_dir(workspace::root())
            .envs(self.environment()?);
        Ok(command)
    }

    fn environment(&self) -> Result<Vec<(&'static str, OsString)>> {
        let mut variables = vec![
            ("PATH", search_path(self.folder.map(Path::new))?),
            // Apart from the host's: cargo locks a target folder, and both sides build at the same time.
            ("CARGO_TARGET_DIR", workspace::target().join("wasm").into()),
            ("TRUNK_SKIP_VERSION_CHECK", "true".into()),
        ];
        if let Some(sysroot) = &self.sysroot {
            let mut flags = OsString::from("--sysroot=");
            flags.push(sysroot);
            variables.push(("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags));
        }
        Ok(variables)
    }
}

/// `PATH` with our tools first, then `compiler`'s folder.
pub(crate) fn search_path(compiler: Option<&Path>) -> Result<OsString> {
    let ours = workspace::tools()?.join("bin");
    let theirs = env::var_os("PATH").unwrap_or_default();
    let folders = [Some(ours), compiler.map(Path::to_owned)]
        .into_iter()
        .flatten()
        .chain(env::split_paths(&theirs));
    env::join_paths(folders).context("PATH or CRUDDUR_TOOLS contains a colon within a name")
}

/// Where the standard library for Debian's present compiler lies once it was built.
pub(crate) fn private_sysroot() -> Result<PathBuf> {
    let version = process::read(process::command(
        Path::new(DEBIAN).join("rustc"),
        &["--version"],
    ))?;
    let version = version
        .split_whitespace()
        .nth(1)
        .context("rustc --version names no version")?;
    Ok(workspace::tools()?.join(format!("std-{version}")))
}

/// Prints the environment as shell commands, for `trunk serve` or `cargo` by hand.
pub(crate) fn print_environment() -> Result<()> {
    let wasm = Wasm::find()
        .context("no compiler can build for the browser yet: run `cargo xtask setup`")?;
    for (name, value) in wasm.environment()? {
        process::say(&format!("export {name}='{}'", value.to_string_lossy()));
    }
    Ok(())
}
