//! The session cookie and the device cookie.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, header, request::Parts},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use time::Duration;

use crate::{AppState, oidc::authorization};

/// The length limit of a cookie's value, in bytes. Tokens have 64 characters.
const MAX_VALUE_BYTES: usize = 128;

/// A `Set-Cookie` header.
pub(crate) type SetCookie = (HeaderName, String);

/// The names of the cookies, and whether they are `Secure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CookieNames {
    /// For HTTP.
    Plain,
    /// With `Secure` and the prefix `__Host-`: browsers accept these cookies over TLS only, and
    /// from this host only, not from its sub-domains.
    HostPrefix,
}

impl CookieNames {
    /// Sets the session cookie.
    pub(crate) fn set_session(self, token: &str, max_age_seconds: i64) -> SetCookie {
        self.set(self.session(), token, max_age_seconds)
    }

    /// Sets the device cookie.
    pub(crate) fn set_device(self, token: &str, max_age_seconds: i64) -> SetCookie {
        self.set(self.device(), token, max_age_seconds)
    }

    /// Removes the session cookie.
    pub(crate) fn remove_session(self) -> SetCookie {
        self.set_session("", 0)
    }

    fn set(self, name: &str, value: &str, max_age_seconds: i64) -> SetCookie {
        let cookie = Cookie::build((name, value))
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self == Self::HostPrefix)
            .path("/")
            .max_age(Duration::seconds(max_age_seconds));
        (header::SET_COOKIE, cookie.build().to_string())
    }

    fn session(self) -> &'static str {
        match self {
            Self::Plain => "cruddur_session",
            Self::HostPrefix => "__Host-cruddur_session",
        }
    }

    fn device(self) -> &'static str {
        match self {
            Self::Plain => "cruddur_device",
            Self::HostPrefix => "__Host-cruddur_device",
        }
    }
}

/// The tokens in a request's cookies. Those of a request with a bearer token are ignored.
pub(crate) struct Tokens {
    pub(crate) session: Option<String>,
    pub(crate) device: Option<String>,
}

impl Tokens {
    pub(crate) fn of(headers: &HeaderMap, names: CookieNames) -> Self {
        let cookies = if authorization::has_bearer(headers) {
            CookieJar::new()
        } else {
            CookieJar::from_headers(headers)
        };
        Self {
            session: token(&cookies, names.session()),
            device: token(&cookies, names.device()),
        }
    }
}

fn token(cookies: &CookieJar, name: &str) -> Option<String> {
    let value = cookies.get(name)?.value();
    (1..=MAX_VALUE_BYTES)
        .contains(&value.len())
        .then(|| value.to_owned())
}

impl FromRequestParts<AppState> for Tokens {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers, state.security.cookie_names()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(cookies: &str, names: CookieNames) -> Tokens {
        let headers = HeaderMap::from_iter([(header::COOKIE, cookies.parse().unwrap())]);
        Tokens::of(&headers, names)
    }

    fn session(cookies: &str, names: CookieNames) -> Option<String> {
        tokens(cookies, names).session
    }

    #[test]
    fn session_is_found_among_other_cookies() {
        let tokens = tokens("a=1; cruddur_session=ab12; b=2", CookieNames::Plain);
        assert_eq!(tokens.session.as_deref(), Some("ab12"));
        assert_eq!(tokens.device, None);
        let none = Tokens::of(&HeaderMap::new(), CookieNames::Plain);
        assert_eq!(none.session, None);
    }

    #[test]
    fn cookies_beside_a_bearer_token_are_ignored() {
        let cookie = (header::COOKIE, "cruddur_session=ab12".parse().unwrap());
        let session = |authorization: &str| {
            let authorization = (header::AUTHORIZATION, authorization.parse().unwrap());
            let headers = HeaderMap::from_iter([cookie.clone(), authorization]);
            Tokens::of(&headers, CookieNames::Plain).session
        };
        assert_eq!(session("Bearer x"), None);
        assert_eq!(session("Basic x").as_deref(), Some("ab12"));
    }

    #[test]
    fn secure_cookies_are_read_under_their_own_name_only() {
        let names = CookieNames::HostPrefix;
        let both = "cruddur_session=forged; __Host-cruddur_session=ab12";
        assert_eq!(session(both, names).as_deref(), Some("ab12"));
        assert_eq!(session("cruddur_session=forged", names), None);
    }

    #[test]
    fn secure_cookies_meet_the_requirements_of_their_prefix() {
        let (_, cookie) = CookieNames::HostPrefix.set_session("ab12", 60);
        assert_eq!(
            cookie,
            "__Host-cruddur_session=ab12; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60"
        );
        let (_, cookie) = CookieNames::Plain.set_session("ab12", 60);
        assert!(!cookie.contains("Secure"), "{cookie}");
    }

    #[test]
    fn values_of_another_length_than_a_token_are_ignored() {
        assert_eq!(session("cruddur_session=", CookieNames::Plain), None);
        let long = format!("cruddur_session={}", "a".repeat(MAX_VALUE_BYTES + 1));
        assert_eq!(session(&long, CookieNames::Plain), None);
    }
}
