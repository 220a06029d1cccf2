//! Which origin's page sent a request, and that pages of other origins change nothing.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{AppState, Error};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Believed here whoever sends it: a page of another origin cannot add it without a preflight,
/// and no preflight is answered.
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Where a request comes from, as its browser describes it. Programs without a browser may write
/// any of these headers: this protects people from pages, not the server from programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageOrigin {
    /// A page of the server's own origin, or of one that is allowed.
    Own,
    /// A page of another origin, also one of the same site.
    Other,
    /// No page: typed in by a person, or sent by a program.
    None,
}

impl PageOrigin {
    pub(crate) fn of(headers: &HeaderMap, allowed: &[String]) -> Self {
        let origin = headers.get(header::ORIGIN);
        let text = origin.map(|value| value.to_str().unwrap_or_default().to_ascii_lowercase());
        if text.as_ref().is_some_and(|origin| allowed.contains(origin)) {
            return Self::Own;
        }
        match headers.get(SEC_FETCH_SITE).map(|value| value.as_bytes()) {
            Some(b"same-origin") => Self::Own,
            Some(b"none") => Self::None,
            Some(_) => Self::Other,
            None => match text {
                Some(origin) if is_host(&origin, headers) => Self::Own,
                Some(_) => Self::Other,
                None => Self::None,
            },
        }
    }
}

/// Whether the origin is the host that was asked, here or at the proxy in front.
fn is_host(origin: &str, headers: &HeaderMap) -> bool {
    let Some((_, host)) = origin.split_once("://") else {
        return false;
    };
    let names = [header::HOST, X_FORWARDED_HOST];
    names
        .iter()
        .flat_map(|name| headers.get_all(name))
        .any(|value| value.as_bytes().eq_ignore_ascii_case(host.as_bytes()))
}

/// Refuses what a page of another origin asks for, unless it only reads.
pub(crate) async fn refuse_other_origins(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    if is_safe(request.method())
        || state.security.page_origin(request.headers()) != PageOrigin::Other
    {
        return next.run(request).await;
    }
    Error::Forbidden(
        "This request comes from a page of another origin. If that page is yours, name its origin \
         in CRUDDUR_ALLOWED_ORIGINS.",
    )
    .into_response()
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(headers: &[(&'static str, &str)]) -> PageOrigin {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        PageOrigin::of(&headers, &["https://cruddur.example".to_owned()])
    }

    #[test]
    fn the_browsers_word_decides_where_it_gives_one() {
        assert_eq!(
            origin(&[("sec-fetch-site", "same-origin")]),
            PageOrigin::Own
        );
        assert_eq!(origin(&[("sec-fetch-site", "none")]), PageOrigin::None);
        for site in ["same-site", "cross-site", "", "Same-Origin", "unknown"] {
            let forged = [
                ("sec-fetch-site", site),
                ("host", "a.example"),
                ("origin", "http://a.example"),
            ];
            assert_eq!(origin(&forged), PageOrigin::Other, "{site}");
        }
    }

    #[test]
    fn an_older_browser_is_judged_by_origin_and_host() {
        let asked = |name, host, origin_of| origin(&[(name, host), ("origin", origin_of)]);
        assert_eq!(
            asked("host", "localhost:8080", "http://localhost:8080"),
            PageOrigin::Own
        );
        assert_eq!(
            asked("host", "Localhost:8080", "http://localhost:8080"),
            PageOrigin::Own
        );
        assert_eq!(
            asked("x-forwarded-host", "a.example", "https://a.example"),
            PageOrigin::Own
        );
        for other in [
            "http://localhost:9999",
            "http://localhost",
            "null",
            "",
            "http://localhost:8080.evil.test",
        ] {
            assert_eq!(
                asked("host", "localhost:8080", other),
                PageOrigin::Other,
                "{other}"
            );
        }
        assert_eq!(origin(&[("host", "localhost:8080")]), PageOrigin::None);
    }

    #[test]
    fn an_allowed_origin_is_own_whatever_the_site() {
        let headers = [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://Cruddur.example"),
        ];
        assert_eq!(origin(&headers), PageOrigin::Own);
    }
}
