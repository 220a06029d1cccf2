//! Feeds and notifications.

use api_types::{Activity, NotificationsRead};
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, Uri},
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
    services::{
        User,
        feeds::{self, Cursor, Feed, Page},
        notifications,
    },
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/activities/home", get(home).layer(compressed()))
        .route("/api/activities/notifications", get(notifications))
        .route(
            "/api/activities/notifications/read",
            post(read_notifications),
        )
        .route("/api/activities/search", get(search).layer(compressed()))
        .route(
            "/api/activities/@{handle}",
            get(of_user).layer(compressed()),
        )
}

/// The query of a feed.
#[derive(Debug, Deserialize)]
struct FeedQuery {
    before: Option<String>,
    #[serde(default)]
    term: String,
}

/// The activities of a page, with a `Link` to the next page.
type FeedResponse = (Link, Json<Vec<Activity>>);

async fn home(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
    QueryParams(query): QueryParams<FeedQuery>,
    uri: Uri,
) -> Result<FeedResponse, Error> {
    let feed = feeds::home(&state.db, page(viewer, &query)?).await?;
    Ok(response(feed, &uri))
}

async fn of_user(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
    PathSegment(handle): PathSegment,
    QueryParams(query): QueryParams<FeedQuery>,
    uri: Uri,
) -> Result<FeedResponse, Error> {
    let feed = feeds::of_user(&state.db, page(viewer, &query)?, &handle).await?;
    Ok(response(feed, &uri))
}

async fn search(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
    QueryParams(query): QueryParams<FeedQuery>,
    uri: Uri,
) -> Result<FeedResponse, Error> {
    let feed = feeds::search(&state.db, page(viewer, &query)?, &query.term).await?;
    Ok(response(feed, &uri))
}

async fn notifications(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
) -> Result<Json<Vec<Activity>>, Error> {
    notifications::newest(&state.db, &user).await.map(Json)
}

async fn read_notifications(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    Body(read): Body<NotificationsRead>,
) -> Result<StatusCode, Error> {
    notifications::mark_read(&state.db, &user, read.until).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn page(viewer: Option<User>, query: &FeedQuery) -> Result<Page, Error> {
    let before = paging::cursor(query.before.as_deref(), Cursor::newest())?;
    Ok(Page { viewer, before })
}

fn response(feed: Feed, uri: &Uri) -> FeedResponse {
    let link = paging::link(uri, "before", feed.next.as_ref());
    (link, Json(feed.activities))
}
