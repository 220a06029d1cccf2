//! Documentation comments: links and Markdown, also of private items.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::build::host_cargo;
use crate::process;

/// Fails if rustdoc has warnings.
///
/// `--examples` selects the features of dev-dependencies, too. No package has example targets. Without it, cargo would
/// check tokio and all crates above it again: clippy has checked them with these features.
pub(super) fn check() -> Result<()> {
    let mut cargo = host_cargo(&["doc", "--workspace", "--no-deps"])?;
    cargo.args(["--document-private-items", "--lib", "--examples"]);
    for program in programs_without_library()? {
        cargo.args(["--bin", &program]);
    }
    cargo.env("RUSTDOCFLAGS", "-D warnings");
    process::run_inherited(cargo).context("the documentation has warnings")
}

fn programs_without_library() -> Result<Vec<String>> {
    let metadata = host_cargo(&["metadata", "--no-deps", "--format-version", "1"])?;
    let metadata: Value = serde_json::from_str(&process::read(metadata)?)?;
    let packages = metadata["packages"].as_array();
    let packages = packages.context("`cargo metadata` has no packages")?;
    Ok(packages.iter().flat_map(documented_programs).collect())
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
        let programs = programs_without_library().unwrap();
        assert!(
            programs.iter().any(|program| program == "xtask"),
            "{programs:?}"
        );
    }
}
