//! What the viewer, and anyone with `curl`, asks: traces, live updates, the gateway's state.
//!
//! | route | answer |
//! |---|---|
//! | `GET /api/traces?query=&limit=&cursor=` | `{"traces": […], "next": …, "cut_short": …}`, newest first |
//! | `GET /api/traces/{trace_id}?since=` | the trace as OTLP JSON, or its new spans |
//! | `GET /api/events` | server-sent events `trace`, `status` and `alive` |
//! | `GET /api/status`, `GET /healthz` | counts: kept, rejected, sent |
//! | `POST /api/import` | as `/v1/traces`, but no sink gets the spans; see `edge` |
//! | `GET /metrics` | the same counts for Prometheus |
//! | `GET /open/{trace_id}` | to the trace's page in the viewer |
//! | `GET /open/{trace_id}/honeycomb` | to the trace's page at Honeycomb |
//!
//! `API.md` has the parameters and answers.

mod answer_memory;
mod events;
mod failure;
mod metrics;
mod open;
mod otlp_json;
mod status;
mod traces;

use axum::{Router, routing::get};
use tower_http::{CompressionLevel, compression::CompressionLayer};

pub(crate) use self::answer_memory::AnswerMemory;
use self::failure::Failure;
use crate::{hub::Hub, sinks::TraceLinks, status::StatusSource, stop::Stopping, store::Store};

/// What the handlers read.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) store: Store,
    pub(crate) hub: Hub,
    pub(crate) status: StatusSource,
    pub(crate) answers: AnswerMemory,
    pub(crate) links: Option<TraceLinks>,
    pub(crate) public_url: String,
    pub(crate) stopping: Stopping,
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

/// Traces are texts of which gzip leaves a tenth.
fn compressed() -> Router<Api> {
    Router::new()
        .route("/api/traces", get(traces::list))
        .route("/api/traces/{trace_id}", get(traces::one))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
}

/// For load balancers, which look at whatever takes spans.
pub(crate) fn health(api: Api) -> Router {
    Router::new()
        .route("/healthz", get(status::health))
        .with_state(api)
}

async fn unknown() -> Failure {
    Failure::NotFound("there is nothing here; see /api/traces and /api/status".to_owned())
}
