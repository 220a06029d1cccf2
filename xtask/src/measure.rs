//! The measurements. `bench sdk`, `delivery`, `causality` and `soak` measure the SDK in a real browser,
//! `bench gateway` the cost of received spans, `bench gateway-load` and `bench backend` latencies among hostile clients,
//! `bench api` the home feed and the cost of tracing, `bench page` the load of the home page, `partners` the servers of others.
//!
//! Each builds what it needs and runs a program of `bench/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::build::{self, Profile, host_cargo};
use crate::measured_program::Program;
use crate::setup::{self, Browser, Needs};
use crate::symbols::Symbols;
use crate::wasm::Wasm;
use crate::{bench_pages, dist, gateway_peers, packages, prerequisites, process, workspace};

/// Sends the requests of `bench api`.
const OHA: Program = Program {
    name: "oha",
    version: "1.16.0",
    features: &[],
    purpose: "sends the requests",
    usual_time: "5 to 15 min",
};

/// Measures which spans arrive when pages are left, networks fail and receivers are down; compares SDKs.
pub(crate) fn delivery(arguments: &[&str]) -> Result<()> {
    let wasm = prepare(Needs::NODE)?;
    let servers = build::servers()?;
    bench_pages::wasm(&wasm, "otel-web-page", "otel-web", Profile::Release)?;
    bench_pages::peers()?;
    let mut runner = runner("delivery", arguments)?;
    runner.env("CRUDDUR_GATEWAY_BIN", servers.gateway);
    process::run_inherited(runner)
}

/// Measures the cost of a span and of the start; compares SDKs.
pub(crate) fn sdk(arguments: &[&str]) -> Result<()> {
    let wasm = prepare(Needs::NODE)?;
    bench_pages::wasm(&wasm, "otel-web-page", "otel-web", Profile::Release)?;
    bench_pages::tracing(&wasm)?;
    bench_pages::peers()?;
    process::run_inherited(runner("sdk", arguments)?)
}

/// Measures the gateway's cost of spans, requests and stored traces, and that of its peers, which it installs.
pub(crate) fn gateway() -> Result<()> {
    prerequisites::check(Needs::HOST)?;
    let packages = ["otel-web-gateway", "bench-gateway"];
    let [gateway, bench] = build::programs("release", &["--release"], packages)?;
    let mut bench = Command::new(bench);
    bench
        .env("CRUDDUR_GATEWAY_BIN", gateway)
        .envs(gateway_peers::programs());
    process::run_inherited(bench)
}

/// Measures how long a steady sender waits for the gateway, alone and among hostile clients. `--other PATH` measures
/// another build in the same run.
pub(crate) fn gateway_load(arguments: &[&str]) -> Result<()> {
    prerequisites::check(Needs::HOST)?;
    let packages = ["otel-web-gateway", "bench-gateway"];
    let [gateway, bench] = build::programs("release", &["--release"], packages)?;
    let mut bench = Command::new(bench);
    bench.env("CRUDDUR_GATEWAY_BIN", gateway).arg("load");
    bench.args(arguments);
    process::run_inherited(bench)
}

/// Measures how long visitors of the back end wait, alone and among hostile clients. `--other PATH` measures another
/// build in the same run.
pub(crate) fn backend(arguments: &[&str]) -> Result<()> {
    prerequisites::check(Needs::HOST)?;
    let packages = ["cruddur-backend", "bench-backend"];
    let [backend, bench] = build::programs("release", &["--release"], packages)?;
    let mut bench = Command::new(bench);
    bench.env("CRUDDUR_BACKEND_BIN", backend).args(arguments);
    process::run_inherited(bench)
}

/// Measures the latency of the home feed at a fixed rate, and the throughput with and without tracing.
pub(crate) fn api(arguments: &[&str]) -> Result<()> {
    prerequisites::check(Needs::HOST)?;
    let packages = ["cruddur-backend", "otel-web-gateway", "bench-backend"];
    let [backend, gateway, bench] = build::programs("release", &["--release"], packages)?;
    let mut bench = Command::new(bench);
    bench.env("CRUDDUR_BACKEND_BIN", backend);
    bench.env("CRUDDUR_GATEWAY_BIN", gateway);
    bench.env("OHA_BIN", OHA.install()?);
    bench.arg("api").args(arguments);
    process::run_inherited(bench)
}

/// Measures how soon the home page is shown on a slow processor.
pub(crate) fn page(arguments: &[&str]) -> Result<()> {
    let wasm = prepare(Needs::PAGE)?;
    let packages = ["cruddur-backend", "otel-web-gateway"];
    let [backend, gateway] = build::programs("servers", &["--release"], packages)?;
    let folder = workspace::target().join("bench/cruddur");
    let symbols = Symbols::new(folder.with_extension("symbols"), gateway.clone());
    build::page_into(&folder, &symbols, &wasm)?;
    dist::compress_pages(&folder)?;
    let mut runner = Command::new(build::bench_runner()?);
    runner.arg("page").arg(folder).args(arguments);
    runner.env("CRUDDUR_BACKEND_BIN", backend);
    runner.env("CRUDDUR_GATEWAY_BIN", gateway);
    runner.env("CHROME", Browser::find()?.program);
    process::run_inherited(runner)
}

/// Measures whether the spans of fifty interleaved actions are in the right traces; compares with OpenTelemetry JS.
pub(crate) fn causality() -> Result<()> {
    let wasm = prepare(Needs::NODE)?;
    causality_pages(&wasm, Profile::Release)?;
    for peer in ["", "otel-js", "causality"] {
        bench_pages::npm(peer)?;
    }
    bench_pages::bundle("causality/build.mjs")?;
    process::run_inherited(runner("causality", &[])?)
}

/// The same as a test of otel-web alone: fails if a span is not in its action's trace.
pub(crate) fn check_causality(wasm: &Wasm) -> Result<()> {
    causality_pages(wasm, Profile::Debug)?;
    process::run_inherited(runner("causality", &["--check"])?)
}

/// Measures the memory that a page retains after an hour of clicking.
pub(crate) fn soak(arguments: &[&str]) -> Result<()> {
    causality_page(&prepare(Needs::HOST)?, Profile::Release)?;
    process::run_inherited(runner("soak", arguments)?)
}

/// Measures whether servers that others have made continue the traces of a page, each set up as its documentation says.
pub(crate) fn partners() -> Result<()> {
    let wasm = prepare(Needs::NODE.and(Needs::PYTHON))?;
    let servers = build::servers()?;
    bench_pages::wasm(&wasm, "otel-web-page", "otel-web", Profile::Release)?;
    let folder = workspace::root().join("bench/partners");
    let python = packages::python("partners", &folder.join("python/requirements.txt"))?;
    packages::npm(&folder.join("node"))?;
    let mut runner = runner("partners", &[])?;
    runner.arg(&folder);
    runner.env("CRUDDUR_GATEWAY_BIN", servers.gateway);
    runner.env("PARTNERS_PYTHON", python);
    runner.env("PARTNERS_AXUM", axum_partner(&folder.join("axum"))?);
    process::run_inherited(runner)
}

/// Builds the server on axum, which is a workspace of its own.
fn axum_partner(folder: &Path) -> Result<PathBuf> {
    let target = workspace::target().join("partners");
    let mut cargo = host_cargo(&["build", "--locked"])?;
    cargo.current_dir(folder).env("CARGO_TARGET_DIR", &target);
    process::step("axum", "building a server on axum", || {
        process::run("axum", cargo)
    })?;
    Ok(target.join("debug/partner-axum"))
}

/// Prepares optimized pages and a browser, and `more`.
fn prepare(more: Needs) -> Result<Wasm> {
    let pages = Needs::BINDGEN.and(Needs::OPTIMIZER);
    setup::prepare(pages.and(Needs::BROWSER).and(more), |_, _| Ok(()))
}

/// Builds the page with Yew, and the same with other frameworks.
fn causality_pages(wasm: &Wasm, profile: Profile) -> Result<()> {
    causality_page(wasm, profile)?;
    bench_pages::causality(wasm, "causality-leptos", "causality-leptos", profile)?;
    bench_pages::causality(wasm, "causality-dioxus", "causality-dioxus", profile)
}

fn causality_page(wasm: &Wasm, profile: Profile) -> Result<()> {
    bench_pages::causality(wasm, "causality-page", "causality-otel-web", profile)
}

fn runner(measurement: &str, arguments: &[&str]) -> Result<Command> {
    let mut runner = Command::new(build::bench_runner()?);
    runner.arg(measurement).arg(bench_pages::pages());
    runner
        .args(arguments)
        .env("CHROME", Browser::find()?.program);
    Ok(runner)
}
