//! Controls access to traces: by a token, or without one by the host name of the request.
//!
//! A page of another site can let its own name resolve to 127.0.0.1 ("DNS rebinding") and read
//! responses as its own. Its requests still have that name as `Host`, or, behind a proxy that writes
//! its own `Host`, as `X-Forwarded-Host`. So without a token, only names of this gateway are served.
//! With a token this is not necessary, because that page has neither the token nor the cookie of
//! another name.
//!
//! A proxy of another page on this machine, such as the one that forwards a page's spans, has a local
//! name. It may be tricked into leaving its path (`/v1/traces/../../api`), so a forwarded name has to
//! be one of the gateway's own, with its port.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode, Uri, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::{
    extract::cookie::{Cookie, CookieJar, SameSite},
    headers::{Authorization, HeaderMapExt, authorization::Bearer},
};
use cookie::time::Duration;
use serde_json::json;
use subtle::ConstantTimeEq;
use url::{Position, Url};

use crate::secret::Secret;

const COOKIE: &str = "otel-web-gateway";

/// How long a browser stores the cookie.
const COOKIE_MAX_AGE: Duration = Duration::days(365);

pub(crate) const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

const UNAUTHORIZED: &str = "open the address with ?token=..., or send Authorization: Bearer ...; the token is in OTEL_WEB_GATEWAY_VIEWER_TOKEN, or was logged at startup";

/// The access rule for the viewer and its API.
#[derive(Clone, Debug)]
pub(crate) enum Guard {
    /// The authorities (`name:port`) of the gateway's own URLs. Other names of this machine, and IP
    /// addresses, are served as well, unless a proxy forwards the request.
    Hosts(Arc<[String]>),
    Token {
        token: Secret,
        /// Browsers reach the gateway only by TLS, and may send the cookie only by TLS.
        is_secure: bool,
    },
}

impl Guard {
    /// Creates the rule. `urls` are the gateway's own, the public one first.
    pub(crate) fn new(token: Option<&Secret>, urls: &[&str]) -> Self {
        match token {
            Some(token) => Self::Token {
                token: token.clone(),
                is_secure: urls.first().is_some_and(|url| url.starts_with("https://")),
            },
            None => Self::Hosts(urls.iter().filter_map(|url| authority_of(url)).collect()),
        }
    }

    /// Returns the response to a request that has no access.
    fn rejection(&self, request: &Request) -> Option<Response> {
        // Health checks often know nothing but the address.
        if request.uri().path() == "/healthz" {
            return None;
        }
        match self {
            Self::Hosts(hosts) => reject_host(request.headers(), hosts),
            Self::Token { token, is_secure } => reject_token(request, token, *is_secure),
        }
    }
}

/// Middleware that applies the rule.
pub(crate) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.rejection(&request) {
        None => next.run(request).await,
        Some(response) => response,
    }
}

fn reject_host(headers: &HeaderMap, known: &[String]) -> Option<Response> {
    let forwarded = hosts(headers, &FORWARDED_HOST).find(|host| !is_own(host, known));
    // All browsers send `Host`. A client without it cannot be a victim of rebinding.
    let host =
        forwarded.or_else(|| hosts(headers, &header::HOST).find(|host| !is_known(host, known)))?;
    let error = format!(
        "{host:?} is not a known name of this gateway: set OTEL_WEB_GATEWAY_PUBLIC_URL to the address in the browser"
    );
    let body = Json(json!({ "error": error }));
    Some((StatusCode::MISDIRECTED_REQUEST, body).into_response())
}

/// Returns all host names in headers of this name. All values count: a page can add an
/// `X-Forwarded-Host`, but it cannot remove the one of a proxy.
pub(crate) fn hosts<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = String> + use<'a> {
    let values = headers.get_all(name).into_iter();
    values
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(|host| host.trim().to_ascii_lowercase())
}

fn is_known(authority: &str, known: &[String]) -> bool {
    let host = without_port(authority);
    let is_local = host == "localhost" || host.ends_with(".localhost");
    is_local || is_ip_address(&host) || known.iter().any(|own| without_port(own) == host)
}

/// Returns whether a forwarded authority belongs to one of the gateway's own URLs. Proxies omit the
/// default port of the scheme, and some omit any port.
fn is_own(authority: &str, known: &[String]) -> bool {
    let is_own_name = |own: &String| authority == without_port(own) && !is_ip_address(authority);
    known.iter().any(|own| own == authority || is_own_name(own))
}

fn reject_token(request: &Request, token: &Secret, is_secure: bool) -> Option<Response> {
    if let Some(path) = path_without_token(request.uri(), token) {
        return Some(set_cookie(&path, token, is_secure));
    }
    let headers = request.headers();
    let bearer = headers.typed_get::<Authorization<Bearer>>();
    let cookies = CookieJar::from_headers(headers);
    let cookie = cookies.get(COOKIE).map(Cookie::value);
    let sent = [bearer.as_ref().map(|bearer| bearer.token().trim()), cookie];
    if sent.into_iter().flatten().any(|sent| is_equal(sent, token)) {
        return None;
    }
    let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
    let body = Json(json!({ "error": UNAUTHORIZED }));
    Some((StatusCode::UNAUTHORIZED, challenge, body).into_response())
}

/// Moves the token from the address bar, where others can read it, to a cookie, which scripts cannot
/// read and other sites cannot send.
fn set_cookie(path: &str, token: &Secret, is_secure: bool) -> Response {
    let cookie = Cookie::build((COOKIE, token.expose().to_owned()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_secure)
        .max_age(COOKIE_MAX_AGE);
    (CookieJar::new().add(cookie), Redirect::to(path)).into_response()
}

/// Returns the path and the rest of the query if the query has the right token.
fn path_without_token(uri: &Uri, token: &Secret) -> Option<String> {
    let is_token = |pair: &&str| {
        pair.strip_prefix("token=")
            .is_some_and(|sent| is_equal(sent, token))
    };
    let pairs: Vec<&str> = uri.query()?.split('&').collect();
    pairs.iter().find(|pair| is_token(pair))?;
    let others: Vec<&str> = pairs.into_iter().filter(|pair| !is_token(pair)).collect();
    // Relative, because a proxy may have removed a prefix, and so that it never leaves this host.
    let name = uri.path().rsplit('/').next().unwrap_or_default();
    let path = format!("./{name}");
    match &*others {
        [] => Some(path),
        others => Some(format!("{path}?{}", others.join("&"))),
    }
}

/// Compares in constant time, so that the duration does not depend on the first difference.
fn is_equal(sent: &str, token: &Secret) -> bool {
    sent.as_bytes().ct_eq(token.expose().as_bytes()).into()
}

fn is_ip_address(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

/// Returns `host:port` of a URL, without the port if it is the default one.
pub(crate) fn authority_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    Some(url[Position::BeforeHost..Position::AfterPort].to_owned())
}

/// Returns the host of an authority, with the brackets of an IPv6 address. A malformed authority, or
/// one with credentials, stays as it is and matches no name.
fn without_port(authority: &str) -> String {
    let parsed = authority.parse::<Authority>().ok();
    let parsed = parsed.filter(|_| !authority.contains('@'));
    parsed.map_or_else(|| authority.to_owned(), |parsed| parsed.host().to_owned())
}
