//! Trace and span ids.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The id of a trace: 16 bytes, not all zero (W3C Trace Context `trace-id`).
///
/// Parses 32 hex digits in upper or lower case, and X-Ray's notation `1-8hex-24hex` of the same
/// bytes. Displays as 32 lowercase hex digits.
///
/// # Examples
///
/// ```
/// use trace_model::{IdError, TraceId};
///
/// let id: TraceId = "1-6a2b7c1e-98038103d269b633813fc60c".parse()?;
/// assert_eq!(id.to_string(), "6a2b7c1e98038103d269b633813fc60c");
/// assert_eq!("6a2b".parse::<TraceId>(), Err(IdError::Length));
/// # Ok::<(), IdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TraceId([u8; 16]);

/// The id of a span: 8 bytes, not all zero (W3C Trace Context `parent-id`).
///
/// Parses 16 hex digits in upper or lower case. Displays as 16 lowercase hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct SpanId([u8; 8]);

/// The reason why a text or a byte slice is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdError {
    /// The number of digits or bytes is wrong.
    Length,
    /// A character is not a hex digit.
    Digit,
    /// All digits are zero, which W3C Trace Context forbids.
    Zero,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "the id has the wrong length",
            Self::Digit => "the id has a character that is not a hex digit",
            Self::Zero => "the id is all zeros",
        })
    }
}

impl std::error::Error for IdError {}

fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], IdError> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return Err(IdError::Length);
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    non_zero(bytes)
}

fn nibble(digit: u8) -> Result<u8, IdError> {
    let value = char::from(digit).to_digit(16).ok_or(IdError::Digit)?;
    u8::try_from(value).map_err(|_| IdError::Digit)
}

fn non_zero<const N: usize>(bytes: [u8; N]) -> Result<[u8; N], IdError> {
    if bytes == [0; N] {
        return Err(IdError::Zero);
    }
    Ok(bytes)
}

fn without_xray_dashes(text: &str) -> Option<String> {
    let (epoch, unique) = text.strip_prefix("1-")?.split_once('-')?;
    (epoch.len() == 8 && unique.len() == 24).then(|| format!("{epoch}{unique}"))
}

impl FromStr for TraceId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match without_xray_dashes(text) {
            Some(hex) => from_hex(&hex),
            None => from_hex(text),
        }
        .map(Self)
    }
}

impl FromStr for SpanId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        from_hex(text).map(Self)
    }
}

macro_rules! id_conversions {
    ($id:ident, $length:literal) => {
        impl $id {
            /// Returns the id's bytes, most significant first.
            #[must_use]
            pub const fn to_bytes(self) -> [u8; $length] {
                self.0
            }
        }

        impl TryFrom<&[u8]> for $id {
            type Error = IdError;

            fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
                let bytes = bytes.try_into().map_err(|_| IdError::Length)?;
                non_zero(bytes).map(Self)
            }
        }

        impl TryFrom<String> for $id {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$id> for String {
            fn from(id: $id) -> Self {
                id.to_string()
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

id_conversions!(TraceId, 16);
id_conversions!(SpanId, 8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_ids_are_parsed_in_any_case_and_in_xray_notation() {
        let expected: TraceId = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
        assert_eq!("6A2B7C1E98038103D269B633813FC60C".parse(), Ok(expected));
        assert_eq!("1-6a2b7c1e-98038103d269b633813fc60c".parse(), Ok(expected));
        assert_eq!(expected.to_string(), "6a2b7c1e98038103d269b633813fc60c");
    }

    #[test]
    fn invalid_ids_are_errors_with_a_reason() {
        let check = |text: &str, error| assert_eq!(text.parse::<SpanId>(), Err(error), "{text}");
        check("00000000000000", IdError::Length);
        check("000000000000000g", IdError::Digit);
        check("+f00000000000000", IdError::Digit);
        check("0000000000000000", IdError::Zero);
        check("éééééééé", IdError::Digit);
    }

    #[test]
    fn ids_are_strings_in_json() {
        let id: SpanId = serde_json::from_str("\"00F067AA0BA902B7\"").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"00f067aa0ba902b7\"");
    }
}
