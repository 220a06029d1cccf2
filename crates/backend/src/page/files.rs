//! The files of the page.

use std::path::Path;

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::Response,
};
use tower_http::services::ServeDir;

/// A year, the longest time that caches respect.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");
/// The least number of digits of the hash in the name of a file.
const MIN_HASH_DIGITS: usize = 12;

/// Marks a response that is not a file.
#[derive(Clone, Copy, Debug)]
struct NotAFile;

/// Serves the files of `folder`. Any other request is passed to `others`.
pub(super) fn router(folder: &Path, policy: HeaderValue, others: Router) -> Router {
    let others = others.layer(middleware::map_response(mark));
    let files = ServeDir::new(folder)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(others);
    let add_headers = move |request: Request, next: Next| {
        let policy = policy.clone();
        async move { respond(request, next, policy).await }
    };
    Router::new()
        .fallback_service(files)
        .layer(middleware::from_fn(add_headers))
}

async fn mark(mut response: Response<Body>) -> Response<Body> {
    response.extensions_mut().insert(NotAFile);
    response
}

async fn respond(request: Request, next: Next, policy: HeaderValue) -> Response {
    let has_hash = has_hash(request.uri().path());
    let mut response = next.run(request).await;
    if response.extensions().get::<NotAFile>().is_none() {
        let caching = if has_hash { IMMUTABLE } else { REVALIDATED };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, caching);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Returns whether the name of a file contains the hash of its content, as in
/// `cruddur-1f0c3de5a7b98642_bg.wasm`. Trunk adds it to all files that it writes itself.
fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let hash = name.split_once('-').map(|(_, rest)| rest);
    let digits = |rest: &str| rest.bytes().take_while(u8::is_ascii_hexdigit).count();
    hash.is_some_and(|rest| {
        let end = digits(rest);
        end >= MIN_HASH_DIGITS && rest[end..].starts_with(['.', '_'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_hash_are_recognized() {
        for name in [
            "/cruddur-1f0c3de5a7b98642.js",
            "/cruddur-1f0c3de5a7b98642_bg.wasm",
            "/snippets/base-1f0c3de5a7b98642.css",
        ] {
            assert!(has_hash(name), "{name}");
        }
        for name in [
            "/favicon.svg",
            "/cruddur-.js",
            "/cruddur-dead.js",
            "/icon-1f0c3de5a7b98642xyz.svg",
            "/1f0c3de5a7b98642/icon.svg",
            "/",
        ] {
            assert!(!has_hash(name), "{name}");
        }
    }
}
