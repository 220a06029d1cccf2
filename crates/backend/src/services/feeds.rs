//! Reading: the home feed, a person's, search results, and one crud with its replies.

use api_types::{Activity, Timestamp, validate};
use opentelemetry::KeyValue;

use super::{User, no_such_crud, no_such_user};
use crate::{
    Error, clock,
    store::{
        Pool,
        activities::{self, Feed, View},
        cursor::Cursor,
        search::{self, Terms},
        users,
    },
    telemetry::{Operation, note, note_user},
};

const HOME: Operation = Operation::new("home-activities", "home-activities-mock-data");
const OF_USER: Operation = Operation::new("user-activities", "user_activities");
const SEARCH: Operation = Operation::new("search-activities", "search_activities");
const SHOW: Operation = Operation::new("show-activities", "show_activity");

/// Replies under each crud of a feed; the crud's own page shows all, page by page.
const REPLIES_IN_FEED: u32 = 2;

/// Which page of a feed, for whom.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) viewer: Option<User>,
    pub(crate) before: Cursor,
}

pub(crate) async fn home(pool: &Pool, page: Page) -> Result<Feed, Error> {
    HOME.run(async {
        let view = begin(page.viewer.as_ref());
        let feed = activities::home(pool, view, &page.before).await?;
        finish(pool, view, feed).await
    })
    .await
}

pub(crate) async fn of_user(pool: &Pool, page: Page, handle: &str) -> Result<Feed, Error> {
    OF_USER
        .run(async {
            let view = begin(page.viewer.as_ref());
            let id = users::id_of(pool, handle)
                .await?
                .ok_or_else(|| no_such_user(handle))?;
            let feed = activities::of_user(pool, view, id, &page.before).await?;
            finish(pool, view, feed).await
        })
        .await
}

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

/// A crud with a page of its replies, and where the next page begins.
pub(crate) async fn show(
    pool: &Pool,
    viewer: Option<User>,
    uuid: &str,
    after: &Cursor,
) -> Result<(Activity, Option<Cursor>), Error> {
    SHOW.run(async {
        let view = begin(viewer.as_ref());
        let found = activities::by_uuid(pool, view, uuid).await?;
        let mut activity = found.ok_or_else(no_such_crud)?;
        let mut next = None;
        if activity.replies_count > 0 {
            let page = activities::replies(pool, view, uuid, after).await?;
            (activity.replies, next) = (page.activities, page.next);
        }
        note_length(activity.replies.len());
        Ok((activity, next))
    })
    .await
}

fn begin(viewer: Option<&User>) -> View {
    let now = clock::now();
    if let Some(user) = viewer {
        note_user(user);
    }
    note_now(now);
    View {
        viewer_id: viewer.map(|user| user.id),
        now,
    }
}

async fn finish(pool: &Pool, view: View, mut feed: Feed) -> Result<Feed, Error> {
    activities::attach_replies(pool, view, &mut feed.activities, REPLIES_IN_FEED).await?;
    note_length(feed.activities.len());
    Ok(feed)
}

pub(super) fn note_now(now: Timestamp) {
    note(KeyValue::new("app.now", now.to_string()));
}

pub(super) fn note_length(length: usize) {
    note(KeyValue::new("app.result_length", length as i64));
}
