//! The oldest compilers that the manifests name.

use std::collections::BTreeMap;

use serde_json::Value;

use super::assert_no_violations;
use crate::build::host_cargo;
use crate::process;

/// Returns the packages of the workspace.
fn packages() -> Vec<Value> {
    let metadata = host_cargo(&["metadata", "--no-deps", "--format-version", "1"]).unwrap();
    let metadata: Value = serde_json::from_str(&process::read(metadata).unwrap()).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Returns the parts of a version, so that 1.100 is later than 1.88.
fn version(package: &Value) -> Option<Vec<u32>> {
    let parts = package["rust_version"].as_str()?.split('.');
    Some(parts.map(|part| part.parse().unwrap()).collect())
}

/// Cargo reports this only to a user with an older compiler.
#[test]
fn package_needs_no_older_compiler_than_its_dependencies() {
    let packages = packages();
    let versions: BTreeMap<_, _> = packages
        .iter()
        .filter_map(|package| Some((package["name"].as_str()?, version(package)?)))
        .collect();
    assert!(versions.len() > 10, "{versions:?}");
    let mut violations = Vec::new();
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        let Some(own) = versions.get(name) else {
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            let dependency = dependency["name"].as_str().unwrap();
            if versions.get(dependency).is_some_and(|needed| needed > own) {
                violations.push(format!(
                    "{name}: its rust-version is older than that of {dependency}"
                ));
            }
        }
    }
    assert_no_violations(violations);
}
