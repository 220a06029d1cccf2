//! Rejects requests of other sites that change something.
//!
//! Any page can let its visitor's browser send requests to this machine, although it cannot read the
//! responses. So a request that changes something has to come from the viewer's own page, or from a
//! program that is not a browser. Browsers state the relation of both sites in `Sec-Fetch-Site`. Over
//! plain HTTP to another machine they omit it, and send `Origin` only.
//!
//! Another port of this machine is the same site, but another origin: the page that is traced may send
//! spans, and nothing else.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::guard::{FORWARDED_HOST, authority_of, hosts};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const REJECTED: &str =
    "a page of another origin must not change the store: use the viewer's own page, or a program";

/// The authorities (`name:port`) of the gateway's own URLs.
#[derive(Clone, Debug)]
pub(crate) struct OwnAuthorities(Arc<[String]>);

impl OwnAuthorities {
    pub(crate) fn of(urls: &[&str]) -> Self {
        Self(urls.iter().filter_map(|url| authority_of(url)).collect())
    }
}

/// Middleware for routes that only the viewer's page and programs may use.
pub(crate) async fn reject_cross_site(
    State(own): State<OwnAuthorities>,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() || is_same_origin(request.headers(), &own.0) {
        return next.run(request).await;
    }
    let body = Json(json!({ "error": REJECTED }));
    (StatusCode::FORBIDDEN, body).into_response()
}

fn is_same_origin(headers: &HeaderMap, own: &[String]) -> bool {
    let mut sites = headers.get_all(FETCH_SITE).iter().peekable();
    if sites.peek().is_some() {
        return sites.all(|site| site == "same-origin" || site == "none");
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    origins.all(|origin| {
        let origin = origin.to_str().ok().and_then(authority_of);
        origin.is_some_and(|origin| {
            let mut names = hosts(headers, &header::HOST).chain(hosts(headers, &FORWARDED_HOST));
            own.contains(&origin) || names.any(|name| name == origin)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&'static str, &str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        let own = OwnAuthorities::of(&["https://traces.example", "http://127.0.0.1:4318"]);
        is_same_origin(&headers.collect(), &own.0)
    }

    #[test]
    fn only_the_own_origin_and_programs_may_change_something() {
        let host = ("host", "127.0.0.1:4318");
        for (headers, expected) in [
            (vec![host], true),
            (vec![host, ("sec-fetch-site", "same-origin")], true),
            (vec![host, ("sec-fetch-site", "none")], true),
            (vec![host, ("sec-fetch-site", "same-site")], false),
            (vec![host, ("sec-fetch-site", "cross-site")], false),
            (vec![host, ("origin", "http://127.0.0.1:4318")], true),
            (vec![host, ("origin", "https://traces.example")], true),
            (vec![host, ("origin", "http://127.0.0.1:8080")], false),
            (vec![host, ("origin", "https://evil.example")], false),
            (vec![host, ("origin", "null")], false),
            (
                vec![
                    ("host", "10.0.0.5:4318"),
                    ("origin", "http://10.0.0.5:4318"),
                ],
                true,
            ),
            (
                vec![
                    host,
                    ("x-forwarded-host", "t.example"),
                    ("origin", "https://t.example"),
                ],
                true,
            ),
        ] {
            assert_eq!(check(&headers), expected, "{headers:?}");
        }
    }
}
