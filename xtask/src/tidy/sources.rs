//! Rules for source files.

use super::{File, assert_no_violations};
use crate::workspace;

/// A file has one type, and a type is not split over several files, so a longer file contains several types.
const MAX_LINES: usize = 600;

/// Fails with a line for each Rust file for which `violation` returns a message.
#[track_caller]
fn check(violation: impl Fn(&File) -> Option<String>) {
    let files = File::all("", "rs");
    assert!(files.len() > 20, "the sources were not found");
    assert_no_violations(files.iter().filter_map(|file| {
        let message = violation(file)?;
        Some(format!("{}: {message}", file.path.display()))
    }));
}

#[test]
fn source_files_have_at_most_600_lines() {
    check(|file| {
        let lines = file.text.lines().count();
        (lines > MAX_LINES).then(|| {
            format!("{lines} lines, the limit is {MAX_LINES}: move a type into a file of its own")
        })
    });
}

#[test]
fn modules_begin_with_documentation() {
    check(|file| {
        // The names of tests document a file of tests.
        let is_test = file.has_folder("tests") || file.path.ends_with("tests.rs");
        let is_other_attribute = |line: &&str| line.starts_with("#![") && !line.contains("doc =");
        let first = file.text.lines().find(|line| !is_other_attribute(line))?;
        let is_documented = ["//!", "#![doc =", "#![cfg_attr(doc"]
            .iter()
            .any(|start| first.starts_with(start));
        (!is_test && !is_documented).then(|| "has no `//!` at its beginning".to_owned())
    });
}

#[test]
fn nothing_is_unfinished() {
    // In two parts, so this file does not contain them.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("unimplemented", "!("),
        concat!("#[ign", "ore"),
    ];
    check(|file| {
        let found = marks.iter().find(|mark| file.text.contains(**mark))?;
        Some(format!("contains {found}: finish or remove it"))
    });
}

#[test]
fn no_private_path_is_committed() {
    let root = workspace::root().display().to_string();
    let marks = [
        root,
        concat!("/ho", "me/").to_owned(),
        concat!("/ro", "ot/").to_owned(),
    ];
    check(|file| {
        let found = marks
            .iter()
            .find(|mark| file.text.contains(mark.as_str()))?;
        Some(format!("contains the private path {found}"))
    });
}

/// Returns whether a line places a module's file elsewhere than its name says.
fn has_path_attribute(line: &str) -> bool {
    let line: String = line.split_whitespace().collect();
    let is_attribute = line.starts_with("#[") || line.starts_with("#![");
    is_attribute
        && ["[path=", ",path=", "(path="]
            .iter()
            .any(|mark| line.contains(mark))
}

#[test]
fn modules_are_in_the_files_of_their_names() {
    check(|file| {
        let found = file.text.lines().find(|line| has_path_attribute(line))?;
        let advice = "move the file to where its module is, or the shared code into a crate";
        Some(format!("{}: {advice}", found.trim()))
    });
}

#[test]
fn path_attributes_are_recognized() {
    for line in [
        r#"#[path = "tests.rs"]"#,
        r#"    #[ path="../support/mod.rs" ] mod support;"#,
        r#"#[cfg_attr(unix, path = "unix.rs")]"#,
    ] {
        assert!(has_path_attribute(line), "{line}");
    }
    for line in [
        r#"let path = "tests.rs";"#,
        r#"/// `#[path = "tests.rs"]`"#,
        r#"#[serde(rename = "path")]"#,
        r#"#[clap(long, value_name = "PATH")]"#,
    ] {
        assert!(!has_path_attribute(line), "{line}");
    }
}
