//! A key or token that cannot appear in a log line, an error or a status by accident.

use std::fmt;

/// A key or token. `Debug` and `Display` write `[redacted]`; [`Secret::expose`] returns the text.
///
/// ```
/// use otel_web_gateway::Secret;
///
/// let key = Secret::new("hcaik_123");
/// assert_eq!(format!("{key} {key:?}"), "[redacted] [redacted]");
/// assert_eq!(key.expose(), "hcaik_123");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a key.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// Returns the key itself, for the header that carries it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Redacts the key in a text. Error responses may repeat a header, or only the second word of
    /// `Bearer <key>`, so long words of the key are redacted on their own, too.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let words = self.0.split_whitespace();
        let parts = words.filter(|word| word.len() >= MIN_SECRET_WORD_BYTES);
        let whole = (!self.0.is_empty()).then_some(&*self.0);
        let parts = whole.into_iter().chain(parts);
        parts.fold(text.to_owned(), |text, part| text.replace(part, REDACTED))
    }
}

/// The length from which a word is secret. `Bearer` and `Basic` are shorter.
const MIN_SECRET_WORD_BYTES: usize = 8;

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
    fn secret_is_redacted_in_texts() {
        let secret = Secret::new("hcaik_123");
        assert_eq!(format!("{secret} {secret:?}"), "[redacted] [redacted]");
        assert_eq!(
            secret.redact("unknown key hcaik_123"),
            "unknown key [redacted]"
        );
        assert_eq!(Secret::new("").redact("nothing"), "nothing");
    }

    #[test]
    fn key_is_redacted_without_its_scheme() {
        let secret = Secret::new("Bearer abc-12345");
        assert_eq!(
            secret.redact("Bearer abc-12345: no token abc-12345, Bearer expected"),
            "[redacted]: no token [redacted], Bearer expected"
        );
    }
}
