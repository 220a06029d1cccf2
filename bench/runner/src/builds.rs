//! The builds of a server that are measured in one run, and the duration of each phase.

use std::{
    path::{PathBuf, absolute},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

const DEFAULT_PHASE: Duration = Duration::from_secs(20);

/// A build of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    pub name: String,
    pub program: PathBuf,
}

/// Returns the path of a program in the environment variable `variable`, which `command` sets.
///
/// # Errors
/// When the variable is not set.
pub fn built_program(variable: &str, command: &str) -> Result<PathBuf> {
    let path = std::env::var_os(variable).map(PathBuf::from);
    path.with_context(|| format!("{variable} is not set: run `{command}`, which sets it"))
}

/// The command line: `[--seconds N] [--other PATH]...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// This tree's build is the last.
    pub builds: Vec<Build>,
    /// How long each phase sends requests.
    pub phase: Duration,
}

impl Options {
    /// Reads the command line. The environment variable `own_build` names this tree's build, and
    /// `command` is the one that sets it.
    ///
    /// # Errors
    /// When the variable is not set, or an option is unknown.
    pub fn read(
        arguments: impl Iterator<Item = String>,
        own_build: &str,
        command: &str,
    ) -> Result<Self> {
        Self::parse(arguments, built_program(own_build, command)?)
    }

    fn parse(mut arguments: impl Iterator<Item = String>, own: PathBuf) -> Result<Self> {
        let (mut builds, mut phase) = (Vec::new(), DEFAULT_PHASE);
        while let Some(argument) = arguments.next() {
            let value = arguments.next();
            match (argument.as_str(), value) {
                ("--seconds", Some(seconds)) => {
                    let seconds = seconds.parse().context("--seconds takes a whole number")?;
                    phase = Duration::from_secs(seconds);
                }
                ("--other", Some(path)) => builds.push(Build {
                    name: format!("other {}", builds.len() + 1),
                    // Servers start in folders of their own.
                    program: absolute(path).context("--other takes a path")?,
                }),
                _ => bail!("unknown option `{argument}`, usage: [--seconds N] [--other PATH]..."),
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
        let programs: Vec<_> = options
            .builds
            .iter()
            .map(|build| build.program.clone())
            .collect();
        assert_eq!(
            programs[..2],
            ["a", "b"].map(|name| absolute(name).unwrap())
        );
        assert_eq!(programs[2..], [PathBuf::from("own")]);
        assert_eq!(options.phase, Duration::from_secs(5));
        assert_eq!(parse("").unwrap().phase, DEFAULT_PHASE);
    }

    #[test]
    fn invalid_options_are_errors() {
        for line in ["--seconds", "--seconds x", "--other", "fast"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
