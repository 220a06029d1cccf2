//! Builds the standard library for the browser, from the sources that Debian ships with its compiler.
//!
//! The result is a private sysroot in the tools folder. Nothing below `/usr` is changed.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::wasm::{DEBIAN, TARGET, private_sysroot};
use crate::{process, workspace};

const MANIFEST: &str =
    "[package]\nname = \"empty\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n";

/// Returns whether Debian's package with the sources is installed.
pub(super) fn sources_are_there() -> bool {
    Path::new("/usr/lib/rustlib/src/rust/library/std").is_dir()
}

/// Builds the standard library with the test harness, and copies it into the private sysroot.
pub(super) fn build() -> Result<()> {
    let sysroot = private_sysroot()?;
    let scratch = workspace::create_dir(workspace::tools()?.join("std-build"))?;
    fs::write(scratch.join("Cargo.toml"), MANIFEST)?;
    fs::write(scratch.join("lib.rs"), "")?;
    compile(&scratch)?;
    collect(
        &scratch.join("target").join(TARGET).join("release/deps"),
        &sysroot,
    )?;
    fs::remove_dir_all(&scratch).context("cannot remove the scratch folder of the std build")
}

fn compile(scratch: &Path) -> Result<()> {
    let parts = "-Zbuild-std=std,panic_abort,test";
    let cargo = Path::new(DEBIAN).join("cargo");
    let mut cargo = process::command(cargo, &["build", parts, "--release", "--target", TARGET]);
    cargo
        .current_dir(scratch)
        .env("RUSTC", Path::new(DEBIAN).join("rustc"));
    cargo.env("CARGO_TARGET_DIR", scratch.join("target"));
    // The flag is meant for nightly compilers; std is built with exactly the sources of this one.
    cargo.env("RUSTC_BOOTSTRAP", "1");
    // Without bitcode in the libraries, link-time optimization of the page fails.
    cargo.env("RUSTFLAGS", "-Cembed-bitcode=yes");
    // These are meant for other builds.
    for name in ["CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_BUILD_DIR"] {
        cargo.env_remove(name);
    }
    process::run("std", cargo)
}

/// Renames a staging folder at the end, because an incomplete sysroot would pass for a complete one.
fn collect(built: &Path, sysroot: &Path) -> Result<()> {
    let staging = sysroot.with_extension("part");
    let libraries = workspace::create_dir(staging.join("lib/rustlib").join(TARGET).join("lib"))?;
    for file in fs::read_dir(built).context("the build of std produced no libraries")? {
        let name = file?.file_name();
        let text = name.to_string_lossy();
        if text.ends_with(".rlib") && !text.starts_with("libempty-") {
            fs::copy(built.join(&name), libraries.join(&name))?;
        }
    }
    fs::rename(&staging, sysroot).with_context(|| format!("cannot create {}", sysroot.display()))
}
