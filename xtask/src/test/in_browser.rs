//! The browser SDK's tests, in the browsers that are there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::setup::Browser;
use crate::temporary_folder::TemporaryFolder;
use crate::wasm::{TARGET, Wasm};
use crate::{process, variables, workspace};

pub(super) fn chromium(wasm: &Wasm) -> Result<()> {
    let browser = Browser::find()?;
    let settings = workspace::root().join("xtask/webdriver.json");
    let settings = fs::read_to_string(&settings).context("cannot read xtask/webdriver.json")?;
    let capabilities = workspace::made(workspace::target())?.join("chromium.json");
    fs::write(&capabilities, with_binary(&settings, &browser.program)?)
        .context("the settings for Chromium were not written")?;
    run_tests(browser_tests(
        wasm,
        ("CHROMEDRIVER", browser.driver),
        &capabilities,
    )?)
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
    run_tests(browser_tests(
        wasm,
        ("GECKODRIVER", browser.driver),
        &capabilities,
    )?)
}

/// The driver looks for a browser itself, unless it is told of one.
fn with_binary(settings: &str, program: &Path) -> Result<String> {
    let mut settings: serde_json::Value =
        serde_json::from_str(settings).context("xtask/webdriver.json is not JSON")?;
    settings["goog:chromeOptions"]["binary"] = program.to_string_lossy().into();
    Ok(settings.to_string())
}

/// The drivers leave profiles where temporary files go: in a folder of its own, which goes with the tests.
fn run_tests(mut cargo: Command) -> Result<()> {
    let scratch = TemporaryFolder::new()?;
    cargo.env("TMPDIR", scratch.path());
    process::run_plainly(cargo)
}

/// Other drivers, and a browser with a window that waits for a person.
const ELSEWHERE: [&str; 8] = [
    "CHROMEDRIVER",
    "CHROMEDRIVER_REMOTE",
    "GECKODRIVER",
    "GECKODRIVER_REMOTE",
    "MSEDGEDRIVER_REMOTE",
    "NO_HEADLESS",
    "SAFARIDRIVER",
    "SAFARIDRIVER_REMOTE",
];

const RUNNER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER";

fn browser_tests(wasm: &Wasm, driver: (&str, PathBuf), capabilities: &Path) -> Result<Command> {
    // The viewer's component tests measure layouts, which differ from browser to browser.
    let crates: &[&str] = match driver.0 {
        "CHROMEDRIVER" => &["-p", "otel-web", "-p", "otel-web-yew", "-p", "trace-viewer"],
        _ => &["-p", "otel-web", "-p", "otel-web-yew"],
    };
    let what = [&["test", "--lib", "--tests", "--target", TARGET], crates].concat();
    let mut cargo = wasm.cargo(&what)?;
    // The runner takes the first driver it is told of, and some variables turn it into another program.
    for variable in ELSEWHERE {
        cargo.env_remove(variable);
    }
    variables::remove_all(&mut cargo, "WASM_BINDGEN_");
    cargo.env(RUNNER, "wasm-bindgen-test-runner");
    cargo.env(driver.0, driver.1);
    cargo.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
    // Seconds until the driver must answer; on a busy machine its start alone takes several.
    cargo.env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    Ok(cargo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_driver_is_told_which_browser_to_start() {
        let settings = r#"{"goog:chromeOptions":{"args":["no-sandbox"]}}"#;
        let told = with_binary(settings, Path::new("/my \"own\"/chrome")).unwrap();
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let options = &told["goog:chromeOptions"];
        assert_eq!(options["binary"], "/my \"own\"/chrome");
        assert_eq!(options["args"][0], "no-sandbox");
    }
}
