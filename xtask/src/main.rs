//! Everything a person runs in this repository, as `cargo xtask <command>`.
//!
//! | command | what it does | where |
//! |---|---|---|
//! | `setup` | installs the tools that are missing | [`setup`] |
//! | `dev` | starts the whole stack and keeps it together | [`dev`] |
//! | `test` | runs every test: native, in the browser, journeys | [`test`] |
//! | `lint` | formatting and clippy, host and wasm | [`lint`] |
//! | `size` | what the page weighs, and how much of it is telemetry | [`size`] |
//! | `bench gateway` | what spans, requests and kept traces cost the gateway | [`measure`] |
//! | `bench sdk` | what a span and a start cost, ours beside other SDKs' | [`measure`] |
//! | `delivery`, `causality`, `soak` | what the SDK promises, looked at from outside | [`measure`] |
//! | `env` | the environment in which plain `trunk` and `cargo` build the page | [`wasm`] |
//!
//! The modules below them are the parts these share: [`process`] runs children and never leaves one
//! behind, [`wasm`] knows which compiler builds for the browser, [`build`] makes what is started or tested.

mod bare;
mod build;
mod clock;
mod dev;
mod feature_matrix;
mod gateway_peers;
mod http;
mod lint;
mod measure;
mod packages;
mod page_folder;
mod ports;
mod process;
mod setup;
mod size;
mod term;
mod test;
#[cfg(test)]
mod tidy;
mod trunk_config;
mod wasm;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
Usage: cargo xtask <command>

  setup                 install the tools that are missing
  dev [--release]       start gateway, back end and page; Ctrl-C ends all of them
  test [PART...]        run the tests; parts: unit, wasm, causality, journeys, dev;
                        firefox and exporters only run when they are named
  lint                  check formatting and clippy, for the host and for wasm
  size                  weigh what telemetry adds to a page, beside other SDKs
  bench gateway         what the gateway takes and keeps for how much, beside rotel and
                        otelite; ROTEL_BIN and OTELITE_BIN name other versions of them
  bench sdk [--runs N] [--only SDK]
                        time and bytes of a span, time of the start, beside other SDKs
  delivery [--runs N] [--sdk SDK] [--only PART-OF-A-CASE]
                        what arrives when pages are left and receivers are down
  causality             which traces the spans of interleaved actions are in
  soak [--actions N]    what a page holds after an hour of clicking
  env                   print the variables for building the page by hand:
                        eval \"$(cargo xtask env)\" && trunk serve

Ports: CRUDDUR_PAGE_PORT (8080), CRUDDUR_API_PORT (4567), CRUDDUR_GATEWAY_PORT (4318).
Tools: CRUDDUR_TOOLS (~/.cache/cruddur).";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match process::signals::watch().and_then(|()| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            process::registry::end_all();
            process::signals::finish_if_interrupted();
            eprintln!("{} {error:#}", term::red("error:"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["setup"] => setup::everything().map(drop),
        ["dev"] => dev::run(build::Profile::Debug),
        ["dev", "--release"] => dev::run(build::Profile::Release),
        ["test", parts @ ..] => test::run(parts),
        ["lint"] => lint::run(),
        ["size"] => size::run(),
        ["bench", "sdk", options @ ..] => measure::sdk(options),
        ["bench", "gateway"] => measure::gateway(),
        ["delivery", options @ ..] => measure::delivery(options),
        ["causality"] => measure::causality(),
        ["soak", options @ ..] => measure::soak(options),
        ["env"] => wasm::print_environment(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        unknown => bail!("`{}` is not a command\n\n{USAGE}", unknown.join(" ")),
    }
}
