//! Where things are: the repository, what is built into it, and the home of the tools.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The folder with the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// Everything that is generated lives here, so that `cargo clean` removes all of it.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Makes `folder` if needed and hands it back.
pub(crate) fn made(folder: PathBuf) -> Result<PathBuf> {
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

/// The home of the tools: shared by all checkouts, safe to delete.
pub(crate) fn tools() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CRUDDUR_TOOLS") {
        return std::path::absolute(home).context("CRUDDUR_TOOLS is not a usable path");
    }
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| env::home_dir().map(|home| home.join(".cache")));
    Ok(cache
        .context("no home folder: set CRUDDUR_TOOLS to where the tools may live")?
        .join("cruddur"))
}

/// The version that `Cargo.lock` fixes for `package`.
pub(crate) fn locked_version(package: &str) -> Result<String> {
    let path = root().join("Cargo.lock");
    let lock = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    version_in(&lock, package).with_context(|| format!("Cargo.lock has no package `{package}`"))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_belongs_to_the_package_of_exactly_that_name() {
        let lock = "[[package]]\nname = \"yew-router\"\nversion = \"0.20.0\"\n\n[[package]]\nname = \"yew\"\nversion = \"0.23.0\"\n";
        assert_eq!(version_in(lock, "yew").as_deref(), Some("0.23.0"));
        assert_eq!(version_in(lock, "gloo"), None);
    }
}
