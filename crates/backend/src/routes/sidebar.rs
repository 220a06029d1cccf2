//! What stands beside the feeds, and the heading of a profile.

use api_types::{Profile, TrendingTag, UserSummary};
use axum::{Json, Router, extract::State, routing::get};

use crate::{
    AppState, Error,
    extract::{Segment, Viewer},
    services::people,
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/users/@{handle}", get(profile))
        .route("/api/users/suggested", get(suggested))
        .route("/api/trending", get(trending))
}

async fn profile(
    State(state): State<AppState>,
    Segment(handle): Segment,
) -> Result<Json<Profile>, Error> {
    people::profile(&state.db, &handle).await.map(Json)
}

async fn suggested(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
) -> Result<Json<Vec<UserSummary>>, Error> {
    people::suggested(&state.db, viewer).await.map(Json)
}

async fn trending(State(state): State<AppState>) -> Result<Json<Vec<TrendingTag>>, Error> {
    people::trending(&state.db).await.map(Json)
}
