//! The tests that run in a browser.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::nudges::Nudges;
use crate::setup::Browser;
use crate::temporary_folder::TemporaryFolder;
use crate::wasm::{TARGET, Wasm};
use crate::{process, variables, workspace};

pub(super) fn chromium(wasm: &Wasm) -> Result<()> {
    let browser = Browser::find()?;
    let settings = workspace::root().join("xtask/webdriver.json");
    let settings = fs::read_to_string(&settings).context("cannot read xtask/webdriver.json")?;
    let capabilities = workspace::create_dir(workspace::target())?.join("chromium.json");
    fs::write(&capabilities, with_binary(&settings, &browser.program)?)
        .with_context(|| format!("cannot write {}", capabilities.display()))?;
    run_tests(browser_tests(
        wasm,
        ("CHROMEDRIVER", browser.driver),
        &capabilities,
    )?)
}

/// Runs the SDK's tests in Firefox, which `cargo xtask setup` does not install.
pub(super) fn firefox(wasm: &Wasm) -> Result<()> {
    let browser = Browser::firefox()?;
    let capabilities = workspace::create_dir(workspace::target())?.join("firefox.json");
    let text = format!(
        r#"{{"moz:firefoxOptions":{{"binary":{:?},"args":["-headless"]}}}}"#,
        browser.program
    );
    fs::write(&capabilities, text)
        .with_context(|| format!("cannot write {}", capabilities.display()))?;
    run_tests(browser_tests(
        wasm,
        ("GECKODRIVER", browser.driver),
        &capabilities,
    )?)
}

/// Adds the path of the browser, which the driver would otherwise search for.
fn with_binary(settings: &str, program: &Path) -> Result<String> {
    let mut settings: serde_json::Value =
        serde_json::from_str(settings).context("xtask/webdriver.json is not JSON")?;
    settings["goog:chromeOptions"]["binary"] = program.to_string_lossy().into();
    Ok(settings.to_string())
}

/// Runs the tests with a temporary folder of their own, because drivers leave browser profiles there.
fn run_tests(mut cargo: Command) -> Result<()> {
    let scratch = TemporaryFolder::new()?;
    cargo.env("TMPDIR", scratch.path());
    // One program runs after the other, so all can have the same address.
    let server = free_address()?;
    cargo.env("WASM_BINDGEN_TEST_ADDRESS", server.to_string());
    let _nudges = Nudges::of(server);
    process::run_inherited(cargo)
}

fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listener = listener.context("no port is free for the tests' server")?;
    Ok(listener.local_addr()?)
}

/// Variables that select another driver, or a browser with a window.
const DRIVER_VARIABLES: [&str; 8] = [
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
        "CHROMEDRIVER" => &[
            "-p",
            "otel-web",
            "-p",
            "otel-web-dioxus",
            "-p",
            "otel-web-leptos",
            "-p",
            "otel-web-yew",
            "-p",
            "trace-viewer",
        ],
        _ => &["-p", "otel-web", "-p", "otel-web-yew"],
    };
    let what = ["test", "--lib", "--tests", "--no-fail-fast"];
    let what = [&what[..], &["--target", TARGET], crates].concat();
    let mut cargo = wasm.cargo(&what)?;
    // The runner uses the first driver that is set, and some variables change what it does.
    for variable in DRIVER_VARIABLES {
        cargo.env_remove(variable);
    }
    variables::remove_all(&mut cargo, "WASM_BINDGEN_");
    cargo.env(RUNNER, "wasm-bindgen-test-runner");
    cargo.env(driver.0, driver.1);
    cargo.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
    // In seconds. On a busy machine the start of the driver alone takes several.
    cargo.env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    // For all tests of a program. Each of them waits for at most 30 seconds.
    cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "600");
    Ok(cargo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_name_the_browser() {
        let settings = r#"{"goog:chromeOptions":{"args":["no-sandbox"]}}"#;
        let capabilities = with_binary(settings, Path::new("/my \"own\"/chrome")).unwrap();
        let capabilities: serde_json::Value = serde_json::from_str(&capabilities).unwrap();
        let options = &capabilities["goog:chromeOptions"];
        assert_eq!(options["binary"], "/my \"own\"/chrome");
        assert_eq!(options["args"][0], "no-sandbox");
    }
}
