//! The browser SDK's tests, in the browsers that are there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::setup::Browser;
use crate::wasm::{TARGET, Wasm};
use crate::{process, workspace};

pub(super) fn chromium(wasm: &Wasm) -> Result<()> {
    let capabilities = workspace::root().join("xtask/webdriver.json");
    let driver = ("CHROMEDRIVER", Browser::find()?.driver);
    process::run_plainly(tests(wasm, driver, &capabilities)?)
}

/// Only where somebody has installed it, for nothing else needs it.
pub(super) fn firefox(wasm: &Wasm) -> Result<()> {
    let browser = Browser::firefox()?;
    let capabilities = workspace::made(workspace::target())?.join("firefox.json");
    let text = format!(
        r#"{{"moz:firefoxOptions":{{"binary":{:?},"args":["-headless"]}}}}"#,
        browser.program
    );
    fs::write(&capabilities, text).context("the settings for Firefox were not written")?;
    process::run_plainly(tests(wasm, ("GECKODRIVER", browser.driver), &capabilities)?)
}

fn tests(wasm: &Wasm, driver: (&str, PathBuf), capabilities: &Path) -> Result<Command> {
    // The viewer's component tests measure layouts, which differ from browser to browser.
    let crates: &[&str] = match driver.0 {
        "CHROMEDRIVER" => &["-p", "otel-web", "-p", "otel-web-yew", "-p", "trace-viewer"],
        _ => &["-p", "otel-web", "-p", "otel-web-yew"],
    };
    let what = [&["test", "--lib", "--tests", "--target", TARGET], crates].concat();
    let mut cargo = wasm.cargo(&what)?;
    // The runner takes the first driver it is told of.
    for variable in ["CHROMEDRIVER", "GECKODRIVER"] {
        cargo.env_remove(variable);
    }
    cargo.env(driver.0, driver.1);
    cargo.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
    // Seconds until the driver must answer; on a busy machine its start alone takes several.
    cargo.env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    Ok(cargo)
}
