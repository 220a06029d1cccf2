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

/// A piece of text, and the attribute's key where it is a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    pub key: Option<&'a str>,
    pub text: Cow<'a, str>,
}

/// Calls `look` with each text that is the span's own: name, status message, keys and values of
/// its attributes, events and links. Numbers and booleans are written as the viewer shows them.
pub fn for_each_text<'a>(span: &'a Span, look: &mut impl FnMut(Text<'a>)) {
    plain(&span.name, look);
    if let SpanStatus::Error(message) = &span.status {
        plain(message, look);
    }
    attributes(&span.attributes, look);
    for event in &span.events {
        plain(&event.name, look);
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
    look: &mut impl FnMut(Text<'a>),
) {
    plain(resource.service(), look);
    attributes(&resource.attributes, look);
    plain(&scope.name, look);
    plain(&scope.version, look);
}

fn plain<'a>(text: &'a str, look: &mut impl FnMut(Text<'a>)) {
    let text = Cow::Borrowed(text);
    look(Text { key: None, text });
}

fn attributes<'a>(attributes: &'a Attributes, look: &mut impl FnMut(Text<'a>)) {
    for attribute in &attributes.0 {
        plain(&attribute.key, look);
        value(&attribute.key, &attribute.value, look);
    }
}

fn value<'a>(key: &'a str, given: &'a Value, look: &mut impl FnMut(Text<'a>)) {
    let text = match given {
        Value::String(text) | Value::Bytes(text) => Cow::Borrowed(text.as_str()),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Int(_) | Value::Double(_) => Cow::Owned(given.to_string()),
        Value::Array(elements) => {
            return elements
                .iter()
                .for_each(|element| value(key, element, look));
        }
        Value::Map(entries) => return attributes(entries, look),
        Value::Empty => return,
    };
    let key = Some(key);
    look(Text { key, text });
}
