//! Debian packages: a compiler and a browser.

use anyhow::{Context as _, Result, bail};

use super::tool;
use crate::{prerequisites, process};

/// Returns whether [`install`] can work here.
pub(super) fn is_possible() -> Result<bool> {
    Ok(tool::find_program("apt-get")?.is_some() && rustix::process::geteuid().is_root())
}

/// Installs `packages`. Updates the package lists only if the first attempt fails.
pub(super) fn install(packages: &[&str]) -> Result<()> {
    if !is_possible()? {
        bail!("{}", prerequisites::install_advice(&packages.join(" ")));
    }
    apt_install(packages).or_else(|_| {
        apt_get(&["update"])?;
        apt_install(packages)
            .with_context(|| format!("apt-get cannot install {}", packages.join(" ")))
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
