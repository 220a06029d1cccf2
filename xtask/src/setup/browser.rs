//! Chromium and its driver: only the tests need them.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::apt;
use super::tool::{self, Tool};

pub(super) struct BrowserPackages;

impl Tool for BrowserPackages {
    fn name(&self) -> Result<String> {
        Ok("chromium and chromedriver".to_owned())
    }

    fn why(&self) -> &'static str {
        "the browser in which the tests click"
    }

    fn usually(&self) -> &'static str {
        "20 s"
    }

    fn find(&self) -> Result<Option<PathBuf>> {
        Ok(Browser::find().ok().map(|browser| browser.program))
    }

    fn install(&self) -> Result<()> {
        apt::install(&["chromium", "chromium-driver"])
    }
}

/// A browser that tests can drive.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) program: PathBuf,
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// The ones named by `CHROME` and `CHROMEDRIVER`, else the first on the search path.
    pub(crate) fn find() -> Result<Self> {
        let programs = ["chromium", "google-chrome", "chromium-browser"];
        Ok(Self {
            program: named_or_found("CHROME", &programs, SETUP)?,
            driver: named_or_found("CHROMEDRIVER", &["chromedriver"], SETUP)?,
        })
    }

    /// The ones named by `FIREFOX` and `GECKODRIVER`, else the first on the search path.
    pub(crate) fn firefox() -> Result<Self> {
        let install = "install Firefox and `cargo install geckodriver`";
        Ok(Self {
            program: named_or_found("FIREFOX", &["firefox", "firefox-esr"], install)?,
            driver: named_or_found("GECKODRIVER", &["geckodriver"], install)?,
        })
    }
}

const SETUP: &str = "run `cargo xtask setup`";

fn named_or_found(variable: &str, programs: &[&str], advice: &str) -> Result<PathBuf> {
    if let Some(named) = env::var_os(variable) {
        return Ok(named.into());
    }
    for program in programs {
        if let Some(path) = tool::find_program(program)? {
            return Ok(path);
        }
    }
    None.with_context(|| format!("no {}: {advice}, or name one with {variable}", programs[0]))
}
