//! The compiler for the browser, and its environment.
//!
//! Usually it is rustup's, with the target `wasm32-unknown-unknown`. If rustup cannot download that target,
//! [`setup`](crate::setup) falls back to Debian's compiler, either with its own standard library or with a private
//! sysroot in the tools folder.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::variables::{self, HOST_RUSTFLAGS};
use crate::{process, workspace};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The folder of Debian's compiler.
pub(crate) const DEBIAN: &str = "/usr/bin";

/// A compiler that has the standard library for the browser.
#[derive(Debug, Clone)]
pub(crate) struct Wasm {
    /// Its folder, unless it is the first one on `PATH`.
    folder: Option<&'static str>,
    /// A sysroot with the standard library, if the compiler has none.
    sysroot: Option<PathBuf>,
}

impl Wasm {
    /// Returns the first compiler that has a standard library for the browser: rustup's, else Debian's.
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
        let chosen = || variables::non_empty("RUSTC").unwrap_or_else(|| "rustc".into());
        let rustc = self.folder.map_or_else(
            || PathBuf::from(chosen()),
            |folder| Path::new(folder).join("rustc"),
        );
        let mut command =
            process::command(rustc, &["--print", "target-libdir", "--target", TARGET]);
        command.current_dir(workspace::root());
        if let Some(sysroot) = &self.sysroot {
            command.arg("--sysroot").arg(sysroot);
        }
        Ok(process::read(command)?.trim().into())
    }

    /// Returns a description for people.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self { folder: None, .. } => "the toolchain on PATH",
            Self { sysroot: None, .. } => "Debian's compiler",
            Self {
                sysroot: Some(_), ..
            } => "Debian's compiler with its own std",
        }
    }

    /// Returns a `cargo` command. The arguments must name the target, because lints and builds differ.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Result<Command> {
        self.command("cargo", arguments)
    }

    /// Returns a `trunk` command with this compiler and the tools on its `PATH`. A developer's own `TRUNK_*` variables
    /// are removed, because they would change its ports and folders.
    pub(crate) fn trunk(&self, arguments: &[&str]) -> Result<Command> {
        let mut trunk = process::command("trunk", arguments);
        variables::remove_all(&mut trunk, "TRUNK_");
        self.prepare(&mut trunk)?;
        // Trunk prints a backtrace of 60 lines for a compiler's error, which hides it.
        trunk.env("RUST_BACKTRACE", "0");
        Ok(trunk)
    }

    /// Returns a command in the environment for building for the browser.
    pub(crate) fn command(&self, program: &str, arguments: &[&str]) -> Result<Command> {
        let mut command = process::command(program, arguments);
        self.prepare(&mut command)?;
        Ok(command)
    }

    fn prepare(&self, command: &mut Command) -> Result<()> {
        command.current_dir(workspace::root());
        for (name, value) in self.environment()? {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Ok(())
    }

    /// Returns the variables to set, and those to remove.
    fn environment(&self) -> Result<Vec<(&'static str, Option<OsString>)>> {
        let mut changes: Vec<(&'static str, Option<OsString>)> = vec![
            ("PATH", Some(search_path(self.folder.map(Path::new))?)),
            ("CARGO_TARGET_DIR", Some(target()?.into())),
            ("TRUNK_SKIP_VERSION_CHECK", Some("true".into())),
            // Trunk rejects every other value. An empty variable counts as unset.
            (
                "NO_COLOR",
                variables::non_empty("NO_COLOR").map(|_| "true".into()),
            ),
        ];
        changes.extend(HOST_RUSTFLAGS.map(|name| (name, None)));
        if let Some(sysroot) = &self.sysroot {
            // In this variable a flag may contain spaces.
            changes.retain(|(name, _)| *name != ENCODED_RUSTFLAGS);
            let flags = with_sysroot(sysroot, variables::non_empty(BROWSER_RUSTFLAGS).as_deref());
            changes.push((ENCODED_RUSTFLAGS, Some(flags)));
        }
        if self.folder.is_some() {
            changes.extend(["RUSTC", "CARGO_BUILD_RUSTC"].map(|name| (name, None)));
        }
        Ok(changes)
    }
}

/// Returns cargo's target folder for the browser. It is not the host's, because cargo locks a target folder and both
/// build at the same time.
pub(crate) fn target() -> Result<PathBuf> {
    Ok(workspace::cargo_target()?.join("wasm"))
}

const ENCODED_RUSTFLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";

/// A developer's own flags for the browser.
const BROWSER_RUSTFLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// Joins the flags with cargo's separator.
fn with_sysroot(sysroot: &Path, browser_flags: Option<&OsStr>) -> OsString {
    let mut flags = OsString::from("--sysroot=");
    flags.push(sysroot);
    let browser_flags = browser_flags.unwrap_or_default().to_string_lossy();
    for flag in browser_flags.split_whitespace() {
        flags.push("\x1f");
        flags.push(flag);
    }
    flags
}

/// Returns `PATH` with the tools folder and the folder of `compiler` before it.
pub(crate) fn search_path(compiler: Option<&Path>) -> Result<OsString> {
    let tools = workspace::tools()?.join("bin");
    let inherited = env::var_os("PATH").unwrap_or_default();
    let folders = [Some(tools), compiler.map(Path::to_owned)]
        .into_iter()
        .flatten()
        .chain(env::split_paths(&inherited));
    env::join_paths(folders).context("PATH or CRUDDUR_TOOLS contains a colon within a name")
}

/// Returns the folder of the standard library that was built for the installed version of Debian's compiler.
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

/// Prints the environment as shell commands, for running `trunk` or `cargo` directly.
pub(crate) fn print_environment() -> Result<()> {
    let wasm = Wasm::find()
        .context("no compiler can build for the browser yet: run `cargo xtask setup`")?;
    for (name, value) in wasm.environment()? {
        process::print(&shell_line(name, value.as_deref()));
    }
    Ok(())
}

fn shell_line(name: &str, value: Option<&OsStr>) -> String {
    value.map_or_else(
        || format!("unset {name}"),
        |value| {
            format!(
                "export {name}={}",
                variables::shell_word(&value.to_string_lossy())
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the value of a variable, or `removed`, or `inherited`.
    fn value(command: &Command, name: &str) -> OsString {
        let mut variables = command.get_envs();
        let found = variables.find(|(known, _)| *known == name);
        let value = found.map_or(Some("inherited".as_ref()), |(_, value)| value);
        value.unwrap_or("removed".as_ref()).to_owned()
    }

    fn with_own_std() -> Wasm {
        Wasm {
            folder: Some(DEBIAN),
            sysroot: Some("/it's a/std".into()),
        }
    }

    fn cargo_of_rustup() -> Command {
        let rustup = Wasm {
            folder: None,
            sysroot: None,
        };
        rustup.cargo(&["build"]).unwrap()
    }

    #[test]
    fn host_rustflags_are_removed_for_the_browser() {
        let cargo = cargo_of_rustup();
        for name in HOST_RUSTFLAGS {
            assert_eq!(value(&cargo, name), "removed", "{name}");
        }
        let debian = with_own_std().cargo(&["build"]).unwrap();
        let flags = "--sysroot=/it's a/std";
        assert_eq!(value(&debian, ENCODED_RUSTFLAGS), flags);
        assert_eq!(value(&debian, "RUSTFLAGS"), "removed");
        assert_eq!(value(&debian, "RUSTC"), "removed");
        assert_eq!(value(&cargo_of_rustup(), "RUSTC"), "inherited");
    }

    #[test]
    fn browser_rustflags_are_added_to_the_sysroot() {
        let flags = with_sysroot(Path::new("/std"), Some("-Copt-level=1  --cfg=a".as_ref()));
        assert_eq!(flags, "--sysroot=/std\x1f-Copt-level=1\x1f--cfg=a");
    }

    #[test]
    fn printed_environment_is_read_by_a_shell() {
        let path = "/ada's files/a b:/bin";
        let script = format!(
            "NO_COLOR=1; {}; {}; printf '%s|%s' \"$X\" \"${{NO_COLOR-none}}\"",
            shell_line("X", Some(path.as_ref())),
            shell_line("NO_COLOR", None)
        );
        let printed = process::read(process::command("sh", &["-c", &script])).unwrap();
        assert_eq!(printed, format!("{path}|none"));
    }
}
