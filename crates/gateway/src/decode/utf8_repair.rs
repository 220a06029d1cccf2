//! Replaces invalid UTF-8 in the texts of a message. Senders that truncate a text in the middle
//! of a character produce it.
//!
//! Protobuf readers reject the whole message because of such a text, so the span is encoded
//! again with U+FFFD.

use std::convert::Infallible;

use bytes::Bytes;

use super::{
    schema::{Kind, Schema},
    wire_format::{Fields, WireError, write_delimited},
};

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// The lengths of the messages around a longer text may take more bytes, too.
const ENVELOPE_BYTES: usize = 256;

/// Returns the most memory, in bytes, that [`message`] takes for a message of `bytes`, of which
/// `invalid_text_bytes` are invalid texts.
pub(super) const fn memory_cost(bytes: usize, invalid_text_bytes: usize) -> usize {
    // An invalid byte becomes three, and the length before the text may grow, too.
    bytes + 4 * invalid_text_bytes + ENVELOPE_BYTES
}

/// Returns the message with U+FFFD for invalid UTF-8. Other fields are copied unchanged, even
/// unknown ones.
pub(super) fn message(
    schema: &'static Schema,
    message: &[u8],
    invalid_text_bytes: usize,
) -> Result<Bytes, WireError> {
    let mut out = Vec::with_capacity(memory_cost(message.len(), invalid_text_bytes));
    write_message(schema, message, &mut out)?;
    Ok(out.into())
}

fn write_message(
    schema: &'static Schema,
    message: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), WireError> {
    for field in Fields(message).with_encoded() {
        let (raw, encoded) = field?;
        match schema.field(raw.number).map(|field| field.kind) {
            Some(Kind::Text | Kind::Texts) => {
                let text = |out: &mut Vec<u8>| {
                    write_text(raw.content, out);
                    Ok::<_, Infallible>(())
                };
                let Ok(()) = write_delimited(raw.number, out, text);
            }
            Some(Kind::Message(schema) | Kind::Messages(schema) | Kind::Nested(schema)) => {
                let message = |out: &mut Vec<u8>| write_message(schema, raw.content, out);
                write_delimited(raw.number, out, message)?;
            }
            _ => out.extend_from_slice(encoded),
        }
    }
    Ok(())
}

/// Returns the text with U+FFFD for invalid UTF-8.
pub(crate) fn text(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    write_text(bytes, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

fn write_text(mut bytes: &[u8], out: &mut Vec<u8>) {
    while let Err(error) = std::str::from_utf8(bytes) {
        let (valid, rest) = bytes.split_at(error.valid_up_to());
        out.extend_from_slice(valid);
        out.extend_from_slice(REPLACEMENT);
        let invalid = match rest {
            // Half of a surrogate pair, as in JSON's escapes and Java's strings, is one missing
            // character, not three.
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] => 3,
            _ => error.error_len().unwrap_or(rest.len()),
        };
        bytes = &rest[invalid..];
    }
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_invalid_sequence_becomes_one_replacement_character() {
        for (bytes, expected) in [
            (&b"plain"[..], "plain"),
            (b"", ""),
            (b"caf\xc3", "caf\u{fffd}"),
            (b"\xf0\x9f\x98", "\u{fffd}"),
            (b"\xff\xfe", "\u{fffd}\u{fffd}"),
            (b"a\xed\xa0\xbcb", "a\u{fffd}b"),
            (b"\xed\xa0\xbc\xed\xa0\xbc", "\u{fffd}\u{fffd}"),
            (b"\xed\xa0", "\u{fffd}\u{fffd}"),
            ("é\u{1f680}".as_bytes(), "é\u{1f680}"),
        ] {
            assert_eq!(text(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn memory_cost_covers_the_worst_text() {
        for bytes in [1, 40, 43, 127, 5000, 70_000] {
            let text = vec![0xff; bytes];
            let mut span = Vec::new();
            let Ok(()) = write_delimited(5, &mut span, |out| {
                out.extend_from_slice(&text);
                Ok::<_, Infallible>(())
            });
            let repaired = message(&super::super::schema::SPAN, &span, bytes).unwrap();
            assert!(repaired.len() <= memory_cost(span.len(), bytes));
            assert!(std::str::from_utf8(&repaired[repaired.len() - 3 * bytes..]).is_ok());
        }
    }
}
