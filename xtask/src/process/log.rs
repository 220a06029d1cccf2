//! The output of child processes: all of it in files below `target/logs`, and the part that explains a failure in
//! memory.

use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::workspace;

/// How many of the last lines are shown if there is no error among them.
const MAX_LAST_LINES: usize = 12;

/// How many lines are shown, from the first error on.
const MAX_ERROR_LINES: usize = 60;

/// The labels whose file this run has truncated. Later commands with the same label append to it.
static TRUNCATED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The output of one child process.
#[derive(Debug, Default)]
pub(crate) struct Log {
    path: Option<PathBuf>,
    file: Option<File>,
    last: VecDeque<String>,
    errors: Vec<String>,
}

impl Log {
    /// Opens the file of `label` and writes `title` into it. If that fails, lines are only kept in memory.
    pub(super) fn open(label: &str, title: &str) -> Self {
        let path = path(label);
        let mut file = open_file(label, &path).ok();
        if let Some(file) = &mut file {
            // A full disk must not stop the child.
            drop(writeln!(file, "$ {title}"));
        }
        Self {
            path: file.is_some().then_some(path),
            file,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, line: String) {
        if let Some(file) = &mut self.file {
            drop(writeln!(file, "{line}"));
        }
        let explains = !self.errors.is_empty() || is_error(&line);
        if explains && self.errors.len() < MAX_ERROR_LINES {
            self.errors.push(line.clone());
        }
        if self.last.len() == MAX_LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }

    pub(super) fn has_error(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Returns the newest line that contains a letter or a digit.
    pub(super) fn last_line(&self) -> Option<&str> {
        let mut lines = self.last.iter().rev();
        let line = lines.find(|line| line.contains(char::is_alphanumeric));
        line.map(String::as_str)
    }

    /// Returns the lines from the first error on, else the last lines, oldest first.
    pub(super) fn excerpt(&self) -> Vec<String> {
        if self.errors.is_empty() {
            self.last.iter().cloned().collect()
        } else {
            self.errors.clone()
        }
    }

    pub(super) fn path(&self) -> Option<PathBuf> {
        self.path.clone()
    }
}

/// Returns the path of the log of `label`, relative to the repository.
pub(crate) fn display_path(label: &str) -> String {
    let path = path(label);
    let below = path.strip_prefix(workspace::root());
    below.unwrap_or(&path).display().to_string()
}

fn path(label: &str) -> PathBuf {
    let name = format!("{}.log", label.replace(' ', "-"));
    workspace::target().join("logs").join(name)
}

fn open_file(label: &str, path: &PathBuf) -> std::io::Result<File> {
    let mut truncated = TRUNCATED.lock().unwrap_or_else(PoisonError::into_inner);
    fs::create_dir_all(workspace::target().join("logs"))?;
    let mut options = OpenOptions::new();
    // All writers append, so two programs with one label do not overwrite each other.
    let file = options.create(true).append(true).open(path)?;
    if truncated.insert(label.to_owned()) {
        file.set_len(0)?;
    }
    Ok(file)
}

/// Recognizes the errors of cargo, rustc, trunk, npm, curl and cargo-deny, with or without colors.
fn is_error(line: &str) -> bool {
    let plain = plain(line);
    let plain = plain.trim_start();
    ["error:", "error[", "error ", "npm error", "npm ERR!", "E: "]
        .iter()
        .any(|start| plain.starts_with(start))
        || plain.contains(" ERROR ")
        || plain.contains("[ERROR]")
}

/// Removes the escape sequences of colors.
fn plain(line: &str) -> String {
    let mut parts = line.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.split_once('m').map_or(part, |(_, rest)| rest);
        text + rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(lines: &[&str]) -> Log {
        let mut log = Log::default();
        lines.iter().for_each(|line| log.add((*line).to_owned()));
        log
    }

    #[test]
    fn excerpt_without_an_error_has_the_last_lines() {
        let lines: Vec<String> = (0..MAX_LAST_LINES + 3)
            .map(|number| number.to_string())
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let excerpt = log(&lines).excerpt();
        assert_eq!(excerpt.first().map(String::as_str), Some("3"));
        assert_eq!(excerpt.len(), MAX_LAST_LINES);
    }

    #[test]
    fn excerpt_starts_at_the_first_error_and_is_bounded() {
        let mut lines = vec![
            "   Compiling a v0.1.0",
            "warning: unused",
            "error[E0425]: cannot find `b`",
        ];
        lines.extend(["note"; 2 * MAX_ERROR_LINES]);
        let excerpt = log(&lines).excerpt();
        assert_eq!(
            excerpt.first().map(String::as_str),
            Some("error[E0425]: cannot find `b`")
        );
        assert_eq!(excerpt.len(), MAX_ERROR_LINES);
    }

    #[test]
    fn errors_of_all_tools_are_recognized() {
        for line in [
            "error: could not compile `a`",
            "\x1b[1m\x1b[38;5;9merror\x1b[0m\x1b[1m[E0425]: x\x1b[0m",
            "2026-01-01T00:00:00Z ERROR error from build pipeline",
            "npm error code E404",
        ] {
            assert!(is_error(line), "{line}");
        }
        assert!(!is_error("   Compiling thiserror v2.0.1"));
        assert!(!is_error("warning: errors are not handled"));
    }
}
