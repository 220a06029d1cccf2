//! Debian packages, for what has no other home: a compiler, a browser.

use anyhow::{Context as _, Result, bail};

use super::tool;
use crate::process;

/// Installs `packages`, refreshing the package lists only when they are too old to know them.
pub(super) fn install(packages: &[&str]) -> Result<()> {
    if tool::find_program("apt-get")?.is_none() {
        bail!(
            "there is no apt-get here: install the equivalent of {} by hand",
            packages.join(" ")
        );
    }
    if !rustix::process::geteuid().is_root() {
        bail!(
            "this needs root: run `sudo apt-get install -y --no-install-recommends {}`",
            packages.join(" ")
        );
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
