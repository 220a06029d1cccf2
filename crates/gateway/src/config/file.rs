//! Reads the TOML file as texts by key. Unknown keys are errors, so that a misspelled key is not
//! ignored.

use std::{collections::BTreeMap, fs, io, path::Path};

use clap::Command;
use toml::{Table, Value};

use super::{ConfigError, settings::SECRETS};

/// Names of keys that suggest a secret.
const SECRET_KEYS: [&str; 6] = [
    "key",
    "api_key",
    "token",
    "access_token",
    "headers",
    "password",
];

/// Why a file cannot be used. Error texts do not quote the file, which may have a secret by mistake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file cannot be read.
    #[error("cannot read the file")]
    Io(#[from] io::Error),
    /// The file is not TOML.
    #[error("line {line} is not TOML: {message}")]
    Syntax {
        /// The line, counted from 1.
        line: usize,
        /// What the parser expects.
        message: String,
    },
    /// A value has a type that no setting has.
    #[error("{key}: write a text, a number, or a list of texts")]
    Type {
        /// The key of the value.
        key: String,
    },
    /// The file has a secret.
    #[error("{key}: secrets are not allowed in files: remove it, and set one of {variables}")]
    Secret {
        /// The key of the secret.
        key: String,
        /// The variables of secrets, comma-separated.
        variables: String,
    },
    /// A key is not a setting.
    #[error("unknown key {key}: known keys are {known}")]
    UnknownKey {
        /// The unknown key.
        key: String,
        /// The keys of the same table, comma-separated.
        known: String,
    },
}

/// Reads a file. The keys are ids of the arguments of `command`.
pub(super) fn read(
    path: &Path,
    command: &Command,
) -> Result<BTreeMap<String, String>, ConfigError> {
    let fail = |source| ConfigError::File {
        path: path.display().to_string(),
        source,
    };
    let text = fs::read_to_string(path).map_err(|error| fail(error.into()))?;
    parse(&text, command).map_err(fail)
}

pub(super) fn parse(text: &str, command: &Command) -> Result<BTreeMap<String, String>, FileError> {
    let table: Table = text.parse().map_err(|error| syntax(text, &error))?;
    let mut settings = BTreeMap::new();
    let mut add = |key: String, value: Value| {
        if !is_setting(&key, command) {
            return Err(unknown_key(key, command));
        }
        let Some(text) = value_text(value) else {
            return Err(FileError::Type { key });
        };
        settings.insert(key, text);
        Ok(())
    };
    for (key, value) in table {
        match value {
            Value::Table(entries) => {
                for (name, value) in entries {
                    add(format!("{key}.{name}"), value)?;
                }
            }
            value => add(key, value)?,
        }
    }
    Ok(settings)
}

/// Returns the settings of a command: arguments with a variable.
pub(super) fn settings(command: &Command) -> impl Iterator<Item = &clap::Arg> {
    command
        .get_arguments()
        .filter(|argument| argument.get_env().is_some())
}

fn is_setting(key: &str, command: &Command) -> bool {
    settings(command).any(|argument| argument.get_id() == key)
}

fn syntax(text: &str, error: &toml::de::Error) -> FileError {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.as_bytes().iter().take(start);
    FileError::Syntax {
        line: 1 + before.filter(|byte| **byte == b'\n').count(),
        message: error.message().to_owned(),
    }
}

fn value_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Array(items) => {
            let items: Option<Vec<_>> = items.into_iter().map(value_text).collect();
            Some(items?.join(","))
        }
        Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

fn unknown_key(key: String, command: &Command) -> FileError {
    let (table, name) = key.rsplit_once('.').unwrap_or(("", &key));
    if SECRET_KEYS.contains(&name) {
        let variables = SECRETS.map(|secret| secret.name).join(", ");
        return FileError::Secret { key, variables };
    }
    let table_of = |known: &str| known.rsplit_once('.').map_or("", |(table, _)| table) == table;
    let all: Vec<_> = settings(command)
        .map(|argument| argument.get_id().as_str())
        .collect();
    let near: Vec<_> = all
        .iter()
        .copied()
        .filter(|known| table_of(known))
        .collect();
    let known = if near.is_empty() { all } else { near }.join(", ");
    FileError::UnknownKey { key, known }
}
