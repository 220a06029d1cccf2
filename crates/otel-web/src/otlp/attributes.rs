//! Attributes as they go onto the wire, encoded the moment they are set.
//!
//! Nothing else ever reads them, so keeping keys and values as objects until the span ends would only
//! mean to copy, walk and free them once more.

use std::ops::Range;

use opentelemetry::{Array, KeyValue, Value};

use super::reader::{self, Fields};
use super::writer::Writer;
use crate::text;

/// The specification's default limit for attributes, events and links of one span.
pub(crate) const COUNT_LIMIT: u32 = 128;

/// `AnyValue` of the protocol, borrowed from wherever the value is at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AnyValue<'a> {
    Text(&'a str),
    /// A text that this crate found in the page, so of any length: what is too long is cut.
    Found(&'a str),
    Bool(bool),
    Int(i64),
    Double(f64),
    Array(&'a Array),
    /// A kind the API has grown since: a value without content, as the decoder allows.
    Empty,
}

/// What the application sets comes as [`Value`], and stays as it is.
impl<'a> From<&'a str> for AnyValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Found(text)
    }
}

impl From<bool> for AnyValue<'_> {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for AnyValue<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<f64> for AnyValue<'_> {
    fn from(number: f64) -> Self {
        Self::Double(number)
    }
}

impl<'a> From<&'a Value> for AnyValue<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.as_str()),
            Value::Bool(truth) => Self::Bool(*truth),
            Value::I64(number) => Self::Int(*number),
            Value::F64(number) => Self::Double(*number),
            Value::Array(items) => Self::Array(items),
            _ => Self::Empty,
        }
    }
}

/// The attributes of one span or resource: keys are unique, the number is bounded.
#[derive(Debug)]
pub(crate) struct Attributes {
    field: u8,
    writer: Writer,
    count: u32,
    pub(crate) dropped: u32,
}

impl Attributes {
    /// `field` is the number that attributes have in the message they belong to.
    pub(crate) const fn new(field: u8) -> Self {
        Self {
            field,
            writer: Writer::new(),
            count: 0,
            dropped: 0,
        }
    }

    /// Sets an attribute, in place of an earlier one of the same key. Beyond the limit it is counted
    /// and left out.
    pub(crate) fn set<'a>(&mut self, key: &str, value: impl Into<AnyValue<'a>>) {
        self.put(key, value.into());
    }

    #[inline(never)]
    fn put(&mut self, key: &str, value: AnyValue<'_>) {
        self.remove(key);
        if self.count < COUNT_LIMIT {
            self.count += 1;
            write_attribute(&mut self.writer, self.field, key, value);
        } else {
            self.dropped += 1;
        }
    }

    pub(crate) fn set_all<'a>(&mut self, attributes: impl IntoIterator<Item = &'a KeyValue>) {
        for KeyValue { key, value, .. } in attributes {
            self.set(key.as_str(), value);
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
        if let Some((place, _)) = self.find(key) {
            self.writer.cut(place);
            self.count -= 1;
        }
    }

    /// The value of an attribute that is a text.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        let (_, attribute) = self.find(key)?;
        let value = reader::find(attribute, 2)?.content;
        std::str::from_utf8(reader::find(value, 1)?.content).ok()
    }

    /// Where the attribute of this key stands, and what is in it.
    fn find(&self, key: &str) -> Option<(Range<usize>, &[u8])> {
        let all = self.bytes();
        let mut rest = Fields(all);
        loop {
            let begin = all.len() - rest.0.len();
            let attribute = rest.next()?.content;
            if key_of(attribute) == key.as_bytes() {
                return Some((begin..all.len() - rest.0.len(), attribute));
            }
        }
    }

    /// Whole fields, so they may follow other fields of their message as they are.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.writer.as_bytes()
    }
}

/// An empty key is not written.
fn key_of(attribute: &[u8]) -> &[u8] {
    reader::find(attribute, 1).map_or(&[], |key| key.content)
}

/// Attributes of events, links and scopes: written as given.
pub(super) fn write_all<'a>(
    writer: &mut Writer,
    field: u8,
    attributes: impl IntoIterator<Item = &'a KeyValue>,
) {
    for KeyValue { key, value, .. } in attributes {
        write_attribute(writer, field, key.as_str(), value.into());
    }
}

fn write_attribute(writer: &mut Writer, field: u8, key: &str, value: AnyValue<'_>) {
    let attribute = writer.begin(field);
    writer.string(1, key);
    let content = writer.begin(2);
    write_value(writer, value);
    writer.end(content);
    writer.end(attribute);
}

fn write_value(writer: &mut Writer, value: AnyValue<'_>) {
    match value {
        AnyValue::Text(text) => writer.bytes_always(1, text.as_bytes()),
        AnyValue::Found(text) => writer.bytes_always(1, text::truncated(text).as_bytes()),
        AnyValue::Bool(truth) => writer.varint_always(2, truth.into()),
        AnyValue::Int(number) => writer.varint_always(3, number as u64),
        AnyValue::Double(number) => writer.fixed64_always(4, number.to_bits()),
        AnyValue::Array(items) => {
            let array = writer.begin(5);
            write_array(writer, items);
            writer.end(array);
        }
        AnyValue::Empty => {}
    }
}

fn write_array(writer: &mut Writer, items: &Array) {
    match items {
        Array::Bool(items) => items.iter().for_each(|i| write_item(writer, (*i).into())),
        Array::I64(items) => items.iter().for_each(|i| write_item(writer, (*i).into())),
        Array::F64(items) => items.iter().for_each(|i| write_item(writer, (*i).into())),
        Array::String(items) => items
            .iter()
            .for_each(|i| write_item(writer, i.as_str().into())),
        _ => {}
    }
}

fn write_item(writer: &mut Writer, item: AnyValue<'_>) {
    let message = writer.begin(1);
    write_value(writer, item);
    writer.end(message);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_key_replaces_the_value() {
        let mut attributes = Attributes::new(9);
        attributes.set("k", 1);
        attributes.set("", true);
        attributes.set("other", "x");
        attributes.set("k", 2);
        attributes.set("", false);
        let mut expected = Attributes::new(9);
        expected.set("other", "x");
        expected.set("k", 2);
        expected.set("", false);
        assert_eq!(attributes.bytes(), expected.bytes());
    }

    #[test]
    fn attributes_beyond_the_limit_are_counted() {
        let mut attributes = Attributes::new(9);
        for index in 0..130 {
            attributes.set(&format!("k{index}"), index);
        }
        attributes.set("k0", "again");
        assert_eq!((attributes.count, attributes.dropped), (128, 2));
    }
}
