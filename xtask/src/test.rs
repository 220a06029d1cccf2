//! `cargo xtask test`: every test there is, in parts that can also be run alone.

mod exporters;
mod in_browser;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::build::{self, Profile, host_cargo};
use crate::setup::{self, Browser, Needs};
use crate::wasm::Wasm;
use crate::{clock, measure, prerequisites, process, term};

/// A part of the tests, by the name that selects it. It sets up what it needs itself and no more.
struct Part {
    name: &'static str,
    what: &'static str,
    needs: Needs,
    run: Run,
}

/// How a part runs, with a compiler for the browser or without.
enum Run {
    Host(fn() -> Result<()>),
    Browser(fn(&Wasm) -> Result<()>),
}

const PARTS: [Part; 7] = [
    Part {
        name: "unit",
        what: "native tests of all crates",
        needs: Needs::HOST,
        run: Run::Host(unit),
    },
    Part {
        name: "wasm",
        what: "the browser SDK and the viewer's components in headless Chromium",
        needs: Needs::BINDGEN.and(Needs::BROWSER),
        run: Run::Browser(in_browser::chromium),
    },
    Part {
        name: "causality",
        what: "fifty interleaved actions, each span in its trace",
        needs: Needs::BINDGEN.and(Needs::BROWSER),
        run: Run::Browser(measure::check_causality),
    },
    Part {
        name: "journeys",
        what: "a person's clicks over the real stack",
        needs: Needs::PAGE.and(Needs::BROWSER),
        run: Run::Browser(journeys),
    },
    Part {
        name: "dev",
        what: "the development stack starts and ends as one",
        needs: Needs::PAGE,
        run: Run::Browser(dev),
    },
    Part {
        name: "firefox",
        what: "the browser SDK in headless Firefox",
        needs: Needs::BINDGEN,
        run: Run::Browser(in_browser::firefox),
    },
    Part {
        name: "exporters",
        what: "OpenTelemetry's exporters, AWS's SDK and moto with the gateway",
        needs: Needs::PYTHON.and(Needs::NODE),
        run: Run::Host(exporters::run),
    },
];

/// Run only when they are named: what they need is not among the tools that are set up.
const ON_REQUEST: [&str; 2] = ["firefox", "exporters"];

/// Runs the named parts, or all of them, and fails when one of them did.
pub(crate) fn run(names: &[&str]) -> Result<()> {
    let parts = select(names)?;
    let needs = parts
        .iter()
        .fold(Needs::HOST, |needs, part| needs.and(part.needs));
    let wasm = set_up(needs, &parts)?;
    let mut outcomes = Vec::new();
    for part in parts {
        process::say(&format!(
            "\n{} {}: {}",
            term::bold("test"),
            term::bold(part.name),
            part.what
        ));
        let began = Instant::now();
        let outcome = match (&part.run, &wasm) {
            (Run::Host(run), _) => run(),
            (Run::Browser(run), Some(wasm)) => run(wasm),
            (Run::Browser(_), None) => bail!("{} has no compiler for the browser", part.name),
        };
        outcomes.push((part, outcome, began.elapsed()));
    }
    summarise(&outcomes)
}

/// Brings what the parts need; of a compiler for the browser only if one of them does.
fn set_up(needs: Needs, parts: &[&Part]) -> Result<Option<Wasm>> {
    if !needs.wasm {
        return prerequisites::check(needs).map(|()| None);
    }
    let has_unit = parts.iter().any(|part| part.name == "unit");
    let wasm = setup::prepare(needs, |_, tools_are_missing| {
        if tools_are_missing && has_unit {
            compile_native_tests()
        } else {
            Ok(())
        }
    })?;
    Ok(Some(wasm))
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
    process::step("tests", "compiling the native tests", || {
        process::run("tests", host_cargo(&["test", "--workspace", "--no-run"])?)
    })
}

fn unit() -> Result<()> {
    process::run_plainly(host_cargo(&["test", "--workspace", "--no-fail-fast"])?)
}

fn journeys(wasm: &Wasm) -> Result<()> {
    let servers = build::servers()?;
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
    ])?;
    cargo
        .env("CRUDDUR_DIST", page)
        .env("OTEL_WEB_GATEWAY_VIEWER_DIR", viewer);
    cargo.env("CRUDDUR_BACKEND_BIN", servers.back_end);
    cargo.env("CRUDDUR_GATEWAY_BIN", servers.gateway);
    cargo
        .env("CHROME", browser.program)
        .env("CHROMEDRIVER", browser.driver);
    process::run_plainly(cargo)
}

fn dev(_: &Wasm) -> Result<()> {
    process::run_plainly(host_cargo(&[
        "test",
        "--package",
        "xtask",
        "--test",
        "dev",
        "--test",
        "settings",
    ])?)
}
