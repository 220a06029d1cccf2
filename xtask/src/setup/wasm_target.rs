//! A compiler with the standard library for the browser: rustup's target, else Debian's compiler.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Error, Result, bail};

use super::{apt, debian_std, network, tool};
use crate::wasm::{DEBIAN, TARGET, Wasm};
use crate::{prerequisites, process};

/// Debian's own compiler is newer than Debian: its browsers need it. lld links, the sources make the std.
const PACKAGES: [&str; 6] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "rust-web-clippy",
    "lld-22",
];

/// The compiler for the browser, set up if there is none.
pub(super) fn ensure() -> Result<Wasm> {
    if let Some(wasm) = Wasm::find() {
        return Ok(wasm);
    }
    tool::timed(
        TARGET,
        "the standard library the page is compiled against",
        "10 s with rustup",
        || add_by_rustup().or_else(instead_of_rustup),
    )?;
    Wasm::find().with_context(|| {
        format!(
            "{TARGET} was set up, but no compiler finds it: see {}",
            process::shown_path("rustup")
        )
    })
}

/// Debian's compiler, where it is there or can be installed; else what to do about rustup.
fn instead_of_rustup(reason: Error) -> Result<()> {
    if !debian_compiler_is_complete() && !apt::is_possible()? {
        return Err(reason.context(format!(
            "rustup cannot download {TARGET}. {}; then run `rustup target add {TARGET}`. Where rustup's server cannot \
             be reached at all, Debian's compiler serves as well. {}",
            network::advice(),
            prerequisites::by_packages(&PACKAGES.join(" "))
        )));
    }
    process::say(&format!(
        "rustup cannot download {TARGET} (its lines: {}): using Debian's compiler, 1 to 3 min",
        process::shown_path("rustup")
    ));
    take_from_debian()
}

fn debian_compiler_is_complete() -> bool {
    let programs = ["rustc", "cargo", "cargo-clippy"];
    let all = programs
        .iter()
        .all(|name| Path::new(DEBIAN).join(name).is_file());
    all && debian_std::sources_are_there()
}

fn add_by_rustup() -> Result<()> {
    let mut rustup = process::command("rustup", &["target", "add", TARGET]);
    // Without a network it would try again and again.
    rustup
        .env("RUSTUP_MAX_RETRIES", "0")
        .env("RUST_BACKTRACE", "0");
    process::run_within(Duration::from_secs(120), "rustup", rustup)
}

fn take_from_debian() -> Result<()> {
    if !debian_compiler_is_complete() {
        apt::install(&PACKAGES)?;
    }
    if Wasm::find().is_some() {
        return Ok(());
    }
    if !debian_std::sources_are_there() {
        bail!(
            "there is neither rustup's {TARGET} nor a compiler with its sources in {DEBIAN}: install one of them"
        );
    }
    debian_std::build()
}
