//! The repository's own rules, as tests: what no compiler checks and a reader notices.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace;

/// The longest a source file may be. One type has one file, and a type is not cut up to keep its file
/// short, so this only catches a file that has collected several.
const MAX_LINES: usize = 600;

const SOURCES: [&str; 6] = ["src", "tests", "crates", "examples", "xtask", "bench"];

#[test]
fn source_files_have_at_most_600_lines() {
    report(|_, text| {
        let lines = text.lines().count();
        (lines > MAX_LINES).then(|| {
            format!("{lines} lines, the limit is {MAX_LINES}: move a type into a file of its own")
        })
    });
}

#[test]
fn every_module_says_what_it_is_for() {
    report(|path, text| {
        // A file of tests is said by the names of its tests.
        let is_module = path.components().all(|part| part.as_os_str() != "tests");
        let first = text.lines().find(|line| !line.starts_with("#!["))?;
        (is_module && !first.starts_with("//!")).then(|| "begins without a `//!` line".to_owned())
    });
}

#[test]
fn nothing_unfinished_is_kept() {
    // Written apart, so that this file does not find itself.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("unimplemented", "!("),
        concat!("#[ign", "ore"),
    ];
    report(|_, text| {
        let found = marks.iter().find(|mark| text.contains(**mark))?;
        Some(format!("contains {found}: finish it or take it out"))
    });
}

#[test]
fn nothing_depends_on_where_one_person_keeps_their_files() {
    let here = workspace::root().display().to_string();
    let marks = [
        here,
        concat!("/ho", "me/").to_owned(),
        concat!("/ro", "ot/").to_owned(),
    ];
    report(|_, text| {
        let found = marks.iter().find(|mark| text.contains(mark.as_str()))?;
        Some(format!("contains the private path {found}"))
    });
}

/// Fails with a line for each source file of which `complaint` has something to say.
fn report(complaint: impl Fn(&Path, &str) -> Option<String>) {
    let files: Vec<PathBuf> = SOURCES
        .iter()
        .flat_map(|folder| rust_files(&workspace::root().join(folder)))
        .collect();
    assert!(files.len() > 20, "the sources were not found: {files:?}");
    let complaints = files.iter().filter_map(|path| {
        let text = fs::read_to_string(path).unwrap();
        let path = path.strip_prefix(workspace::root()).unwrap();
        Some(format!("{}: {}", path.display(), complaint(path, &text)?))
    });
    let complaints: Vec<String> = complaints.collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.flatten().map(|entry| entry.path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                rust_files(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}
