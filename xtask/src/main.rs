//! The developer commands of this repository: `cargo xtask <command>`.
//!
//! | command | description | module |
//! |---|---|---|
//! | `setup` | installs missing tools | [`setup`] |
//! | `dev` | runs the whole stack | [`dev`] |
//! | `test` | runs all tests | [`mod@test`] |
//! | `lint` | checks everything besides the tests | [`lint`] |
//! | `size` | measures the bytes that telemetry adds to a page | [`size`] |
//! | `bench`, `delivery`, `causality`, `soak` | measure servers and SDK | [`measure`] |
//! | `dist` | builds the folder to deploy | [`dist`] |
//! | `package` | packages the published crates, the gateway's with the viewer | [`package`] |
//! | `licenses` | writes the license notices of the dependencies | [`licenses`] |
//! | `env` | prints the environment for running `trunk` and `cargo` directly | [`wasm`] |
//!
//! They share these modules: [`process`] runs child processes and ends them, [`wasm`] finds the compiler for the
//! browser, [`build`] builds servers and pages, [`variables`] handles a developer's environment variables.

mod bench_pages;
mod build;
mod clock;
mod commands;
mod dev;
mod dist;
mod feature_matrix;
mod gateway_peers;
mod http;
mod import_names;
mod licenses;
mod lint;
mod measure;
mod measured_program;
mod members;
mod package;
mod packages;
mod parts;
mod ports;
mod prerequisites;
mod process;
mod setup;
mod size;
mod symbols;
mod temporary_folder;
mod term;
mod test;
#[cfg(test)]
mod tidy;
mod tree;
mod trunk_config;
mod variables;
mod wasm;
mod wasm_page;
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
