//! The API of the viewer: traces, live updates and the state of the gateway.
//!
//! | route | response |
//! |---|---|
//! | `GET /api/traces?query=&limit=&cursor=` | `{"traces": […], "next": …, "cut_short": …}`, newest first |
//! | `DELETE /api/traces?service=&before=` | `{"traces": …, "spans": …, "logs": …, "complete": …}`, the number of removed ones |
//! | `GET /api/traces/{trace_id}?since=` | the trace as OTLP JSON, or its new spans |
//! | `GET /api/traces/{trace_id}/xray` | its segment documents, as the X-Ray sink sends them |
//! | `GET /api/traces/{trace_id}/compare/{other}` | the differences between two traces |
//! | `GET /api/traces/{trace_id}/html` | the trace as a page that needs no gateway |
//! | `GET /api/export?query=` | the matching traces as one OTLP JSON document |
//! | `GET /api/actions`, `heatmap`, `explain`, `sessions`, `map`, `vitals` | overviews of many traces |
//! | `GET /api/span-rank?span_name=` | how a span compares with others of its name |
//! | `GET /api/attributes?key=` | keys and values of attributes, for completion |
//! | `GET /api/logs?query=&trace=&limit=&cursor=` | log records as OTLP JSON, newest first |
//! | `GET /api/events` | server-sent events `trace`, `logs`, `removed`, `status` and `alive` |
//! | `GET /api/status`, `GET /healthz` | counts: stored, rejected, sent |
//! | `POST /api/import` | imports a file, without forwarding to sinks; see `edge` |
//! | `GET /metrics` | the same counts for Prometheus |
//! | `GET /open/{trace_id}` | redirects to the trace in the viewer |
//! | `GET /open/{trace_id}/honeycomb` | redirects to the trace at Honeycomb |
//!
//! `API.md` describes parameters and responses.

mod api_error;
mod clear;
mod compare;
mod events;
mod export;
mod logs;
mod metrics;
mod open;
mod otlp_json;
mod overviews;
mod response_memory;
mod status;
mod traces;
mod xray;

use std::sync::Arc;

use axum::{Router, routing::get};
use tokio_util::sync::CancellationToken;
use tower_http::{CompressionLevel, compression::CompressionLayer};

use self::api_error::ApiError;
pub(crate) use self::response_memory::ResponseMemory;
use crate::{
    hub::Hub,
    sinks::{TraceLinks, XRayDocuments},
    status::StatusSource,
    store::Store,
    symbols::SymbolFiles,
    viewer::StandalonePages,
};

/// The state of the handlers.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) store: Store,
    pub(crate) hub: Hub,
    pub(crate) status: StatusSource,
    pub(crate) memory: ResponseMemory,
    pub(crate) links: Option<TraceLinks>,
    pub(crate) symbols: Arc<SymbolFiles>,
    pub(crate) xray: XRayDocuments,
    pub(crate) viewer: StandalonePages,
    pub(crate) public_url: String,
    /// Cancelled when event streams are to end.
    pub(crate) shutdown: CancellationToken,
}

pub(crate) fn routes(api: Api) -> Router {
    Router::new()
        .merge(compressed())
        .route("/api/events", get(events::stream))
        .route("/api/status", get(status::status))
        .route("/api/{*path}", get(unknown))
        .route("/metrics", get(metrics::metrics))
        .route("/open/{trace_id}", get(open::open))
        .route("/open/{trace_id}/honeycomb", get(open::in_honeycomb))
        .with_state(api.clone())
        .merge(health(api))
}

/// Routes with compressed responses: gzip reduces traces to a tenth.
fn compressed() -> Router<Api> {
    Router::new()
        .route("/api/traces", get(traces::list).delete(clear::clear))
        .route("/api/traces/{trace_id}", get(traces::one))
        .route(
            "/api/traces/{trace_id}/compare/{other}",
            get(compare::compare),
        )
        .route("/api/traces/{trace_id}/html", get(export::page))
        .route("/api/traces/{trace_id}/xray", get(xray::documents))
        .route("/api/logs", get(logs::list))
        .route("/api/export", get(export::export))
        .route("/api/actions", get(overviews::actions))
        .route("/api/heatmap", get(overviews::heatmap))
        .route("/api/explain", get(overviews::explain))
        .route("/api/span-rank", get(overviews::span_rank))
        .route("/api/attributes", get(overviews::attributes))
        .route("/api/sessions", get(overviews::sessions))
        .route("/api/sessions/{session_id}", get(overviews::session))
        .route("/api/map", get(overviews::map))
        .route("/api/vitals", get(overviews::vitals))
        .layer(gzip())
}

/// Compresses with gzip only. Other crates of a build can enable other encodings of tower-http.
fn gzip() -> CompressionLayer {
    CompressionLayer::new()
        .no_br()
        .no_deflate()
        .no_zstd()
        .quality(CompressionLevel::Fastest)
}

/// Returns the route of health checks, which is also served on a socket for spans only.
pub(crate) fn health(api: Api) -> Router {
    Router::new()
        .route("/healthz", get(status::health))
        .with_state(api)
}

async fn unknown() -> ApiError {
    ApiError::NotFound("unknown path: use /api/traces, /api/logs or /api/status".to_owned())
}
