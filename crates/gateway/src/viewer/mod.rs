//! Serves the viewer: the files of a folder, or else those inside the program.

mod embedded;
mod standalone;

use std::{io, path::PathBuf};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use tower_http::services::ServeDir;

use crate::headers::page_policy;
use embedded::EmbeddedFiles;
pub(crate) use standalone::StandalonePages;

const INDEX: &str = "index.html";

/// The base element in the viewer's `index.html`, up to its end. Replaced for each page.
const BASE: &str = "<base href=\"./\"";

const NOT_BUILT: &str = include_str!("not_built.html");

/// Where the viewer's files are.
#[derive(Clone, Debug)]
enum Files {
    Folder(PathBuf),
    Embedded(EmbeddedFiles),
}

impl Files {
    fn of(dir: Option<PathBuf>) -> Self {
        match dir {
            Some(dir) => Self::Folder(dir),
            None => Self::Embedded(EmbeddedFiles::of_this_program()),
        }
    }

    /// Reads a file that the built page names.
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        match self {
            Self::Folder(dir) => std::fs::read(dir.join(name)),
            Self::Embedded(files) => files.decompressed(name),
        }
    }
}

/// Serves the viewer for all paths without another route. In a folder, it may be built while the gateway runs.
pub(crate) fn routes(dir: Option<PathBuf>) -> Router {
    routes_of(Files::of(dir))
}

/// Returns the maker of pages that show a trace without a gateway.
pub(crate) fn standalone_pages(dir: Option<PathBuf>) -> StandalonePages {
    StandalonePages::new(Files::of(dir))
}

fn routes_of(files: Files) -> Router {
    Router::new().fallback(file).with_state(files)
}

async fn file(State(files): State<Files>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let has_index = match &files {
        Files::Folder(dir) => dir.join(INDEX).is_file(),
        Files::Embedded(files) => files.contains(INDEX),
    };
    if !has_index {
        return (StatusCode::NOT_FOUND, Html(NOT_BUILT)).into_response();
    }
    if is_page(request.uri()) {
        return page(&files, request.uri()).await;
    }
    match files {
        Files::Folder(dir) => match ServeDir::new(dir).try_call(request).await {
            Ok(response) => response.map(Body::new),
            Err(error) => unreadable(&error),
        },
        Files::Embedded(files) => embedded_file(&files, request.uri(), request.headers()),
    }
}

/// Returns whether a path is a page. Names of files have a dot.
fn is_page(uri: &Uri) -> bool {
    let name = last_segment(uri);
    !name.contains('.') || name == INDEX
}

fn last_segment(uri: &Uri) -> &str {
    uri.path().rsplit('/').next().unwrap_or_default()
}

/// Serves `index.html`. Browsers revalidate it, because it names the files of the current build.
async fn page(files: &Files, uri: &Uri) -> Response {
    let html = match files {
        Files::Folder(dir) => tokio::fs::read_to_string(dir.join(INDEX)).await,
        Files::Embedded(files) => files.text(INDEX),
    };
    match html {
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

/// Serves an embedded file, compressed if the client accepts that. All files are in one folder.
fn embedded_file(files: &EmbeddedFiles, uri: &Uri, headers: &HeaderMap) -> Response {
    let name = uri.path().trim_start_matches('/');
    let Some(gzip) = files.compressed(name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let shared = [
        (header::CONTENT_TYPE, mime.essence_str().to_owned()),
        (header::VARY, "accept-encoding".to_owned()),
        // Names do not change with each build in all cases.
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    if accepts_gzip(headers) {
        (shared, [(header::CONTENT_ENCODING, "gzip")], gzip).into_response()
    } else {
        match files.decompressed(name) {
            Ok(content) => (shared, content).into_response(),
            Err(error) => unreadable(&error),
        }
    }
}

/// Returns whether the client names gzip as an acceptable encoding.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut encodings = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    encodings.any(|encoding| {
        let mut parts = encoding.split(';').map(str::trim);
        let is_gzip = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        // A weight of zero, such as `q=0` or `q=0.0`, means not acceptable.
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        is_gzip && weight.is_none_or(|weight| weight > 0.0)
    })
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

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use tower::util::ServiceExt as _;

    use super::embedded::tests::compressed;
    use super::*;

    async fn get(files: &Files, path: &str, accept_encoding: &str) -> (Response<()>, Vec<u8>) {
        let request = Request::get(path)
            .header(header::ACCEPT_ENCODING, accept_encoding)
            .body(Body::empty())
            .unwrap();
        let response = routes_of(files.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (Response::from_parts(parts, ()), body.to_vec())
    }

    fn header_of(response: &Response<()>, name: header::HeaderName) -> &str {
        response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    fn viewer() -> Files {
        Files::Embedded(EmbeddedFiles::of(compressed(&[
            (INDEX, "<base href=\"./\"><title>viewer</title>"),
            ("viewer-1a2b.wasm", "\0asm"),
        ])))
    }

    #[tokio::test]
    async fn embedded_pages_are_the_index_with_a_base() {
        for (path, base) in [
            ("/", "./"),
            ("/index.html", "./"),
            ("/trace/6a2b?span=1", "../"),
        ] {
            let (response, body) = get(&viewer(), path, "gzip").await;
            assert_eq!(header_of(&response, header::CONTENT_TYPE), "text/html");
            let expected = format!("<base href=\"{base}\"><title>viewer</title>");
            assert_eq!(String::from_utf8(body).unwrap(), expected, "{path}");
            assert_ne!(header_of(&response, header::CONTENT_SECURITY_POLICY), "");
        }
    }

    #[tokio::test]
    async fn embedded_file_is_compressed_only_for_clients_that_accept_it() {
        let accepting = ["gzip", "br, GZIP;q=0.5", "deflate,gzip"];
        let others = ["", "br", "gzip;q=0", "gzip; q=0.0"];
        for (accept, is_compressed) in accepting
            .map(|accept| (accept, true))
            .into_iter()
            .chain(others.map(|accept| (accept, false)))
        {
            let (response, body) = get(&viewer(), "/viewer-1a2b.wasm", accept).await;
            assert_eq!(
                header_of(&response, header::CONTENT_TYPE),
                "application/wasm"
            );
            assert_eq!(header_of(&response, header::VARY), "accept-encoding");
            let encoding = header_of(&response, header::CONTENT_ENCODING);
            assert_eq!(encoding == "gzip", is_compressed, "{accept}");
            assert_eq!(body == b"\0asm", !is_compressed, "{accept}");
        }
    }

    #[tokio::test]
    async fn missing_embedded_file_is_404() {
        for path in ["/viewer-old.wasm", "/../Cargo.toml", "/a/viewer-1a2b.wasm"] {
            let (response, _) = get(&viewer(), path, "gzip").await;
            assert_eq!(response.status(), 404, "{path}");
        }
    }

    #[tokio::test]
    async fn program_without_a_viewer_says_what_to_do() {
        let (response, body) = get(&Files::Embedded(EmbeddedFiles::of(Vec::new())), "/", "").await;
        assert_eq!(response.status(), 404);
        let text = String::from_utf8(body).unwrap();
        for command in [
            "cargo xtask package",
            "trunk build",
            "OTEL_WEB_GATEWAY_VIEWER_DIR",
        ] {
            assert!(text.contains(command), "{text}");
        }
    }
}
