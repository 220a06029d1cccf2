//! `cargo xtask test`: every test there is, in parts that can also be run alone.

mod exporters;
mod in_browser;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::build::{self, Profile, host_cargo};
use crate::setup::{self, Browser, Needs};
use crate::wasm::Wasm;
use crate::{clock, measure, process, term};

/// A part of the tests, by the name that selects it.
struct Part {
    name: &'static str,
    what: &'static str,
    run: fn(&Wasm) -> Result<()>,
}

const PARTS: [Part; 7] = [
    Part {
        name: "unit",
        what: "native tests of all crates",
        run: unit,
    },
    Part {
        name: "wasm",
        what: "the browser SDK and the viewer's components in headless Chromium",
        run: in_browser::chromium,
    },
    Part {
        name: "causality",
        what: "fifty interleaved actions, each span in its trace",
        run: measure::check_causality,
    },
    Part {
        name: "journeys",
        what: "a person's clicks over the real stack",
        run: journeys,
    },
    Part {
        name: "dev",
        what: "the development stack starts and ends as one",
        run: dev,
    },
    Part {
        name: "firefox",
        what: "the browser SDK in headless Firefox",
        run: in_browser::firefox,
    },
    Part {
        name: "exporters",
        what: "OpenTelemetry's exporters, AWS's SDK and moto with the gateway",
        run: exporters::run,
    },
];

/// Run only when they are named: what they need is not among the tools that are set up.
const ON_REQUEST: [&str; 2] = ["firefox", "exporters"];

/// Runs the named parts, or all of them, and fails when one of them did.
pub(crate) fn run(names: &[&str]) -> Result<()> {
    let parts = select(names)?;
    let wasm = setup::prepare(Needs::Everything, |_, tools_are_missing| {
        if tools_are_missing {
            compile_native_tests()
        } else {
            Ok(())
        }
    })?;
    let mut outcomes = Vec::new();
    for part in parts {
        process::say(&format!(
            "\n{} {}: {}",
            term::bold("test"),
            term::bold(part.name),
            part.what
        ));
        let began = Instant::now();
        outcomes.push((part, (part.run)(&wasm), began.elapsed()));
    }
    summarise(&outcomes)
}

fn select(names: &[&str]) -> Result<Vec<&'static Part>> {
    if names.is_empty() {
        return Ok(PARTS
            .iter()
            .filter(|part| !ON_REQUEST.contains(&part.name))
            .collect());
    }
    let known = || {
        PARTS
            .iter()
            .map(|part| part.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let find = |name: &&str| PARTS.iter().find(|part| part.name == *name);
    names
        .iter()
        .map(|name| find(name).with_context(|| format!("no part `{name}`; there are {}", known())))
        .collect()
}

fn summarise(outcomes: &[(&Part, Result<()>, Duration)]) -> Result<()> {
    process::say("");
    for (part, outcome, took) in outcomes {
        let verdict = if outcome.is_ok() {
            term::green("passed")
        } else {
            term::red("FAILED")
        };
        process::say(&format!(
            "{verdict}  {:<9} {:>13}  {}",
            part.name,
            clock::human(*took),
            part.what
        ));
    }
    let failed = outcomes
        .iter()
        .filter_map(|(part, outcome, _)| Some((part.name, outcome.as_ref().err()?)));
    let failed: Vec<_> = failed
        .map(|(name, error)| format!("\n  {name}: {error:#}"))
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        bail!(
            "{} of {} parts failed:{}",
            failed.len(),
            outcomes.len(),
            failed.concat()
        )
    }
}

/// Installing tools leaves a core idle: enough to compile what needs none of them.
fn compile_native_tests() -> Result<()> {
    build::cargo("tests", &["test", "--workspace", "--no-run"])
}

fn unit(_: &Wasm) -> Result<()> {
    process::run_plainly(host_cargo(&["test", "--workspace", "--no-fail-fast"]))
}

fn journeys(wasm: &Wasm) -> Result<()> {
    build::servers()?;
    let viewer = build::viewer(wasm, Profile::Debug)?;
    let page = build::page(wasm, Profile::Debug)?;
    let browser = Browser::find()?;
    let mut cargo = host_cargo(&[
        "test",
        "--no-fail-fast",
        "--package",
        "cruddur",
        "--test",
        "*",
    ]);
    cargo
        .env("CRUDDUR_DIST", page)
        .env("OTEL_WEB_GATEWAY_VIEWER_DIR", viewer);
    cargo.env("CRUDDUR_BACKEND_BIN", build::server("cruddur-backend"));
    cargo.env("CRUDDUR_GATEWAY_BIN", build::server("otel-web-gateway"));
    cargo
        .env("CHROME", browser.program)
        .env("CHROMEDRIVER", browser.driver);
    process::run_plainly(cargo)
}

fn dev(_: &Wasm) -> Result<()> {
    process::run_plainly(host_cargo(&["test", "--package", "xtask", "--test", "dev"]))
}
