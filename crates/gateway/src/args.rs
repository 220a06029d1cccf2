//! The command line: what to do, and with which file.

use std::path::{Path, PathBuf};

use otel_web_gateway::{Config, ConfigError};

/// Read when no other is named and it is there.
const USUAL_FILE: &str = "otel-web-gateway.toml";

const TWO_FILES: &str = "--config is given twice: one file holds all settings";

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
        let (mut task, mut config) = (None, None);
        while let Some(word) = words.next() {
            if let Some(path) = path(&word, &mut words)? {
                if config.replace(path).is_some() {
                    return Err(TWO_FILES.to_owned());
                }
                continue;
            }
            let named = Task::named(&word).ok_or_else(|| unknown(&word))?;
            if let Some((other, _)) = task.replace((word.clone(), named)) {
                return Err(format!("{other} and {word} do not go together: see --help"));
            }
        }
        let task = task.map_or(Task::Run, |(_, task)| task);
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

impl Task {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "check" => Self::Check,
            "config" => Self::PrintConfig,
            "-h" | "--help" => Self::Help,
            "-V" | "--version" => Self::Version,
            _ => return None,
        })
    }
}

/// The file of `--config FILE` or `--config=FILE`; none when the word is another.
fn path(word: &str, rest: &mut impl Iterator<Item = String>) -> Result<Option<PathBuf>, String> {
    let path = match word.strip_prefix("--config") {
        Some("") => rest.next().unwrap_or_default(),
        Some(path) if path.starts_with('=') => path[1..].to_owned(),
        _ => return Ok(None),
    };
    if path.is_empty() {
        return Err("--config needs the path of a TOML file".to_owned());
    }
    Ok(Some(path.into()))
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
        assert_eq!(parse("check --config=a.toml").as_ref(), Ok(&expected));
        assert_eq!(
            parse("--config=a=b.toml").unwrap().config,
            Some("a=b.toml".into())
        );
        assert_eq!(parse("").unwrap().task, Task::Run);
    }

    #[test]
    fn two_tasks_or_two_files_are_refused() {
        let check = |line, expected| assert_eq!(parse(line).unwrap_err(), expected, "{line}");
        let tasks = "check and config do not go together: see --help";
        check("check config", tasks);
        check("check --config a.toml config", tasks);
        check(
            "--version --help",
            "--version and --help do not go together: see --help",
        );
        check(
            "check check",
            "check and check do not go together: see --help",
        );
        check(
            "--config a --config=b",
            "--config is given twice: one file holds all settings",
        );
    }

    #[test]
    fn what_is_not_known_is_refused_with_the_way_to_help() {
        assert_eq!(
            parse("--port 1").unwrap_err(),
            "unknown argument \"--port\": see --help"
        );
        for line in ["--config", "--config="] {
            assert!(parse(line).unwrap_err().contains("TOML"), "{line}");
        }
    }
}
