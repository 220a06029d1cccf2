//! Spelling, by typos. Its settings are in `typos.toml`.

use anyhow::{Context as _, Result};

use crate::{packages, process, workspace};

/// Checks the spelling of all committed files.
pub(super) fn check() -> Result<()> {
    let requirements = workspace::root().join("xtask/tools/typos.txt");
    let folder = match packages::python("typos", &requirements) {
        Ok(folder) => folder,
        Err(error) => return super::skip("spelling", &error.context("cannot install typos")),
    };
    let mut typos = process::command(folder.join("bin/typos"), &["--hidden"]);
    typos.current_dir(workspace::root());
    process::run_inherited(typos)
        .context("correct the words above, or add exceptions to typos.toml")
}
