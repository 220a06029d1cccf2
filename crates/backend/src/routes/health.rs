//! The health check.

use axum::{Json, Router, extract::State, routing::get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{AppState, Error};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/api/health-check", get(health_check))
}

/// The response of a healthy server.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    success: bool,
    version: &'static str,
}

async fn health_check(State(state): State<AppState>) -> Result<Json<Health>, Error> {
    state.health.check(&state.db).await?;
    Ok(Json(Health {
        success: true,
        version: env!("CARGO_PKG_VERSION"),
    }))
}
