//! The parts of URLs that say which server is meant.
//!
//! The URLs are those that the browser resolved and wrote down itself, so their shape is known:
//! lowercase scheme and host, no default port, no user name in a request's.

/// `https://host:port` of an absolute URL; of other texts something that is no origin.
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

/// Whether a text begins as an absolute URL of a server does.
pub(crate) fn is_web(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// Whether a text can be an entry of the allow-list: scheme and host, perhaps a port, nothing more.
pub(crate) fn is_origin(text: &str) -> bool {
    let has_more = text
        .bytes()
        .any(|byte| matches!(byte, b'?' | b'#' | b'*' | b'@' | b' '));
    is_web(text)
        && !has_more
        && text.bytes().filter(|byte| *byte == b'/').count() == 2
        && !text.ends_with("/")
}

/// Host and port of an absolute URL, the port of the scheme where none is written.
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
pub(crate) fn host_and_port(url: &str) -> Option<(&str, i64)> {
    let (scheme, rest) = crate::text::split_once(origin_of(url), b':')?;
    let authority = rest.strip_prefix("//").unwrap_or(rest);
    let default = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let is_written =
        |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let colon = authority.bytes().rposition(|byte| byte == b':');
    let host = colon.and_then(|colon| authority.get(..colon));
    let port = colon.and_then(|colon| authority.get(colon + 1..));
    match host.zip(port) {
        Some((host, port)) if is_written(port) => Some((host, number(port))),
        _ => Some((authority, default)),
    }
}

#[cfg(any(feature = "fetch", feature = "window-fetch"))]
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
    fn an_origin_ends_where_the_path_begins() {
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
    fn texts_that_are_no_url_do_no_harm() {
        for text in ["", "/", "//", "/a", "é/", "a/é", "data:,é/é"] {
            let _ = origin_of(text);
            assert_eq!(host_and_port(text), None, "{text}");
        }
    }

    #[test]
    fn the_port_is_the_written_one_or_the_schemes() {
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
    fn the_allow_list_holds_origins_only() {
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
