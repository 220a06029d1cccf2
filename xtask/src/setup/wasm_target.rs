//! A compiler with the standard library for the browser: rustup's, else Debian's.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Error, Result, bail};

use super::{apt, debian_std, network, tool};
use crate::wasm::{DEBIAN, TARGET, Wasm};
use crate::{prerequisites, process};

/// Debian's `-web` compiler is newer than its ordinary one, because browsers need it.
const PACKAGES: [&str; 6] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "rust-web-clippy",
    "lld-22",
];

/// Finds a compiler for the browser, or installs one.
pub(super) fn ensure() -> Result<Wasm> {
    if let Some(wasm) = Wasm::find() {
        return Ok(wasm);
    }
    tool::timed(
        TARGET,
        "the standard library of the pages",
        "10 s with rustup",
        || add_with_rustup().or_else(install_from_debian),
    )?;
    Wasm::find().with_context(|| {
        format!(
            "{TARGET} was installed, but no compiler finds it: see {}",
            process::display_path("rustup")
        )
    })
}

/// Uses Debian's compiler if it is installed or can be. Otherwise the error says how to help rustup.
fn install_from_debian(reason: Error) -> Result<()> {
    if !debian_compiler_is_complete() && !apt::is_possible()? {
        return Err(reason.context(format!(
            "rustup cannot download {TARGET}. {}; then run `rustup target add {TARGET}`. If rustup's server cannot be \
             reached at all, install Debian's compiler instead. {}",
            network::advice(),
            prerequisites::install_advice(&PACKAGES.join(" "))
        )));
    }
    process::print(&format!(
        "rustup cannot download {TARGET} (log: {}): using Debian's compiler, 1 to 3 min",
        process::display_path("rustup")
    ));
    complete_debian_compiler()
}

fn debian_compiler_is_complete() -> bool {
    let programs = ["rustc", "cargo", "cargo-clippy"];
    let all = programs
        .iter()
        .all(|name| Path::new(DEBIAN).join(name).is_file());
    all && debian_std::sources_are_there()
}

fn add_with_rustup() -> Result<()> {
    let mut rustup = process::command("rustup", &["target", "add", TARGET]);
    // Without a network it would retry for minutes.
    rustup
        .env("RUSTUP_MAX_RETRIES", "0")
        .env("RUST_BACKTRACE", "0");
    process::run_within(Duration::from_secs(120), "rustup", rustup)
}

fn complete_debian_compiler() -> Result<()> {
    if !debian_compiler_is_complete() {
        apt::install(&PACKAGES)?;
    }
    if Wasm::find().is_some() {
        return Ok(());
    }
    if !debian_std::sources_are_there() {
        bail!(
            "neither rustup's {TARGET} nor Debian's compiler with its sources in {DEBIAN} is installed: install one"
        );
    }
    debian_std::build()
}
