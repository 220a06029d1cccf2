//! Serves the built page with the same two proxies as `trunk serve`: `/api/` to the back end, and `/otlp/v1/traces`
//! to the gateway's `/v1/traces`. Other paths are files of the build, with index.html as the fallback.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::faults::{Fault, Faults};
use super::recorder::{Recorded, Recorder};

/// The path of an empty page of the same origin.
pub(crate) const BLANK: &str = "/blank";

/// The back end's event stream.
const EVENTS: &str = "/api/events";

pub(crate) struct PageServer {
    pub(crate) origin: String,
    pub(crate) faults: Faults,
    pub(crate) requests: Recorder,
}

#[derive(Clone)]
struct Site {
    dist: PathBuf,
    /// Names and contents of `<meta>` tags to replace in index.html.
    meta: Vec<(String, String)>,
    api: String,
    otlp: String,
    faults: Faults,
    requests: Recorder,
    client: reqwest::Client,
}

impl PageServer {
    /// Serves the built page in `dist`.
    pub(crate) async fn with_page(
        dist: PathBuf,
        api: &str,
        otlp: &str,
        meta: &[(&str, &str)],
    ) -> Self {
        let to_owned = |(name, content): &(&str, &str)| ((*name).to_owned(), (*content).to_owned());
        let site = Site {
            dist,
            meta: meta.iter().map(to_owned).collect(),
            api: api.to_owned(),
            otlp: otlp.to_owned(),
            faults: Faults::default(),
            requests: Recorder::default(),
            client: pass_through_client(),
        };
        let (faults, requests) = (site.faults.clone(), site.requests.clone());
        let origin = super::serve(Router::new().fallback(respond).with_state(site)).await;
        Self {
            origin,
            faults,
            requests,
        }
    }
}

/// Returns the folder of the built page.
pub(crate) fn dist() -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/dist");
    let dist = std::env::var_os("CRUDDUR_DIST").map_or(default, PathBuf::from);
    let built = dist.join("index.html").exists();
    assert!(
        built,
        "no built page in {}: run `cargo xtask test journeys`, or run `trunk build --features viewer-links` and set CRUDDUR_DIST",
        dist.display()
    );
    dist
}

/// Returns the folder of the built example.
pub(crate) fn example(name: &str) -> PathBuf {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/examples");
    let dist = examples.join(name);
    let built = dist.join("index.html").exists();
    assert!(
        built,
        "no built page in {}: run `cargo xtask test journeys`, or `trunk build` in examples/{name}",
        dist.display()
    );
    dist
}

/// Returns a client that forwards redirects and bodies unchanged.
pub(crate) fn pass_through_client() -> reqwest::Client {
    let builder = http_client::builder().redirect(reqwest::redirect::Policy::none());
    builder.no_proxy().build().expect("a plain HTTP client")
}

async fn respond(State(site): State<Site>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let request = Recorded {
        path: parts.uri.to_string(),
        method: parts.method,
        headers: parts.headers,
        body: to_bytes(body, usize::MAX).await.unwrap_or_default(),
    };
    // A stream does not end, and the browser may close it at any time.
    if path == EVENTS {
        let response = site.respond_to(request).await;
        site.requests.add_stream();
        return response;
    }
    site.requests.add(request.clone());
    let drops_response = site.faults.find(&request.method, &path) == Some(Fault::DropResponse);
    let response = site.respond_with_faults(&path, request).await;
    site.requests.add_response(path);
    if drops_response {
        end_connection();
    }
    response
}

/// Closes the connection by unwinding the task that serves it, without a panic message.
fn end_connection() -> ! {
    std::panic::resume_unwind(Box::new("response dropped"))
}

impl Site {
    async fn respond_with_faults(&self, path: &str, mut request: Recorded) -> Response {
        match self.faults.find(&request.method, path) {
            Some(Fault::Respond(status, json)) => {
                return (status, axum::Json(json)).into_response();
            }
            Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
            Some(Fault::AfterResponseTo(other)) => {
                self.requests.wait_until_ahead(&other, path).await
            }
            Some(Fault::ReplaceBody(json)) => request.body = json.to_string().into(),
            Some(Fault::DropResponse) | None => {}
        }
        self.respond_to(request).await
    }

    async fn respond_to(&self, request: Recorded) -> Response {
        if request.path.starts_with("/api/") {
            return self.proxy(&self.api, request).await;
        }
        if request.path == BLANK {
            return axum::response::Html("").into_response();
        }
        match gateway_path(&request.path) {
            Some(path) => {
                let path = path.to_owned();
                self.proxy(&self.otlp, Recorded { path, ..request }).await
            }
            None => self.file(&request.path),
        }
    }

    async fn proxy(&self, server: &str, request: Recorded) -> Response {
        let sent = self
            .client
            .request(request.method, format!("{server}{}", request.path))
            .headers(end_to_end(request.headers))
            .body(request.body)
            .send()
            .await;
        match sent {
            Ok(response) => relay(response).await,
            Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
        }
    }

    fn file(&self, path: &str) -> Response {
        let path = path.split('?').next().unwrap_or_default();
        let file = self.dist.join(path.trim_start_matches('/'));
        if file.is_file() && !path.ends_with(".html") {
            let bytes = std::fs::read(&file).expect("a readable file in the build");
            return ([(header::CONTENT_TYPE, content_type(path))], bytes).into_response();
        }
        axum::response::Html(self.index()).into_response()
    }

    fn index(&self) -> String {
        let index = std::fs::read_to_string(self.dist.join("index.html")).expect("index.html");
        self.meta.iter().fold(index, |html, (name, content)| {
            with_meta(&html, name, content)
        })
    }
}

/// Returns the gateway's path for a path of the page, if it is proxied. `Trunk.toml` has the same rule.
fn gateway_path(path: &str) -> Option<&str> {
    let path = path.strip_prefix("/otlp")?;
    let (name, _) = path.split_once('?').unwrap_or((path, ""));
    (name == "/v1/traces").then_some(path)
}

/// Removes the headers that apply to a single connection.
pub(crate) fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    for name in [
        header::HOST,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::CONTENT_LENGTH,
    ] {
        headers.remove(name);
    }
    headers
}

async fn relay(response: reqwest::Response) -> Response {
    let (status, headers) = (response.status(), end_to_end(response.headers().clone()));
    let is_stream = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|it| it.as_bytes().starts_with(b"text/event-stream"));
    if is_stream {
        return (status, headers, Body::new(reqwest::Body::from(response))).into_response();
    }
    let body: Bytes = response.bytes().await.unwrap_or_default();
    (status, headers, Body::from(body)).into_response()
}

/// Returns `html` with a `<meta>` tag, which replaces a tag of the same name.
fn with_meta(html: &str, name: &str, content: &str) -> String {
    let without: String = match html.find(&format!("<meta name=\"{name}\"")) {
        Some(start) => {
            let length = html[start..].find('>').map_or(0, |end| end + 1);
            format!("{}{}", &html[..start], &html[start + length..])
        }
        None => html.to_owned(),
    };
    without.replacen(
        "<head>",
        &format!("<head><meta name=\"{name}\" content=\"{content}\">"),
        1,
    )
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("json" | "webmanifest") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_span_path_is_proxied_to_the_gateway() {
        for (path, expected) in [
            ("/otlp/v1/traces", Some("/v1/traces")),
            ("/otlp/v1/traces?a=/b", Some("/v1/traces?a=/b")),
            ("/otlp/open/0af7", None),
            ("/otlp/api/traces", None),
            ("/otlp//api/traces", None),
            ("/otlp/v1/traces/../../api/traces", None),
            ("/otlp/open/%2e%2e/api/traces", None),
            ("/otlpapi/traces", None),
            ("/otlp", None),
        ] {
            assert_eq!(gateway_path(path), expected, "{path}");
        }
    }

    #[test]
    fn meta_tag_is_replaced_or_added() {
        let html = r#"<html><head><meta name="otel-endpoint" content="/otlp" /><title>x</title></head></html>"#;
        let replaced = with_meta(html, "otel-endpoint", "http://collector");
        assert_eq!(
            replaced,
            r#"<html><head><meta name="otel-endpoint" content="http://collector"><title>x</title></head></html>"#
        );
        assert!(with_meta("<head></head>", "a", "b").contains(r#"<meta name="a" content="b">"#));
    }
}
