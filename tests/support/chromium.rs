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
const FLAGS: [&str; 9] = [
    "--headless=new",
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
    std::env::var_os(variable).map_or_else(|| default.into(), PathBuf::from)
}
