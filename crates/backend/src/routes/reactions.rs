//! Likes and reposts: PUT makes it so, DELETE undoes it, either may be repeated.

use api_types::Counts;
use axum::{Json, Router, extract::State, routing::put};

use crate::{
    AppState, Error,
    extract::{Segment, SignedIn},
    services::reactions,
    store::reactions::Reaction,
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/activities/{uuid}/like", put(like).delete(unlike))
        .route(
            "/api/activities/{uuid}/repost",
            put(repost).delete(unrepost),
        )
}

type Answer = Result<Json<Counts>, Error>;

async fn like(state: State<AppState>, user: SignedIn, uuid: Segment) -> Answer {
    add(state, user, Reaction::Like, uuid).await
}

async fn unlike(state: State<AppState>, user: SignedIn, uuid: Segment) -> Answer {
    remove(state, user, Reaction::Like, uuid).await
}

async fn repost(state: State<AppState>, user: SignedIn, uuid: Segment) -> Answer {
    add(state, user, Reaction::Repost, uuid).await
}

async fn unrepost(state: State<AppState>, user: SignedIn, uuid: Segment) -> Answer {
    remove(state, user, Reaction::Repost, uuid).await
}

async fn add(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    reaction: Reaction,
    Segment(uuid): Segment,
) -> Answer {
    reactions::add(&state.db, &user, reaction, &uuid)
        .await
        .map(Json)
}

async fn remove(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    reaction: Reaction,
    Segment(uuid): Segment,
) -> Answer {
    reactions::remove(&state.db, &user, reaction, &uuid)
        .await
        .map(Json)
}
