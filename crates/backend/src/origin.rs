//! The origin of the page that sent a request, and protection against cross-origin requests.

use std::str::FromStr;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use url::Url;

use crate::{AppState, Error, oidc::authorization};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Trusted from any sender: a page of another origin cannot add it without a preflight, and no
/// preflight permits it.
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// A web origin: scheme, host, and the port unless it is the scheme's default.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin(Url);

/// The error for text that is not an origin.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "`{0}` is not an origin; separate origins by commas, as in \
     https://cruddur.example,http://localhost:8080"
)]
pub struct ParseOriginError(String);

impl FromStr for Origin {
    type Err = ParseOriginError;

    fn from_str(text: &str) -> Result<Self, ParseOriginError> {
        let url = Url::parse(&text.to_ascii_lowercase()).ok();
        let url = url.filter(|url| {
            url.has_host()
                && !url.authority().contains(['@', '*'])
                && matches!(url.path(), "" | "/")
                && url.query().is_none()
                && url.fragment().is_none()
        });
        url.map(Self)
            .ok_or_else(|| ParseOriginError(text.to_owned()))
    }
}

impl Origin {
    /// Returns whether a `Host` or `X-Forwarded-Host` header names the host of this origin.
    fn is_host(&self, headers: &HeaderMap) -> bool {
        let names = [header::HOST, X_FORWARDED_HOST];
        names
            .iter()
            .flat_map(|name| headers.get_all(name))
            .any(|host| {
                host.as_bytes()
                    .eq_ignore_ascii_case(self.0.authority().as_bytes())
            })
    }
}

/// A list of origins, as in a setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Vec<Origin>);

impl FromStr for Origins {
    type Err = ParseOriginError;

    fn from_str(text: &str) -> Result<Self, ParseOriginError> {
        let entries = text.split(',').map(str::trim);
        let origins = entries
            .filter(|entry| !entry.is_empty())
            .map(Origin::from_str);
        origins.collect::<Result<_, _>>().map(Self)
    }
}

impl Origins {
    /// Returns whether a list of origins has this one.
    pub(crate) fn contains(&self, origin: &HeaderValue) -> bool {
        let origin = origin.to_str().ok().and_then(|text| text.parse().ok());
        origin.is_some_and(|origin| self.0.contains(&origin))
    }
}

/// The relation of the requesting page to the server, according to the browser.
///
/// Programs without a browser may send any of these headers. The check protects users from
/// malicious pages, not the server from programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageOrigin {
    /// A page of the server's own origin, or of an allowed one.
    Own,
    /// A page of another origin, even one of the same site.
    Other,
    /// No page: the user typed the address, or a program sent the request.
    None,
}

impl PageOrigin {
    pub(crate) fn of(headers: &HeaderMap, allowed: &Origins) -> Self {
        let header = headers.get(header::ORIGIN);
        let origin = header.and_then(|value| value.to_str().ok()?.parse::<Origin>().ok());
        if origin
            .as_ref()
            .is_some_and(|origin| allowed.0.contains(origin))
        {
            return Self::Own;
        }
        match headers.get(SEC_FETCH_SITE).map(|value| value.as_bytes()) {
            Some(b"same-origin") => Self::Own,
            Some(b"none") => Self::None,
            Some(_) => Self::Other,
            None if header.is_none() => Self::None,
            None => match origin {
                Some(origin) if origin.is_host(headers) => Self::Own,
                _ => Self::Other,
            },
        }
    }
}

/// Rejects requests of other origins' pages with 403, except for safe methods.
pub(crate) async fn reject_other_origins(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    // A page of another origin cannot add a bearer token without a preflight, and the token is no cookie,
    // which a browser would add.
    let has_bearer = state.bearer_tokens.is_some() && authorization::has_bearer(request.headers());
    if is_safe(request.method())
        || has_bearer
        || state.security.page_origin(request.headers()) != PageOrigin::Other
    {
        return next.run(request).await;
    }
    Error::Forbidden(
        "This request comes from a page of another origin. If that page is yours, add its origin \
         to CRUDDUR_ALLOWED_ORIGINS.",
    )
    .into_response()
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page_origin(headers: &[(&'static str, &str)]) -> PageOrigin {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let allowed = "https://cruddur.example, app://localhost".parse().unwrap();
        PageOrigin::of(&headers, &allowed)
    }

    #[test]
    fn sec_fetch_site_takes_precedence_over_origin() {
        assert_eq!(
            page_origin(&[("sec-fetch-site", "same-origin")]),
            PageOrigin::Own
        );
        assert_eq!(page_origin(&[("sec-fetch-site", "none")]), PageOrigin::None);
        for site in ["same-site", "cross-site", "", "Same-Origin", "unknown"] {
            let forged = [
                ("sec-fetch-site", site),
                ("host", "a.example"),
                ("origin", "http://a.example"),
            ];
            assert_eq!(page_origin(&forged), PageOrigin::Other, "{site}");
        }
    }

    #[test]
    fn origin_is_compared_with_the_host_in_older_browsers() {
        let check = |name, host, origin| page_origin(&[(name, host), ("origin", origin)]);
        for (name, host, origin) in [
            ("host", "localhost:8080", "http://localhost:8080"),
            ("host", "Localhost:8080", "http://localhost:8080"),
            ("x-forwarded-host", "a.example", "https://a.example"),
            ("host", "[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(check(name, host, origin), PageOrigin::Own, "{origin}");
        }
        for other in [
            "http://localhost:9999",
            "http://localhost",
            "http://user@localhost:8080",
            "http://localhost:8080/path",
            "null",
            "",
            "http://localhost:8080.evil.test",
        ] {
            let origin = check("host", "localhost:8080", other);
            assert_eq!(origin, PageOrigin::Other, "{other}");
        }
        assert_eq!(page_origin(&[("host", "localhost:8080")]), PageOrigin::None);
    }

    #[test]
    fn allowed_origin_counts_as_own() {
        for origin in ["https://Cruddur.example", "app://localhost"] {
            let headers = [("sec-fetch-site", "cross-site"), ("origin", origin)];
            assert_eq!(page_origin(&headers), PageOrigin::Own, "{origin}");
        }
    }

    #[test]
    fn origins_are_normalized() {
        let origins = |text: &str| text.parse::<Origins>().unwrap();
        assert_eq!(
            origins("https://Cruddur.Example/, http://a:80"),
            origins("https://cruddur.example,http://a")
        );
        assert_eq!(origins(" , "), Origins::default());
    }

    #[test]
    fn invalid_origin_is_an_error_with_an_example() {
        for text in [
            "cruddur.example",
            "*",
            "https://*",
            "https://a.example/path",
            "https://a.example?x",
            "null",
        ] {
            let error = text.parse::<Origins>().unwrap_err().to_string();
            assert!(error.contains("https://cruddur.example"), "{error}");
        }
    }
}
