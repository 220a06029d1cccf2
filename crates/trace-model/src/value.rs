//! Attributes and their typed values.

use std::fmt;

use crate::json;

/// The value of an attribute (OTLP `AnyValue`).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    String(String),
    Bool(bool),
    Int(i64),
    Double(f64),
    /// Base64 text, as in JSON. This crate does not decode it.
    Bytes(String),
    Array(Vec<Value>),
    Map(Attributes),
    /// An `AnyValue` without a value.
    Empty,
}

impl Value {
    /// Returns the text of a string value.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns an integer, or a text that is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Returns a string unchanged and any other value as JSON, for the clipboard.
    #[must_use]
    pub fn to_json_or_text(&self) -> String {
        match self {
            Self::Empty => "null".to_owned(),
            _ => self.to_string(),
        }
    }

    /// Returns a number, or a text that is one.
    #[must_use]
    pub fn as_double(&self) -> Option<f64> {
        match self {
            Self::Double(number) => Some(*number),
            Self::Int(number) => Some(*number as f64),
            Self::String(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

/// Writes a string unchanged, and arrays and maps as JSON, in which `"1"` and `1` differ.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) | Self::Bytes(text) => f.write_str(text),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Double(value) => write_double(f, *value),
            Self::Array(_) | Self::Map(_) => write_json(f, self),
            Self::Empty => Ok(()),
        }
    }
}

/// Infinities and NaN are strings, as in protobuf's JSON mapping.
fn write_json(f: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    match value {
        Value::String(text) | Value::Bytes(text) => json::quote(f, text),
        Value::Double(number) if !number.is_finite() => json::quote(f, &value.to_string()),
        Value::Array(values) => write_joined(f, "[", values, "]", write_json),
        Value::Map(entries) => write_joined(f, "{", &entries.0, "}", |f, entry| {
            json::quote(f, &entry.key)?;
            f.write_str(": ")?;
            write_json(f, &entry.value)
        }),
        Value::Empty => f.write_str("null"),
        Value::Bool(_) | Value::Int(_) | Value::Double(_) => fmt::Display::fmt(value, f),
    }
}

/// Infinities have their names from protobuf's JSON mapping. Very large and very small numbers have
/// an exponent instead of many zeros.
fn write_double(f: &mut fmt::Formatter<'_>, value: f64) -> fmt::Result {
    let size = value.abs();
    if size.is_infinite() {
        return f.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    if size >= 1e16 || (size > 0.0 && size < 1e-5) {
        return write!(f, "{value:e}");
    }
    write!(f, "{value}")
}

fn write_joined<T>(
    f: &mut fmt::Formatter<'_>,
    open: &str,
    items: &[T],
    close: &str,
    write: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_str(open)?;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write(f, item)?;
    }
    f.write_str(close)
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    pub key: String,
    pub value: Value,
}

impl Attribute {
    /// Creates an attribute.
    #[must_use]
    pub fn new(key: impl Into<String>, value: impl Into<Value>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.value)
    }
}

/// Attributes in the sender's order. A key may occur more than once.
///
/// # Examples
///
/// ```
/// use trace_model::{Attribute, Attributes};
///
/// let attributes: Attributes = [Attribute::new("service.name", "shop")].into_iter().collect();
/// assert_eq!(attributes.text("service.name"), Some("shop"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(pub Vec<Attribute>);

impl Attributes {
    /// Returns the first value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        let entry = self.0.iter().find(|entry| entry.key == key)?;
        Some(&entry.value)
    }

    /// Returns the first value of `key`, if it is a string.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// Returns whether a key starts with `prefix`.
    #[must_use]
    pub fn any_key_starts_with(&self, prefix: &str) -> bool {
        self.0.iter().any(|entry| entry.key.starts_with(prefix))
    }
}

impl FromIterator<Attribute> for Attributes {
    fn from_iter<I: IntoIterator<Item = Attribute>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_displayed_as_plain_text() {
        let check = |value: Value, text: &str| assert_eq!(value.to_string(), text);
        check(Value::from("Like"), "Like");
        check(Value::Int(-3), "-3");
        check(Value::Double(0.5), "0.5");
        check(Value::Double(-0.0), "-0");
        check(Value::Double(1e15), "1000000000000000");
        check(Value::Double(f64::MAX), "1.7976931348623157e308");
        check(Value::Double(-5e-324), "-5e-324");
        check(Value::Double(f64::NEG_INFINITY), "-Infinity");
        check(Value::Double(f64::NAN), "NaN");
        check(Value::Array(vec![1.into(), "b".into()]), r#"[1, "b"]"#);
        let map = [Attribute::new("a", 1), Attribute::new("b", "x")];
        check(
            Value::Map(map.into_iter().collect()),
            r#"{"a": 1, "b": "x"}"#,
        );
        check(Value::Empty, "");
    }

    #[test]
    fn arrays_and_maps_are_displayed_as_json() {
        let check = |value: Value, text: &str| {
            assert_eq!(value.to_string(), text);
            assert!(
                serde_json::from_str::<serde_json::Value>(text).is_ok(),
                "{text}"
            );
        };
        check(
            Value::Array(vec!["1".into(), 1.into(), "".into(), Value::Empty]),
            r#"["1", 1, "", null]"#,
        );
        check(
            Value::Array(vec!["a, b".into(), "c\"d\ne".into()]),
            r#"["a, b", "c\"d\ne"]"#,
        );
        check(
            Value::Array(vec![
                Value::Double(f64::NAN),
                Value::Double(0.5),
                Value::Bool(true),
            ]),
            r#"["NaN", 0.5, true]"#,
        );
        let map = |entries: Vec<Attribute>| Value::Map(entries.into_iter().collect());
        check(
            map(vec![Attribute::new("a b", "x}"), Attribute::new("m", "y")]),
            r#"{"a b": "x}", "m": "y"}"#,
        );
        check(
            Value::Array(vec![map(vec![]), Value::Array(vec![])]),
            "[{}, []]",
        );
        check(
            Value::Array(vec![Value::Int(i64::MAX)]),
            "[9223372036854775807]",
        );
    }

    #[test]
    fn as_int_reads_integers_sent_as_text() {
        assert_eq!(Value::from("404").as_int(), Some(404));
        assert_eq!(Value::from("Not Found").as_int(), None);
    }
}
