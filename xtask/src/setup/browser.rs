//! Chromium and its driver: only the tests need them.

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

    /// Whether `CHROME` or `CHROMEDRIVER` is set: then it is not ours to install another.
    pub(crate) fn is_named() -> bool {
        let names = ["CHROME", "CHROMEDRIVER"];
        names
            .into_iter()
            .any(|name| variables::non_empty(name).is_some())
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
    if let Some(named) = variables::non_empty(variable) {
        return named_by(variable, Path::new(&named));
    }
    for program in programs {
        if let Some(path) = tool::find_program(program)? {
            return Ok(path);
        }
    }
    None.with_context(|| format!("no {}: {advice}, or name one with {variable}", programs[0]))
}

/// Another program than the one that was asked for would be worse than none.
fn named_by(variable: &str, named: &Path) -> Result<PathBuf> {
    let Some(path) = resolve(named) else {
        bail!(
            "{variable}={} is no program: correct it, or unset it to use the one on PATH",
            named.display()
        );
    };
    Ok(path)
}

/// A path as it is, a bare name on the search path.
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
    fn a_browser_that_is_named_and_not_there_is_an_error_that_says_so() {
        for name in ["/nonexistent", "no-such-browser", "/etc", "/etc/passwd"] {
            let error = named_by("CHROME", Path::new(name)).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("CHROME={name} is no program")),
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
