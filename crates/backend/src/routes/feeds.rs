//! Feeds, page by page.

use api_types::{Activity, page::link_next};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderName, Uri, header},
    response::AppendHeaders,
    routing::get,
};
use serde::Deserialize;

use crate::{
    AppState, Error,
    extract::{Parameters, SignedIn, Viewer},
    services::{
        User,
        feeds::{self, Page},
        notifications,
    },
    store::{activities::Feed, cursor::Cursor},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/activities/home", get(home))
        .route("/api/activities/notifications", get(notifications))
        .route("/api/activities/search", get(search))
        .route("/api/activities/@{handle}", get(of_user))
}

/// The query of every feed.
#[derive(Debug, Deserialize)]
struct FeedQuery {
    before: Option<String>,
    #[serde(default)]
    term: String,
}

/// A page's activities, with a `Link` to the next one.
type FeedAnswer = (
    AppendHeaders<Option<(HeaderName, String)>>,
    Json<Vec<Activity>>,
);

async fn home(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
    Parameters(query): Parameters<FeedQuery>,
    uri: Uri,
) -> Result<FeedAnswer, Error> {
    let feed = feeds::home(&state.db, page(viewer, &query)?).await?;
    Ok(answer(feed, &uri))
}

async fn of_user(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
    Path(handle): Path<String>,
    Parameters(query): Parameters<FeedQuery>,
    uri: Uri,
) -> Result<FeedAnswer, Error> {
    let feed = feeds::of_user(&state.db, page(viewer, &query)?, &handle).await?;
    Ok(answer(feed, &uri))
}

async fn search(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
    Parameters(query): Parameters<FeedQuery>,
    uri: Uri,
) -> Result<FeedAnswer, Error> {
    let feed = feeds::search(&state.db, page(viewer, &query)?, &query.term).await?;
    Ok(answer(feed, &uri))
}

async fn notifications(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
) -> Result<Json<Vec<Activity>>, Error> {
    notifications::newest(&state.db, &user).await.map(Json)
}

fn page(viewer: Option<User>, query: &FeedQuery) -> Result<Page, Error> {
    let before = match &query.before {
        Some(text) => text.parse().map_err(|_| not_a_cursor())?,
        None => Cursor::start(),
    };
    Ok(Page { viewer, before })
}

fn not_a_cursor() -> Error {
    Error::BadRequest("Take `before` from the Link header of the previous page.".to_owned())
}

fn answer(feed: Feed, uri: &Uri) -> FeedAnswer {
    let link = feed
        .next
        .map(|next| (header::LINK, link_next(&next_address(uri, &next))));
    (AppendHeaders(link), Json(feed.activities))
}

/// The address of this page, with another beginning.
fn next_address(uri: &Uri, next: &Cursor) -> String {
    let parameters = uri.query().unwrap_or_default().split('&');
    let kept = parameters.filter(|it| !it.is_empty() && !it.starts_with("before="));
    let query: Vec<String> = kept
        .map(str::to_owned)
        .chain([format!("before={next}")])
        .collect();
    format!("{}?{}", uri.path(), query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_search_term() {
        let next = Cursor {
            created_at: 12,
            uuid: "u".to_owned(),
        };
        let address = |uri: &str| next_address(&uri.parse().unwrap(), &next);
        assert_eq!(address("/feed"), "/feed?before=12-u");
        assert_eq!(
            address("/feed?before=9-x&term=a%20b"),
            "/feed?term=a%20b&before=12-u"
        );
    }
}
