//! What must not leave the page inside of a URL: user name and password, and the values of parameters
//! whose names say that they are secret.
//!
//! The names are those that the semantic conventions list for `url.full` (signatures of the cloud
//! providers) and those that secrets usually have, also at the end of longer names: `client_secret`,
//! `user[password]`. Parameters are looked for in the query and in the fragment, where some sign-ins
//! put their tokens, and inside of parameters that hold a URL.

use crate::text;

/// A name that ends so is secret; compared without regard to case.
const SECRET_ENDINGS: [&[u8]; 10] = [
    b"accesskeyid",
    b"api-key",
    b"api_key",
    b"apikey",
    b"credential",
    b"passwd",
    b"password",
    b"secret",
    b"signature",
    b"token",
];
/// Secret as whole names; as endings they would hit too much.
const SECRET_NAMES: [&[u8]; 8] = [
    b"auth", b"code", b"jwt", b"key", b"otp", b"pass", b"pwd", b"sig",
];
const REDACTED: &str = "REDACTED";

/// The URL as it may be told.
pub(crate) fn url(url: &str) -> String {
    if let Some(kind) = without_content(url) {
        return kind.to_owned();
    }
    let is_parameters = |byte: u8| matches!(byte, b'?' | b'#');
    let (base, parameters) = split_where(url, is_parameters);
    let mut redacted = String::with_capacity(url.len());
    push_without_userinfo(&mut redacted, base);
    push_without_secrets(&mut redacted, parameters);
    redacted
}

/// The scheme of a URL that names no server, such as `blob:`, and the media type of one that is its own
/// content, `data:`. `None` for all others.
fn without_content(url: &str) -> Option<&str> {
    let (scheme, content) = text::split_once(url, b':')?;
    let length = match scheme {
        "data" => content.bytes().position(|byte| matches!(byte, b';' | b',')),
        "blob" => None,
        _ if content.starts_with("//") || !scheme.bytes().all(is_in_scheme) => return None,
        _ => None,
    };
    url.get(..=scheme.len() + length.unwrap_or_default())
}

fn is_in_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

fn push_without_userinfo(redacted: &mut String, base: &str) {
    match userinfo(base) {
        Some((before, after)) => {
            for part in [before, REDACTED, ":", REDACTED, after] {
                redacted.push_str(part);
            }
        }
        None => redacted.push_str(base),
    }
}

/// What stands before user name and password, and what behind, from the `@` on.
fn userinfo(base: &str) -> Option<(&str, &str)> {
    let scheme = base.bytes().position(|byte| byte == b':')?;
    let rest = base.get(scheme + 1..)?.strip_prefix("//")?;
    let length = rest
        .bytes()
        .position(|byte| byte == b'/')
        .unwrap_or(rest.len());
    let at = rest.get(..length)?.bytes().rposition(|byte| byte == b'@')?;
    Some((base.get(..scheme + 3)?, rest.get(at..)?))
}

/// A value lasts until the next `&` or `#`; a name may start behind `?` and `;` as well.
fn push_without_secrets(redacted: &mut String, parameters: &str) {
    let mut rest = parameters;
    while !rest.is_empty() {
        let (separator, behind) = split_where(rest, |byte| !is_separator(byte));
        redacted.push_str(separator);
        let (text, behind) = split_where(behind, is_separator);
        rest = behind;
        match before_secret(text) {
            Some(name) => {
                redacted.push_str(name);
                redacted.push_str(REDACTED);
            }
            None => redacted.push_str(text),
        }
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'&' | b'#')
}

/// In two, before the first byte that is so. All such bytes are ASCII.
fn split_where(text: &str, is_so: fn(u8) -> bool) -> (&str, &str) {
    let at = text.bytes().position(is_so).unwrap_or(text.len());
    let (before, behind) = (text.get(..at), text.get(at..));
    (before.unwrap_or(text), behind.unwrap_or_default())
}

/// The part of a parameter that ends where its first secret value begins.
fn before_secret(text: &str) -> Option<&str> {
    let mut name_start = 0;
    for (position, byte) in text.bytes().enumerate() {
        match byte {
            b'?' | b';' => name_start = position + 1,
            b'=' if text.get(name_start..position).is_some_and(is_secret) => {
                return text.get(..=position);
            }
            _ => {}
        }
    }
    None
}

fn is_secret(name: &str) -> bool {
    let name = decoded(name);
    let name = name.strip_suffix(b"]").unwrap_or(&name);
    SECRET_NAMES.contains(&name) || SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// In lower case and without percent-encoding: `user%5BPassword%5D` is `user[password]`.
fn decoded(name: &str) -> Vec<u8> {
    let mut bytes = name.bytes();
    let mut decoded = Vec::with_capacity(name.len());
    while let Some(byte) = bytes.next() {
        let byte = if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(bytes.next()), digit(bytes.next()));
            let value = high.zip(low).map(|(high, low)| high << 4 | low);
            value.map_or(b'%', |value| value as u8)
        } else {
            byte
        };
        decoded.push(byte.to_ascii_lowercase());
    }
    decoded
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "redact_tests.rs"]
mod tests;
