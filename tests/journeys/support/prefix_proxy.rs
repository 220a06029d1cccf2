//! A reverse proxy that publishes a server below a path.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::faults::{Fault, Faults};
use super::page_server::{end_to_end, pass_through_client};

/// Whether the proxy removes the prefix from the path of a forwarded request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Prefix {
    Stripped,
    Preserved,
}

pub(crate) struct PrefixProxy {
    /// The public URL, without a trailing slash.
    pub(crate) url: String,
    pub(crate) faults: Faults,
}

#[derive(Clone)]
struct Site {
    path: &'static str,
    prefix: Prefix,
    server: String,
    faults: Faults,
    client: reqwest::Client,
}

impl PrefixProxy {
    pub(crate) async fn start(server: &str, path: &'static str, prefix: Prefix) -> Self {
        let site = Site {
            path,
            prefix,
            server: server.to_owned(),
            faults: Faults::default(),
            client: pass_through_client(),
        };
        let faults = site.faults.clone();
        let origin = super::serve(Router::new().fallback(respond).with_state(site)).await;
        let url = format!("{origin}{path}");
        Self { url, faults }
    }
}

async fn respond(State(site): State<Site>, request: Request) -> Response {
    let path = request.uri().to_string();
    let Some(rest) = path.strip_prefix(site.path) else {
        return (StatusCode::NOT_FOUND, "not below the prefix").into_response();
    };
    let (name, _) = rest.split_once('?').unwrap_or((rest, ""));
    match site.faults.find(request.method(), name) {
        Some(Fault::Respond(status, json)) => return (status, axum::Json(json)).into_response(),
        Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
        _ => {}
    }
    let path = match site.prefix {
        Prefix::Stripped => rest,
        Prefix::Preserved => &path,
    };
    site.forward(path, request).await
}

impl Site {
    async fn forward(&self, path: &str, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let sent = self
            .client
            .request(parts.method, format!("{}{path}", self.server))
            .headers(end_to_end(parts.headers))
            .body(body)
            .send();
        match sent.await {
            // Streamed, because an event stream does not end.
            Ok(response) => {
                let (status, headers) = (response.status(), end_to_end(response.headers().clone()));
                let body = Body::new(reqwest::Body::from(response));
                (status, headers, body).into_response()
            }
            Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
        }
    }
}
