//! Attribute values as OpenTelemetry types them.

use std::fmt;

/// The value of an attribute (OTLP `AnyValue`).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    String(String),
    Bool(bool),
    Int(i64),
    Double(f64),
    /// Base64 text, as JSON carries it: nobody here looks inside.
    Bytes(String),
    Array(Vec<Value>),
    Map(Attributes),
    /// An `AnyValue` in which nothing was set.
    Empty,
}

impl Value {
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// An integer, also when a sender wrote it as text.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
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

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) | Self::Bytes(text) => f.write_str(text),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Double(value) => write_double(f, *value),
            Self::Array(values) => write_joined(f, "[", values, "]"),
            Self::Map(entries) => write_joined(f, "{", &entries.0, "}"),
            Self::Empty => Ok(()),
        }
    }
}

/// Infinity by the name it has in JSON, and no number with a tail of zeros.
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

fn write_joined<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    open: &str,
    items: &[T],
    close: &str,
) -> fmt::Result {
    f.write_str(open)?;
    for (index, item) in items.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(f, "{separator}{item}")?;
    }
    f.write_str(close)
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    pub key: String,
    pub value: Value,
}

impl Attribute {
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

/// Attributes in the order the sender gave them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(pub Vec<Attribute>);

impl Attributes {
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        let entry = self.0.iter().find(|entry| entry.key == key)?;
        Some(&entry.value)
    }

    /// The value under `key` when it is a string.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// Whether any key starts with `prefix`.
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
    fn values_read_as_a_person_would_write_them() {
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
        check(Value::Array(vec![1.into(), "b".into()]), "[1, b]");
        let map = [Attribute::new("a", 1), Attribute::new("b", "x")];
        check(Value::Map(map.into_iter().collect()), "{a: 1, b: x}");
        check(Value::Empty, "");
    }

    #[test]
    fn an_integer_sent_as_text_is_still_an_integer() {
        assert_eq!(Value::from("404").as_int(), Some(404));
        assert_eq!(Value::from("Not Found").as_int(), None);
    }
}
