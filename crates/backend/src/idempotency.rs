//! The key by which a client marks all attempts at one thing, so that it is done once.
//!
//! The header is that of the IETF's draft, `Idempotency-Key`: the key as a quoted string, or bare
//! as most clients send it.

use api_types::IDEMPOTENCY_KEY_HEADER;
use axum::{
    extract::FromRequestParts,
    http::{HeaderName, request::Parts},
};
use sha2::{Digest, Sha256};

use crate::{AppState, Error};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static(IDEMPOTENCY_KEY_HEADER);
/// In an answer: it is that of an earlier request with the same key.
pub(crate) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const MAX_KEY_BYTES: usize = 255;

/// The key of a request, where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdempotencyKey(pub(crate) Option<String>);

impl FromRequestParts<AppState> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Error> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else {
            return Ok(Self(None));
        };
        let key = value.to_str().ok().and_then(parse);
        match (key, values.next()) {
            (Some(key), None) => Ok(Self(Some(key.to_owned()))),
            _ => Err(Error::BadRequest(format!(
                "Send one Idempotency-Key of 1 to {MAX_KEY_BYTES} ASCII characters without spaces, \
                 such as a UUID."
            ))),
        }
    }
}

fn parse(value: &str) -> Option<&str> {
    let value = value.trim();
    let quoted = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let key = quoted.unwrap_or(value);
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b',');
    let fits = (1..=MAX_KEY_BYTES).contains(&key.len());
    (fits && key.bytes().all(is_plain)).then_some(key)
}

/// What a key stands for: the SHA-256 of the operation and all that it was asked to do.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut sha256 = Sha256::new();
    for part in parts {
        // With its length, so that no two lists read the same.
        sha256.update((part.len() as u64).to_be_bytes());
        sha256.update(part);
    }
    crate::hex(&sha256.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_with_and_without_quotes() {
        assert_eq!(parse("8e03978e-40d5"), Some("8e03978e-40d5"));
        assert_eq!(parse("\"8e03978e-40d5\""), Some("8e03978e-40d5"));
        assert_eq!(
            parse(&"k".repeat(MAX_KEY_BYTES)).map(str::len),
            Some(MAX_KEY_BYTES)
        );
    }

    #[test]
    fn a_key_is_short_and_plain() {
        let long = "k".repeat(MAX_KEY_BYTES + 1);
        for value in ["", "\"\"", "\"", "a b", "a, b", "a\"b", "a\\b", &long] {
            assert_eq!(parse(value), None, "{value}");
        }
    }

    #[test]
    fn different_requests_have_different_fingerprints() {
        assert_eq!(fingerprint(&["a", "b"]), fingerprint(&["a", "b"]));
        assert_ne!(fingerprint(&["a", "bc"]), fingerprint(&["ab", "c"]));
        assert_ne!(fingerprint(&["a"]), fingerprint(&["a", ""]));
    }
}
