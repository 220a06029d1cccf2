//! Folders that must not import others, so that lower layers do not depend on higher ones.

use std::collections::BTreeSet;

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
