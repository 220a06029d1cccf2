//! How the browser is started: headless, quiet, fresh.

use std::path::{Path, PathBuf};

use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel};

/// What the session asks for, with a profile of its own.
pub(crate) fn capabilities(profile: &Path) -> ChromeCapabilities {
    let mut chrome = DesiredCapabilities::chrome();
    let profile = format!("--user-data-dir={}", profile.display());
    let flags = FLAGS.into_iter().chain([profile.as_str()]);
    let set = flags.into_iter().try_for_each(|flag| chrome.add_arg(flag));
    set.and_then(|()| {
        chrome.set_binary(&from_env("CHROME", "/usr/bin/chromium").to_string_lossy())
    })
    .and_then(|()| chrome.set_browser_log_level(LoggingPrefsLogLevel::All))
    .expect("capabilities that are plain JSON");
    chrome
}

/// Headless, able to run as root in a container, and silent towards the rest of the network.
const FLAGS: [&str; 10] = [
    "--headless=new",
    // Everything a journey opens is on this machine.
    "--no-proxy-server",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,860",
];

/// A program by an environment variable, else by its usual name.
pub(crate) fn from_env(variable: &str, default: &str) -> PathBuf {
    let named = std::env::var_os(variable).filter(|value| !value.is_empty());
    let Some(named) = named.map(PathBuf::from) else {
        return default.into();
    };
    // Another browser than the one that was asked for would be worse than none.
    let is_missing = named.components().count() > 1 && !named.is_file();
    assert!(
        !is_missing,
        "{variable}={} is no program: correct it or unset it",
        named.display()
    );
    named
}
