//! The browser's command-line flags and WebDriver capabilities.

use std::path::{Path, PathBuf};

use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel};

/// Returns the capabilities of a session with its own profile.
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

/// Runs headless, as root in a container if needed, and without requests of its own to the network.
const FLAGS: [&str; 10] = [
    "--headless=new",
    // Journeys only open pages on this machine.
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

/// Returns the program that an environment variable names, or else the default.
pub(crate) fn from_env(variable: &str, default: &str) -> PathBuf {
    let named = std::env::var_os(variable).filter(|value| !value.is_empty());
    let Some(named) = named.map(PathBuf::from) else {
        return default.into();
    };
    // Do not fall back to another browser than the requested one.
    let is_missing = named.components().count() > 1 && !named.is_file();
    assert!(
        !is_missing,
        "{variable}={} is not a program: correct or unset it",
        named.display()
    );
    named
}
