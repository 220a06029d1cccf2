//! The dependencies: licenses, sources, duplicates and advisories, by cargo-deny. Its settings are in `deny.toml`.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{process, setup, workspace};

/// What cargo-deny prints if it cannot download the advisory database.
const NO_DATABASE: &str = "failed to fetch advisory database";

pub(super) fn check() -> Result<()> {
    let program = match setup::cargo_deny() {
        Ok(program) => program,
        Err(error) => return super::skip("dependencies", &error),
    };
    let deny = |checks: &[&str]| {
        let mut command = process::command(
            &program,
            &["--workspace", "--locked", "check", "--hide-inclusion-graph"],
        );
        command.args(checks).current_dir(workspace::root());
        command
    };
    process::run_inherited(deny(&["bans", "licenses", "sources"]))
        .context("a dependency breaks the rules in deny.toml")?;
    advisories(deny(&["advisories"]))
}

/// The database is a git repository on github.com, which some networks do not reach.
fn advisories(command: Command) -> Result<()> {
    let Err(error) = process::run("cargo-deny", command) else {
        return Ok(());
    };
    if format!("{error:#}").contains(NO_DATABASE) {
        process::print(
            "not checked: advisories, because the database at github.com/rustsec/advisory-db cannot be downloaded",
        );
        return Ok(());
    }
    Err(error.context(
        "a dependency has an advisory: update it, or explain in deny.toml why it does not apply",
    ))
}
