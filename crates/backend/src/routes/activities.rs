//! Single cruds: create, get, reply and delete.

use api_types::{Activity, NewActivity, NewReply};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, StatusCode, Uri},
    response::AppendHeaders,
    routing::{get, post},
};
use serde::Deserialize;

use super::{
    compressed,
    paging::{self, Link},
};
use crate::{
    AppState, Error,
    extract::{Body, PathSegment, QueryParams, SignedIn, Viewer},
    idempotency::{IDEMPOTENT_REPLAYED, IdempotencyKey},
    services::{
        authoring::{self, Created},
        feeds::{self, Cursor},
    },
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/activities", post(create))
        .route(
            "/api/activities/{uuid}",
            get(show).layer(compressed()).delete(delete),
        )
        .route("/api/activities/{uuid}/reply", post(reply))
}

/// The query of a single crud, for pages of its replies.
#[derive(Debug, Deserialize)]
struct RepliesQuery {
    after: Option<String>,
}

async fn create(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    key: Option<IdempotencyKey>,
    Body(new): Body<NewActivity>,
) -> Result<CreatedResponse, Error> {
    authoring::create(&state.db, &user, &new, key)
        .await
        .map(created)
}

async fn show(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
    PathSegment(uuid): PathSegment,
    QueryParams(query): QueryParams<RepliesQuery>,
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
    PathSegment(uuid): PathSegment,
    key: Option<IdempotencyKey>,
    Body(new): Body<NewReply>,
) -> Result<CreatedResponse, Error> {
    authoring::reply(&state.db, &user, &uuid, &new, key)
        .await
        .map(created)
}

/// A created activity, with a header if an earlier request created it.
type CreatedResponse = (
    AppendHeaders<Option<(HeaderName, &'static str)>>,
    Json<Activity>,
);

fn created(created: Created) -> CreatedResponse {
    let replayed = created.is_replayed.then_some((IDEMPOTENT_REPLAYED, "true"));
    (AppendHeaders(replayed), Json(created.activity))
}

async fn delete(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    PathSegment(uuid): PathSegment,
) -> Result<StatusCode, Error> {
    authoring::delete(&state.db, &user, &uuid).await?;
    state.sweeper.wake();
    Ok(StatusCode::NO_CONTENT)
}
