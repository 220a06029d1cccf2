//! Who may look at traces: whoever has the token, or, without one, pages that really came from here.
//!
//! A page of a foreign site can make its own name point at 127.0.0.1 ("DNS rebinding") and
//! then reads what is served there as its own. Its requests still carry its name as `Host`,
//! or, behind a proxy that writes a `Host` of its own, as `X-Forwarded-Host`.
//! So without a token only names are served that are known to mean this gateway. With a
//! token there is no need to: that page does not have it, nor the cookie of another name.
//!
//! A proxy of another page on this machine, such as the one that hands a page's spans on, has a
//! name that is known to be local. It may still be made to leave its path (`/v1/traces/../../api`),
//! so a forwarded name has to be one of the gateway's own, with its port.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;

use crate::secret::Secret;

const COOKIE: &str = "otel-web-gateway";

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// The rule for the viewer and its API.
#[derive(Clone, Debug)]
pub(crate) enum Guard {
    /// Authorities (`name:port`) of the gateway's own URLs. Any `localhost` and any address is
    /// served as well, unless a proxy forwards the request.
    Hosts(Arc<[String]>),
    Token {
        token: Secret,
        /// Browsers get here by TLS only, and are to send the token by nothing else.
        by_tls: bool,
    },
}

impl Guard {
    /// `urls` are those by which the gateway is known, the public one first.
    pub(crate) fn new(token: Option<&Secret>, urls: &[&str]) -> Self {
        match token {
            Some(token) => Self::Token {
                token: token.clone(),
                by_tls: urls.first().is_some_and(|url| url.starts_with("https://")),
            },
            None => Self::Hosts(urls.iter().map(|url| authority_of_url(url)).collect()),
        }
    }

    /// The answer to whoever may not.
    fn refusal(&self, request: &Request) -> Option<Response> {
        // Health checks come from machines that are told an address and nothing else.
        if request.uri().path() == "/healthz" {
            return None;
        }
        match self {
            Self::Hosts(hosts) => refuse_host(request.headers(), hosts),
            Self::Token { token, by_tls } => refuse_token(request, token.expose(), *by_tls),
        }
    }
}

/// The middleware.
pub(crate) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.refusal(&request) {
        None => next.run(request).await,
        Some(answer) => answer,
    }
}

fn refuse_host(headers: &HeaderMap, known: &[String]) -> Option<Response> {
    // Every browser sends `Host`; a client without it is not misled by a name.
    let forwarded = named(headers, &FORWARDED_HOST).find(|host| !is_own(host, known));
    let host =
        forwarded.or_else(|| named(headers, &header::HOST).find(|host| !is_known(host, known)))?;
    let error = format!(
        "{host:?} is not known as a name of this gateway: set OTEL_WEB_GATEWAY_PUBLIC_URL to the address in the browser"
    );
    Some(
        (
            StatusCode::MISDIRECTED_REQUEST,
            Json(json!({ "error": error })),
        )
            .into_response(),
    )
}

/// Returns all authorities by which a client, or a proxy before us, says it reached this gateway.
fn named(headers: &HeaderMap, name: &HeaderName) -> impl Iterator<Item = String> {
    // All values count: a page can add an `X-Forwarded-Host`, but cannot take away the proxy's.
    let values = headers.get_all(name).into_iter();
    values
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(|host| host.trim().to_ascii_lowercase())
}

fn is_known(authority: &str, known: &[String]) -> bool {
    let host = without_port(authority);
    let is_local = host == "localhost" || host.ends_with(".localhost");
    is_local || is_address(host) || known.iter().any(|own| without_port(own) == host)
}

/// Whether a forwarded authority is one of the gateway's own URLs. Proxies leave out the port of
/// the scheme, and some leave out any.
fn is_own(authority: &str, known: &[String]) -> bool {
    let is_own_name = |own: &String| authority == without_port(own) && !is_address(authority);
    known.iter().any(|own| own == authority || is_own_name(own))
}

fn refuse_token(request: &Request, token: &str, by_tls: bool) -> Option<Response> {
    if let Some(path) = path_without_token(request.uri(), token) {
        return Some(remember(&path, token, by_tls));
    }
    let given = [bearer(request.headers()), cookie(request.headers())];
    if given.into_iter().flatten().any(|given| same(given, token)) {
        return None;
    }
    let error = "open the address with ?token=..., or send Authorization: Bearer ...; the token is what OTEL_WEB_GATEWAY_VIEWER_TOKEN says, or what the gateway printed at its start";
    let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
    let body = Json(json!({ "error": error }));
    Some((StatusCode::UNAUTHORIZED, challenge, body).into_response())
}

/// The token leaves the address bar, where others read it, and becomes a cookie, which
/// scripts cannot read and other sites' pages cannot have sent along.
fn remember(path: &str, token: &str, by_tls: bool) -> Response {
    let mut response = Redirect::to(path).into_response();
    let secure = if by_tls { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The path and the rest of the query, if the query holds the right token.
fn path_without_token(uri: &Uri, token: &str) -> Option<String> {
    let is_token = |pair: &&str| {
        pair.strip_prefix("token=")
            .is_some_and(|given| same(given, token))
    };
    let pairs: Vec<&str> = uri.query()?.split('&').collect();
    pairs.iter().find(|pair| is_token(pair))?;
    let others: Vec<&str> = pairs.into_iter().filter(|pair| !is_token(pair)).collect();
    // Relative, as a proxy may have taken a prefix off; and to no other host, whatever the path.
    let name = uri.path().rsplit('/').next().unwrap_or_default();
    let path = format!("./{name}");
    match &*others {
        [] => Some(path),
        others => Some(format!("{path}?{}", others.join("&"))),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(header::COOKIE).into_iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// Takes as long wherever the first difference is.
fn same(given: &str, token: &str) -> bool {
    let pairs = given.bytes().zip(token.bytes());
    let differences = pairs.fold(0, |differences, (a, b)| differences | (a ^ b));
    given.len() == token.len() && differences == 0
}

fn is_address(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

fn authority_of_url(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority.to_ascii_lowercase()
}

/// `[::1]:80` and `name:80` lose their port, `[::1]` and `name` stay.
fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}
