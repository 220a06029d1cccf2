//! The client's key for all attempts of one request, so that it is executed once.
//!
//! The header is `Idempotency-Key` of the IETF draft: the key as a quoted string, or bare, as most
//! clients send it.

use api_types::IDEMPOTENCY_KEY_HEADER;
use axum::{
    extract::OptionalFromRequestParts,
    http::{HeaderName, HeaderValue, request::Parts},
};
use axum_extra::headers::{self, Header, HeaderMapExt};
use sha2::{Digest, Sha256};

use crate::{AppState, Error};

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static(IDEMPOTENCY_KEY_HEADER);
/// Marks a response that repeats the one to an earlier request with the same key.
pub(crate) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const MAX_KEY_BYTES: usize = 255;

/// The key of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdempotencyKey(pub(crate) String);

impl Header for IdempotencyKey {
    fn name() -> &'static HeaderName {
        &IDEMPOTENCY_KEY
    }

    fn decode<'i, I>(values: &mut I) -> Result<Self, headers::Error>
    where
        I: Iterator<Item = &'i HeaderValue>,
    {
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(headers::Error::invalid());
        };
        let key = value.to_str().ok().and_then(parse);
        key.map(|key| Self(key.to_owned()))
            .ok_or_else(headers::Error::invalid)
    }

    fn encode<E: Extend<HeaderValue>>(&self, values: &mut E) {
        values.extend(HeaderValue::from_str(&self.0));
    }
}

impl OptionalFromRequestParts<AppState> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Option<Self>, Error> {
        parts.headers.typed_try_get().map_err(|_| {
            Error::BadRequest(format!(
                "Send one Idempotency-Key of 1 to {MAX_KEY_BYTES} ASCII characters without spaces, \
                 such as a UUID."
            ))
        })
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

/// Returns the SHA-256 of an operation and its input, to detect a key that is used for two requests.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut sha256 = Sha256::new();
    for part in parts {
        // The length keeps ["a", "bc"] and ["ab", "c"] apart.
        sha256.update((part.len() as u64).to_be_bytes());
        sha256.update(part);
    }
    crate::hex(&sha256.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_not_part_of_the_key() {
        assert_eq!(parse("8e03978e-40d5"), Some("8e03978e-40d5"));
        assert_eq!(parse("\"8e03978e-40d5\""), Some("8e03978e-40d5"));
        assert_eq!(
            parse(&"k".repeat(MAX_KEY_BYTES)).map(str::len),
            Some(MAX_KEY_BYTES)
        );
    }

    #[test]
    fn long_keys_and_special_characters_are_invalid() {
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
