//! The bill of materials, as [CycloneDX 1.6](https://cyclonedx.org/docs/1.6/json/) JSON.
//!
//! It has the four programs, the packages that are compiled into each of them, and what depends on what. Build and test
//! dependencies are left out. It has neither a time nor a random serial number, so that the same sources give the same
//! file.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::licenses::Artifact;
use crate::licenses::packages::{array, is_normal, metadata, reachable, text};
use crate::workspace;

/// The components and the edges between them, by reference.
#[derive(Debug, Default)]
struct Bill {
    components: BTreeMap<String, Value>,
    dependencies: BTreeMap<String, BTreeSet<String>>,
}

/// Returns the bill of materials of all programs.
pub(super) fn render() -> Result<String> {
    let lock = std::fs::read_to_string(workspace::root().join("Cargo.lock"))
        .context("cannot read Cargo.lock")?;
    let sums = checksums(&lock);
    let mut bill = Bill::default();
    let version = workspace::locked_version(Artifact::BackEnd.package())?;
    let product = format!("cruddur-distribution@{version}");
    let mut metadata_by_target = BTreeMap::new();
    for artifact in Artifact::ALL {
        let target = artifact.target()?;
        if !metadata_by_target.contains_key(&target) {
            metadata_by_target.insert(target.clone(), metadata(&target)?);
        }
        let program = bill.add(&metadata_by_target[&target], artifact.package(), &sums)?;
        let contents = bill.dependencies.entry(product.clone()).or_default();
        contents.insert(program);
    }
    let text = serde_json::to_string_pretty(&bill.into_json(&product, &version))?;
    Ok(text + "\n")
}

/// Returns the SHA-256 sums of packages in `Cargo.lock`, by name and version.
fn checksums(lock: &str) -> BTreeMap<(&str, &str), &str> {
    let packages = lock.split("[[package]]").skip(1);
    packages
        .filter_map(|package| {
            let value = |key: &str| {
                let mut lines = package.lines();
                lines.find_map(|line| {
                    line.strip_prefix(key)?
                        .strip_prefix(" = \"")?
                        .strip_suffix('"')
                })
            };
            Some(((value("name")?, value("version")?), value("checksum")?))
        })
        .collect()
}

impl Bill {
    /// Adds the package `root` with everything it contains, and returns its reference.
    fn add(
        &mut self,
        metadata: &Value,
        root: &str,
        sums: &BTreeMap<(&str, &str), &str>,
    ) -> Result<String> {
        let used = reachable(metadata, root)?;
        let packages = array(&metadata["packages"]);
        let packages: BTreeMap<&str, &Value> = packages
            .map(|package| (text(&package["id"]), package))
            .filter(|(id, _)| used.contains(id))
            .collect();
        let root_package = packages
            .values()
            .find(|package| package["name"] == root)
            .with_context(|| format!("the workspace has no package {root}"))?;
        for package in packages.values() {
            let is_program = package["name"] == root;
            let component = component(package, is_program, sums);
            self.components.insert(reference(package), component);
        }
        for node in array(&metadata["resolve"]["nodes"]) {
            let Some(package) = packages.get(text(&node["id"])) else {
                continue;
            };
            let needed = array(&node["deps"])
                .filter(|dependency| is_normal(dependency))
                .filter_map(|dependency| packages.get(text(&dependency["pkg"])))
                .map(|package| reference(package));
            let edges = self.dependencies.entry(reference(package)).or_default();
            edges.extend(needed);
        }
        Ok(reference(root_package))
    }

    fn into_json(self, product: &str, version: &str) -> Value {
        let dependencies: Vec<Value> = self
            .dependencies
            .iter()
            .map(|(package, needed)| json!({ "ref": package, "dependsOn": needed }))
            .collect();
        json!({
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "component": {
                    "type": "application",
                    "bom-ref": product,
                    "name": "cruddur",
                    "version": version,
                    "licenses": [{ "expression": "MIT OR Apache-2.0" }],
                },
            },
            "components": self.components.into_values().collect::<Vec<_>>(),
            "dependencies": dependencies,
        })
    }
}

/// Returns the package URL of a package from the registry. Packages of this workspace have none.
fn reference(package: &Value) -> String {
    let (name, version) = (text(&package["name"]), text(&package["version"]));
    if package["source"].is_string() {
        // A `+` separates build metadata, and has to be encoded.
        format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
    } else {
        format!("{name}@{version}")
    }
}

fn component(package: &Value, is_program: bool, sums: &BTreeMap<(&str, &str), &str>) -> Value {
    let (name, version) = (text(&package["name"]), text(&package["version"]));
    let reference = reference(package);
    let mut component = json!({
        "type": if is_program { "application" } else { "library" },
        "bom-ref": reference,
        "name": name,
        "version": version,
    });
    if let Some(license) = package["license"].as_str() {
        // The form with a slash is older than SPDX's expressions.
        let expression = license.replace('/', " OR ").replace("  ", " ");
        component["licenses"] = json!([{ "expression": expression }]);
    }
    if package["source"].is_string() {
        component["purl"] = json!(reference);
    }
    if let Some(sum) = sums.get(&(name, version)) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
    }
    if let Some(url) = package["repository"].as_str().filter(|_| !is_program) {
        component["externalReferences"] = json!([{ "type": "vcs", "url": url }]);
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bill() -> Value {
        serde_json::from_str(&render().unwrap()).unwrap()
    }

    #[test]
    fn each_program_has_its_packages() {
        let bill = bill();
        let names = |kind: &str| -> BTreeSet<String> {
            let components = array(&bill["components"]);
            components
                .filter(|component| component["type"] == kind)
                .map(|component| text(&component["name"]).to_owned())
                .collect()
        };
        let programs = names("application");
        let expected = Artifact::ALL.map(|artifact| artifact.package().to_owned());
        assert_eq!(programs, BTreeSet::from(expected));
        let libraries = names("library");
        for library in ["axum", "otel-web", "rustls", "yew"] {
            assert!(libraries.contains(library), "{library}");
        }
        for unused in ["thirtyfour", "wasm-bindgen-test", "xtask"] {
            assert!(!libraries.contains(unused), "{unused} is not distributed");
        }
    }

    #[test]
    fn references_are_unique_and_resolve() {
        let bill = bill();
        let mut known: Vec<&str> = array(&bill["components"])
            .map(|component| text(&component["bom-ref"]))
            .collect();
        known.push(text(&bill["metadata"]["component"]["bom-ref"]));
        let unique: BTreeSet<&str> = known.iter().copied().collect();
        assert_eq!(unique.len(), known.len());
        for dependency in array(&bill["dependencies"]) {
            assert!(unique.contains(text(&dependency["ref"])), "{dependency}");
            for needed in array(&dependency["dependsOn"]) {
                assert!(unique.contains(text(needed)), "{needed}");
            }
        }
    }

    #[test]
    fn registry_package_has_url_sum_and_license() {
        let package = json!({
            "name": "a", "version": "1.0.0+sqlite", "license": "MIT/Apache-2.0",
            "source": "registry+index", "repository": "https://a.example",
        });
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0+sqlite\"\nchecksum = \"c0ffee\"\n";
        let component = component(&package, false, &checksums(lock));
        assert_eq!(component["purl"], "pkg:cargo/a@1.0.0%2Bsqlite");
        assert_eq!(component["hashes"][0]["content"], "c0ffee");
        assert_eq!(component["licenses"][0]["expression"], "MIT OR Apache-2.0");
    }

    #[test]
    fn bill_is_the_same_each_time() {
        assert_eq!(render().unwrap(), render().unwrap());
    }
}
