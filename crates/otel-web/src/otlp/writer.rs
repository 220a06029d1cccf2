//! The few protobuf wire types that OTLP uses, written straight into a byte buffer.
//!
//! Following the protobuf encoding: a field is a tag (number and wire type) and a value; fields with
//! the default value are left out; a message inside a message is preceded by its length.

/// Appends protobuf fields to a buffer.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH_DELIMITED: u32 = 2;
const FIXED32: u32 = 5;

impl Writer {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn varint(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.varint_always(field, value);
        }
    }

    /// For members of a `oneof`, which are written even when they have the default value.
    pub(crate) fn varint_always(&mut self, field: u32, value: u64) {
        self.tag(field, VARINT);
        self.raw_varint(value);
    }

    pub(crate) fn fixed64(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.fixed64_always(field, value);
        }
    }

    pub(crate) fn fixed64_always(&mut self, field: u32, value: u64) {
        self.tag(field, FIXED64);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn fixed32(&mut self, field: u32, value: u32) {
        if value != 0 {
            self.tag(field, FIXED32);
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
    }

    pub(crate) fn bytes(&mut self, field: u32, value: &[u8]) {
        if !value.is_empty() {
            self.bytes_always(field, value);
        }
    }

    pub(crate) fn bytes_always(&mut self, field: u32, value: &[u8]) {
        self.tag(field, LENGTH_DELIMITED);
        self.raw_varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    pub(crate) fn string(&mut self, field: u32, value: &str) {
        self.bytes(field, value.as_bytes());
    }

    /// Writes a nested message. Its length is only known afterwards: one byte is kept free for it,
    /// enough for most messages of a span, and the content moves up when it needs more.
    pub(crate) fn message(&mut self, field: u32, content: impl FnOnce(&mut Self)) {
        self.tag(field, LENGTH_DELIMITED);
        let length_at = self.bytes.len();
        self.bytes.push(0);
        content(self);
        let length = self.bytes.len() - length_at - 1;
        self.set_length(length_at, length);
    }

    fn set_length(&mut self, at: usize, length: usize) {
        let mut encoded = [0; 10];
        let count = encode_varint(length as u64, &mut encoded);
        self.bytes.splice(at..=at, encoded[..count].iter().copied());
    }

    fn tag(&mut self, field: u32, wire_type: u32) {
        self.raw_varint(u64::from(field << 3 | wire_type));
    }

    fn raw_varint(&mut self, value: u64) {
        let mut encoded = [0; 10];
        let count = encode_varint(value, &mut encoded);
        self.bytes.extend_from_slice(&encoded[..count]);
    }
}

/// Seven bits a byte, the lowest first; the top bit says that more follow.
fn encode_varint(mut value: u64, into: &mut [u8; 10]) -> usize {
    let mut count = 0;
    while value >= 0x80 {
        into[count] = value as u8 | 0x80;
        value >>= 7;
        count += 1;
    }
    into[count] = value as u8;
    count + 1
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let bytes = written(|w| w.message(1, |m| m.string(2, &text)));
        assert_eq!(bytes[..5], [0x0a, 0xcb, 0x01, 0x12, 0xc8]);
        assert_eq!(bytes.len(), 206);
    }
}
