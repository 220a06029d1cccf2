//! Profiles, suggested users and trending hashtags.

use api_types::{Profile, TrendingTag, UserSummary};
use axum::{Json, Router, extract::State, routing::get};

use crate::{
    AppState, Error,
    extract::{PathSegment, Viewer},
    services::discovery,
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/users/@{handle}", get(profile))
        .route("/api/users/suggested", get(suggested))
        .route("/api/trending", get(trending))
}

async fn profile(
    State(state): State<AppState>,
    PathSegment(handle): PathSegment,
) -> Result<Json<Profile>, Error> {
    discovery::profile(&state.db, &handle).await.map(Json)
}

async fn suggested(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
) -> Result<Json<Vec<UserSummary>>, Error> {
    discovery::suggested(&state.db, viewer).await.map(Json)
}

async fn trending(State(state): State<AppState>) -> Result<Json<Vec<TrendingTag>>, Error> {
    discovery::trending(&state.db).await.map(Json)
}
