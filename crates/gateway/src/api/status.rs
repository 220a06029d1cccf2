//! The gateway's state, for the viewer's foot line and for health checks.

use axum::{Json, extract::State};
use serde::Serialize;
use trace_model::Status;

use super::Api;

pub(super) async fn status(State(api): State<Api>) -> Json<Status> {
    Json(api.status.status())
}

#[derive(Debug, Serialize)]
pub(super) struct Health {
    /// The gateway takes spans. A failing sink does not change that: its spans wait.
    healthy: bool,
    #[serde(flatten)]
    status: Status,
}

pub(super) async fn health(State(api): State<Api>) -> Json<Health> {
    let status = api.status.status();
    Json(Health {
        healthy: true,
        status,
    })
}
