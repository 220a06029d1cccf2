//! The identity of one build of a module.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// The identity of one build of a module: 16 hexadecimal digits in lower case.
///
/// The same bytes have the same id, so a reproducible build keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BuildId(u64);

/// A text is not a build id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a build id has 16 hexadecimal digits in lower case")]
pub struct BuildIdError;

impl BuildId {
    /// The number of digits.
    pub(crate) const DIGITS: usize = 16;

    /// Returns the id of a module with these bytes.
    pub(crate) fn of(module: &[u8]) -> Self {
        let hash = Sha256::digest(module);
        let first = hash.iter().take(size_of::<u64>());
        Self(first.fold(0, |id, byte| id << 8 | u64::from(*byte)))
    }
}

impl fmt::Display for BuildId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl FromStr for BuildId {
    type Err = BuildIdError;

    fn from_str(text: &str) -> Result<Self, BuildIdError> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != Self::DIGITS || !text.bytes().all(is_digit) {
            return Err(BuildIdError);
        }
        u64::from_str_radix(text, 16)
            .map(Self)
            .map_err(|_| BuildIdError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_is_parsed_as_it_is_printed() {
        let id = BuildId::of(b"a module");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(BuildId(7).to_string(), "0000000000000007");
        assert_ne!(id, BuildId::of(b"another module"));
    }

    #[test]
    fn other_texts_are_not_ids() {
        for text in [
            "",
            "7",
            "000000000000000g",
            "ABCDEFABCDEFABCD",
            "+00000000000000a",
            "../../etc/passwd",
            "00000000000000001",
            "éééééééé",
        ] {
            assert_eq!(text.parse::<BuildId>(), Err(BuildIdError), "{text}");
        }
    }
}
