//! The command line: what to do, and with which file.

use std::path::{Path, PathBuf};

use otel_web_gateway::{Config, ConfigError};

/// Read when no other is named and it is there.
const USUAL_FILE: &str = "otel-web-gateway.toml";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Run,
    Check,
    PrintConfig,
    Help,
    Version,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Args {
    pub(crate) task: Task,
    config: Option<PathBuf>,
}

impl Args {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut task, mut config) = (Task::Run, None);
        while let Some(word) = words.next() {
            match word.as_str() {
                "check" => task = Task::Check,
                "config" => task = Task::PrintConfig,
                "-h" | "--help" => task = Task::Help,
                "-V" | "--version" => task = Task::Version,
                "--config" => {
                    let path = words
                        .next()
                        .ok_or("--config needs the path of a TOML file")?;
                    config = Some(PathBuf::from(path));
                }
                _ => return Err(unknown(&word)),
            }
        }
        Ok(Self { task, config })
    }

    /// From the named file, else from the usual one, else from the environment alone.
    pub(crate) fn load(&self) -> Result<Config, ConfigError> {
        match self.file() {
            Some(file) => Config::from_env_and_file(file),
            None => Config::from_env(),
        }
    }

    pub(crate) fn file(&self) -> Option<&Path> {
        let usual = Path::new(USUAL_FILE);
        self.config
            .as_deref()
            .or_else(|| usual.is_file().then_some(usual))
    }
}

/// What may be a key is not shown: neither what follows a `=` nor a word with digits.
fn unknown(word: &str) -> String {
    let name = word.split('=').next().unwrap_or_default();
    if name.contains(|char: char| char.is_ascii_digit()) {
        return "unknown argument: see --help, and set keys in the environment".to_owned();
    }
    format!("unknown argument {name:?}: see --help")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Args, String> {
        Args::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_task_and_a_file_in_any_order() {
        let expected = Args {
            task: Task::Check,
            config: Some("a.toml".into()),
        };
        assert_eq!(parse("check --config a.toml").as_ref(), Ok(&expected));
        assert_eq!(parse("--config a.toml check").as_ref(), Ok(&expected));
        assert_eq!(parse("").unwrap().task, Task::Run);
    }

    #[test]
    fn what_is_not_known_is_refused_with_the_way_to_help() {
        assert_eq!(
            parse("--port 1").unwrap_err(),
            "unknown argument \"--port\": see --help"
        );
        assert!(parse("--config").unwrap_err().contains("TOML"));
    }
}
