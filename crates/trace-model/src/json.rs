//! Formatting of JSON texts.

use std::fmt;

/// An object or array up to this size stays on one line.
const MAX_LINE_BYTES: usize = 60;

const INDENT: &str = "  ";

/// Deeper levels are not indented further, or the text would grow with the square of its depth.
const MAX_INDENTED_DEPTH: usize = 40;

/// Indents a JSON object or array. Returns `None` for any other text.
///
/// Only the white space between tokens changes: keys stay in order, numbers keep all their digits
/// and strings their escapes. The text may be nested to any depth.
///
/// # Examples
///
/// ```
/// assert_eq!(trace_model::json::pretty(r#"{"b":1, "a":[2]}"#).as_deref(), Some(r#"{"b": 1, "a": [2]}"#));
/// assert_eq!(trace_model::json::pretty("42"), None);
/// ```
#[must_use]
pub fn pretty(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let tokens = tokens(text);
    let lengths = lengths(&tokens);
    Some(indent(&tokens, &lengths))
}

/// Splits valid JSON into strings, numbers, names and punctuation.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.bytes().next() {
        let length = match first {
            b'"' => string_length(rest),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            _ => rest
                .find(|c: char| c.is_ascii_whitespace() || "{}[],:\"".contains(c))
                .unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// Returns, for each token that opens an object or array, the bytes it takes on one line.
fn lengths(tokens: &[&str]) -> Vec<usize> {
    let mut lengths = vec![0; tokens.len()];
    let mut open = Vec::new();
    let mut total = 0;
    for (index, token) in tokens.iter().enumerate() {
        match *token {
            "{" | "[" => open.push((index, total)),
            "}" | "]" => {
                if let Some((start, before)) = open.pop() {
                    lengths[start] = total - before;
                }
            }
            _ => {}
        }
        total += token.len() + usize::from(matches!(*token, "," | ":"));
    }
    lengths
}

fn indent(tokens: &[&str], lengths: &[usize]) -> String {
    let mut text = String::with_capacity(tokens.len() * 8);
    // Whether each open object or array takes several lines.
    let mut open: Vec<bool> = Vec::new();
    for (index, &token) in tokens.iter().enumerate() {
        let follows_opening = index > 0 && matches!(tokens[index - 1], "{" | "[");
        match token {
            "}" | "]" if open.pop() == Some(true) => new_line(&mut text, open.len()),
            "}" | "]" | "," | ":" => {}
            _ if follows_opening && open.last() == Some(&true) => {
                new_line(&mut text, open.len());
            }
            _ => {}
        }
        text.push_str(token);
        match token {
            "{" | "[" => open.push(lengths[index] > MAX_LINE_BYTES),
            "," if open.last() == Some(&true) => new_line(&mut text, open.len()),
            "," | ":" => text.push(' '),
            _ => {}
        }
    }
    text
}

fn new_line(text: &mut String, depth: usize) {
    text.push('\n');
    for _ in 0..depth.min(MAX_INDENTED_DEPTH) {
        text.push_str(INDENT);
    }
}

/// Writes a text as a JSON string.
pub(crate) fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    // A string can always be serialized.
    f.write_str(&serde_json::to_string(text).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn long_json_is_indented_and_short_parts_stay_on_one_line() {
        let text = r#"{"z": {"deep": [1, 2, {"x": "a } [ \" b"}]},"a":12345678901234567890,"empty":{},"list":["a long text that fills the line", "and another one, which makes it two"]}"#;
        let expected = r#"{
  "z": {"deep": [1, 2, {"x": "a } [ \" b"}]},
  "a": 12345678901234567890,
  "empty": {},
  "list": [
    "a long text that fills the line",
    "and another one, which makes it two"
  ]
}"#;
        assert_eq!(pretty(text).as_deref(), Some(expected));
        assert_eq!(pretty(expected).as_deref(), Some(expected));
    }

    #[test]
    fn only_objects_and_arrays_are_indented() {
        for text in [
            "",
            "1",
            "\"a\"",
            "{",
            "[1,]",
            "{} {}",
            "select [1]",
            "[ERROR] x",
        ] {
            assert_eq!(pretty(text), None, "{text}");
        }
    }

    #[test]
    fn deep_json_is_indented_with_a_limit() {
        let text = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        let indented = pretty(&text).unwrap_or_default();
        assert!(indented.len() < 4_000_000, "{}", indented.len());
    }
}
