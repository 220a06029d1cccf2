//! Folders that must not import others, so that lower layers do not depend on higher ones.

use std::collections::BTreeSet;

use super::imports::Imports;
use super::{File, assert_no_violations};

/// A folder, and the modules of its crate that it must not import.
const LAYERS: [(&str, &[&str]); 11] = [
    ("src/api", &["components", "hooks", "pages"]),
    ("src/state", &["components", "hooks", "pages"]),
    ("src/hooks", &["components", "pages"]),
    ("src/components", &["pages"]),
    ("crates/backend/src/store", &["routes", "services"]),
    ("crates/backend/src/services", &["routes"]),
    (
        "crates/gateway/src/decode",
        &["api", "edge", "sinks", "store"],
    ),
    ("crates/gateway/src/store", &["api", "edge", "sinks"]),
    ("crates/gateway/src/sinks", &["api", "edge"]),
    ("crates/viewer/src/layout", &["components", "hooks"]),
    ("crates/viewer/src/hooks", &["components"]),
];

const OTEL_WEB: &str = "crates/otel-web/src";

/// The folders and files below [`OTEL_WEB`], from the bottom to the top, and those that each may import.
const OTEL_WEB_LAYERS: [(&str, &[&str]); 14] = [
    ("browser", &[]),
    ("core", &[]),
    ("trace", &["browser", "core"]),
    ("causality", &["browser", "core", "trace"]),
    ("export", &["browser", "core", "trace"]),
    ("action", &["browser", "causality", "core", "trace"]),
    (
        "instrument",
        &["action", "browser", "causality", "core", "export", "trace"],
    ),
    (
        "http",
        &[
            "action",
            "browser",
            "causality",
            "core",
            "instrument",
            "trace",
        ],
    ),
    (
        "lifecycle",
        &["browser", "causality", "export", "instrument", "trace"],
    ),
    ("tracing", &["browser", "causality", "core", "trace"]),
    ("config", &["browser", "core", "trace"]),
    (
        "telemetry",
        &[
            "action",
            "browser",
            "causality",
            "config",
            "core",
            "export",
            "http",
            "instrument",
            "lifecycle",
            "trace",
        ],
    ),
    (
        "testing",
        &["browser", "core", "instrument", "telemetry", "trace"],
    ),
    // Documentation.
    ("guide", &[]),
];
/// Tests of the whole crate.
const OTEL_WEB_TESTS: &str = "properties";

#[test]
fn folders_of_otel_web_import_only_those_below() {
    let imports = Imports::of(OTEL_WEB).0;
    let layer = |module: &[String]| module.first().cloned();
    assert_no_violations(imports.iter().flat_map(|(module, imported)| {
        // `lib.rs` exports items of all layers.
        let own = layer(module).filter(|own| own != OTEL_WEB_TESTS);
        let allowed = OTEL_WEB_LAYERS
            .iter()
            .find(|(name, _)| Some(*name) == own.as_deref());
        let name = module.join("::");
        let unknown = own.is_some() && allowed.is_none();
        let unknown = unknown.then(|| format!("add {name} to OTEL_WEB_LAYERS"));
        let wrong = imported.iter().filter(move |target| {
            let target = layer(target);
            let is_allowed = |(_, allowed): &(&str, &[&str])| {
                target == own
                    || allowed
                        .iter()
                        .any(|allowed| Some(*allowed) == target.as_deref())
            };
            allowed.is_some_and(|allowed| !is_allowed(allowed))
        });
        let wrong =
            wrong.map(move |target| format!("{name} must not import crate::{}", target.join("::")));
        unknown.into_iter().chain(wrong).collect::<Vec<_>>()
    }));
}

#[test]
fn files_of_otel_web_do_not_import_each_other() {
    let imports = Imports::of(OTEL_WEB);
    let circles = imports.circles().into_iter().map(|circle| {
        let names: Vec<_> = circle.iter().map(|module| module.join("::")).collect();
        format!("these modules import each other: {}", names.join(", "))
    });
    assert_no_violations(circles);
}

#[test]
fn lower_layers_do_not_import_higher_ones() {
    assert_no_violations(LAYERS.iter().flat_map(|(folder, forbidden)| {
        let files = File::all(folder, "rs");
        assert!(!files.is_empty(), "{folder} has no sources: correct LAYERS");
        files.into_iter().flat_map(move |file| {
            let imported = modules(&file.text);
            let found = forbidden
                .iter()
                .filter(move |name| imported.contains(**name));
            found
                .map(|name| format!("{} must not import crate::{name}", file.path.display()))
                .collect::<Vec<_>>()
        })
    }));
}

/// Returns the modules that follow `crate::`, also those in braces.
fn modules(text: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for (start, mark) in text.match_indices("crate::") {
        let rest = &text[start + mark.len()..];
        match rest.strip_prefix('{') {
            Some(list) => found.extend(items(list).map(identifier)),
            None => {
                found.insert(identifier(rest));
            }
        }
    }
    // After a trailing comma, and in this file.
    found.remove("");
    found
}

/// Splits a list at the commas that are not in inner braces, up to its closing brace.
fn items(list: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut end) = (0, list.len());
    let mut starts = vec![0];
    for (index, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                end = index;
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => starts.push(index + 1),
            _ => {}
        }
    }
    starts
        .into_iter()
        .map(move |start| list[start..end].trim_start())
}

fn identifier(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_');
    &text[..end.unwrap_or(text.len())]
}

#[test]
fn modules_in_braces_are_found() {
    let text = "use crate::{\n    api::{self, events}, clock,\n    store::Store,\n};\ncrate::edge::take();";
    let found: Vec<&str> = modules(text).into_iter().collect();
    assert_eq!(found, ["api", "clock", "edge", "store"]);
}
