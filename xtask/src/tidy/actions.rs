//! `docs/actions.md` lists all actions of the page, and each is checked by a journey.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::{File, assert_no_violations};
use crate::workspace;

/// Code before the name of an action. A name is a noun and a verb: `crud.like`.
const BEFORE_NAMES: [&str; 9] = [
    "use_action(",
    "use_form_submit(",
    "use_retryable(",
    "Retry::new(",
    "otel_web::action(",
    "data-otel-action=",
    "action=",
    "=> ",
    "Some(",
];

fn document() -> String {
    fs::read_to_string(workspace::root().join("docs/actions.md")).unwrap()
}

/// Returns the tests of the journeys: the name as `file::test`, and the text of the file.
fn journeys() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for file in File::all("tests/journeys", "rs") {
        let module = file
            .path
            .file_stem()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        for test in file.text.split("#[tokio::test").skip(1) {
            let name = test.split_once("async fn ").unwrap().1;
            let name = name.split('(').next().unwrap_or_default();
            found.insert(format!("{module}::{name}"), file.text.clone());
        }
    }
    found
}

/// Returns the texts in backticks of a line.
fn code(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

fn is_action(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|it| it.is_ascii_lowercase() || it == b'_')
    };
    name.split_once('.')
        .is_some_and(|(noun, verb)| is_word(noun) && is_word(verb))
}

#[test]
fn journeys_in_the_list_of_actions_exist() {
    let (journeys, document) = (journeys(), document());
    let named = document.lines().flat_map(code);
    let named: BTreeSet<_> = named.filter(|text| text.contains("::")).collect();
    assert!(named.len() > 20, "{named:?}");
    let is_missing = |name: &&str| **name != *"file::test" && !journeys.contains_key(*name);
    let missing = named.into_iter().filter(is_missing);
    assert_no_violations(missing.map(|name| format!("docs/actions.md: no journey `{name}`")));
}

#[test]
fn journeys_expect_the_roots_that_the_list_of_actions_names() {
    let (journeys, document) = (journeys(), document());
    let rows = document.lines().filter(|line| line.starts_with("| "));
    assert_no_violations(rows.filter_map(|row| {
        let [root, journey] = code(row)[..] else {
            return None;
        };
        // A page is opened by its URL.
        let root = if root.starts_with('/') {
            "documentLoad"
        } else {
            root
        };
        let text = journeys.get(journey)?;
        let shared = fs::read_to_string(workspace::root().join("tests/journeys/steps.rs")).unwrap();
        let expectation = format!("action(\"{root}\")");
        let is_expected = text.contains(&expectation) || shared.contains(&expectation);
        (!is_expected).then(|| format!("`{journey}` does not expect a root `{root}`"))
    }));
}

#[test]
fn all_actions_of_the_page_are_in_the_list() {
    let document = document();
    let listed: BTreeSet<_> = document.lines().flat_map(code).collect();
    let mut names = BTreeSet::new();
    for file in File::all("src", "rs") {
        for before in BEFORE_NAMES {
            for rest in file.text.split(before).skip(1) {
                let quoted = rest.trim_start().strip_prefix('"');
                let name = quoted.and_then(|rest| rest.split('"').next());
                names.extend(name.filter(|name| is_action(name)).map(str::to_owned));
            }
        }
    }
    assert!(names.len() > 30, "{names:?}");
    let missing = names.iter().filter(|name| !listed.contains(name.as_str()));
    assert_no_violations(missing.map(|name| format!("docs/actions.md lacks `{name}`")));
}

#[test]
fn all_routes_of_the_page_are_in_the_list() {
    let route = fs::read_to_string(workspace::root().join("src/route.rs")).unwrap();
    let routes = route.split_once("fn routes()").unwrap().1;
    let routes = routes.split_once(']').unwrap().0;
    let document = document();
    let missing = routes.split('"').skip(1).step_by(2);
    let missing = missing.filter(|route| !document.contains(&format!("| `{route}` |")));
    assert_no_violations(missing.map(|route| format!("docs/actions.md lacks the route `{route}`")));
}
