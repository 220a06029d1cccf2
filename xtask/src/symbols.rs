//! Moves the function names of a page out of its modules, for the stack traces of panics.
//!
//! The names take more bytes than the code. Visitors do not need them, and should not see them; the gateway reads them from
//! a folder of its own.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{build, import_names, process};

/// The folder for the names of a page, and the gateway's program, which writes them.
#[derive(Clone, Debug)]
pub(crate) struct Symbols {
    folder: PathBuf,
    gateway: PathBuf,
}

impl Symbols {
    pub(crate) fn new(folder: PathBuf, gateway: PathBuf) -> Self {
        Self { folder, gateway }
    }

    /// Returns the folder beside the page in `dist`, and builds the gateway.
    pub(crate) fn beside(dist: &Path) -> Result<Self> {
        let [gateway] = build::programs("gateway", &[], ["otel-web-gateway"])?;
        Ok(Self::new(dist.with_extension("symbols"), gateway))
    }

    /// Takes the names out of the modules in the folder `dist`.
    pub(crate) fn separate(&self, dist: &Path) -> Result<()> {
        if self.folder.starts_with(dist) {
            bail!("{} would be served to visitors", self.folder.display());
        }
        let mut gateway = process::command(&self.gateway, &["symbols", "--out"]);
        gateway.arg(&self.folder);
        gateway.args(import_names::files(dist, "wasm")?);
        process::run("symbols", gateway)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_that_is_served_is_rejected() {
        let page = Path::new("target/page");
        let symbols = Symbols::new(page.join("symbols"), PathBuf::new());
        let error = symbols.separate(page).unwrap_err();
        assert!(error.to_string().contains("served"), "{error}");
    }
}
