//! The field types that OTLP JSON writes in its own way: numbers, ids, bytes.

use std::{fmt, marker::PhantomData, str::FromStr};

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{Deserialize, Deserializer, de};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A whole number, or the same number as a string.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Number<T>(pub(super) T);

impl<'de, T: FromStr> Deserialize<'de> for Number<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor(PhantomData))
    }
}

struct NumberVisitor<T>(PhantomData<T>);

impl<T: FromStr> de::Visitor<'_> for NumberVisitor<T> {
    type Value = Number<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or its digits as a string")
    }

    fn visit_str<E: de::Error>(self, digits: &str) -> Result<Number<T>, E> {
        let unexpected = || E::invalid_value(de::Unexpected::Str(digits), &self);
        let number = digits.parse().ok().or_else(|| whole(digits));
        number.map(Number).ok_or_else(unexpected)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Number<T>, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Number<T>, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Number<T>, E> {
        self.visit_str(&number.to_string())
    }
}

/// `1e2` and `1.0` are integers to `ProtoJSON`, as far as a double is exact.
fn whole<T: FromStr>(digits: &str) -> Option<T> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let number: f64 = digits.parse().ok()?;
    let is_whole = number.fract() == 0.0 && number.abs() <= EXACT;
    is_whole.then(|| format!("{number:.0}").parse().ok())?
}

/// A double, as a number or a string, or one of the three names for what is no number in JSON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Double(pub(super) f64);

impl<'de> Deserialize<'de> for Double {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DoubleVisitor)
    }
}

struct DoubleVisitor;

impl de::Visitor<'_> for DoubleVisitor {
    type Value = Double;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a number that fits a double, as a number or a string, or NaN, Infinity, -Infinity",
        )
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Double, E> {
        let number = match text {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            // Rust reads what is too large as infinity.
            digits => digits
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite()),
        };
        let unexpected = || E::invalid_value(de::Unexpected::Str(text), &self);
        number.map(Double).ok_or_else(unexpected)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Double, E> {
        Ok(Double(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Double, E> {
        Ok(Double(number as f64))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Double, E> {
        Ok(Double(number as f64))
    }
}

/// An id in hex of any case. What is not hex becomes one byte, a length no id has, so that
/// this one span is rejected instead of the whole request.
#[derive(Clone, Debug, Default)]
pub(super) struct HexId(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for HexId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self(from_hex(&text).unwrap_or_else(|| vec![0])))
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes().chunks_exact(2).map(byte).collect()
}

fn byte(pair: &[u8]) -> Option<u8> {
    let high = char::from(pair[0]).to_digit(16)?;
    let low = char::from(pair[1]).to_digit(16)?;
    u8::try_from(high << 4 | low).ok()
}

/// Bytes in base64, of either alphabet, padded or not.
#[derive(Clone, Debug, Default)]
pub(super) struct Base64(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let standard = text.replace('-', "+").replace('_', "/");
        BASE64.decode(standard).map(Self).map_err(de::Error::custom)
    }
}
