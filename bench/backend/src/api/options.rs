//! The programs, and the duration of each phase.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, bail};
use bench_runner::builds::built_program;

const DEFAULT_PHASE: Duration = Duration::from_secs(10);

/// What `cargo xtask bench api` passes on.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) back_end: PathBuf,
    /// Receives the spans.
    pub(crate) gateway: PathBuf,
    pub(crate) oha: PathBuf,
    /// How long each phase sends requests.
    pub(crate) phase: Duration,
}

impl Options {
    /// Reads the command line `[--seconds N]`, and the programs' variables.
    pub(crate) fn read(arguments: impl Iterator<Item = String>) -> Result<Self> {
        let program = |variable| built_program(variable, "cargo xtask bench api");
        Ok(Self {
            phase: phase(arguments)?,
            back_end: program("CRUDDUR_BACKEND_BIN")?,
            gateway: program("CRUDDUR_GATEWAY_BIN")?,
            oha: program("OHA_BIN")?,
        })
    }
}

fn phase(mut arguments: impl Iterator<Item = String>) -> Result<Duration> {
    let mut phase = DEFAULT_PHASE;
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--seconds", Some(seconds)) => {
                let seconds = seconds.parse().context("--seconds takes a whole number")?;
                phase = Duration::from_secs(seconds);
            }
            _ => bail!("unknown option `{argument}`, usage: [--seconds N]"),
        }
    }
    Ok(phase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_options_are_errors() {
        let phase = |line: &str| super::phase(line.split_whitespace().map(str::to_owned));
        assert_eq!(phase("").unwrap(), DEFAULT_PHASE);
        assert_eq!(phase("--seconds 3").unwrap(), Duration::from_secs(3));
        for line in ["--seconds", "--seconds x", "fast"] {
            assert!(phase(line).is_err(), "{line}");
        }
    }
}
