//! Encoding and decoding of lowercase hexadecimal digits.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Appends two digits for each byte.
pub(crate) fn push(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let digit = |value: u8| char::from(DIGITS[usize::from(value & 0xf)]);
        text.push(digit(byte >> 4));
        text.push(digit(*byte));
    }
}

/// Decodes lowercase digits into `bytes`. Returns `None` unless there are exactly two per byte.
pub(crate) fn read(text: &[u8], bytes: &mut [u8]) -> Option<()> {
    if text.len() != bytes.len() * 2 {
        return None;
    }
    for (pair, byte) in text.chunks_exact(2).zip(bytes) {
        *byte = pair.iter().try_fold(0, |value, digit| {
            let position = DIGITS.iter().position(|known| known == digit)?;
            Some(value << 4 | u8::try_from(position).ok()?)
        })?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_bytes_are_decoded() {
        let (mut text, mut bytes) = (String::new(), [0; 3]);
        push(&mut text, &[0x00, 0x9f, 0xa1]);
        assert_eq!(text, "009fa1");
        assert_eq!(read(text.as_bytes(), &mut bytes), Some(()));
        assert_eq!(bytes, [0x00, 0x9f, 0xa1]);
    }

    #[test]
    fn other_digits_and_wrong_lengths_are_rejected() {
        for text in ["", "0", "000", "0g", "0A", "+1", "é"] {
            assert_eq!(read(text.as_bytes(), &mut [0]), None, "{text}");
        }
    }
}
