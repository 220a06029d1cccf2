//! The measurements. `bench sdk`, `delivery`, `causality` and `soak` measure the SDK in a real browser,
//! `bench gateway` the cost of received spans, `bench gateway-load` and `bench backend` latencies among hostile clients.
//!
//! Each builds what it needs and runs a program of `bench/`.

use std::process::Command;

use anyhow::Result;

use crate::build::{self, Profile, host_cargo};
use crate::setup::{self, Browser, Needs};
use crate::wasm::Wasm;
use crate::{bench_pages, gateway_peers, prerequisites, process};

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

/// Measures whether the spans of fifty interleaved actions are in the right traces; compares with OpenTelemetry JS.
pub(crate) fn causality() -> Result<()> {
    let wasm = prepare(Needs::NODE)?;
    causality_page(&wasm, Profile::Release)?;
    for peer in ["", "otel-js", "causality"] {
        bench_pages::npm(peer)?;
    }
    bench_pages::bundle("causality/build.mjs")?;
    process::run_inherited(runner("causality", &[])?)
}

/// The same as a test of otel-web alone: fails if a span is not in its action's trace.
pub(crate) fn check_causality(wasm: &Wasm) -> Result<()> {
    causality_page(wasm, Profile::Debug)?;
    process::run_inherited(runner("causality", &["--check"])?)
}

/// Measures the memory that a page retains after an hour of clicking.
pub(crate) fn soak(arguments: &[&str]) -> Result<()> {
    causality_page(&prepare(Needs::HOST)?, Profile::Release)?;
    process::run_inherited(runner("soak", arguments)?)
}

/// Prepares optimized pages and a browser, and `more`.
fn prepare(more: Needs) -> Result<Wasm> {
    let pages = Needs::BINDGEN.and(Needs::OPTIMIZER);
    setup::prepare(pages.and(Needs::BROWSER).and(more), |_, _| Ok(()))
}

fn causality_page(wasm: &Wasm, profile: Profile) -> Result<()> {
    bench_pages::wasm(wasm, "causality-page", "causality-otel-web", profile)
}

fn runner(measurement: &str, arguments: &[&str]) -> Result<Command> {
    let mut runner = host_cargo(&["run", "--quiet", "--package", "bench-runner", "--"])?;
    runner.arg(measurement).arg(bench_pages::pages());
    runner
        .args(arguments)
        .env("CHROME", Browser::find()?.program);
    Ok(runner)
}
