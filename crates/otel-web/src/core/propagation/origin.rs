//! Origins of URLs.
//!
//! All URLs here are normalized by the browser: lowercase scheme and host, no default port, and no user
//! name in URLs of requests.

/// Returns the origin of an absolute URL. For other texts, returns a text that is not an origin.
pub(crate) fn origin_of(url: &str) -> &str {
    let is_end = |byte: u8| matches!(byte, b'/' | b'?' | b'#');
    let host = url
        .bytes()
        .position(|byte| byte == b'/')
        .map(|slash| slash + 2);
    let rest = host.and_then(|host| Some((host, url.as_bytes().get(host..)?)));
    let Some((host, rest)) = rest else { return url };
    let length = rest.iter().position(|byte| is_end(*byte));
    length
        .and_then(|length| url.get(..host + length))
        .unwrap_or(url)
}

/// Whether a text is an absolute HTTP URL, judging by its scheme.
pub(crate) fn is_web(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// Whether a text can be an entry of the allow-list: scheme, host and optional port, nothing else.
pub(crate) fn is_origin(text: &str) -> bool {
    let has_other_parts = text
        .bytes()
        .any(|byte| matches!(byte, b'?' | b'#' | b'*' | b'@' | b' '));
    is_web(text)
        && !has_other_parts
        && text.bytes().filter(|byte| *byte == b'/').count() == 2
        && !text.ends_with("/")
}

/// Returns host and port of an absolute URL. The port defaults to that of the scheme.
#[cfg(any(feature = "fetch", feature = "window-fetch", feature = "xhr"))]
pub(crate) fn host_and_port(url: &str) -> Option<(&str, i64)> {
    let (scheme, rest) = crate::core::text::split_once(origin_of(url), b':')?;
    let authority = rest.strip_prefix("//").unwrap_or(rest);
    let default = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let colon = authority.bytes().rposition(|byte| byte == b':');
    let host = colon.and_then(|colon| authority.get(..colon));
    let port = colon.and_then(|colon| authority.get(colon + 1..));
    match host.zip(port) {
        Some((host, port)) if is_port(port) => Some((host, number(port))),
        _ => Some((authority, default)),
    }
}

#[cfg(any(feature = "fetch", feature = "window-fetch", feature = "xhr"))]
fn number(digits: &str) -> i64 {
    digits
        .bytes()
        .take(5)
        .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_excludes_path_and_query() {
        let cases = [
            ("https://a.example/b/c", "https://a.example"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("https://a.example?b", "https://a.example"),
            ("https://a.example", "https://a.example"),
        ];
        for (url, origin) in cases {
            assert_eq!(origin_of(url), origin);
        }
    }

    #[test]
    fn malformed_urls_do_not_panic() {
        for text in ["", "/", "//", "/a", "é/", "a/é", "data:,é/é"] {
            let _ = origin_of(text);
            assert_eq!(host_and_port(text), None, "{text}");
        }
    }

    #[test]
    fn port_defaults_to_that_of_the_scheme() {
        let cases = [
            ("https://a.example/", ("a.example", 443)),
            ("http://a.example/", ("a.example", 80)),
            ("http://a.example:8080/x:1", ("a.example", 8080)),
            ("http://[::1]/", ("[::1]", 80)),
            ("http://[::1]:81/", ("[::1]", 81)),
        ];
        for (url, expected) in cases {
            assert_eq!(host_and_port(url), Some(expected), "{url}");
        }
    }

    #[test]
    fn only_origins_are_allowed_entries() {
        assert!(is_origin("https://api.example.com") && is_origin("http://localhost:4567"));
        for wrong in [
            "api.example.com",
            "https://*.example.com",
            "https://a.example/",
            "https://",
        ] {
            assert!(!is_origin(wrong), "{wrong}");
        }
    }
}
