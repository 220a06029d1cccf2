//! The packages that are compiled into a program.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::build::host_cargo;
use crate::process;

/// A package from a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// An SPDX expression.
    pub(super) license: String,
    pub(super) authors: Vec<String>,
    pub(super) repository: Option<String>,
    /// The folder of its sources.
    pub(super) folder: PathBuf,
}

/// Returns the registry packages that `root` depends on for `target`, sorted by name. Build and test dependencies,
/// which are not distributed, are left out.
pub(super) fn dependencies(root: &str, target: &str) -> Result<Vec<Package>> {
    from_metadata(&metadata(target)?, root)
}

/// Returns what `cargo metadata` prints for `target`.
pub(crate) fn metadata(target: &str) -> Result<Value> {
    let arguments = [
        "metadata",
        "--locked",
        "--format-version",
        "1",
        "--filter-platform",
        target,
    ];
    let printed = process::read(host_cargo(&arguments)?)?;
    serde_json::from_str(&printed).context("cargo metadata did not print JSON")
}

fn from_metadata(metadata: &Value, root: &str) -> Result<Vec<Package>> {
    let used = reachable(metadata, root)?;
    let packages = array(&metadata["packages"]);
    let mut found: Vec<Package> = packages
        .filter(|package| used.contains(text(&package["id"])))
        // Packages of this workspace have no source.
        .filter(|package| package["source"].is_string())
        .map(parse)
        .collect();
    found.sort_by(|one, other| (&one.name, &one.version).cmp(&(&other.name, &other.version)));
    Ok(found)
}

/// Returns the ids of `root` and all packages that it contains.
pub(crate) fn reachable<'a>(metadata: &'a Value, root: &str) -> Result<BTreeSet<&'a str>> {
    let mut packages = array(&metadata["packages"]);
    let root = packages
        .find(|package| package["name"] == root && package["source"].is_null())
        .with_context(|| format!("the workspace has no package {root}"))?;
    let nodes: HashMap<&str, &Value> = array(&metadata["resolve"]["nodes"])
        .map(|node| (text(&node["id"]), node))
        .collect();
    let (mut seen, mut next) = (BTreeSet::new(), vec![text(&root["id"])]);
    while let Some(id) = next.pop() {
        if seen.insert(id)
            && let Some(node) = nodes.get(id)
        {
            let dependencies = array(&node["deps"]).filter(|dependency| is_normal(dependency));
            next.extend(dependencies.map(|dependency| text(&dependency["pkg"])));
        }
    }
    Ok(seen)
}

/// Cargo gives an ordinary dependency no kind.
pub(crate) fn is_normal(dependency: &Value) -> bool {
    array(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null())
}

fn parse(package: &Value) -> Package {
    let manifest = PathBuf::from(text(&package["manifest_path"]));
    Package {
        name: text(&package["name"]).to_owned(),
        version: text(&package["version"]).to_owned(),
        license: package["license"]
            .as_str()
            .unwrap_or("see below")
            .to_owned(),
        authors: array(&package["authors"])
            .map(|author| text(author).to_owned())
            .collect(),
        repository: package["repository"].as_str().map(str::to_owned),
        folder: manifest.parent().map(PathBuf::from).unwrap_or_default(),
    }
}

pub(crate) fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, source: Option<&str>) -> Value {
        json!({
            "id": name, "name": name, "version": "1.0.0", "license": "MIT", "authors": ["Ada"],
            "source": source, "repository": null, "manifest_path": format!("/registry/{name}/Cargo.toml"),
        })
    }

    fn node(id: &str, dependencies: &[(&str, Option<&str>)]) -> Value {
        let dependency = |(id, kind): &(&str, Option<&str>)| json!({ "pkg": id, "dep_kinds": [{ "kind": kind }] });
        json!({ "id": id, "deps": dependencies.iter().map(dependency).collect::<Vec<_>>() })
    }

    #[test]
    fn only_distributed_registry_packages_are_listed() {
        let registry = Some("registry+index");
        let metadata = json!({
            "packages": [
                package("app", None), package("own", None), package("b", registry),
                package("a", registry), package("cc", registry), package("unused", registry),
            ],
            "resolve": { "nodes": [
                node("app", &[("own", None), ("cc", Some("build"))]),
                node("own", &[("b", None), ("unused", Some("dev"))]),
                node("b", &[("a", None)]),
                node("a", &[]), node("cc", &[]), node("unused", &[]),
            ]},
        });
        let packages = from_metadata(&metadata, "app").unwrap();
        let names: Vec<&str> = packages.iter().map(|package| &*package.name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(packages[0].folder, PathBuf::from("/registry/a"));
        assert!(from_metadata(&metadata, "none").is_err());
    }
}
