//! A writer for the protobuf wire types that OTLP uses.
//!
//! A field consists of a tag (number and wire type) and a value. Fields with the default value are
//! left out. A nested message is preceded by its length.

use std::ops::Range;

/// Appends protobuf fields to a buffer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const LENGTH_DELIMITED: u8 = 2;
const FIXED32: u8 = 5;

/// A nested message that is being written. Its length is known when it ends.
#[derive(Debug)]
#[must_use = "a message that was begun must end"]
pub(crate) struct Message {
    length_at: usize,
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
        }
    }

    /// Allocates this many bytes if nothing is written yet. A buffer that grows with each field is copied several times.
    pub(crate) fn reserve_first(&mut self, bytes: usize) {
        if self.bytes.is_empty() {
            self.bytes.reserve(bytes);
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn varint(&mut self, field: u8, value: u64) {
        if value != 0 {
            self.varint_always(field, value);
        }
    }

    /// Writes a member of a `oneof`, which is written even with the default value.
    pub(crate) fn varint_always(&mut self, field: u8, value: u64) {
        self.tag(field, VARINT);
        self.raw_varint(value);
    }

    pub(crate) fn fixed64(&mut self, field: u8, value: u64) {
        if value != 0 {
            self.fixed64_always(field, value);
        }
    }

    pub(crate) fn fixed64_always(&mut self, field: u8, value: u64) {
        self.tag(field, FIXED64);
        self.raw(&value.to_le_bytes());
    }

    pub(crate) fn fixed32(&mut self, field: u8, value: u32) {
        if value != 0 {
            self.tag(field, FIXED32);
            self.raw(&value.to_le_bytes());
        }
    }

    pub(crate) fn bytes(&mut self, field: u8, value: &[u8]) {
        if !value.is_empty() {
            self.bytes_always(field, value);
        }
    }

    pub(crate) fn bytes_always(&mut self, field: u8, value: &[u8]) {
        self.tag(field, LENGTH_DELIMITED);
        self.raw_varint(value.len() as u64);
        self.raw(value);
    }

    pub(crate) fn string(&mut self, field: u8, value: &str) {
        self.bytes(field, value.as_bytes());
    }

    /// Appends encoded fields.
    pub(crate) fn raw(&mut self, fields: &[u8]) {
        self.bytes.extend_from_slice(fields);
    }

    /// Begins a nested message. Reserves one byte for its length, enough for most messages of a span.
    pub(crate) fn begin(&mut self, field: u8) -> Message {
        self.tag(field, LENGTH_DELIMITED);
        self.bytes.push(0);
        Message {
            length_at: self.bytes.len() - 1,
        }
    }

    /// Ends a nested message. Moves its content if the length needs more than the reserved byte.
    pub(crate) fn end(&mut self, Message { length_at: mut at }: Message) {
        let mut length = self.bytes.len() - at - 1;
        while length >= 0x80 {
            self.bytes.insert(at, length as u8 | 0x80);
            length >>= 7;
            at += 1;
        }
        if let Some(last) = self.bytes.get_mut(at) {
            *last = length as u8;
        }
    }

    /// Removes a range of bytes.
    pub(super) fn remove(&mut self, range: Range<usize>) {
        self.bytes.drain(range);
    }

    fn tag(&mut self, field: u8, wire_type: u8) {
        self.raw_varint((field << 3 | wire_type).into());
    }

    /// Writes seven bits per byte, lowest first. The top bit is set if more bytes follow.
    fn raw_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::otlp::reader::Fields;

    fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut writer = Writer::default();
        write(&mut writer);
        writer.into_bytes()
    }

    #[test]
    fn varints_have_the_minimal_length() {
        assert_eq!(written(|w| w.varint(1, 127)), [0x08, 0x7f]);
        assert_eq!(written(|w| w.varint(1, 300)), [0x08, 0xac, 0x02]);
        assert_eq!(written(|w| w.varint(1, u64::MAX)).len(), 11);
    }

    #[test]
    fn default_values_are_omitted() {
        let bytes = written(|w| {
            w.varint(1, 0);
            w.fixed64(2, 0);
            w.fixed32(3, 0);
            w.string(4, "");
        });
        assert!(bytes.is_empty());
    }

    #[test]
    fn length_of_a_message_above_127_bytes_takes_two_bytes() {
        let text = "x".repeat(200);
        let bytes = written(|w| {
            let message = w.begin(1);
            w.string(2, &text);
            w.end(message);
        });
        assert_eq!(bytes[..5], [0x0a, 0xcb, 0x01, 0x12, 0xc8]);
        assert_eq!(bytes.len(), 206);
        let mut fields = Fields(&bytes);
        assert_eq!(fields.next().unwrap().content.len(), 203);
        assert!(fields.0.is_empty());
    }
}
