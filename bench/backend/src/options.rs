//! What is measured, and for how long.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, bail};

const DEFAULT_PHASE: Duration = Duration::from_secs(20);
/// The build of this tree, which the command that starts this names.
const OWN_BUILD: &str = "CRUDDUR_BACKEND_BIN";

/// A build of the back end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Build {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
}

/// The command line: `[--seconds N] [--other PATH]...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// This tree's build is the last.
    pub(crate) builds: Vec<Build>,
    /// How long each phase sends requests.
    pub(crate) phase: Duration,
}

impl Options {
    pub(crate) fn read(arguments: impl Iterator<Item = String>) -> Result<Self> {
        let own = std::env::var_os(OWN_BUILD).with_context(|| {
            format!("{OWN_BUILD} names no program: use cargo xtask bench backend")
        })?;
        Self::parse(arguments, own.into())
    }

    fn parse(mut arguments: impl Iterator<Item = String>, own: PathBuf) -> Result<Self> {
        let (mut builds, mut phase) = (Vec::new(), DEFAULT_PHASE);
        while let Some(argument) = arguments.next() {
            let value = arguments.next();
            match (argument.as_str(), value) {
                ("--seconds", Some(seconds)) => {
                    let seconds = seconds.parse().context("--seconds wants a whole number")?;
                    phase = Duration::from_secs(seconds);
                }
                ("--other", Some(path)) => builds.push(Build {
                    name: format!("other {}", builds.len() + 1),
                    program: path.into(),
                }),
                _ => bail!("cannot read `{argument}`: write [--seconds N] [--other PATH]..."),
            }
        }
        builds.push(Build {
            name: "this".to_owned(),
            program: own,
        });
        Ok(Self { builds, phase })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        Options::parse(line.split_whitespace().map(str::to_owned), "own".into())
    }

    #[test]
    fn other_builds_are_measured_before_this_one() {
        let options = parse("--other a --seconds 5 --other b").unwrap();
        let programs: Vec<_> = options.builds.iter().map(|it| it.program.clone()).collect();
        assert_eq!(programs, ["a", "b", "own"].map(PathBuf::from));
        assert_eq!(options.phase, Duration::from_secs(5));
        assert_eq!(parse("").unwrap().phase, DEFAULT_PHASE);
    }

    #[test]
    fn unreadable_options_are_errors() {
        for line in ["--seconds", "--seconds x", "--other", "fast"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
