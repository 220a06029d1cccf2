//! The fields of a JSON object by name, converted to the types that X-Ray documents.

use serde_json::{Map, Value};

/// The fields that were not taken yet, and those that could not be converted.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) map: Map<String, Value>,
    /// Unchanged fields, by attribute name.
    others: Map<String, Value>,
    /// The names of fields with another type than X-Ray documents.
    pub(super) unexpected: Vec<String>,
    /// Fields of an unexpected type that become `others`.
    unconverted: Vec<(String, Value)>,
}

impl Fields {
    pub(super) fn new(map: Map<String, Value>) -> Self {
        Self {
            map,
            others: Map::new(),
            unexpected: Vec::new(),
            unconverted: Vec::new(),
        }
    }

    /// Takes a field, ignoring the case of its name. `null` is an absent field.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        let exact = self.map.remove(name);
        let found = exact.or_else(|| {
            let mut names = self.map.keys();
            let other = names.find(|key| key.eq_ignore_ascii_case(name))?.clone();
            self.map.remove(&other)
        })?;
        (!found.is_null()).then_some(found)
    }

    /// Takes a field of any type as a text.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let value = self.take(name)?;
        if value.is_array() || value.is_object() {
            self.unexpected.push(name.to_owned());
        }
        text_of(&value)
    }

    /// Takes a number, or a text that is one.
    pub(super) fn number(&mut self, name: &str) -> Option<f64> {
        let value = self.take(name)?;
        let number = number_of(&value);
        if number.is_none() {
            self.keep_unconverted(name, value);
        }
        number
    }

    /// Takes a time in seconds since 1970. Converts larger numbers from milliseconds, microseconds
    /// or nanoseconds.
    pub(super) fn seconds(&mut self, name: &str) -> Option<f64> {
        /// The year 5138 in seconds, or 1973 in milliseconds.
        const TOO_LATE: f64 = 1e11;
        let mut seconds = self.number(name)?;
        if seconds > TOO_LATE {
            self.unexpected.push(name.to_owned());
        }
        for _ in 0..3 {
            if seconds > TOO_LATE {
                seconds /= 1000.0;
            }
        }
        Some(seconds)
    }

    /// Takes an integer, or any other value unchanged.
    pub(super) fn integer(&mut self, name: &str) -> Option<Value> {
        let value = self.take(name)?;
        let number = number_of(&value).filter(|number| number.fract() == 0.0);
        match number {
            // A double is exact up to this limit.
            Some(number) if number.abs() < 9e15 => Some(Value::from(number as i64)),
            _ => {
                self.unexpected.push(name.to_owned());
                Some(value)
            }
        }
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        let Some(value) = self.take(name) else {
            return false;
        };
        let flag = match &value {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => number.as_f64().map(|number| number != 0.0),
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "1" => Some(true),
                "false" | "0" | "" => Some(false),
                _ => None,
            },
            _ => None,
        };
        if flag.is_none() {
            self.keep_unconverted(name, value);
        }
        flag.unwrap_or_default()
    }

    pub(super) fn object(&mut self, name: &str) -> Map<String, Value> {
        match self.take(name) {
            Some(Value::Object(object)) => object,
            Some(value) => {
                self.keep_unconverted(name, value);
                Map::new()
            }
            None => Map::new(),
        }
    }

    /// Takes a list. Any other value is a list of one element.
    pub(super) fn list(&mut self, name: &str) -> Vec<Value> {
        match self.take(name) {
            Some(Value::Array(list)) => list,
            Some(value) => vec![value],
            None => Vec::new(),
        }
    }

    /// Adds the remaining fields of a nested object, as attributes below `prefix`.
    pub(super) fn merge_rest(&mut self, mut nested: Self, prefix: &str) {
        self.others.extend(nested.take_rest(prefix));
        self.unexpected.extend(nested.unexpected);
    }

    pub(super) fn add_other(&mut self, attribute: &str, value: Value) {
        self.others.insert(attribute.to_owned(), value);
    }

    /// Takes all remaining fields, as attributes below `prefix`.
    pub(super) fn take_rest(&mut self, prefix: &str) -> Map<String, Value> {
        let rest = std::mem::take(&mut self.map).into_iter();
        let present = rest.filter(|(_, value)| !value.is_null());
        let unconverted = std::mem::take(&mut self.unconverted);
        let mut others = std::mem::take(&mut self.others);
        for (name, value) in present.chain(unconverted) {
            others.insert(format!("{prefix}.{name}"), value);
        }
        others
    }

    fn keep_unconverted(&mut self, name: &str, value: Value) {
        self.unexpected.push(name.to_owned());
        self.unconverted.push((name.to_owned(), value));
    }
}

/// Returns a string's text, or other JSON as a text. `null` has no text.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn number_of(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}
