//! The built page: its document, its files, and its path for spans.
//!
//! | request | response |
//! |---|---|
//! | a route of the page | the document, in a SERVER span that `Server-Timing` announces to the page |
//! | a file of the folder | the file, precompressed if there is a `.br` or `.gz` beside it, without a span |
//! | `POST /otlp/v1/traces` | that of the receiver of spans, see `span_proxy` |
//! | any other navigation | the document with status 404: the page shows that there is nothing |
//!
//! The document is read once, at the start, because its policy contains the hashes of its inline
//! scripts and styles. Restart the server after a change of the folder.

mod document;
mod files;
mod policy;
mod settings;
mod span_proxy;

use std::{path::PathBuf, sync::Arc};

use anyhow::Context as _;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderMap, Method, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use document::Document;
use span_proxy::SpanProxy;
use tower_http::compression::CompressionLayer;

pub use settings::PageSettings;

use crate::{AppState, Error};

/// The path to which the page sends its spans: the value of `otel-endpoint` in its document, and the
/// path of OTLP/HTTP.
const SPANS_PATH: &str = "/otlp/v1/traces";

/// The routes of the page, as in its `src/route.rs`.
const ROUTES: [&str; 13] = [
    "/",
    "/index.html",
    "/@{handle}",
    "/@{handle}/status/{uuid}",
    "/notifications",
    "/messages",
    "/messages/@{handle}",
    "/search",
    "/signup",
    "/signin",
    "/confirm",
    "/forgot",
    "/more",
];

/// A built page.
#[derive(Clone, Debug)]
pub struct Page {
    folder: PathBuf,
    document: Arc<Document>,
    spans: Option<SpanProxy>,
}

impl Page {
    /// Reads the document of the page, if the settings name one.
    ///
    /// # Errors
    /// The folder has no readable `index.html`.
    pub fn open(settings: &PageSettings) -> anyhow::Result<Option<Self>> {
        let Some(folder) = settings.page.clone() else {
            return Ok(None);
        };
        let receiver = settings.page_otlp_endpoint.as_ref();
        let spans = receiver.map(SpanProxy::new).transpose();
        Ok(Some(Self {
            document: Arc::new(Document::open(&folder)?),
            folder,
            spans: spans.context("cannot make an HTTP client for the page's spans")?,
        }))
    }

    /// Returns the routes of the document.
    pub(crate) fn documents(&self) -> Router<AppState> {
        let document = self.document.clone();
        let respond = get(async move |headers: HeaderMap| document.respond(&headers));
        let routes = ROUTES.into_iter();
        let router = routes.fold(Router::new(), |router, path| {
            router.route(path, respond.clone())
        });
        router.layer(CompressionLayer::new())
    }

    /// Returns a fallback that responds to navigations with the document, and to other requests with
    /// `error`.
    pub(crate) fn not_found(&self, error: fn(&Request) -> Error) -> Router<AppState> {
        let document = self.document.clone();
        let respond = async move |request: Request| match is_navigation(&request) {
            true => document.respond_not_found(),
            false => error(&request).into_response(),
        };
        Router::new()
            .fallback(respond)
            .layer(CompressionLayer::new())
    }

    /// Returns the route of the spans, which has no spans itself.
    pub(crate) fn spans(&self) -> Router<AppState> {
        let Some(proxy) = self.spans.clone() else {
            return Router::new();
        };
        let forward = post(async move |address, headers, body| -> Response {
            proxy.forward(address, headers, body).await
        });
        Router::new()
            .route(SPANS_PATH, forward)
            .layer(DefaultBodyLimit::max(span_proxy::MAX_BODY_BYTES))
    }

    /// Serves the files of the page. Any other request is passed to `others`.
    pub(crate) fn files(&self, others: Router) -> Router {
        files::router(&self.folder, self.document.policy().clone(), others)
    }
}

/// Returns whether a browser requests a page, and not a file or data.
fn is_navigation(request: &Request) -> bool {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let accepted = request.headers().get_all(header::ACCEPT).iter();
    let mut accepted = accepted.filter_map(|value| value.to_str().ok());
    is_read
        && !request.uri().path().starts_with("/api/")
        && accepted.any(|value| value.contains("text/html"))
}
