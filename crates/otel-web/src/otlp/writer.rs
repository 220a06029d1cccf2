//! The few protobuf wire types that OTLP uses, written straight into a byte buffer.
//!
//! Following the protobuf encoding: a field is a tag (number and wire type) and a value; fields with
//! the default value are left out; a message inside a message is preceded by its length.

use std::ops::Range;

/// Appends protobuf fields to a buffer.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const LENGTH_DELIMITED: u8 = 2;
const FIXED32: u8 = 5;

/// A nested message that is being written; its length is only known when it ends.
#[derive(Debug)]
#[must_use = "a message that was begun must end"]
pub(crate) struct Message {
    length_at: usize,
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self { bytes: Vec::new() }
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

    /// For members of a `oneof`, which are written even when they have the default value.
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

    /// Fields that are encoded already.
    pub(crate) fn raw(&mut self, fields: &[u8]) {
        self.bytes.extend_from_slice(fields);
    }

    /// Begins a nested message. One byte is kept free for its length, enough for most messages of a
    /// span.
    pub(crate) fn begin(&mut self, field: u8) -> Message {
        self.tag(field, LENGTH_DELIMITED);
        self.bytes.push(0);
        Message {
            length_at: self.bytes.len() - 1,
        }
    }

    /// Ends a nested message. Its content moves up when the length needs more than the free byte.
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

    /// Takes out what was written at a place.
    pub(super) fn cut(&mut self, place: Range<usize>) {
        self.bytes.drain(place);
    }

    fn tag(&mut self, field: u8, wire_type: u8) {
        self.raw_varint((field << 3 | wire_type).into());
    }

    /// Seven bits a byte, the lowest first; the top bit says that more follow.
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
    use crate::otlp::reader::Fields;

    fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut writer = Writer::default();
        write(&mut writer);
        writer.into_bytes()
    }

    #[test]
    fn varints_use_as_few_bytes_as_they_need() {
        assert_eq!(written(|w| w.varint(1, 127)), [0x08, 0x7f]);
        assert_eq!(written(|w| w.varint(1, 300)), [0x08, 0xac, 0x02]);
        assert_eq!(written(|w| w.varint(1, u64::MAX)).len(), 11);
    }

    #[test]
    fn default_values_are_left_out() {
        let bytes = written(|w| {
            w.varint(1, 0);
            w.fixed64(2, 0);
            w.fixed32(3, 0);
            w.string(4, "");
        });
        assert!(bytes.is_empty());
    }

    #[test]
    fn a_message_longer_than_127_bytes_gets_a_longer_length() {
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
