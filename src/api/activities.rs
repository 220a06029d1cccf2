//! Feeds, and the actions on cruds: create, reply, react, delete.

use api_types::{Activity, Counts, NewActivity, NewReply, NotificationsRead, Timestamp};
use otel_web::fetch::{Request, RequestBuilder};
use urlencoding::encode;

use super::idempotency::with_key;
use super::response::{self, accepted, json, with_body};
use super::{ApiError, ApiResult};
use crate::state::reaction::Reaction;
use crate::state::source::Source;

/// One page of a feed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page {
    pub(crate) activities: Vec<Activity>,
    /// The URL of the next page; `None` on the last page.
    pub(crate) next: Option<String>,
}

impl Page {
    /// Returns the time of the newest unread notification.
    pub(crate) fn unread_until(&self) -> Option<Timestamp> {
        let notifications = self.activities.iter();
        notifications
            .filter_map(|activity| activity.notification.as_ref())
            .filter(|notification| notification.unread)
            .filter_map(|notification| notification.created_at)
            .max()
    }
}

/// Fetches the first page of a feed.
pub(crate) async fn feed(source: &Source) -> ApiResult<Page> {
    let request = match source {
        Source::Home => Request::get("/api/activities/home"),
        Source::Notifications => Request::get("/api/activities/notifications"),
        Source::User(handle) => Request::get(&format!("/api/activities/@{}", encode(handle))),
        Source::Status(uuid) => Request::get(&format!("/api/activities/{uuid}")),
        Source::Search(term) => Request::get("/api/activities/search").query([("term", term)]),
    };
    page(request.url_template(template(source))).await
}

/// Fetches the page at `next`, the URL that the previous page returned.
pub(crate) async fn next_page(source: &Source, next: &str) -> ApiResult<Page> {
    page(Request::get(next).url_template(template(source))).await
}

/// Creates a crud. Requests with the same key create it only once.
pub(crate) async fn create(activity: &NewActivity, key: &str) -> ApiResult<Activity> {
    let request = Request::post("/api/activities").url_template("/api/activities");
    json(with_body(with_key(request, key), activity)).await
}

/// Replies to a crud. Like [`create`], requests with the same key create the reply only once.
pub(crate) async fn reply(uuid: &str, reply: &NewReply, key: &str) -> ApiResult<Activity> {
    let request = Request::post(&format!("/api/activities/{uuid}/reply"));
    let request = request.url_template("/api/activities/{uuid}/reply");
    json(with_body(with_key(request, key), reply)).await
}

/// Marks the notifications up to and including `until` as read.
pub(crate) async fn read_notifications(until: Timestamp) -> ApiResult<()> {
    let read = NotificationsRead { until: Some(until) };
    let request = Request::post("/api/activities/notifications/read")
        .url_template("/api/activities/notifications/read");
    accepted(with_body(request, &read)).await
}

/// Adds or removes a like or a repost, and returns the updated counts.
pub(crate) async fn react(uuid: &str, reaction: Reaction, on: bool) -> ApiResult<Counts> {
    let (resource, template) = match reaction {
        Reaction::Like => ("like", "/api/activities/{uuid}/like"),
        Reaction::Repost => ("repost", "/api/activities/{uuid}/repost"),
    };
    let path = format!("/api/activities/{uuid}/{resource}");
    let request = if on {
        Request::put(&path)
    } else {
        Request::delete(&path)
    };
    json(request.url_template(template).build()).await
}

/// Deletes a crud.
///
/// A crud that no longer exists counts as deleted: the response to an earlier request may have been lost.
pub(crate) async fn delete(uuid: &str) -> ApiResult<()> {
    let request = Request::delete(&format!("/api/activities/{uuid}"));
    match accepted(request.url_template("/api/activities/{uuid}").build()).await {
        Ok(()) | Err(ApiError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

fn template(source: &Source) -> &'static str {
    match source {
        Source::Home => "/api/activities/home",
        Source::Notifications => "/api/activities/notifications",
        Source::User(_) => "/api/activities/@{handle}",
        Source::Status(_) => "/api/activities/{uuid}",
        Source::Search(_) => "/api/activities/search",
    }
}

async fn page(request: RequestBuilder) -> ApiResult<Page> {
    let (activities, next) = response::page(request.build()).await?;
    Ok(Page { activities, next })
}
