//! Removal of secrets from URLs: user name and password, and the values of parameters whose names
//! indicate a secret.
//!
//! The names are those that the semantic conventions list for `url.full` (signatures of cloud
//! providers), and the usual names of secrets, also as endings: `client_secret`, `user[password]`.
//! Parameters are searched for in the query, in the fragment, where some identity providers put their
//! tokens, and in parameters that contain a URL.

use crate::core::text;

/// Endings of secret names, compared without regard to case.
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
/// Whole names. As endings, they would match too many others.
const SECRET_NAMES: [&[u8]; 8] = [
    b"auth", b"code", b"jwt", b"key", b"otp", b"pass", b"pwd", b"sig",
];
const REDACTED: &str = "REDACTED";

/// Returns the URL without secrets.
pub(crate) fn url(url: &str) -> String {
    if let Some(prefix) = without_content(url) {
        return prefix.to_owned();
    }
    let is_parameters = |byte: u8| matches!(byte, b'?' | b'#');
    let (base, parameters) = split_where(url, is_parameters);
    let mut redacted = String::with_capacity(url.len());
    push_without_userinfo(&mut redacted, base);
    push_without_secrets(&mut redacted, parameters);
    redacted
}

/// Returns the scheme of a URL without a server, such as `blob:`, and for `data:` the media type too.
/// Returns `None` for all other URLs.
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

/// Returns the parts before and after user name and password. The second part starts with `@`.
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

/// A value ends at the next `&` or `#`. A name may also start after `?` and `;`.
fn push_without_secrets(redacted: &mut String, parameters: &str) {
    let mut rest = parameters;
    while !rest.is_empty() {
        let (separator, after) = split_where(rest, |byte| !is_separator(byte));
        redacted.push_str(separator);
        let (text, after) = split_where(after, is_separator);
        rest = after;
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

/// Splits a text before the first byte that matches. Only ASCII bytes may match.
fn split_where(text: &str, matches: fn(u8) -> bool) -> (&str, &str) {
    let at = text.bytes().position(matches).unwrap_or(text.len());
    let (before, after) = (text.get(..at), text.get(at..));
    (before.unwrap_or(text), after.unwrap_or_default())
}

/// Returns the part of a parameter before its first secret value.
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

/// Decodes percent-encoding and converts to lower case: `user%5BPassword%5D` is `user[password]`.
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
mod tests {
    use proptest::prelude::*;

    use super::url;

    #[test]
    fn secrets_are_replaced_and_other_parts_kept() {
        let cases = [
            (
                "https://a.example/b?c=d&token=x&e",
                "https://a.example/b?c=d&token=REDACTED&e",
            ),
            (
                "https://a.example/x@y?X-Amz-Signature=1",
                "https://a.example/x@y?X-Amz-Signature=REDACTED",
            ),
            (
                "https://a.example?AWSAccessKeyId=A&sig=B",
                "https://a.example?AWSAccessKeyId=REDACTED&sig=REDACTED",
            ),
            ("/relative?sig=1#top", "/relative?sig=REDACTED#top"),
            (
                "/back#access_token=1&state=2",
                "/back#access_token=REDACTED&state=2",
            ),
            ("/in?next=/out?token=1", "/in?next=/out?token=REDACTED"),
            ("/f?user%5Bpassword%5D=1", "/f?user%5Bpassword%5D=REDACTED"),
            ("/f?token=a=b;c", "/f?token=REDACTED"),
            (
                "/f?keyboard=1&tokens=2&zipcode=3",
                "/f?keyboard=1&tokens=2&zipcode=3",
            ),
            ("https://a.example", "https://a.example"),
        ];
        for (input, expected) in cases {
            assert_eq!(url(input), expected);
        }
    }

    #[test]
    fn urls_without_a_server_keep_scheme_and_media_type() {
        let cases = [
            ("data:image/png;base64,c2VjcmV0", "data:image/png"),
            ("DATA:text/html,<b>secret", "DATA:"),
            ("data:,secret", "data:"),
            ("data:;charset=utf-8,secret", "data:"),
            ("data://text/plain,secret", "data://text/plain"),
            (
                "data:application/vnd.api+json,{}",
                "data:application/vnd.api+json",
            ),
            ("blob:https://a.example/0b6b7c9e", "blob:"),
            ("blob://a.example/0b6b7c9e", "blob:"),
            ("javascript:steal('secret')", "javascript:"),
            ("mailto:jane@a.example", "mailto:"),
            ("about:srcdoc", "about:"),
            ("blob:", "blob:"),
            ("wss://a.example/x", "wss://a.example/x"),
            ("chrome-extension://abc/x.js", "chrome-extension://abc/x.js"),
            ("/a:b", "/a:b"),
            ("app.js", "app.js"),
        ];
        for (input, expected) in cases {
            assert_eq!(url(input), expected);
        }
    }

    #[test]
    fn user_name_and_password_are_replaced() {
        for rest in ["", "/b", "/b@c", "?d=e@f", "#g@h"] {
            let input = ["https://me:p@w@a.example", rest].concat();
            let expected = ["https://REDACTED:REDACTED@a.example", rest].concat();
            assert_eq!(url(&input), expected);
        }
    }

    const SECRETS: [&str; 10] = [
        "sig",
        "Signature",
        "AWSAccessKeyId",
        "X-Goog-Signature",
        "X-Amz-Credential",
        "refresh_token",
        "API_KEY",
        "client_secret",
        "user[password]",
        "%74oken",
    ];

    fn harmless() -> impl Strategy<Value = String> {
        "[a-d]{1,4}=[a-d0-9%+/;=]{0,8}"
    }

    proptest! {
        #[test]
        fn redaction_of_any_text_is_idempotent(text in "\\PC*") {
            let once = url(&text);
            prop_assert_eq!(url(&once), once);
        }

        #[test]
        fn redaction_of_separators_is_idempotent(text in "[a:/?#&=;@%é]{0,24}(token=)?[a:/?#&=;@%é]{0,8}") {
            let once = url(&text);
            prop_assert_eq!(url(&once), once);
        }

        #[test]
        fn only_secrets_are_replaced(
            before in prop::collection::vec(harmless(), 0..4),
            name in prop::sample::select(&SECRETS[..]),
            after in prop::collection::vec(harmless(), 0..4),
            start in "(https://me:SECRET@a[.]example:81|https://a[.]example)(/[a-z@:]{0,5}){0,3}[?#]",
        ) {
            let with = |value: &str| {
                let secret = [name, "=", value].concat();
                let all = [&before[..], &[secret], &after[..]].concat();
                [&start[..], &all.join("&")].concat()
            };
            let redacted = url(&with("SECRET-;1=2"));
            prop_assert!(!redacted.contains("SECRET"));
            let expected = with("REDACTED").replace("me:SECRET@", "REDACTED:REDACTED@");
            prop_assert_eq!(redacted, expected);
        }
    }
}
