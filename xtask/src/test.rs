//! `cargo xtask test`: runs all tests, or the parts that are named.

mod exporters;
mod in_browser;
mod nudges;
mod openapi;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use postgres_server::Server;

use crate::build::{self, Profile, host_cargo};
use crate::setup::{self, Browser, Needs};
use crate::symbols::Symbols;
use crate::wasm::Wasm;
use crate::wasm_page::WasmPage;
use crate::{clock, measure, members, packages, parts, process, term, tree, workspace};

/// A part of the tests. It installs only its own needs.
struct Part {
    /// The argument that selects it.
    name: &'static str,
    description: &'static str,
    needs: Needs,
    run: Run,
}

/// A part runs with or without a compiler for the browser.
enum Run {
    Host(fn() -> Result<()>),
    Browser(fn(&Wasm) -> Result<()>),
}

const PARTS: [Part; 8] = [
    Part {
        name: "unit",
        description: "native tests of all crates, and of the API on PostgreSQL",
        needs: Needs::POSTGRES,
        run: Run::Host(unit),
    },
    Part {
        name: "openapi",
        description: "schemathesis: the running back end and its OpenAPI document",
        needs: Needs::PYTHON,
        run: Run::Host(openapi::run),
    },
    Part {
        name: "wasm",
        description: "the browser SDK and the viewer's components in headless Chromium",
        needs: Needs::BINDGEN.and(Needs::BROWSER),
        run: Run::Browser(in_browser::chromium),
    },
    Part {
        name: "causality",
        description: "fifty interleaved actions, each span in its trace",
        needs: Needs::BINDGEN.and(Needs::BROWSER),
        run: Run::Browser(measure::check_causality),
    },
    Part {
        name: "journeys",
        description: "a person's clicks over the real stack",
        needs: Needs::PAGE
            .and(Needs::OPTIMIZER)
            .and(Needs::BROWSER)
            .and(Needs::NODE),
        run: Run::Browser(journeys),
    },
    Part {
        name: "dev",
        description: "the development stack starts and ends as one",
        needs: Needs::PAGE,
        run: Run::Browser(dev),
    },
    Part {
        name: "firefox",
        description: "the browser SDK in headless Firefox",
        needs: Needs::BINDGEN,
        run: Run::Browser(in_browser::firefox),
    },
    Part {
        name: "exporters",
        description: "OpenTelemetry's exporters, AWS's SDK and moto with the gateway",
        needs: Needs::PYTHON.and(Needs::NODE),
        run: Run::Host(exporters::run),
    },
];

/// The variable of Rust's test harness for the number of tests that run at once.
const TEST_THREADS: &str = "RUST_TEST_THREADS";

/// The parts that run only if they are named, because `cargo xtask setup` does not install what they need.
const ON_REQUEST: [&str; 2] = ["firefox", "exporters"];

/// Runs the named parts, or all of them. Fails if one of them fails.
pub(crate) fn run(names: &[&str]) -> Result<()> {
    let parts = select(names)?;
    let needs = parts
        .iter()
        .fold(Needs::HOST, |needs, part| needs.and(part.needs));
    let wasm = set_up(needs, &parts)?;
    let mut results = Vec::new();
    for part in parts {
        process::print(&format!(
            "\n{} {}: {}",
            term::bold("test"),
            term::bold(part.name),
            part.description
        ));
        let began = Instant::now();
        let result = match (&part.run, &wasm) {
            (Run::Host(run), _) => run(),
            (Run::Browser(run), Some(wasm)) => run(wasm),
            (Run::Browser(_), None) => bail!("{} needs a compiler for the browser", part.name),
        };
        results.push((part, result, began.elapsed()));
    }
    summarize(&results)
}

/// Installs the needs of the parts. Returns a compiler for the browser if one of them needs it.
fn set_up(needs: Needs, parts: &[&Part]) -> Result<Option<Wasm>> {
    if !needs.wasm {
        return setup::prepare_host(needs).map(|()| None);
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
    parts::check(names, &PARTS.each_ref().map(|part| part.name))?;
    let find = |name: &&str| PARTS.iter().find(|part| part.name == *name);
    Ok(names.iter().filter_map(find).collect())
}

fn summarize(results: &[(&Part, Result<()>, Duration)]) -> Result<()> {
    process::print("");
    for (part, result, elapsed) in results {
        let status = if result.is_ok() {
            term::green("passed")
        } else {
            term::red("FAILED")
        };
        process::print(&format!(
            "{status}  {:<9} {:>13}  {}",
            part.name,
            clock::human(*elapsed),
            part.description
        ));
    }
    let failed = results
        .iter()
        .filter_map(|(part, result, _)| Some((part.name, result.as_ref().err()?)));
    let failed: Vec<_> = failed
        .map(|(name, error)| format!("\n  {name}: {error:#}"))
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        bail!(
            "{} of {} parts failed:{}",
            failed.len(),
            results.len(),
            failed.concat()
        )
    }
}

/// Compiles while tools are installed, because that leaves a core idle.
fn compile_native_tests() -> Result<()> {
    process::step("tests", "compiling the native tests", || {
        process::run("tests", host_tests(&["--no-run"])?)
    })
}

fn unit() -> Result<()> {
    let mut cargo = host_tests(&["--no-fail-fast"])?;
    cargo.env(TEST_THREADS, waiting_tests());
    let native = process::run_inherited(cargo);
    let on_postgres = contract_on_postgres().context("the back end's tests on PostgreSQL");
    native.and(on_postgres)
}

/// Runs the tests of the back end's API again, on a PostgreSQL server.
fn contract_on_postgres() -> Result<()> {
    process::print("postgres: starting a temporary server for the tests of the API");
    let server = Server::start()?;
    let mut cargo = integration_tests(&["api"])?;
    cargo.env("CRUDDUR_TEST_POSTGRES", server.address());
    cargo.env(TEST_THREADS, waiting_tests());
    process::run_inherited(cargo)
}

/// Returns how many tests to run at once if most of their time is spent waiting for servers and
/// disks: twice as many as there are processors.
fn waiting_tests() -> String {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    (2 * processors).to_string()
}

fn journeys(wasm: &Wasm) -> Result<()> {
    let servers = build::servers()?;
    let viewer = build::viewer(wasm, Profile::Debug)?;
    let page = build::development_page(wasm)?;
    let panic_page = panic_page(wasm, &servers.gateway)?;
    build::examples(wasm)?;
    let browser = Browser::find()?;
    let modules = packages::npm(&workspace::root().join("tests/axe"))?;
    let mut cargo = integration_tests(&["journeys"])?;
    cargo
        .env("CRUDDUR_DIST", page)
        .env("CRUDDUR_PANIC_PAGE", panic_page)
        .env("CRUDDUR_TEST_NODE_MODULES", modules)
        .env("OTEL_WEB_GATEWAY_VIEWER_DIR", viewer);
    cargo.env("CRUDDUR_BACKEND_BIN", servers.back_end);
    cargo.env("CRUDDUR_GATEWAY_BIN", servers.gateway);
    cargo
        .env("CHROME", browser.program)
        .env("CHROMEDRIVER", browser.driver);
    process::run_inherited(cargo)
}

/// Builds an optimized page that panics, with the names of its functions in `symbols` beside it. The optimized Cruddur
/// would take minutes.
fn panic_page(wasm: &Wasm, gateway: &Path) -> Result<PathBuf> {
    const PACKAGE: &str = "panic-page";
    let folder = workspace::create_dir(workspace::target().join(PACKAGE))?;
    let symbols = Symbols::new(folder.with_extension("symbols"), gateway.to_owned());
    process::step(
        "panic page",
        "building an optimized page that panics",
        || {
            let page = WasmPage {
                label: "panic-page",
                package: PACKAGE,
                features: "",
                profile: Profile::Release,
                symbols: Some(&symbols),
            };
            page.build(wasm, &folder)?;
            let document = workspace::root()
                .join("tests")
                .join(PACKAGE)
                .join("index.html");
            tree::copy_into(&document, &folder)
        },
    )?;
    Ok(folder)
}

fn dev(_: &Wasm) -> Result<()> {
    process::run_inherited(integration_tests(&["dev", "settings"])?)
}

/// Returns a command that runs the integration tests of these names.
fn integration_tests(names: &[&str]) -> Result<Command> {
    let mut cargo = host_tests(&["--no-fail-fast"])?;
    for name in names {
        cargo.args(["--test", name]);
    }
    Ok(cargo)
}

/// Returns a command that runs the tests of all packages for this machine.
fn host_tests(options: &[&str]) -> Result<Command> {
    host_cargo(&[&["test"], &members::of_this_machine()[..], options].concat())
}
