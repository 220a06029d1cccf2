//! Everything a person runs in this repository, as `cargo xtask <command>`.
//!
//! | command | what it does | where |
//! |---|---|---|
//! | `setup` | installs the tools that are missing | [`setup`] |
//! | `dev` | starts the whole stack and keeps it together | [`dev`] |
//! | `test` | runs every test: native, in the browser, journeys | [`test`] |
//! | `lint` | formatting and clippy, host and wasm | [`lint`] |
//! | `size` | what the page weighs, and how much of it is telemetry | [`size`] |
//! | `bench backend` | how long visitors of the back end wait | [`measure`] |
//! | `bench gateway` | what spans, requests and kept traces cost the gateway | [`measure`] |
//! | `bench gateway-load` | how long senders wait for the gateway, among hostile clients | [`measure`] |
//! | `bench sdk` | what a span and a start cost, ours beside other SDKs' | [`measure`] |
//! | `delivery`, `causality`, `soak` | what the SDK promises, looked at from outside | [`measure`] |
//! | `env` | the environment in which plain `trunk` and `cargo` build the page | [`wasm`] |
//!
//! The modules below them are the parts these share: [`process`] runs children and never leaves one
//! behind, [`wasm`] knows which compiler builds for the browser, [`build`] makes what is started or tested,
//! [`variables`] says what becomes of the variables that a developer may have set.

mod bare;
mod build;
mod clock;
mod commands;
mod dev;
mod feature_matrix;
mod gateway_peers;
mod http;
mod lint;
mod measure;
mod packages;
mod page_folder;
mod ports;
mod prerequisites;
mod process;
mod setup;
mod size;
mod temporary_folder;
mod term;
mod test;
#[cfg(test)]
mod tidy;
mod trunk_config;
mod variables;
mod wasm;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match process::signals::watch().and_then(|()| commands::run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            process::registry::end_all();
            process::signals::finish_if_interrupted();
            eprintln!("{} {error:#}", term::error_label());
            ExitCode::FAILURE
        }
    }
}
