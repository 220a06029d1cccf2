//! The rules of this repository, as tests: what neither compiler nor clippy checks.
//!
//! `unwrap` outside of tests is not here, because clippy's `unwrap_used` is on for the whole workspace.

mod actions;
mod commands;
mod compilers;
mod deploy;
mod imports;
mod layers;
mod links;
mod markdown;
mod readmes;
mod sources;

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace;

/// Folders with files that are not committed.
const IGNORED: [&str; 5] = [".git", "dist", "logs", "node_modules", "target"];

/// A file of the repository.
struct File {
    /// Relative to the repository.
    path: PathBuf,
    text: String,
}

impl File {
    /// Returns the committed files with this extension below `folder`, which may be empty for all of them.
    fn all(folder: &str, extension: &str) -> Vec<Self> {
        let mut paths = Vec::new();
        collect(&workspace::root().join(folder), extension, &mut paths);
        paths.sort();
        let read = |path: PathBuf| Self {
            text: fs::read_to_string(&path).unwrap(),
            path: path.strip_prefix(workspace::root()).unwrap().to_owned(),
        };
        paths.into_iter().map(read).collect()
    }

    fn has_folder(&self, name: &str) -> bool {
        self.path.components().any(|part| part.as_os_str() == name)
    }
}

fn collect(folder: &Path, extension: &str, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if !IGNORED.iter().any(|ignored| name == *ignored) {
                collect(&path, extension, paths);
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
}

/// Fails with one line for each violation.
#[track_caller]
fn assert_no_violations(violations: impl IntoIterator<Item = String>) {
    let violations: Vec<String> = violations.into_iter().collect();
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}
