//! Commands whose arguments select parts of them.

use anyhow::{Result, bail};

/// Fails if one of `names` is not the name of a part.
pub(crate) fn check(names: &[&str], parts: &[&str]) -> Result<()> {
    match names.iter().find(|name| !parts.contains(name)) {
        Some(name) => bail!("no part `{name}`; the parts are {}", parts.join(", ")),
        None => Ok(()),
    }
}
