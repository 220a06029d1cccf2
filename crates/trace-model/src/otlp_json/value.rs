//! Decoding of attributes and their typed values.

use serde::de::{MapAccess, SeqAccess};

use super::fields::{Fields, Items, List, Object, Scalar, skip};
use crate::{Attribute, Attributes, Value};

/// How deep arrays and maps may be nested. Each takes up to four of the 128 levels of JSON that
/// `serde_json` reads; beyond them, one value would make the whole document invalid.
const MAX_VALUE_DEPTH: usize = 24;

/// Replaces an array or map that is nested deeper.
const NESTED_TOO_DEEPLY: &str = "(nested too deeply to be shown)";

/// The `attributes` of a span, event, link or resource. Entries without a key are ignored.
#[derive(Default)]
pub(super) struct AttributeList {
    entries: Vec<Attribute>,
    depth: usize,
}

impl AttributeList {
    pub(super) fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        map.next_value_seed(List(self))
    }

    pub(super) fn finish(self) -> Attributes {
        Attributes(self.entries)
    }
}

impl<'de> Items<'de> for AttributeList {
    fn item<A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        let mut entry = Entry {
            key: String::new(),
            value: AnyValue::new(self.depth),
        };
        let found = list.next_element_seed(Object(&mut entry))?.is_some();
        if !entry.key.is_empty() {
            self.entries.push(Attribute {
                key: entry.key,
                value: entry.value.value,
            });
        }
        Ok(found)
    }
}

struct Entry {
    key: String,
    value: AnyValue,
}

impl<'de> Fields<'de> for Entry {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "key" => {
                self.key = map
                    .next_value::<Scalar<'de>>()?
                    .into_text()
                    .unwrap_or_default()
            }
            "value" => map.next_value_seed(Object(&mut self.value))?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// A value of any type.
pub(super) struct AnyValue {
    value: Value,
    depth: usize,
}

impl AnyValue {
    const fn new(depth: usize) -> Self {
        Self {
            value: Value::Empty,
            depth,
        }
    }
}

impl Default for AnyValue {
    fn default() -> Self {
        Self::new(0)
    }
}

impl AnyValue {
    pub(super) fn into_value(self) -> Value {
        self.value
    }
}

impl<'de> Fields<'de> for AnyValue {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let nested = matches!(
            name,
            "arrayValue" | "array_value" | "kvlistValue" | "kvlist_value"
        );
        if nested && self.depth >= MAX_VALUE_DEPTH {
            self.value = Value::from(NESTED_TOO_DEEPLY);
            return skip(map);
        }
        let depth = self.depth + 1;
        let found = match name {
            "arrayValue" | "array_value" => {
                let mut array = Values(Array {
                    values: Vec::new(),
                    depth,
                });
                map.next_value_seed(Object(&mut array))?;
                Some(Value::Array(array.0.values))
            }
            "kvlistValue" | "kvlist_value" => {
                let mut list = Values(AttributeList {
                    entries: Vec::new(),
                    depth,
                });
                map.next_value_seed(Object(&mut list))?;
                Some(Value::Map(list.0.finish()))
            }
            name => scalar(name, map)?,
        };
        if let Some(value) = found {
            self.value = value;
        }
        Ok(())
    }
}

fn scalar<'de, A: MapAccess<'de>>(name: &str, map: &mut A) -> Result<Option<Value>, A::Error> {
    let scalar = map.next_value::<Scalar<'de>>()?;
    Ok(match name {
        "stringValue" | "string_value" => scalar.into_text().map(Value::String),
        "boolValue" | "bool_value" => match scalar {
            Scalar::Bool(value) => Some(Value::Bool(value)),
            _ => None,
        },
        "intValue" | "int_value" => scalar.signed().map(Value::Int),
        "doubleValue" | "double_value" => scalar.double().map(Value::Double),
        "bytesValue" | "bytes_value" => scalar.into_text().map(Value::Bytes),
        _ => None,
    })
}

/// The object that contains the list of an array or map.
struct Values<T>(T);

impl<'de, T: Items<'de>> Fields<'de> for Values<T> {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name == "values" {
            map.next_value_seed(List(&mut self.0))
        } else {
            skip(map)
        }
    }
}

struct Array {
    values: Vec<Value>,
    depth: usize,
}

impl<'de> Items<'de> for Array {
    fn item<A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        let mut element = AnyValue::new(self.depth);
        let found = list.next_element_seed(Object(&mut element))?.is_some();
        if found {
            self.values.push(element.value);
        }
        Ok(found)
    }
}
