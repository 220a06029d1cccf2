//! Documentation comments: links and Markdown, also of private items.

use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::build::host_cargo;
use crate::wasm::{TARGET, Wasm};
use crate::{members, process};

const OPTIONS: [&str; 4] = ["doc", "--no-deps", "--document-private-items", "--lib"];

/// Fails if rustdoc has warnings.
///
/// The packages are selected as clippy selects them, so that cargo checks no dependency again.
pub(super) fn check(wasm: &Wasm) -> Result<()> {
    let (browser, host) = programs_without_library()?;
    let mut cargo = host_cargo(&[&OPTIONS[..], &members::of_this_machine()].concat())?;
    // Selects the features of dev-dependencies, too. No package has example targets.
    cargo.arg("--examples");
    run(cargo, &host)?;
    let packages = super::BROWSER_CRATES;
    let target = ["--target", TARGET];
    run(
        wasm.cargo(&[&OPTIONS[..], &packages, &target].concat())?,
        &browser,
    )
}

fn run(mut cargo: Command, programs: &[String]) -> Result<()> {
    for program in programs {
        cargo.args(["--bin", program]);
    }
    cargo.env("RUSTDOCFLAGS", "-D warnings");
    process::run_inherited(cargo).context("the documentation has warnings")
}

/// Returns the programs that are compiled for the browser only, and the others.
fn programs_without_library() -> Result<(Vec<String>, Vec<String>)> {
    let metadata = host_cargo(&["metadata", "--no-deps", "--format-version", "1"])?;
    let metadata: Value = serde_json::from_str(&process::read(metadata)?)?;
    let packages = metadata["packages"].as_array();
    let packages = packages.context("`cargo metadata` has no packages")?;
    // Its programs are excluded with it.
    let packages = packages
        .iter()
        .filter(|package| package["name"] != members::FUZZ);
    let programs = packages.flat_map(documented_programs);
    // No program's name differs from that of its package.
    Ok(programs.partition(|program| members::is_browser_only(program)))
}

/// Returns the programs of a package, unless it has a library: the documentation of both would have the same path.
fn documented_programs(package: &Value) -> Vec<String> {
    let targets = package["targets"].as_array().into_iter().flatten();
    let (libraries, others): (Vec<_>, Vec<_>) = targets.partition(|target| is(target, "lib"));
    if !libraries.is_empty() {
        return Vec::new();
    }
    let programs = others.into_iter().filter(|target| is(target, "bin"));
    programs
        .filter_map(|target| Some(target["name"].as_str()?.to_owned()))
        .collect()
}

fn is(target: &Value, kind: &str) -> bool {
    target["kind"][0] == kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_beside_a_library_is_not_documented() {
        let library = r#"{"name": "a_b", "kind": ["lib"]}"#;
        let program = r#"{"name": "a-b", "kind": ["bin"]}"#;
        let test = r#"{"name": "t", "kind": ["test"]}"#;
        let programs = |targets: &[&str]| {
            let package = format!(r#"{{"targets": [{}]}}"#, targets.join(","));
            documented_programs(&serde_json::from_str(&package).unwrap())
        };
        assert_eq!(programs(&[program, test]), ["a-b"]);
        assert!(programs(&[library, program]).is_empty());
    }

    #[test]
    fn programs_of_this_repository_are_documented() {
        let (browser, host) = programs_without_library().unwrap();
        let has = |programs: &[String], name| programs.iter().any(|program| program == name);
        assert!(has(&host, "xtask"), "{host:?}");
        assert!(has(&browser, "example-leptos"), "{browser:?}");
    }
}
