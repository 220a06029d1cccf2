//! Rules for the fields of a JSON object. A field without a rule is an error, and so is null, which no
//! rule allows.

use serde_json::Value;

/// A field, and a check of its value.
pub(super) type Rule = (&'static str, fn(&Value) -> bool);

/// Returns the first field that is unknown or has an invalid value.
pub(super) fn first_mistake(object: &Value, rules: &[Rule]) -> Option<String> {
    let Some(fields) = object.as_object() else {
        return Some("not an object".to_owned());
    };
    let is_right = |key: &str, value| {
        let mut rules = rules.iter();
        rules.any(|(known, holds)| *known == key && holds(value))
    };
    let mut mistakes = fields.iter().filter(|(key, value)| !is_right(key, value));
    mistakes.next().map(|(key, _)| key.clone())
}

pub(super) fn follows(object: &Value, rules: &[Rule]) -> bool {
    first_mistake(object, rules).is_none()
}

/// Returns whether all items of a list are valid.
pub(super) fn all(values: &Value, holds: fn(&Value) -> bool) -> bool {
    let values = values.as_array();
    values.is_some_and(|values| values.iter().all(holds))
}

pub(super) fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn is_text(value: &Value) -> bool {
    value.is_string()
}

/// Returns the document with another value of one field. Null removes the field.
pub(super) fn with(mut document: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    let fields = parent.as_object_mut().unwrap();
    match value {
        Value::Null => fields.remove(key),
        value => fields.insert(key.to_owned(), value),
    };
    document
}
