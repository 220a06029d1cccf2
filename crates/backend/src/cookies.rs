//! The cookies: one names the session, one names the device.

use axum::http::{HeaderMap, HeaderName, header};

/// Longest value that is looked at; tokens have 64 characters.
const MAX_VALUE_BYTES: usize = 128;

/// How cookies are named and marked.
///
/// With `secure`, they are `Secure` and their names begin with `__Host-`: browsers then take them
/// over TLS only, and from this host only, not from its sub-domains.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookies {
    pub(crate) secure: bool,
}

/// A `Set-Cookie` header.
pub(crate) type SetCookie = (HeaderName, String);

impl Cookies {
    /// The token of the session, as the browser sent it.
    pub(crate) fn session(self, headers: &HeaderMap) -> Option<&str> {
        find(headers, self.session_name())
    }

    /// The token of the device, as the browser sent it.
    pub(crate) fn device(self, headers: &HeaderMap) -> Option<&str> {
        find(headers, self.device_name())
    }

    pub(crate) fn set_session(self, token: &str, max_age_seconds: i64) -> SetCookie {
        self.set(self.session_name(), token, max_age_seconds)
    }

    pub(crate) fn set_device(self, token: &str, max_age_seconds: i64) -> SetCookie {
        self.set(self.device_name(), token, max_age_seconds)
    }

    pub(crate) fn end_session(self) -> SetCookie {
        self.set_session("", 0)
    }

    fn set(self, name: &str, value: &str, max_age_seconds: i64) -> SetCookie {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!(
            "{name}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={max_age_seconds}{secure}"
        );
        (header::SET_COOKIE, text)
    }

    fn session_name(self) -> &'static str {
        if self.secure {
            "__Host-cruddur_session"
        } else {
            "cruddur_session"
        }
    }

    fn device_name(self) -> &'static str {
        if self.secure {
            "__Host-cruddur_device"
        } else {
            "cruddur_device"
        }
    }
}

fn find<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted).then_some(value))
        .filter(|value| !value.is_empty() && value.len() <= MAX_VALUE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Cookies = Cookies { secure: false };
    const SECURE: Cookies = Cookies { secure: true };

    fn sent(cookies: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, cookies.parse().unwrap())])
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        assert_eq!(PLAIN.session(&HeaderMap::new()), None);
        let headers = sent("a=1; cruddur_session=ab12; b=2");
        assert_eq!(PLAIN.session(&headers), Some("ab12"));
        assert_eq!(PLAIN.device(&headers), None);
    }

    #[test]
    fn secure_cookies_are_read_under_their_own_name_only() {
        let headers = sent("cruddur_session=planted; __Host-cruddur_session=ab12");
        assert_eq!(SECURE.session(&headers), Some("ab12"));
        assert_eq!(SECURE.session(&sent("cruddur_session=planted")), None);
    }

    #[test]
    fn secure_cookies_meet_what_their_prefix_demands() {
        let (_, cookie) = SECURE.set_session("ab12", 60);
        assert!(
            cookie.starts_with("__Host-cruddur_session=ab12; "),
            "{cookie}"
        );
        assert!(
            cookie.contains("; Secure")
                && cookie.contains("; Path=/;")
                && !cookie.contains("Domain")
        );
        let (_, cookie) = PLAIN.set_session("ab12", 60);
        assert!(!cookie.contains("Secure"), "{cookie}");
    }

    #[test]
    fn a_value_that_no_token_has_is_not_looked_at() {
        assert_eq!(PLAIN.session(&sent("cruddur_session=")), None);
        let long = format!("cruddur_session={}", "a".repeat(MAX_VALUE_BYTES + 1));
        assert_eq!(PLAIN.session(&sent(&long)), None);
    }
}
