//! Looks fields up by either of their spellings; absent and `null` are the same.

use serde_json::Value as Json;

pub(super) fn field<'a>(json: &'a Json, camel: &str, snake: &str) -> Option<&'a Json> {
    let found = json.get(camel).or_else(|| json.get(snake))?;
    (!found.is_null()).then_some(found)
}

pub(super) fn array<'a>(json: &'a Json, camel: &str, snake: &str) -> &'a [Json] {
    field(json, camel, snake)
        .and_then(Json::as_array)
        .map_or(&[], Vec::as_slice)
}

pub(super) fn text<'a>(json: &'a Json, camel: &str, snake: &str) -> &'a str {
    field(json, camel, snake)
        .and_then(Json::as_str)
        .unwrap_or_default()
}

/// A 64-bit unsigned integer, which JSON carries as text and careless senders as a number.
pub(super) fn nanos(json: &Json, camel: &str, snake: &str) -> Result<u64, String> {
    let Some(found) = field(json, camel, snake) else {
        return Ok(0);
    };
    let parsed = match found {
        Json::String(digits) => digits.parse().ok(),
        number => number.as_u64(),
    };
    parsed.ok_or_else(|| format!("{camel}: not a time in nanoseconds"))
}
