//! The state of the gateway, for the viewer's status bar and for health checks.

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use trace_model::{SinkStatus, Status};

use super::Api;

pub(super) async fn status(State(api): State<Api>) -> Json<Status> {
    Json(api.status.status())
}

/// The body of a health check.
#[derive(Debug, Serialize)]
pub(super) struct Health {
    /// The gateway stores spans. A failing sink does not change that, because its spans wait.
    healthy: bool,
    #[serde(flatten)]
    status: Status,
}

/// Returns 503 while spans cannot be stored, so that a load balancer uses another gateway. Health
/// checks need no token, so addresses and errors of receivers and clients are only at
/// `/api/status`.
pub(super) async fn health(State(api): State<Api>) -> (StatusCode, Json<Health>) {
    let mut status = api.status.status();
    status.last_refusal = None;
    status.sinks = status.sinks.into_iter().map(without_details).collect();
    let healthy = status.store_error.is_none();
    let code = if healthy {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, Json(Health { healthy, status }))
}

fn without_details(sink: SinkStatus) -> SinkStatus {
    SinkStatus {
        target: None,
        account: None,
        last_error: None,
        last_error_unix_ms: None,
        ..sink
    }
}
