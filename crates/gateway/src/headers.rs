//! Security headers of responses.
//!
//! | header | value | why |
//! |---|---|---|
//! | `X-Content-Type-Options` | `nosniff` | text of a span must not run as a script |
//! | `Referrer-Policy` | `same-origin` | the viewer's URLs contain trace ids |
//! | `Content-Security-Policy` | see below | no resources of other sites, no frames in other sites |
//! | `Cross-Origin-Resource-Policy` | `same-origin` | pages of other sites must not embed a response |
//! | `Cache-Control` | `no-store` on the API | data of users must not stay in a cache |
//!
//! The viewer's page has a policy of its own, which allows its WebAssembly. All other responses have
//! `default-src 'none'`.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

const NO_SOURCES: &str = "default-src 'none'; frame-ancestors 'none'";

/// Prefixes of paths whose responses have data of users, or the state of the gateway.
const UNCACHED_PATHS: [&str; 5] = ["/api/", "/v1/", "/open/", "/healthz", "/metrics"];

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

const SECURITY: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CONTENT_SECURITY_POLICY, NO_SOURCES),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Middleware that adds the headers which the handler has not set.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_cacheable = !UNCACHED_PATHS.iter().any(|prefix| path.starts_with(prefix));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    add_security(headers);
    if !is_cacheable {
        // Replaces the `no-cache` of event streams, which allows caches to store them.
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    }
    response
}

/// Adds the headers of a response that must not be cached. The OTLP endpoint calls this itself: a
/// middleware would clone the service below it for each of many small requests.
pub(crate) fn secure_uncached(headers: &mut HeaderMap) {
    add_security(headers);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
}

fn add_security(headers: &mut HeaderMap) {
    headers.reserve(SECURITY.len() + 1);
    for (name, value) in SECURITY {
        add(headers, name, value);
    }
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers
        .entry(name)
        .or_insert(HeaderValue::from_static(value));
}

/// Returns the policy of a page of the viewer. Inline scripts of `html`, such as the one by which trunk
/// starts the program, are allowed by their hashes. Inline styles are allowed, because the program
/// positions bars with them.
pub(crate) fn page_policy(html: &str) -> String {
    let hashes: String = inline_scripts(html).map(source_hash).collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; \
         style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'"
    )
}

/// Returns a source that allows a script with this content, after a blank.
pub(crate) fn source_hash(script: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(script));
    format!(" 'sha256-{hash}'")
}

/// Returns the contents of scripts without a `src`.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|element| {
        let (attributes, rest) = element.split_once('>')?;
        let (script, _) = rest.split_once("</script")?;
        (!attributes.contains("src=")).then_some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_policy_allows_inline_scripts_by_their_hashes() {
        let html = "<head><script src=\"/a.js\"></script></head>\
                    <body><script type=\"module\">alert(1)</script></body>";
        let policy = page_policy(html);
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        let hash = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='";
        assert!(policy.contains(hash), "{policy}");
        assert_eq!(policy.matches("sha256-").count(), 1);
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval' 'sha"));
    }
}
