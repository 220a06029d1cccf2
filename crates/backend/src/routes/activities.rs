//! One crud: writing, showing, answering and deleting it.

use api_types::{Activity, NewActivity, NewReply};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, StatusCode, Uri},
    response::AppendHeaders,
    routing::{get, post},
};
use serde::Deserialize;

use super::paging::{self, Link};
use crate::{
    AppState, Error,
    extract::{Body, Parameters, Segment, SignedIn, Viewer},
    idempotency::{IDEMPOTENT_REPLAYED, IdempotencyKey},
    services::{
        feeds,
        writing::{self, Answer},
    },
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
    key: IdempotencyKey,
    Body(new): Body<NewActivity>,
) -> Result<WrittenAnswer, Error> {
    writing::create(&state.db, &user, &new, key)
        .await
        .map(written)
}

async fn show(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
    Segment(uuid): Segment,
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
    Segment(uuid): Segment,
    key: IdempotencyKey,
    Body(new): Body<NewReply>,
) -> Result<WrittenAnswer, Error> {
    writing::reply(&state.db, &user, &uuid, &new, key)
        .await
        .map(written)
}

/// What was written, marked where an earlier request wrote it.
type WrittenAnswer = (
    AppendHeaders<Option<(HeaderName, &'static str)>>,
    Json<Activity>,
);

fn written(answer: Answer) -> WrittenAnswer {
    let replayed = answer.is_replayed.then_some((IDEMPOTENT_REPLAYED, "true"));
    (AppendHeaders(replayed), Json(answer.activity))
}

async fn delete(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    Segment(uuid): Segment,
) -> Result<StatusCode, Error> {
    writing::delete(&state.db, &user, &uuid).await?;
    state.sweeper.wake();
    Ok(StatusCode::NO_CONTENT)
}
