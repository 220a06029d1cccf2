//! The bearer token of a request.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::Error;

const SCHEME: &[u8] = b"bearer";
/// The size limit of a token, in bytes.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Returns whether the request has a bearer token. Its cookies are then ignored. Other schemes, such as
/// the `Basic` of a proxy, mean nothing to this server.
pub(crate) fn has_bearer(headers: &HeaderMap) -> bool {
    headers.get_all(header::AUTHORIZATION).iter().any(is_bearer)
}

/// Returns the bearer token.
///
/// # Errors
/// There are several `Authorization` headers, or the token is too long or not ASCII.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    if !has_bearer(headers) {
        return Ok(None);
    }
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Error::InvalidToken("Send one Authorization header."));
    };
    let token = value.as_bytes()[SCHEME.len()..].trim_ascii();
    if token.len() > MAX_TOKEN_BYTES {
        return Err(Error::InvalidToken("The token is longer than 8 KiB."));
    }
    let token = std::str::from_utf8(token);
    let token = token.map_err(|_| Error::InvalidToken("The token is not a JSON Web Token."))?;
    Ok(Some(token))
}

fn is_bearer(value: &HeaderValue) -> bool {
    let (scheme, rest) = value
        .as_bytes()
        .split_at(SCHEME.len().min(value.as_bytes().len()));
    scheme.eq_ignore_ascii_case(SCHEME) && matches!(rest.first(), None | Some(b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let values = values.iter().map(|value| value.parse().unwrap());
        HeaderMap::from_iter(values.map(|value| (header::AUTHORIZATION, value)))
    }

    #[test]
    fn scheme_has_any_case_and_others_are_ignored() {
        for value in ["Bearer a.b.c", "bearer  a.b.c ", "BEARER a.b.c"] {
            assert_eq!(
                bearer(&headers(&[value])).unwrap(),
                Some("a.b.c"),
                "{value}"
            );
        }
        for values in [&[][..], &["Basic YTpi"], &["Bearers x"], &["Bear"], &[""]] {
            assert_eq!(bearer(&headers(values)).unwrap(), None, "{values:?}");
        }
    }

    #[test]
    fn several_headers_and_long_tokens_are_errors() {
        for values in [["Bearer a", "Bearer a"], ["Basic a", "Bearer a"]] {
            assert!(bearer(&headers(&values)).is_err(), "{values:?}");
        }
        let token = |length| format!("Bearer {}", "a".repeat(length));
        assert!(bearer(&headers(&[&token(MAX_TOKEN_BYTES)])).is_ok());
        assert!(bearer(&headers(&[&token(MAX_TOKEN_BYTES + 1)])).is_err());
    }
}
