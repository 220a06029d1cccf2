//! Reads the values that OTLP JSON has in strings: ids, bytes, numbers.

use base64::{
    DecodeError, Engine,
    alphabet::{Alphabet, STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// The size limit of an invalid string in an error message.
const MAX_QUOTED_BYTES: usize = 100;

pub(super) fn quoted(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_QUOTED_BYTES)]
}

const TRACE_ID_BYTES: usize = 16;
const SPAN_ID_BYTES: usize = 8;

/// Reads an id in hex, of any case, or in base64. Any other text becomes one byte, which is not a
/// valid id, so that only this span is rejected and not the whole request.
pub(super) fn id(text: &[u8]) -> Vec<u8> {
    let id = from_hex(text).or_else(|| id_from_base64(text));
    id.unwrap_or_else(|| vec![0])
}

fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > 2 * TRACE_ID_BYTES || !text.len().is_multiple_of(2) {
        return None;
    }
    text.chunks_exact(2).map(byte).collect()
}

/// Reads an id in base64, protobuf's standard encoding of bytes in JSON. No id in base64 has the
/// length of one in hex.
fn id_from_base64(text: &[u8]) -> Option<Vec<u8>> {
    const MAX_DIGITS: usize = 24;
    let text = std::str::from_utf8(text).ok()?;
    let mut id = Vec::new();
    let is_base64 = text.len() <= MAX_DIGITS && append_base64(text, &mut id).is_ok();
    (is_base64 && matches!(id.len(), TRACE_ID_BYTES | SPAN_ID_BYTES)).then_some(id)
}

/// Returns the number of an enum's value, given its name or its digits.
pub(super) fn enum_number(text: &str, names: &[&str]) -> Option<i128> {
    let named = names
        .iter()
        .position(|name| name.eq_ignore_ascii_case(text));
    let named = named.and_then(|number| i128::try_from(number).ok());
    named.or_else(|| integer(text))
}

fn byte(pair: &[u8]) -> Option<u8> {
    let high = char::from(pair[0]).to_digit(16)?;
    let low = char::from(pair[1]).to_digit(16)?;
    u8::try_from(high << 4 | low).ok()
}

/// Appends bytes that are base64, of either alphabet, with or without padding.
pub(super) fn append_base64(text: &str, out: &mut Vec<u8>) -> Result<(), DecodeError> {
    const STANDARD_BASE64: GeneralPurpose = base64(&STANDARD);
    const URL_SAFE_BASE64: GeneralPurpose = base64(&URL_SAFE);
    if text.contains(['-', '_']) {
        URL_SAFE_BASE64.decode_vec(text, out)
    } else {
        STANDARD_BASE64.decode_vec(text, out)
    }
}

const fn base64(alphabet: &Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new();
    GeneralPurpose::new(
        alphabet,
        config.with_decode_padding_mode(DecodePaddingMode::Indifferent),
    )
}

pub(super) fn integer(text: &str) -> Option<i128> {
    text.parse().ok().or_else(|| integral(text.parse().ok()?))
}

/// Converts a number without a fraction: `1e2` and `1.0` are integers in `ProtoJSON`. The caller
/// checks the range.
pub(super) fn integral(number: f64) -> Option<i128> {
    let is_integral = number.fract() == 0.0 && number.abs() < 1e30;
    is_integral.then_some(number as i128)
}

/// Reads a double, or one of `ProtoJSON`'s names for values that JSON cannot write.
pub(super) fn double(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        // Rust parses a number that is too large as infinity.
        digits => digits
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite()),
    }
}
