//! What the viewer, and anyone with `curl`, asks: traces, live updates, the gateway's state.
//!
//! | route | answer |
//! |---|---|
//! | `GET /api/traces?service=&name=&min_duration_ms=&status=&q=&since=&limit=` | `{"traces": […]}`, newest first |
//! | `GET /api/traces/{trace_id}` | the trace as OTLP JSON |
//! | `GET /api/events` | server-sent events `trace` and `status` |
//! | `GET /api/status`, `GET /healthz` | counts: kept, rejected, sent |
//! | `POST /api/import` | as `/v1/traces`, but no sink gets the spans; see `edge` |
//! | `GET /metrics` | the same counts for Prometheus |
//! | `GET /open/{trace_id}` | to the trace's page in the viewer |
//! | `GET /open/{trace_id}/honeycomb` | to the trace's page at Honeycomb |

mod events;
mod failure;
mod metrics;
mod open;
mod otlp_json;
mod status;
mod traces;

use axum::{Router, routing::get};

use self::failure::Failure;
use crate::{hub::Hub, sinks::TraceLinks, status::StatusSource, stop::Stopping, store::Store};

/// What the handlers read.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) store: Store,
    pub(crate) hub: Hub,
    pub(crate) status: StatusSource,
    pub(crate) links: Option<TraceLinks>,
    pub(crate) public_url: String,
    pub(crate) stopping: Stopping,
}

pub(crate) fn routes(api: Api) -> Router {
    Router::new()
        .route("/api/traces", get(traces::list))
        .route("/api/traces/{trace_id}", get(traces::one))
        .route("/api/events", get(events::stream))
        .route("/api/status", get(status::status))
        .route("/api/{*path}", get(unknown))
        .route("/metrics", get(metrics::metrics))
        .route("/open/{trace_id}", get(open::open))
        .route("/open/{trace_id}/honeycomb", get(open::in_honeycomb))
        .with_state(api.clone())
        .merge(health(api))
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
