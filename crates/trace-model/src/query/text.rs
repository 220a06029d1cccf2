//! The texts of a span or a log record that a free-text search covers.

use std::borrow::Cow;

use crate::{Attributes, Log, Resource, Scope, Span, SpanStatus, Value};

/// Converts to lower case, character by character, so that a substring stays a substring.
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

/// A searchable text. `key` is the attribute's key if the text is a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    pub key: Option<&'a str>,
    pub text: Cow<'a, str>,
}

/// Calls `visit` with each text of the span itself: name, status message, and the keys and values
/// of its attributes, events and links.
///
/// Numbers and booleans are formatted as the viewer shows them. For the texts that spans share, use
/// [`for_each_shared_text`].
pub fn for_each_text<'a>(span: &'a Span, visit: &mut impl FnMut(Text<'a>)) {
    plain(&span.name, visit);
    if let SpanStatus::Error(message) = &span.status {
        plain(message, visit);
    }
    attributes(&span.attributes, visit);
    for event in &span.events {
        plain(&event.name, visit);
        attributes(&event.attributes, visit);
    }
    for link in &span.links {
        attributes(&link.attributes, visit);
    }
}

/// Calls `visit` with each text of the log record itself: severity, event name, body, and the keys and
/// values of its attributes.
pub fn for_each_log_text<'a>(log: &'a Log, visit: &mut impl FnMut(Text<'a>)) {
    plain(&log.severity_text, visit);
    plain(log.severity().as_str(), visit);
    plain(&log.event_name, visit);
    value("", &log.body, visit);
    attributes(&log.attributes, visit);
}

/// Calls `visit` with each text of a resource and a scope.
pub fn for_each_shared_text<'a>(
    resource: &'a Resource,
    scope: &'a Scope,
    visit: &mut impl FnMut(Text<'a>),
) {
    plain(resource.service(), visit);
    attributes(&resource.attributes, visit);
    plain(&scope.name, visit);
    plain(&scope.version, visit);
}

fn plain<'a>(text: &'a str, visit: &mut impl FnMut(Text<'a>)) {
    let text = Cow::Borrowed(text);
    visit(Text { key: None, text });
}

fn attributes<'a>(attributes: &'a Attributes, visit: &mut impl FnMut(Text<'a>)) {
    for attribute in &attributes.0 {
        plain(&attribute.key, visit);
        value(&attribute.key, &attribute.value, visit);
    }
}

fn value<'a>(key: &'a str, any: &'a Value, visit: &mut impl FnMut(Text<'a>)) {
    let text = match any {
        Value::String(text) | Value::Bytes(text) => Cow::Borrowed(text.as_str()),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Int(_) | Value::Double(_) => Cow::Owned(any.to_string()),
        Value::Array(elements) => {
            return elements
                .iter()
                .for_each(|element| value(key, element, visit));
        }
        Value::Map(entries) => return attributes(entries, visit),
        Value::Empty => return,
    };
    let key = Some(key);
    visit(Text { key, text });
}
