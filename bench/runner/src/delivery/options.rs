//! The command line: the number of runs, the SDKs, the cases.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::case::Case;

const RUNS: usize = 5;

/// otel-web, and the two that most pages use.
const SDKS: [&str; 3] = ["otel-web", "otel-js", "honeycomb"];

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) runs: usize,
    pub(crate) sdks: Vec<String>,
    pub(crate) cases: Vec<Case>,
}

impl Options {
    pub(crate) fn parse(pages: &Path, arguments: &[&str]) -> Result<Self> {
        let mut options = Self {
            runs: RUNS,
            sdks: Vec::new(),
            cases: Case::all(),
        };
        for pair in arguments.chunks(2) {
            match pair {
                ["--runs", number] => {
                    options.runs = number.parse().context("--runs takes a number")?;
                }
                ["--sdk", sdk] => options.sdks.push((*sdk).to_owned()),
                ["--only", part] => options.cases.retain(|case| case.to_string().contains(part)),
                _ => bail!(
                    "unknown option `{}`; the options are --runs N, --sdk SDK, --only PART-OF-A-CASE",
                    pair.join(" ")
                ),
            }
        }
        options.complete(pages)
    }

    fn complete(mut self, pages: &Path) -> Result<Self> {
        if self.cases.is_empty() {
            let names: Vec<_> = Case::all().iter().map(Case::to_string).collect();
            bail!(
                "no case matches --only; the cases are:\n  {}",
                names.join("\n  ")
            );
        }
        let is_there = |sdk: &&str| pages.join(sdk).join("index.html").is_file();
        if self.sdks.is_empty() {
            self.sdks = SDKS
                .into_iter()
                .filter(is_there)
                .map(str::to_owned)
                .collect();
        }
        match self.sdks.iter().find(|sdk| !is_there(&sdk.as_str())) {
            Some(missing) => bail!("{} has no page of {missing}", pages.display()),
            None => Ok(self),
        }
    }
}
