//! Chromium and its driver. Only the tests need them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::apt;
use super::tool::{self, Tool};
use crate::variables;

pub(super) struct BrowserPackages;

impl Tool for BrowserPackages {
    fn name(&self) -> Result<String> {
        Ok("chromium and chromedriver".to_owned())
    }

    fn purpose(&self) -> &'static str {
        "run the tests in a browser"
    }

    fn usual_time(&self) -> &'static str {
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
    /// Finds the programs that `CHROME` and `CHROMEDRIVER` name, else the first ones on `PATH`.
    pub(crate) fn find() -> Result<Self> {
        let programs = ["chromium", "google-chrome", "chromium-browser"];
        Ok(Self {
            program: named_or_found("CHROME", &programs, SETUP)?,
            driver: named_or_found("CHROMEDRIVER", &["chromedriver"], SETUP)?,
        })
    }

    /// Returns whether `CHROME` or `CHROMEDRIVER` is set. Another browser is not installed then.
    pub(crate) fn is_named() -> bool {
        let names = ["CHROME", "CHROMEDRIVER"];
        names
            .into_iter()
            .any(|name| variables::non_empty(name).is_some())
    }

    /// Finds the programs that `FIREFOX` and `GECKODRIVER` name, else the first ones on `PATH`.
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
    if let Some(named) = variables::non_empty(variable) {
        return named_by(variable, Path::new(&named));
    }
    for program in programs {
        if let Some(path) = tool::find_program(program)? {
            return Ok(path);
        }
    }
    None.with_context(|| {
        format!(
            "{} is not installed: {advice}, or set {variable}=<path>",
            programs[0]
        )
    })
}

/// Fails rather than falling back to a program that was not asked for.
fn named_by(variable: &str, named: &Path) -> Result<PathBuf> {
    let Some(path) = resolve(named) else {
        bail!(
            "{variable}={} is not a program: correct it, or unset it to use the one on PATH",
            named.display()
        );
    };
    Ok(path)
}

/// Takes a path as it is, and looks a bare name up on `PATH`.
fn resolve(named: &Path) -> Option<PathBuf> {
    if named.components().count() == 1 && !named.is_absolute() {
        return tool::find_program(named.to_str()?).ok().flatten();
    }
    let path = std::path::absolute(named).ok()?;
    tool::is_program(&path).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_named_browser_is_an_error() {
        for name in ["/nonexistent", "no-such-browser", "/etc", "/etc/passwd"] {
            let error = named_by("CHROME", Path::new(name)).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("CHROME={name} is not a program")),
                "{error}"
            );
        }
        assert!(named_by("CHROME", Path::new("sh")).unwrap().is_absolute());
        assert_eq!(
            named_by("CHROME", Path::new("/bin/sh")).unwrap(),
            Path::new("/bin/sh")
        );
    }
}
