//! What OTLP JSON writes in strings: ids, bytes, numbers.

use base64::{
    DecodeError, Engine,
    alphabet::{Alphabet, STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// So much of a wrong string is quoted, which may be as long as a body.
const QUOTED_BYTES: usize = 100;

pub(super) fn quoted(text: &str) -> &str {
    &text[..text.floor_char_boundary(QUOTED_BYTES)]
}

/// Lengths of ids, in bytes.
const TRACE_ID_BYTES: usize = 16;
const SPAN_ID_BYTES: usize = 8;

/// Reads an id in hex of any case, or in base64. What is neither becomes one byte, a length
/// that no id has, so that this one span is rejected instead of the whole request.
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

/// As the standard JSON of protobuf has bytes. No id in hex is as long as one in base64.
fn id_from_base64(text: &[u8]) -> Option<Vec<u8>> {
    const MOST_DIGITS: usize = 24;
    let text = std::str::from_utf8(text).ok()?;
    let mut id = Vec::new();
    let is_base64 = text.len() <= MOST_DIGITS && add_base64(text, &mut id).is_ok();
    (is_base64 && matches!(id.len(), TRACE_ID_BYTES | SPAN_ID_BYTES)).then_some(id)
}

/// The number of an enum's value by its name, or by its digits.
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

/// Bytes in base64, of either alphabet, padded or not.
pub(super) fn add_base64(text: &str, out: &mut Vec<u8>) -> Result<(), DecodeError> {
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
    text.parse().ok().or_else(|| whole(text.parse().ok()?))
}

/// `1e2` and `1.0` are integers to `ProtoJSON`. Those beyond 64 bits are found out later.
pub(super) fn whole(number: f64) -> Option<i128> {
    let is_whole = number.fract() == 0.0 && number.abs() < 1e30;
    is_whole.then_some(number as i128)
}

/// A double, or one of the three names for what is no number in JSON.
pub(super) fn double(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        // Rust reads what is too large as infinity.
        digits => digits
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite()),
    }
}
