//! Attributes, encoded when they are set.
//!
//! They are rarely read. Storing keys and values as objects until the span ends would copy, traverse
//! and free them once more.

use std::ops::Range;

use opentelemetry::{Array, KeyValue, Value};

use crate::core::otlp::reader;
use crate::core::otlp::writer::Writer;
use crate::core::text;

const RESOURCE_ATTRIBUTES: u8 = 1;
pub(super) const EVENT_ATTRIBUTES: u8 = 3;
const SPAN_ATTRIBUTES: u8 = 9;

/// The limit for the attributes of a span, an event or a link, and for the events and the links of a span. The
/// specification's default.
pub(crate) const MAX_ITEMS_PER_SPAN: u32 = 128;

/// The initial capacity: five attributes of a request take no more.
const USUAL_BYTES: usize = 240;

/// A borrowed `AnyValue` of the protocol.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AnyValue<'a> {
    Text(&'a str),
    /// A text from the page, of any length. It is truncated to [`text::MAX_TEXT_BYTES`].
    PageText(&'a str),
    Bool(bool),
    Int(i64),
    Double(f64),
    Array(&'a Array),
    /// A value without content, for value types that a later version of the API may add.
    Empty,
}

/// Attributes of the application arrive as [`Value`], and are not truncated.
impl<'a> From<&'a str> for AnyValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::PageText(text)
    }
}

impl From<bool> for AnyValue<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for AnyValue<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for AnyValue<'_> {
    fn from(value: f64) -> Self {
        Self::Double(value)
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

/// The attributes of a span, event or resource. Keys are unique, and their number is limited.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Attributes {
    field: u8,
    writer: Writer,
    count: u32,
    pub(crate) dropped: u32,
}

impl Attributes {
    /// `field` is the number of the attributes' field in their message.
    pub(crate) const fn new(field: u8) -> Self {
        Self {
            field,
            writer: Writer::new(),
            count: 0,
            dropped: 0,
        }
    }

    /// Sets an attribute, and replaces an earlier one with the same key. Beyond
    /// [`MAX_ITEMS_PER_SPAN`], counts it as dropped.
    pub(crate) fn set<'a>(&mut self, key: &str, value: impl Into<AnyValue<'a>>) {
        self.put(key, value.into());
    }

    #[inline(never)]
    fn put(&mut self, key: &str, value: AnyValue<'_>) {
        self.remove(key);
        self.writer.reserve_first(USUAL_BYTES);
        if self.count < MAX_ITEMS_PER_SPAN {
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
        if let Some((range, _)) = self.find(key) {
            self.writer.remove(range);
            self.count -= 1;
        }
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Returns the value of a string attribute.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        let (_, attribute) = self.find(key)?;
        let value = reader::find(attribute, 2)?.content;
        std::str::from_utf8(reader::find(value, 1)?.content).ok()
    }

    /// Returns the range of an attribute's field, and its message.
    ///
    /// Each attribute that is set looks for earlier ones with its key, so this compares bytes that this
    /// module has written, and does not decode messages.
    fn find(&self, key: &str) -> Option<(Range<usize>, &[u8])> {
        let all = self.bytes();
        let mut start = 0;
        while start < all.len() {
            let (content, end) = length_delimited(all, start)?;
            let attribute = all.get(content..end)?;
            if has_key(attribute, key.as_bytes()) {
                return Some((start..end, attribute));
            }
            start = end;
        }
        None
    }

    /// Returns complete fields, which can be appended to other fields of their message.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.writer.as_bytes()
    }
}

pub(crate) const fn resource_attributes() -> Attributes {
    Attributes::new(RESOURCE_ATTRIBUTES)
}

pub(crate) const fn span_attributes() -> Attributes {
    Attributes::new(SPAN_ATTRIBUTES)
}

pub(crate) const fn event_attributes() -> Attributes {
    Attributes::new(EVENT_ATTRIBUTES)
}

/// The tag of the key in an attribute's message.
const KEY_TAG: u8 = 0x0a;

/// Whether an attribute's message starts with a key. An empty key is not encoded.
fn has_key(attribute: &[u8], key: &[u8]) -> bool {
    if attribute.first() != Some(&KEY_TAG) {
        return key.is_empty();
    }
    let found = length_delimited(attribute, 0);
    found.is_some_and(|(start, end)| {
        // Comparing the lengths first spares most comparisons of texts.
        end - start == key.len() && attribute.get(start..end) == Some(key)
    })
}

/// Returns where the content of the field at `start` begins and ends. Its tag has one byte.
fn length_delimited(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    let mut at = start + 1;
    let (mut length, mut shift) = (0, 0);
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        length |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some((at, at + length));
        }
        shift += 7;
    }
}

/// Writes attributes of events, links and scopes, including duplicate keys.
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
        AnyValue::PageText(text) => writer.bytes_always(1, text::truncated(text).as_bytes()),
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
    fn setting_a_key_again_replaces_its_value() {
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
    fn long_keys_and_values_are_replaced_and_removed() {
        let mut attributes = Attributes::new(9);
        let lengths = [1, 126, 127, 128, 300, 16_500];
        for _ in 0..2 {
            for length in lengths {
                let text = "k".repeat(length);
                attributes.put(&text, AnyValue::Text(&text));
                attributes.set("short", &*text);
            }
        }
        assert_eq!(attributes.count, 7);
        for length in lengths {
            let key = "k".repeat(length);
            assert_eq!(attributes.text(&key), Some(&*key));
            attributes.remove(&key);
            assert_eq!(attributes.text(&key), None);
        }
        assert_eq!(attributes.text("short").map(str::len), Some(8 * 1024));
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
