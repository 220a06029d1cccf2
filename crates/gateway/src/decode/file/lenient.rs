//! Values as files have them: numbers as texts, absent lists as `null`, shortened ids.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, Visitor},
};

/// A time or a duration. Files have microseconds, as a number or a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Micros {
    nanos: i128,
}

impl Micros {
    /// Returns nanoseconds. Negative ones are zero.
    pub(super) fn nanos(self) -> u64 {
        u64::try_from(self.nanos.max(0)).unwrap_or(u64::MAX)
    }

    pub(super) const fn is_negative(self) -> bool {
        self.nanos < 0
    }

    const fn of_micros(micros: i128) -> Self {
        Self {
            nanos: micros.saturating_mul(1_000),
        }
    }

    fn of_float(micros: f64) -> Option<Self> {
        let nanos = (micros * 1e3).round();
        // Larger ones would not fit the format of spans either.
        (nanos.abs() < 1e30).then_some(Self {
            nanos: nanos as i128,
        })
    }
}

impl<'de> Deserialize<'de> for Micros {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MicrosVisitor)
    }
}

struct MicrosVisitor;

impl Visitor<'_> for MicrosVisitor {
    type Value = Micros;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of microseconds")
    }

    fn visit_u64<E: de::Error>(self, micros: u64) -> Result<Micros, E> {
        Ok(Micros::of_micros(micros.into()))
    }

    fn visit_i64<E: de::Error>(self, micros: i64) -> Result<Micros, E> {
        Ok(Micros::of_micros(micros.into()))
    }

    fn visit_f64<E: de::Error>(self, micros: f64) -> Result<Micros, E> {
        Micros::of_float(micros)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Float(micros), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Micros, E> {
        let text = text.trim();
        let whole = text.parse::<i64>().ok();
        let whole = whole.map(|micros| Micros::of_micros(micros.into()));
        let parsed = whole.or_else(|| Micros::of_float(text.parse().ok()?));
        parsed.ok_or_else(|| E::custom("a text is not a number of microseconds"))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Micros, E> {
        Ok(Micros::default())
    }
}

/// Reads `null` as the default.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads anything else as the default, such as the empty list that some senders write for no object.
pub(super) fn or_ignored<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Lenient<T> {
        Expected(T),
        Other(IgnoredAny),
    }
    Ok(match Lenient::deserialize(deserializer)? {
        Lenient::Expected(value) => value,
        Lenient::Other(_) => T::default(),
    })
}

/// Parses an id of up to `N` bytes. Senders omit leading zeros, and 64-bit trace ids have half as many
/// digits.
pub(super) fn id<const N: usize>(name: &str, text: &str) -> Result<Vec<u8>, String> {
    let digits: String = text.trim().chars().filter(|char| *char != '-').collect();
    let digits = digits.strip_prefix("0x").unwrap_or(&digits);
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex || digits.len() > 2 * N || digits.bytes().all(|byte| byte == b'0') {
        let end = text.floor_char_boundary(text.len().min(40));
        return Err(format!(
            "{name} {:?} is not an id of up to {} hex digits",
            &text[..end],
            2 * N
        ));
    }
    let padded = format!("{digits:0>width$}", width = 2 * N);
    let bytes = (0..N).map(|index| u8::from_str_radix(&padded[2 * index..2 * index + 2], 16));
    bytes
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())
}
