//! What must be on the machine before anything is built: all of what is missing in one message, with what to do.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::setup::{Browser, Needs, find_program};
use crate::wasm::Wasm;
use crate::{variables, workspace};

/// A first build of servers, pages and tests, with what the compilers write in between.
const FIRST_BUILD_BYTES: u64 = 4 << 30;

/// A build after a change.
const NEXT_BUILD_BYTES: u64 = 512 << 20;

/// Fails with everything that `needs` cannot do without and that we cannot bring.
pub(crate) fn check(needs: Needs) -> Result<()> {
    let mut missing = Vec::new();
    missing.extend(compiler());
    missing.extend(writable());
    missing.extend(room());
    if needs.wasm {
        missing.extend(browser_target());
    }
    if needs.browser {
        missing.extend(browser());
    }
    if needs.components {
        missing.extend(components());
    }
    if needs.node {
        missing.extend(program(
            "npm",
            "JavaScript's packages come by it",
            "Node.js 20 or later",
        ));
    }
    if needs.python {
        missing.extend(program(
            "python3",
            "Python's packages come by it",
            "Python 3 with venv",
        ));
    }
    report(&missing)
}

fn report(missing: &[String]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let list: String = missing.iter().map(|what| format!("\n  - {what}")).collect();
    let (are, things) = match missing.len() {
        1 => ("is", "one thing"),
        _ => ("are", "some things"),
    };
    bail!("there {are} {things} missing on this machine, so nothing was built:{list}")
}

/// SQLite and the cryptography of TLS are partly C, and Rust links by the C compiler.
fn compiler() -> Option<String> {
    let chosen = variables::non_empty("CC").map(|cc| cc.to_string_lossy().into_owned());
    // It may come with arguments.
    let name = chosen
        .as_deref()
        .and_then(|cc| cc.split_whitespace().next());
    let name = name.unwrap_or("cc").to_owned();
    (!exists(&name)).then(|| {
        let of = chosen.map_or(String::new(), |_| ", as the variable CC says".to_owned());
        format!(
            "a C compiler (`{name}`{of}): SQLite and TLS are partly C. {}",
            by_packages("gcc libc6-dev")
        )
    })
}

fn writable() -> Vec<String> {
    let folders = [Some(workspace::target()), workspace::tools().ok()];
    let folders = folders.into_iter().flatten();
    folders
        .filter_map(|folder| {
            let error = try_to_write(&folder).err()?;
            Some(format!(
                "a folder that can be written: {} cannot ({error}). Change its owner, or name another one with \
                 CRUDDUR_TOOLS (tools) or CARGO_TARGET_DIR (what is compiled)",
                folder.display()
            ))
        })
        .collect()
}

fn try_to_write(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let probe = folder.join(format!(".writable-{}", std::process::id()));
    std::fs::write(&probe, "")?;
    std::fs::remove_file(probe)
}

fn room() -> Option<String> {
    let folder = workspace::cargo_target().ok()?;
    let is_first = !folder.join("wasm").is_dir();
    let needed = if is_first {
        FIRST_BUILD_BYTES
    } else {
        NEXT_BUILD_BYTES
    };
    let free = free_bytes(folder)?;
    (free < needed).then(|| {
        format!(
            "room on the disk of {}: {} MiB are free, the build takes up to {} MiB. Free some, or name a folder \
             elsewhere with CARGO_TARGET_DIR",
            folder.display(),
            free >> 20,
            needed >> 20
        )
    })
}

/// For who is not root.
fn free_bytes(folder: &Path) -> Option<u64> {
    let existing = folder.ancestors().find(|folder| folder.is_dir())?;
    let disk = rustix::fs::statvfs(existing).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn browser_target() -> Option<String> {
    let possible = Wasm::find().is_some() || exists("rustup") || can_install_packages();
    (!possible).then(|| {
        "the standard library for wasm32-unknown-unknown: install Rust by https://rustup.rs and run \
         `rustup target add wasm32-unknown-unknown`"
            .to_owned()
    })
}

fn browser() -> Option<String> {
    let error = Browser::find().err()?;
    if Browser::is_named() {
        return Some(format!("{error:#}"));
    }
    (!can_install_packages()).then(|| {
        format!(
            "Chromium and chromedriver, in which the tests click. {}; without root, unpack Chrome for Testing and its \
             driver (https://googlechromelabs.github.io/chrome-for-testing/) anywhere and name both with CHROME=<path> \
             and CHROMEDRIVER=<path>",
            by_packages("chromium chromium-driver")
        )
    })
}

fn components() -> Option<String> {
    let missing: Vec<&str> = [("cargo-clippy", "clippy"), ("cargo-fmt", "rustfmt")]
        .into_iter()
        .filter_map(|(program, component)| (!runs(program)).then_some(component))
        .collect();
    (!missing.is_empty()).then(|| {
        let missing = missing.join(" ");
        format!("{missing}: run `rustup component add {missing}`")
    })
}

/// Rustup has a program for every component, which fails where that is not installed.
fn runs(program: &str) -> bool {
    crate::process::read(crate::process::command(program, &["--version"])).is_ok()
}

fn program(name: &str, why: &str, what: &str) -> Option<String> {
    (!exists(name)).then(|| format!("`{name}`: {why}. Install {what}"))
}

fn exists(name: &str) -> bool {
    if name.contains('/') {
        return PathBuf::from(name).is_file();
    }
    matches!(find_program(name), Ok(Some(_)))
}

fn can_install_packages() -> bool {
    exists("apt-get") && rustix::process::geteuid().is_root()
}

/// How to get Debian's `packages`, and what to look for elsewhere.
pub(crate) fn by_packages(packages: &str) -> String {
    let sudo = if rustix::process::geteuid().is_root() {
        ""
    } else {
        "sudo "
    };
    format!(
        "On Debian and Ubuntu `{sudo}apt-get install -y --no-install-recommends {packages}`, elsewhere the same by \
         your system's packages"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_missing_is_named_in_one_message() {
        assert!(report(&[]).is_ok());
        let error = report(&["a compiler".to_owned(), "room".to_owned()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there are some things missing on this machine, so nothing was built:\n  - a compiler\n  - room"
        );
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_found_before_the_build() {
        let file = std::env::temp_dir().join(format!("xtask-file-{}", std::process::id()));
        std::fs::write(&file, "").unwrap();
        assert!(try_to_write(&file.join("below")).is_err());
        std::fs::remove_file(&file).unwrap();
        let folder = std::env::temp_dir().join(format!("xtask-write-{}/a b", std::process::id()));
        try_to_write(&folder).unwrap();
        assert_eq!(
            std::fs::read_dir(&folder).unwrap().count(),
            0,
            "no probe is left"
        );
        std::fs::remove_dir_all(folder.parent().unwrap()).unwrap();
    }

    #[test]
    fn free_room_is_known_of_a_folder_that_is_yet_to_be_made() {
        let folder = std::env::temp_dir().join("no/such/folder");
        assert!(free_bytes(&folder).is_some_and(|bytes| bytes > 0));
    }
}
