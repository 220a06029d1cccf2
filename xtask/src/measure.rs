//! `cargo xtask bench sdk`, `delivery`, `causality` and `soak`: what the SDK promises, looked at from outside, in a
//! real browser. `bench gateway`: what spans cost where they arrive. `bench gateway-load`: how long their senders
//! wait among hostile clients. `bench backend`: what visitors wait for.
//!
//! Each builds what it needs and leaves the rest to `bench/runner` or `bench/gateway`.

use std::process::Command;

use anyhow::Result;

use crate::build::{self, Profile, host_cargo};
use crate::setup::{self, Browser, Needs};
use crate::wasm::Wasm;
use crate::{gateway_peers, page_folder, prerequisites, process};

/// What arrives when pages are left, networks fail and receivers are down; ours beside its peers.
pub(crate) fn delivery(arguments: &[&str]) -> Result<()> {
    let wasm = prepare(Needs::NODE)?;
    let servers = build::servers()?;
    page_folder::wasm(&wasm, "otel-web-page", "otel-web", Profile::Release)?;
    page_folder::peers()?;
    let mut runner = runner("delivery", arguments)?;
    runner.env("CRUDDUR_GATEWAY_BIN", servers.gateway);
    process::run_plainly(runner)
}

/// What a span and a start cost; ours beside its peers.
pub(crate) fn sdk(arguments: &[&str]) -> Result<()> {
    let wasm = prepare(Needs::NODE)?;
    page_folder::wasm(&wasm, "otel-web-page", "otel-web", Profile::Release)?;
    page_folder::peers()?;
    process::run_plainly(runner("sdk", arguments)?)
}

/// What the gateway's spans, requests and kept traces cost; beside it its peers, which are fetched.
pub(crate) fn gateway() -> Result<()> {
    prerequisites::check(Needs::HOST)?;
    let packages = ["otel-web-gateway", "bench-gateway"];
    let [gateway, bench] = build::programs("release", &["--release"], packages)?;
    let mut bench = Command::new(bench);
    bench
        .env("CRUDDUR_GATEWAY_BIN", gateway)
        .envs(gateway_peers::programs());
    process::run_plainly(bench)
}

/// How long a steady sender waits for the gateway, alone and among hostile clients; `--other PATH` measures another
/// build beside this one.
pub(crate) fn gateway_load(arguments: &[&str]) -> Result<()> {
    prerequisites::check(Needs::HOST)?;
    let packages = ["otel-web-gateway", "bench-gateway"];
    let [gateway, bench] = build::programs("release", &["--release"], packages)?;
    let mut bench = Command::new(bench);
    bench.env("CRUDDUR_GATEWAY_BIN", gateway).arg("load");
    bench.args(arguments);
    process::run_plainly(bench)
}

/// How long visitors of the back end wait, alone and among hostile clients; `--other PATH` measures another build
/// beside this one.
pub(crate) fn backend(arguments: &[&str]) -> Result<()> {
    prerequisites::check(Needs::HOST)?;
    let packages = ["cruddur-backend", "bench-backend"];
    let [backend, bench] = build::programs("release", &["--release"], packages)?;
    let mut bench = Command::new(bench);
    bench.env("CRUDDUR_BACKEND_BIN", backend).args(arguments);
    process::run_plainly(bench)
}

/// Which traces the spans of fifty interleaved actions are in; ours beside OpenTelemetry JS.
pub(crate) fn causality() -> Result<()> {
    let wasm = prepare(Needs::NODE)?;
    causality_page(&wasm, Profile::Release)?;
    for peer in ["", "otel-js", "causality"] {
        page_folder::npm(peer)?;
    }
    page_folder::bundle("causality/build.mjs")?;
    process::run_plainly(runner("causality", &[])?)
}

/// As a test: ours alone, and it fails where one span is not in its action's trace.
pub(crate) fn check_causality(wasm: &Wasm) -> Result<()> {
    causality_page(wasm, Profile::Debug)?;
    process::run_plainly(runner("causality", &["--check"])?)
}

/// What the page holds after an hour of clicking.
pub(crate) fn soak(arguments: &[&str]) -> Result<()> {
    causality_page(&prepare(Needs::HOST)?, Profile::Release)?;
    process::run_plainly(runner("soak", arguments)?)
}

/// Optimised pages, a browser, and what else is needed.
fn prepare(more: Needs) -> Result<Wasm> {
    let pages = Needs::BINDGEN.and(Needs::OPTIMIZER);
    setup::prepare(pages.and(Needs::BROWSER).and(more), |_, _| Ok(()))
}

fn causality_page(wasm: &Wasm, profile: Profile) -> Result<()> {
    page_folder::wasm(wasm, "causality-page", "causality-otel-web", profile)
}

fn runner(measurement: &str, arguments: &[&str]) -> Result<Command> {
    let mut runner = host_cargo(&["run", "--quiet", "--package", "bench-runner", "--"])?;
    runner.arg(measurement).arg(page_folder::pages());
    runner
        .args(arguments)
        .env("CHROME", Browser::find()?.program);
    Ok(runner)
}
