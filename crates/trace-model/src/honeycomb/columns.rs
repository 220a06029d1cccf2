//! Attributes as columns: maps are flattened, arrays and bytes are JSON texts.

use std::fmt::Write;

use super::Columns;
use crate::{Attributes, Value, json};

/// Maps nested deeper are JSON texts.
const MAX_DEPTH: usize = 5;

/// Longer JSON texts are cut.
const MAX_JSON_BYTES: usize = u16::MAX as usize;

/// Adds a column for each attribute. The last one of a key counts; empty keys and values do not.
pub(super) fn add_attributes(columns: &mut Columns, attributes: &Attributes) {
    for attribute in &attributes.0 {
        if !attribute.key.is_empty() {
            add(columns, &attribute.key, &attribute.value, 0);
        }
    }
}

fn add(columns: &mut Columns, key: &str, value: &Value, depth: usize) {
    let value = match value {
        Value::Empty => return,
        Value::Map(entries) if depth < MAX_DEPTH => {
            for entry in &entries.0 {
                add(
                    columns,
                    &format!("{key}.{}", entry.key),
                    &entry.value,
                    depth + 1,
                );
            }
            return;
        }
        Value::Map(_) | Value::Array(_) | Value::Bytes(_) => match json_text(value) {
            Some(text) => Value::String(text),
            None => return,
        },
        value => value.clone(),
    };
    columns.insert(key.to_owned(), value);
}

/// Returns a value as Go's JSON encoder writes it, with a newline at the end. `None` if it has a
/// number that JSON cannot write.
fn json_text(value: &Value) -> Option<String> {
    let mut text = String::new();
    write_json(&mut text, value)?;
    text.push('\n');
    text.truncate(text.floor_char_boundary(MAX_JSON_BYTES));
    Some(text)
}

fn write_json(text: &mut String, value: &Value) -> Option<()> {
    match value {
        Value::String(string) | Value::Bytes(string) => {
            // Writing to a string never fails.
            let _ = write!(text, "{}", Quoted(string));
        }
        Value::Double(number) => text.push_str(&go_number(*number)?),
        Value::Array(values) => {
            text.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_json(text, value)?;
            }
            text.push(']');
        }
        Value::Map(entries) => write_map(text, entries)?,
        Value::Empty => text.push_str("null"),
        Value::Bool(_) | Value::Int(_) => {
            let _ = write!(text, "{value}");
        }
    }
    Some(())
}

/// Keys are sorted, and the last value of a key counts.
fn write_map(text: &mut String, entries: &Attributes) -> Option<()> {
    let by_key: std::collections::BTreeMap<&str, &Value> = entries
        .0
        .iter()
        .map(|entry| (entry.key.as_str(), &entry.value))
        .collect();
    text.push('{');
    for (index, (key, value)) in by_key.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let _ = write!(text, "{}:", Quoted(key));
        write_json(text, value)?;
    }
    text.push('}');
    Some(())
}

/// A JSON string.
struct Quoted<'a>(&'a str);

impl std::fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        json::quote(f, self.0)
    }
}

/// Very large and very small numbers have an exponent. `None` for NaN and infinities.
fn go_number(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        // Go writes the sign of a positive exponent.
        return Some(match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => {
                format!("{digits}e+{exponent}")
            }
            _ => text,
        });
    }
    Some(format!("{number}"))
}
