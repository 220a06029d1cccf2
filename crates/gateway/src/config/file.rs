//! The TOML file as texts by `table.key`. What is not a setting is refused: a key that is
//! misspelt and ignored is found out too late.

use std::{collections::BTreeMap, path::Path};

use toml::{Table, Value};

use super::{
    ConfigError,
    settings::{self, SECRETS, SETTINGS},
};

pub(super) fn read(path: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let fail = |reason: String| ConfigError::File {
        path: path.display().to_string(),
        reason,
    };
    let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
    parse(&text).map_err(fail)
}

pub(super) fn parse(text: &str) -> Result<BTreeMap<String, String>, String> {
    let table: Table = text.parse().map_err(|error| syntax(text, &error))?;
    let mut settings = BTreeMap::new();
    for (key, value) in table {
        match value {
            Value::Table(entries) => {
                for (name, value) in entries {
                    add(&mut settings, format!("{key}.{name}"), value)?;
                }
            }
            value => add(&mut settings, key, value)?,
        }
    }
    Ok(settings)
}

/// Without the line itself, in which there may be a key.
fn syntax(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.as_bytes().iter().take(start);
    let line = 1 + before.filter(|byte| **byte == b'\n').count();
    format!("line {line} is not TOML: {}", error.message())
}

fn add(settings: &mut BTreeMap<String, String>, key: String, value: Value) -> Result<(), String> {
    if settings::find(&key).is_none() {
        return Err(unknown(&key));
    }
    let text =
        text(value).ok_or_else(|| format!("{key}: write a text, a number, or a list of texts"))?;
    settings.insert(key, text);
    Ok(())
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Array(items) => {
            let items: Option<Vec<_>> = items.into_iter().map(text).collect();
            Some(items?.join(","))
        }
        Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

fn unknown(key: &str) -> String {
    let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
    if [
        "key",
        "api_key",
        "token",
        "access_token",
        "headers",
        "password",
    ]
    .contains(&name)
    {
        let names: Vec<_> = SECRETS.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        return format!("{key}: keys stay out of files, take it out and set one of {names}");
    }
    let table = |known: &str| known.rsplit_once('.').map_or("", |(table, _)| table) == table;
    let known: Vec<_> = SETTINGS.iter().map(|known| known.key).collect();
    let near: Vec<_> = known.iter().copied().filter(|known| table(known)).collect();
    let shown = if near.is_empty() { known } else { near };
    format!("unknown key {key}: known here are {}", shown.join(", "))
}
