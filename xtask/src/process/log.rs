//! What children print: all of it in a file each, below `target/logs`, and the part that explains a failure in memory.

use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::workspace;

/// Without an error among them, the last lines say why a program ended.
const LAST_LINES: usize = 12;

/// From the first error on, this much is shown.
const ERROR_LINES: usize = 60;

/// The labels whose file this run has begun: the next command of the same label goes on in it.
static BEGUN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The lines of one child.
#[derive(Debug, Default)]
pub(crate) struct Log {
    path: Option<PathBuf>,
    file: Option<File>,
    last: VecDeque<String>,
    errors: Vec<String>,
}

impl Log {
    /// The file of `label`, in which `title` says what is about to run. Without a file, lines are only remembered.
    pub(super) fn open(label: &str, title: &str) -> Self {
        let path = path(label);
        let mut file = begin(label, &path).ok();
        if let Some(file) = &mut file {
            // A full disk must not end what runs.
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
        if explains && self.errors.len() < ERROR_LINES {
            self.errors.push(line.clone());
        }
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }

    pub(super) fn has_error(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The newest line that says something.
    pub(super) fn last_line(&self) -> Option<&str> {
        let mut lines = self.last.iter().rev();
        let said = lines.find(|line| line.contains(char::is_alphanumeric));
        said.map(String::as_str)
    }

    /// The lines from the first error on, else the last ones, oldest first.
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

/// Where the lines of `label` are, as a person at the root would name it.
pub(crate) fn shown_path(label: &str) -> String {
    let path = path(label);
    let below = path.strip_prefix(workspace::root());
    below.unwrap_or(&path).display().to_string()
}

fn path(label: &str) -> PathBuf {
    let name = format!("{}.log", label.replace(' ', "-"));
    workspace::target().join("logs").join(name)
}

fn begin(label: &str, path: &PathBuf) -> std::io::Result<File> {
    let mut begun = BEGUN.lock().unwrap_or_else(PoisonError::into_inner);
    fs::create_dir_all(workspace::target().join("logs"))?;
    let mut options = OpenOptions::new();
    // Every writer appends: another program of this name would otherwise leave holes.
    let file = options.create(true).append(true).open(path)?;
    if begun.insert(label.to_owned()) {
        file.set_len(0)?;
    }
    Ok(file)
}

/// As cargo, rustc, trunk, npm and curl begin theirs, with colours or without.
fn is_error(line: &str) -> bool {
    let plain = plain(line);
    let plain = plain.trim_start();
    ["error:", "error[", "error ", "npm error", "npm ERR!", "E: "]
        .iter()
        .any(|start| plain.starts_with(start))
        || plain.contains(" ERROR ")
}

/// Without the sequences that colour a terminal.
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
    fn without_an_error_only_the_last_lines_are_kept() {
        let lines: Vec<String> = (0..LAST_LINES + 3)
            .map(|number| number.to_string())
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let excerpt = log(&lines).excerpt();
        assert_eq!(excerpt.first().map(String::as_str), Some("3"));
        assert_eq!(excerpt.len(), LAST_LINES);
    }

    #[test]
    fn an_excerpt_begins_with_the_first_error_and_has_an_end() {
        let mut lines = vec![
            "   Compiling a v0.1.0",
            "warning: unused",
            "error[E0425]: cannot find `b`",
        ];
        lines.extend(["note"; 2 * ERROR_LINES]);
        let excerpt = log(&lines).excerpt();
        assert_eq!(
            excerpt.first().map(String::as_str),
            Some("error[E0425]: cannot find `b`")
        );
        assert_eq!(excerpt.len(), ERROR_LINES);
    }

    #[test]
    fn errors_are_known_in_the_ways_tools_write_them() {
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
