//! What must be installed before anything is built. One error lists everything that is missing, and how to install it.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use postgres_server::Programs;

use crate::setup::{Browser, Needs, find_program};
use crate::wasm::Wasm;
use crate::{variables, workspace};

/// The disk space of a first build of servers, pages and tests.
const FIRST_BUILD_BYTES: u64 = 4 << 30;

/// The disk space of a build after a change.
const NEXT_BUILD_BYTES: u64 = 512 << 20;

/// Fails with a list of the prerequisites of `needs` that are missing and cannot be installed by this program.
pub(crate) fn check(needs: Needs) -> Result<()> {
    let mut missing = Vec::new();
    missing.extend(compiler());
    missing.extend(writable());
    missing.extend(disk_space());
    if needs.wasm {
        missing.extend(browser_target());
    }
    if needs.browser {
        missing.extend(browser());
    }
    if needs.postgres {
        missing.extend(postgres());
    }
    if needs.components {
        missing.extend(components());
    }
    if needs.node {
        missing.extend(program(
            "npm",
            "installs the JavaScript packages",
            "Node.js 20 or later",
        ));
    }
    if needs.python {
        missing.extend(program(
            "python3",
            "installs the Python packages",
            "Python 3 with venv",
        ));
    }
    report(&missing)
}

fn report(missing: &[String]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let list: String = missing.iter().map(|item| format!("\n  - {item}")).collect();
    bail!("nothing was built, because this machine lacks:{list}")
}

/// SQLite and the cryptography of TLS are partly C, and Rust links with the C compiler.
fn compiler() -> Option<String> {
    let chosen = variables::non_empty("CC").map(|cc| cc.to_string_lossy().into_owned());
    // The variable may contain arguments.
    let name = chosen
        .as_deref()
        .and_then(|cc| cc.split_whitespace().next());
    let name = name.unwrap_or("cc").to_owned();
    (!exists(&name)).then(|| {
        let source = chosen.map_or("", |_| ", from the variable CC");
        format!(
            "a C compiler (`{name}`{source}): SQLite and TLS are partly C. {}",
            install_advice("gcc libc6-dev")
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
                "a writable folder: {} cannot be written ({error}). Change its owner, or set CRUDDUR_TOOLS (tools) or \
                 CARGO_TARGET_DIR (build output) to another folder",
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

fn disk_space() -> Option<String> {
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
            "disk space for {}: {} MiB are free, the build takes up to {} MiB. Free some, or set CARGO_TARGET_DIR to a \
             folder on another disk",
            folder.display(),
            free >> 20,
            needed >> 20
        )
    })
}

/// Returns the disk space that a user other than root may use.
fn free_bytes(folder: &Path) -> Option<u64> {
    let existing = folder.ancestors().find(|folder| folder.is_dir())?;
    let disk = rustix::fs::statvfs(existing).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn browser_target() -> Option<String> {
    let possible = Wasm::find().is_some() || exists("rustup") || can_install_packages();
    (!possible).then(|| {
        "the standard library for wasm32-unknown-unknown: install Rust from https://rustup.rs and run \
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
            "Chromium and chromedriver, for the tests in a browser. {}; without root, unpack Chrome for Testing and its \
             driver (https://googlechromelabs.github.io/chrome-for-testing/) and set CHROME=<path> and \
             CHROMEDRIVER=<path>",
            install_advice("chromium chromium-driver")
        )
    })
}

fn postgres() -> Option<String> {
    let error = Programs::find().err()?;
    let is_named = variables::non_empty(Programs::VARIABLE).is_some();
    (is_named || !can_install_packages()).then(|| {
        format!(
            "PostgreSQL's server, for the back end's tests: {error:#}. {}",
            install_advice("postgresql")
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

/// Rustup installs a program for every component, which fails if the component is missing.
fn runs(program: &str) -> bool {
    crate::process::read(crate::process::command(program, &["--version"])).is_ok()
}

fn program(name: &str, purpose: &str, package: &str) -> Option<String> {
    (!exists(name)).then(|| format!("`{name}`, which {purpose}. Install {package}"))
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

/// Returns how to install Debian's `packages`.
pub(crate) fn install_advice(packages: &str) -> String {
    let sudo = if rustix::process::geteuid().is_root() {
        ""
    } else {
        "sudo "
    };
    format!(
        "On Debian and Ubuntu, run `{sudo}apt-get install -y --no-install-recommends {packages}`; elsewhere, install \
         your system's packages of the same programs"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_prerequisites_are_listed_in_one_error() {
        assert!(report(&[]).is_ok());
        let error = report(&["a compiler".to_owned(), "disk space".to_owned()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "nothing was built, because this machine lacks:\n  - a compiler\n  - disk space"
        );
    }

    #[test]
    fn unwritable_folder_is_detected() {
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
    fn free_space_is_known_for_a_folder_that_does_not_exist_yet() {
        let folder = std::env::temp_dir().join("no/such/folder");
        assert!(free_bytes(&folder).is_some_and(|bytes| bytes > 0));
    }
}
