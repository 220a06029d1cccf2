//! Headers that tell browsers what not to do with an answer.
//!
//! | header | value | why |
//! |---|---|---|
//! | `X-Content-Type-Options` | `nosniff` | a span's text is not to be taken for a script |
//! | `Referrer-Policy` | `same-origin` | the viewer's addresses name traces |
//! | `Content-Security-Policy` | see below | nothing from elsewhere, and no frame of another site |
//! | `Cross-Origin-Resource-Policy` | `same-origin` | no other site's page embeds an answer |
//! | `Cache-Control` | `no-store` on the API | what users did is not left in a cache |
//!
//! The viewer's page has a policy of its own, which lets its WebAssembly run. All else needs
//! nothing: its policy is `default-src 'none'`.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Paths below which answers hold what users did, or what the gateway knows.
const NOT_STORED: [&str; 5] = ["/api/", "/v1/", "/open/", "/healthz", "/metrics"];

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

const SECURITY: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CONTENT_SECURITY_POLICY, NOTHING),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// The middleware: adds what the handler has not said itself.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_stored = !NOT_STORED.iter().any(|prefix| path.starts_with(prefix));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    add_security(headers);
    if !is_stored {
        // Event streams say `no-cache`, which lets caches keep them.
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

/// Returns the policy of a page of the viewer. Scripts in the page itself, of which trunk makes
/// one that starts the program, may run as they are in `html`; scripts that anything adds later
/// may not. Styles may be set by the program: bars have their places that way.
pub(crate) fn page_policy(html: &str) -> String {
    let hashes: String = inline_scripts(html).map(source_hash).collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; \
         style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'"
    )
}

fn source_hash(script: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(script));
    format!(" 'sha256-{hash}'")
}

/// The contents of the scripts that have no file.
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
    fn page_policy_allows_the_scripts_of_the_page_by_their_hashes() {
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
