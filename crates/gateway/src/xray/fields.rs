//! The fields of a JSON object by name, converted to what X-Ray has there as far as possible.

use serde_json::{Map, Value};

/// What was not taken yet, and what could not be converted.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) map: Map<String, Value>,
    /// Kept as they came, by the names of attributes.
    others: Map<String, Value>,
    /// The names of fields that are not what X-Ray has there.
    pub(super) odd: Vec<String>,
    /// Fields of an unexpected type that go to `others`.
    unread: Vec<(String, Value)>,
}

impl Fields {
    pub(super) fn new(map: Map<String, Value>) -> Self {
        Self {
            map,
            others: Map::new(),
            odd: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// A name in another case is the same name. `null` is an absent field.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        let exact = self.map.remove(name);
        let found = exact.or_else(|| {
            let mut names = self.map.keys();
            let other = names.find(|key| key.eq_ignore_ascii_case(name))?.clone();
            self.map.remove(&other)
        })?;
        (!found.is_null()).then_some(found)
    }

    /// Anything as a text.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let value = self.take(name)?;
        if value.is_array() || value.is_object() {
            self.odd.push(name.to_owned());
        }
        text_of(&value)
    }

    /// A number, also one in a text.
    pub(super) fn number(&mut self, name: &str) -> Option<f64> {
        let value = self.take(name)?;
        let number = number_of(&value);
        if number.is_none() {
            self.unread(name, value);
        }
        number
    }

    /// Seconds since 1970. A time that is larger than that by thousands is in another unit.
    pub(super) fn seconds(&mut self, name: &str) -> Option<f64> {
        /// In the year 5138; as milliseconds, in 1973.
        const TOO_LATE: f64 = 1e11;
        let mut seconds = self.number(name)?;
        if seconds > TOO_LATE {
            self.odd.push(name.to_owned());
        }
        for _ in 0..3 {
            if seconds > TOO_LATE {
                seconds /= 1000.0;
            }
        }
        Some(seconds)
    }

    /// An integer, or whatever else it is.
    pub(super) fn integer(&mut self, name: &str) -> Option<Value> {
        let value = self.take(name)?;
        let number = number_of(&value).filter(|number| number.fract() == 0.0);
        match number {
            // Up to here a double is exact.
            Some(number) if number.abs() < 9e15 => Some(Value::from(number as i64)),
            _ => {
                self.odd.push(name.to_owned());
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
            self.unread(name, value);
        }
        flag.unwrap_or_default()
    }

    pub(super) fn object(&mut self, name: &str) -> Map<String, Value> {
        match self.take(name) {
            Some(Value::Object(object)) => object,
            Some(value) => {
                self.unread(name, value);
                Map::new()
            }
            None => Map::new(),
        }
    }

    /// A list, or the one that stands in its place.
    pub(super) fn list(&mut self, name: &str) -> Vec<Value> {
        match self.take(name) {
            Some(Value::Array(list)) => list,
            Some(value) => vec![value],
            None => Vec::new(),
        }
    }

    /// Takes over what other fields left.
    pub(super) fn leave(&mut self, others: Map<String, Value>, odd: Vec<String>) {
        self.others.extend(others);
        self.odd.extend(odd);
    }

    /// What was not taken, as attributes below `prefix`.
    pub(super) fn rest(&mut self, prefix: &str) -> Map<String, Value> {
        let rest = std::mem::take(&mut self.map).into_iter();
        let present = rest.filter(|(_, value)| !value.is_null());
        let unread = std::mem::take(&mut self.unread);
        let mut others = std::mem::take(&mut self.others);
        for (name, value) in present.chain(unread) {
            others.insert(format!("{prefix}.{name}"), value);
        }
        others
    }

    fn unread(&mut self, name: &str, value: Value) {
        self.odd.push(name.to_owned());
        self.unread.push((name.to_owned(), value));
    }
}

/// A value as people would write it; `null` is none.
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
