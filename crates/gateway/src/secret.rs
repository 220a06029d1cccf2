//! A vendor key that no log line, error or status can show by accident.

use std::fmt;

/// A key from the environment. `Debug` and `Display` write `[redacted]`; reading it takes [`Secret::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key itself, for the one header that carries it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `text` without the key: a server may repeat in its answer what it was sent, or of
    /// `Bearer <key>` the second word.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let words = self.0.split_whitespace();
        let parts = words.filter(|word| word.len() >= WORTH_HIDING);
        let whole = (!self.0.is_empty()).then_some(&*self.0);
        let parts = whole.into_iter().chain(parts);
        parts.fold(text.to_owned(), |text, part| text.replace(part, REDACTED))
    }
}

/// Bytes of a word that tells something: `Bearer` and `Basic` do not.
const WORTH_HIDING: usize = 8;

const REDACTED: &str = "[redacted]";

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_written_as_redacted_everywhere() {
        let secret = Secret::new("hcaik_123");
        assert_eq!(format!("{secret} {secret:?}"), "[redacted] [redacted]");
        assert_eq!(
            secret.redact("unknown key hcaik_123"),
            "unknown key [redacted]"
        );
        assert_eq!(Secret::new("").redact("nothing"), "nothing");
    }

    #[test]
    fn a_key_behind_its_scheme_is_taken_out_alone_too() {
        let secret = Secret::new("Bearer abc-12345");
        assert_eq!(
            secret.redact("Bearer abc-12345: no token abc-12345, Bearer expected"),
            "[redacted]: no token [redacted], Bearer expected"
        );
    }
}
