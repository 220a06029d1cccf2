//! Debian packages, for what has no other home: a compiler, a browser.

use anyhow::{Context as _, Result, bail};

use super::tool;
use crate::{prerequisites, process};

/// Whether [`install`] can work here at all.
pub(super) fn is_possible() -> Result<bool> {
    Ok(tool::find_program("apt-get")?.is_some() && rustix::process::geteuid().is_root())
}

/// Installs `packages`, refreshing the package lists only when they are too old to know them.
pub(super) fn install(packages: &[&str]) -> Result<()> {
    if !is_possible()? {
        bail!("{}", prerequisites::by_packages(&packages.join(" ")));
    }
    apt_install(packages).or_else(|_| {
        apt_get(&["update"])?;
        apt_install(packages).context("apt-get cannot install what is needed")
    })
}

fn apt_install(packages: &[&str]) -> Result<()> {
    apt_get(&[&["install", "-y", "--no-install-recommends"], packages].concat())
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let mut command = process::command("apt-get", &[&["-qq"], arguments].concat());
    command.env("DEBIAN_FRONTEND", "noninteractive");
    process::run("apt", command)
}
