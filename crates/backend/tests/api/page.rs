//! The page on the same origin as the API.

use std::fs;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, StatusCode, header},
    routing::post,
};
use cruddur_backend::page::{Page, PageSettings};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::{
    support::{Api, Response},
    traces::recorded::{self, Trace},
};

const SCRIPT: &str = "cruddur-1f0c3de5a7b98642.js";
const ACCEPT: &str = "accept";
const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// A built page. Its precompressed files are texts, to tell them apart.
pub(crate) fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let document = format!(
        "<head><meta name=\"otel-endpoint\" content=\"/otlp\" />\
         <script type=\"module\" nonce=\"{{{{__TRUNK NONCE__}}}}\">alert(1)</script></head>{}",
        " ".repeat(4096)
    );
    for (name, content) in [
        ("index.html", document.as_str()),
        (SCRIPT, "as it is"),
        (&format!("{SCRIPT}.br"), "brotli"),
        (&format!("{SCRIPT}.gz"), "gzip"),
        ("cruddur-1f0c3de5a7b98642_bg.wasm", "wasm"),
        ("manifest.webmanifest", "{}"),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

pub(crate) async fn start(folder: &TempDir) -> Api {
    start_with(folder, None).await
}

async fn start_with(folder: &TempDir, receiver: Option<&str>) -> Api {
    Api::start().await.with_page(&PageSettings {
        page: Some(folder.path().to_owned()),
        page_otlp_endpoint: receiver.map(|url| url.parse().unwrap()),
    })
}

#[tokio::test]
async fn routes_of_the_page_have_the_document() {
    let folder = folder();
    let api = start(&folder).await;
    for path in [
        "/",
        "/@worf",
        "/@worf/status/c0ffee",
        "/notifications",
        "/messages/@worf",
        "/search?term=a",
    ] {
        let response = api.visitor().get(path).await;
        assert_eq!(response.status, StatusCode::OK, "{path}");
        assert!(response.text.contains("alert(1)"), "{path}");
        assert_eq!(response.header(header::CACHE_CONTROL), "no-cache, private");
        let content_type = response.header(header::CONTENT_TYPE);
        assert_eq!(content_type, "text/html; charset=utf-8");
    }
}

/// Reads the routes of the front end, so that a new page is not a 404 here.
#[tokio::test]
async fn each_route_of_the_front_end_has_the_document() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/route.rs");
    let source = fs::read_to_string(file).unwrap();
    let (_, list) = source
        .split_once("fn routes() -> Vec<&'static str>")
        .unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let routes: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    assert!(routes.contains(&"/@:handle"), "{routes:?}");
    let folder = folder();
    let api = start(&folder).await;
    for route in routes {
        let response = api.visitor().get(&route.replace(':', "a-")).await;
        let advice = "add it to ROUTES in crates/backend/src/page/mod.rs";
        assert_eq!(response.status, StatusCode::OK, "{route}: {advice}");
    }
}

#[tokio::test]
async fn policy_allows_the_inline_script_by_its_hash() {
    let folder = folder();
    let api = start(&folder).await;
    let response = api.visitor().get("/").await;
    assert!(!response.text.contains("nonce"));
    let policy = response.header(header::CONTENT_SECURITY_POLICY);
    for part in [
        "default-src 'none'",
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        "script-src 'self' 'wasm-unsafe-eval' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(response.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
}

#[tokio::test]
async fn known_document_is_304() {
    let folder = folder();
    let api = start(&folder).await;
    let first = api.visitor().get("/").await;
    let tag = first.header(header::ETAG).to_owned();
    let again = api
        .visitor()
        .with("if-none-match", tag)
        .get("/search")
        .await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(again.text, "");
}

#[tokio::test]
async fn hashed_file_is_precompressed_and_immutable() {
    let folder = folder();
    let api = start(&folder).await;
    for (accepted, content) in [
        ("gzip, deflate, br, zstd", "brotli"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", "as it is"),
    ] {
        let client = api.visitor().with("accept-encoding", accepted);
        let response = client.get(&format!("/{SCRIPT}")).await;
        assert_eq!(response.text, content, "{accepted}");
        let caching = response.header(header::CACHE_CONTROL);
        assert_eq!(caching, "public, max-age=31536000, immutable");
        assert_eq!(response.header(header::CONTENT_TYPE), "text/javascript");
        assert_eq!(response.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert!(response.headers.get_all(header::VARY).iter().count() <= 1);
    }
}

#[tokio::test]
async fn files_have_the_types_that_browsers_require() {
    let folder = folder();
    let api = start(&folder).await;
    for (path, content_type, caching) in [
        (
            "/cruddur-1f0c3de5a7b98642_bg.wasm",
            "application/wasm",
            "public, max-age=31536000, immutable",
        ),
        (
            "/manifest.webmanifest",
            "application/manifest+json",
            "no-cache",
        ),
    ] {
        let response = api.visitor().get(path).await;
        assert_eq!(response.header(header::CONTENT_TYPE), content_type);
        assert_eq!(response.header(header::CACHE_CONTROL), caching);
    }
}

#[tokio::test]
async fn unknown_file_is_404_and_unknown_page_is_404_with_the_document() {
    let folder = folder();
    let api = start(&folder).await;
    let visitor = api.visitor();
    for path in [
        "/cruddur-0000000000000000.js",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/..%2fCargo.toml",
        "/%00",
        "/nothing",
        "//",
    ] {
        visitor.get(path).await.assert_problem(404);
    }
    let page = visitor.with(ACCEPT, HTML).get("/nothing").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text.contains("alert(1)"));
    // The API never responds with a page.
    let client = visitor.with(ACCEPT, HTML);
    client.get("/api/nothing").await.assert_problem(404);
    let post = visitor.send(Method::POST, "/nothing", Body::empty()).await;
    post.assert_problem(404);
    let post = visitor.send(Method::POST, "/", Body::empty()).await;
    post.assert_problem(405);
}

#[tokio::test]
async fn folder_without_a_document_is_an_error_with_its_setting() {
    let folder = TempDir::new().unwrap();
    let settings = PageSettings {
        page: Some(folder.path().to_owned()),
        page_otlp_endpoint: None,
    };
    let error = Page::open(&settings).unwrap_err().to_string();
    assert!(error.contains("CRUDDUR_PAGE"), "{error}");
    assert!(error.contains("index.html"), "{error}");
    assert!(Page::open(&PageSettings::default()).unwrap().is_none());
}

#[tokio::test]
async fn document_and_api_announce_their_span() {
    let parent = recorded::traceparent(40);
    let folder = folder();
    let api = start(&folder).await;
    for (path, name) in [
        ("/@worf", "GET /@{handle}"),
        ("/api/trending", "GET /api/trending"),
    ] {
        let response = api.visitor().traced(&parent).get(path).await;
        let trace = Trace::of(&parent);
        let span = trace.span(name).span_context.span_id();
        let expected = format!("traceparent;desc=\"{}-{span}-01\"", &parent[..35]);
        let announced = response.headers.get("server-timing").unwrap();
        assert_eq!(announced.to_str().unwrap(), expected, "{path}");
    }
    // A file may be cached for a year.
    let spans = Trace::of(&parent).len();
    let client = api.visitor().traced(&parent);
    let file = client.get(&format!("/{SCRIPT}")).await;
    assert!(!file.headers.contains_key("server-timing"));
    assert_eq!(Trace::of(&parent).len(), spans);
}

#[tokio::test]
async fn public_feeds_are_compressed_and_private_data_is_not() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let worf = worf.with("accept-encoding", "gzip, br");
    let feed = worf.get("/api/activities/home").await;
    assert_eq!(feed.header(header::CONTENT_ENCODING), "gzip");
    let private = worf.get("/api/activities/notifications").await;
    assert!(private.text.len() > 1024, "{}", private.text.len());
    assert_eq!(private.header(header::CONTENT_ENCODING), "");
}

/// Starts a receiver that echoes what it gets, with status 400.
async fn receiver() -> String {
    let echo = async |headers: HeaderMap, body: String| {
        let text = |name| headers.get(name).map_or("", |it| it.to_str().unwrap());
        let text = [
            "content-type",
            "content-encoding",
            "x-forwarded-for",
            "cookie",
        ]
        .map(text);
        let reply = [(header::RETRY_AFTER, "7"), (header::SET_COOKIE, "a=b")];
        (StatusCode::BAD_REQUEST, reply, format!("{text:?} {body}"))
    };
    let router = Router::new().route("/v1/traces", post(echo));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await });
    url
}

async fn export(api: &Api, path: &str, body: impl Into<Body>) -> Response {
    let client = api.visitor().from("203.0.113.7").with_cookie("secret=1");
    let client = client.with("content-encoding", "gzip");
    client.send(Method::POST, path, body.into()).await
}

#[tokio::test]
async fn spans_of_the_page_are_forwarded_without_cookies() {
    let folder = folder();
    let api = start_with(&folder, Some(&receiver().await)).await;
    let response = export(&api, "/otlp/v1/traces", "spans").await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        response.text,
        r#"["application/json", "gzip", "203.0.113.7", ""] spans"#
    );
    assert_eq!(response.header(header::RETRY_AFTER), "7");
    assert_eq!(response.header(header::SET_COOKIE), "");
}

#[tokio::test]
async fn only_the_path_of_spans_is_forwarded() {
    let folder = folder();
    let api = start_with(&folder, Some(&receiver().await)).await;
    for path in [
        "/otlp/api/traces",
        "/otlp/v1/traces/../../api/traces",
        "/otlp/v1/%2e%2e/api/traces",
        "/otlp/v1/traces/",
        "/otlp//v1/traces",
        "/otlp/v1/logs",
        "/v1/traces",
    ] {
        export(&api, path, "").await.assert_problem(404);
    }
    let get = api.visitor().get("/otlp/v1/traces").await;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
    let too_large = vec![b' '; 1024 * 1024 + 1];
    let response = export(&api, "/otlp/v1/traces", too_large).await;
    assert_eq!(response.status, StatusCode::PAYLOAD_TOO_LARGE);
    let other = api.visitor().with("sec-fetch-site", "cross-site");
    let response = other.send(Method::POST, "/otlp/v1/traces", Body::empty());
    response.await.assert_problem(403);
}

#[tokio::test]
async fn unreachable_receiver_is_502_and_may_be_retried() {
    let folder = folder();
    let api = start_with(&folder, Some("http://127.0.0.1:9")).await;
    let response = export(&api, "/otlp/v1/traces", "spans").await;
    assert_eq!(response.status, StatusCode::BAD_GATEWAY);
    assert_eq!(response.header(header::RETRY_AFTER), "1");
    let api = start(&folder).await;
    export(&api, "/otlp/v1/traces", "")
        .await
        .assert_problem(404);
}
