//! One crud: writing, showing, answering and deleting it.

use api_types::{Activity, NewActivity, NewReply};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};

use crate::{
    AppState, Error,
    extract::{Body, SignedIn, Viewer},
    services::{feeds, writing},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/activities", post(create))
        .route("/api/activities/{uuid}", get(show).delete(delete))
        .route("/api/activities/{uuid}/reply", post(reply))
}

async fn create(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    Body(new): Body<NewActivity>,
) -> Result<Json<Activity>, Error> {
    writing::create(&state.db, &user, &new).await.map(Json)
}

async fn show(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
    Path(uuid): Path<String>,
) -> Result<Json<[Activity; 1]>, Error> {
    let activity = feeds::show(&state.db, viewer, &uuid).await?;
    Ok(Json([activity]))
}

async fn reply(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    Path(uuid): Path<String>,
    Body(new): Body<NewReply>,
) -> Result<Json<Activity>, Error> {
    writing::reply(&state.db, &user, &uuid, &new)
        .await
        .map(Json)
}

async fn delete(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    Path(uuid): Path<String>,
) -> Result<StatusCode, Error> {
    writing::delete(&state.db, &user, &uuid).await?;
    Ok(StatusCode::NO_CONTENT)
}
