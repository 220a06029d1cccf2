//! The gateway's state, for the viewer's foot line and for health checks.

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use trace_model::{SinkStatus, Status};

use super::Api;

pub(super) async fn status(State(api): State<Api>) -> Json<Status> {
    Json(api.status.status())
}

#[derive(Debug, Serialize)]
pub(super) struct Health {
    /// The gateway stores spans. A failing sink does not change that: its spans wait.
    healthy: bool,
    #[serde(flatten)]
    status: Status,
}

/// 503 while spans cannot be stored, so that they are sent to another gateway. Anybody may
/// ask: counts are here; who the receivers are, what they said, and who was refused is at
/// `/api/status`.
pub(super) async fn health(State(api): State<Api>) -> (StatusCode, Json<Health>) {
    let mut status = api.status.status();
    status.last_refusal = None;
    status.sinks = status.sinks.into_iter().map(without_names).collect();
    let healthy = status.store_error.is_none();
    let code = if healthy {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, Json(Health { healthy, status }))
}

fn without_names(sink: SinkStatus) -> SinkStatus {
    SinkStatus {
        target: None,
        account: None,
        last_error: None,
        last_error_unix_ms: None,
        ..sink
    }
}
