//! One crud: writing, showing, answering and deleting it.

use api_types::{Activity, NewActivity, NewReply};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, Uri},
    routing::{get, post},
};
use serde::Deserialize;

use super::paging::{self, Link};
use crate::{
    AppState, Error,
    extract::{Body, Parameters, SignedIn, Viewer},
    services::{feeds, writing},
    store::cursor::Cursor,
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/activities", post(create))
        .route("/api/activities/{uuid}", get(show).delete(delete))
        .route("/api/activities/{uuid}/reply", post(reply))
}

/// Which page of the replies.
#[derive(Debug, Deserialize)]
struct RepliesQuery {
    after: Option<String>,
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
    Parameters(query): Parameters<RepliesQuery>,
    uri: Uri,
) -> Result<(Link, Json<[Activity; 1]>), Error> {
    let after = paging::cursor(query.after.as_deref(), Cursor::oldest())?;
    let (activity, next) = feeds::show(&state.db, viewer, &uuid, &after).await?;
    let link = paging::link(&uri, "after", next.as_ref());
    Ok((link, Json([activity])))
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
    state.sweeper.wake();
    Ok(StatusCode::NO_CONTENT)
}
