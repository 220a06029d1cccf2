//! Feeds: home, an account's cruds, search results, and one crud with its replies.

use api_types::{Activity, Timestamp, validate};
use opentelemetry::KeyValue;

use super::{User, crud_not_found, user_not_found};
pub(crate) use crate::store::{activities::Feed, cursor::Cursor};
use crate::{
    Error, clock,
    store::{
        Pool,
        activities::{self, View},
        search::{self, Terms},
        users,
    },
    telemetry::{Operation, set_attribute, set_user_handle},
};

const HOME: Operation = Operation::new("home-activities", "home-activities-mock-data");
const OF_USER: Operation = Operation::new("user-activities", "user_activities");
const SEARCH: Operation = Operation::new("search-activities", "search_activities");
const SHOW: Operation = Operation::new("show-activities", "show_activity");

/// The number of replies to each crud in a feed. The response for a single crud has all of them, in
/// pages.
const REPLIES_IN_FEED: u32 = 2;

/// A request for a page of a feed.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) viewer: Option<User>,
    pub(crate) before: Cursor,
}

/// Returns a page of all cruds.
pub(crate) async fn home(pool: &Pool, page: Page) -> Result<Feed, Error> {
    HOME.run(async {
        let view = begin(page.viewer.as_ref());
        let feed = activities::home(pool, view, &page.before).await?;
        finish(pool, view, feed).await
    })
    .await
}

/// Returns a page of the cruds of an account.
pub(crate) async fn of_user(pool: &Pool, page: Page, handle: &str) -> Result<Feed, Error> {
    OF_USER
        .run(async {
            let view = begin(page.viewer.as_ref());
            let id = users::id_of(pool, handle)
                .await?
                .ok_or_else(|| user_not_found(handle))?;
            let feed = activities::of_user(pool, view, id, &page.before).await?;
            finish(pool, view, feed).await
        })
        .await
}

/// Returns a page of the cruds and replies that match the term.
pub(crate) async fn search(pool: &Pool, page: Page, term: &str) -> Result<Feed, Error> {
    validate::search_term(term).map_err(Error::Invalid)?;
    SEARCH
        .run(async {
            let view = begin(page.viewer.as_ref());
            let feed = match Terms::parse(term) {
                Some(terms) => search::search(pool, view, &terms, &page.before).await?,
                None => Feed {
                    activities: Vec::new(),
                    next: None,
                },
            };
            finish(pool, view, feed).await
        })
        .await
}

/// Returns a crud with a page of its replies, and the cursor of the next page.
pub(crate) async fn show(
    pool: &Pool,
    viewer: Option<User>,
    uuid: &str,
    after: &Cursor,
) -> Result<(Activity, Option<Cursor>), Error> {
    SHOW.run(async {
        let view = begin(viewer.as_ref());
        let found = activities::by_uuid(pool, view, uuid).await?;
        let mut activity = found.ok_or_else(crud_not_found)?;
        let mut next = None;
        if activity.replies_count > 0 {
            let page = activities::replies(pool, view, uuid, after).await?;
            (activity.replies, next) = (page.activities, page.next);
        }
        set_result_length(activity.replies.len());
        Ok((activity, next))
    })
    .await
}

fn begin(viewer: Option<&User>) -> View {
    let now = clock::now();
    if let Some(user) = viewer {
        set_user_handle(&user.handle);
    }
    set_now(now);
    View {
        viewer_id: viewer.map(|user| user.id),
        now,
    }
}

async fn finish(pool: &Pool, view: View, mut feed: Feed) -> Result<Feed, Error> {
    activities::attach_replies(pool, view, &mut feed.activities, REPLIES_IN_FEED).await?;
    set_result_length(feed.activities.len());
    Ok(feed)
}

pub(super) fn set_now(now: Timestamp) {
    set_attribute(KeyValue::new("app.now", now.to_string()));
}

pub(super) fn set_result_length(length: usize) {
    set_attribute(KeyValue::new("app.result_length", length as i64));
}
