//! Which compiler builds for the browser, and the environment it needs.
//!
//! The ordinary one is rustup's, with its `wasm32-unknown-unknown` target. Where rustup cannot download that
//! target, [`setup`](crate::setup) falls back to Debian's compiler: either with a standard library of its own, or
//! with one that was built once and lies in the home of the tools as a private sysroot.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::variables::{self, HOST_RUSTFLAGS};
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

    /// `trunk`, which finds this compiler and our tools on its `PATH`. It is told everything by us: a developer's own
    /// settings would move it to other ports and folders.
    pub(crate) fn trunk(&self, arguments: &[&str]) -> Result<Command> {
        let mut trunk = process::command("trunk", arguments);
        variables::remove_all(&mut trunk, "TRUNK_");
        self.prepare(&mut trunk)?;
        // A compiler's error is no crash of trunk's: sixty lines of backtrace would bury it.
        trunk.env("RUST_BACKTRACE", "0");
        Ok(trunk)
    }

    /// `program` in the environment for building for the browser, started at the root.
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

    /// Variables to set, and those to take away.
    fn environment(&self) -> Result<Vec<(&'static str, Option<OsString>)>> {
        let mut changes: Vec<(&'static str, Option<OsString>)> = vec![
            ("PATH", Some(search_path(self.folder.map(Path::new))?)),
            ("CARGO_TARGET_DIR", Some(target()?.into())),
            ("TRUNK_SKIP_VERSION_CHECK", Some("true".into())),
            // Trunk refuses every other value; an empty one means what no variable does.
            (
                "NO_COLOR",
                variables::non_empty("NO_COLOR").map(|_| "true".into()),
            ),
        ];
        changes.extend(HOST_RUSTFLAGS.map(|name| (name, None)));
        if let Some(sysroot) = &self.sysroot {
            // In this form a flag may contain blanks.
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

/// Where cargo puts what it compiles for the browser. Apart from the host's folder: cargo locks a target folder, and
/// both sides build at the same time.
pub(crate) fn target() -> Result<PathBuf> {
    Ok(workspace::cargo_target()?.join("wasm"))
}

const ENCODED_RUSTFLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";

/// A developer's own flags for the browser.
const BROWSER_RUSTFLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// Flags with cargo's separator between them.
fn with_sysroot(sysroot: &Path, given: Option<&OsStr>) -> OsString {
    let mut flags = OsString::from("--sysroot=");
    flags.push(sysroot);
    let given = given.unwrap_or_default().to_string_lossy();
    for flag in given.split_whitespace() {
        flags.push("\x1f");
        flags.push(flag);
    }
    flags
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
        process::say(&shell_line(name, value.as_deref()));
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

    /// What a program gets, or `removed`, or `inherited`.
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
    fn flags_for_this_machine_do_not_reach_the_browser_s_linker() {
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
    fn a_developer_s_flags_for_the_browser_are_kept() {
        let flags = with_sysroot(Path::new("/std"), Some("-Copt-level=1  --cfg=a".as_ref()));
        assert_eq!(flags, "--sysroot=/std\x1f-Copt-level=1\x1f--cfg=a");
    }

    #[test]
    fn a_shell_reads_back_what_is_printed_for_it() {
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
