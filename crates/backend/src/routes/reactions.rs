//! Likes and reposts: PUT adds, DELETE removes, and both are idempotent.

use api_types::Counts;
use axum::{
    Json, Router,
    extract::State,
    routing::{MethodRouter, put},
};

use crate::{
    AppState, Error,
    extract::{PathSegment, SignedIn},
    services::reactions::{self, Change, Reaction},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/activities/{uuid}/like", methods(Reaction::Like))
        .route("/api/activities/{uuid}/repost", methods(Reaction::Repost))
}

fn methods(reaction: Reaction) -> MethodRouter<AppState> {
    put(move |state, user, uuid| change(state, user, reaction, Change::Add, uuid))
        .delete(move |state, user, uuid| change(state, user, reaction, Change::Remove, uuid))
}

async fn change(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    reaction: Reaction,
    change: Change,
    PathSegment(uuid): PathSegment,
) -> Result<Json<Counts>, Error> {
    reactions::change(&state.db, &user, reaction, change, &uuid)
        .await
        .map(Json)
}
