//! Serves the viewer's files, and its `index.html` for each page.

use std::path::{Path, PathBuf};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use tower_http::services::ServeDir;

use crate::headers::page_policy;

/// The base element in the viewer's `index.html`, up to its end. Replaced for each page.
const BASE: &str = "<base href=\"./\"";

const NOT_BUILT: &str = include_str!("viewer_not_built.html");

/// Serves `dir` for all paths without another route. The viewer may be built while the gateway runs.
pub(crate) fn routes(dir: Option<PathBuf>) -> Router {
    Router::new().fallback(file).with_state(dir)
}

async fn file(State(dir): State<Option<PathBuf>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Some(dir) = dir.filter(|dir| dir.join("index.html").is_file()) else {
        return (StatusCode::NOT_FOUND, Html(NOT_BUILT)).into_response();
    };
    if is_page(request.uri()) {
        return page(&dir, request.uri()).await;
    }
    match ServeDir::new(dir).try_call(request).await {
        Ok(response) => response.map(Body::new),
        Err(error) => unreadable(&error),
    }
}

/// Returns whether a path is a page. Names of files have a dot.
fn is_page(uri: &Uri) -> bool {
    let name = uri.path().rsplit('/').next().unwrap_or_default();
    !name.contains('.') || name == "index.html"
}

/// Serves `index.html`. Browsers revalidate it, because it names the files of the current build.
async fn page(dir: &Path, uri: &Uri) -> Response {
    match tokio::fs::read_to_string(dir.join("index.html")).await {
        Ok(html) => {
            let html = html.replacen(BASE, &format!("<base href=\"{}\"", base(uri)), 1);
            let headers = [
                (header::CONTENT_TYPE, "text/html".to_owned()),
                (header::CACHE_CONTROL, "no-cache".to_owned()),
                (header::CONTENT_SECURITY_POLICY, page_policy(&html)),
            ];
            (headers, html).into_response()
        }
        Err(error) => unreadable(&error),
    }
}

/// Returns the relative path from a page to the root of the viewer. It is relative because a proxy may
/// have removed a prefix that only the browser knows.
fn base(uri: &Uri) -> String {
    match uri.path().matches('/').count() {
        0 | 1 => "./".to_owned(),
        slashes => "../".repeat(slashes - 1),
    }
}

fn unreadable(error: &std::io::Error) -> Response {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "cannot read the viewer's files"
    );
    let text = format!("cannot read the viewer's files: {error}");
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}
