//! The command line: the number of runs and the SDKs. Without `--only`, all SDKs with a page are measured.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// Enough for a median that is robust against one slow run.
const RUNS: usize = 5;

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) runs: usize,
    /// otel-web first, then by name.
    pub(crate) sdks: Vec<String>,
}

impl Options {
    pub(crate) fn parse(pages: &Path, arguments: &[&str]) -> Result<Self> {
        let mut runs = RUNS;
        let mut only = Vec::new();
        for pair in arguments.chunks(2) {
            match pair {
                ["--runs", number] => runs = number.parse().context("--runs takes a number")?,
                ["--only", sdk] => only.push(*sdk),
                _ => bail!(
                    "unknown option `{}`; the options are --runs N, --only SDK",
                    pair.join(" ")
                ),
            }
        }
        let mut sdks = pages_in(pages)?;
        sdks.retain(|sdk| only.is_empty() || only.contains(&sdk.as_str()));
        if sdks.is_empty() {
            bail!("{} has no page of {}", pages.display(), only.join(", "));
        }
        Ok(Self { runs, sdks })
    }
}

fn pages_in(folder: &Path) -> Result<Vec<String>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let pages = entries
        .flatten()
        .filter(|entry| entry.path().join("index.html").is_file());
    let mut names: Vec<String> = pages
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        // These are pages for other measurements.
        .filter(|name| name != "empty" && !name.starts_with("causality"))
        .collect();
    names.sort_by_key(|name| (name != "otel-web", name.clone()));
    Ok(names)
}
