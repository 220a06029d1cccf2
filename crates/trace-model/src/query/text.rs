//! All texts of a span, as free text is searched in them.

use std::borrow::Cow;

use crate::{Attributes, Resource, Scope, Span, SpanStatus, Value};

/// In lower case, character by character, so that a part of a text stays a part of it.
#[must_use]
pub fn lowercase(text: &str) -> Cow<'_, str> {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if text.bytes().all(is_lower) {
        return Cow::Borrowed(text);
    }
    if text.is_ascii() {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    Cow::Owned(text.chars().flat_map(char::to_lowercase).collect())
}

/// Calls `look` with each text that is the span's own: name, status message, keys and values of
/// its attributes, events and links. Numbers and booleans are written as the viewer shows them.
pub fn for_each_text<'a>(span: &'a Span, look: &mut impl FnMut(Cow<'a, str>)) {
    look(Cow::Borrowed(&span.name));
    if let SpanStatus::Error(message) = &span.status {
        look(Cow::Borrowed(message));
    }
    attributes(&span.attributes, look);
    for event in &span.events {
        look(Cow::Borrowed(&event.name));
        attributes(&event.attributes, look);
    }
    for link in &span.links {
        attributes(&link.attributes, look);
    }
}

/// The same for what many spans share.
pub fn for_each_text_of<'a>(
    resource: &'a Resource,
    scope: &'a Scope,
    look: &mut impl FnMut(Cow<'a, str>),
) {
    attributes(&resource.attributes, look);
    look(Cow::Borrowed(&scope.name));
    look(Cow::Borrowed(&scope.version));
}

fn attributes<'a>(attributes: &'a Attributes, look: &mut impl FnMut(Cow<'a, str>)) {
    for attribute in &attributes.0 {
        look(Cow::Borrowed(&attribute.key));
        value(&attribute.value, look);
    }
}

fn value<'a>(value_: &'a Value, look: &mut impl FnMut(Cow<'a, str>)) {
    match value_ {
        Value::String(text) | Value::Bytes(text) => look(Cow::Borrowed(text)),
        Value::Bool(true) => look(Cow::Borrowed("true")),
        Value::Bool(false) => look(Cow::Borrowed("false")),
        Value::Int(_) | Value::Double(_) => look(Cow::Owned(value_.to_string())),
        Value::Array(values) => {
            for element in values {
                value(element, look);
            }
        }
        Value::Map(entries) => attributes(entries, look),
        Value::Empty => {}
    }
}
