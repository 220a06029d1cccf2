//! Cruds: feeds of them, sending, answering, marking, deleting.

use api_types::{
    Activity, Counts, NewActivity, NewReply, NotificationsRead, Timestamp, page::next_from_link,
};
use otel_web::fetch::{Request, RequestBuilder};
use urlencoding::encode;

use super::answer::{body, json, read, success};
use super::idempotency::with_key;
use super::{Answer, Failure};
use crate::state::mark::Mark;
use crate::state::source::Source;

/// A page of a feed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page {
    pub(crate) activities: Vec<Activity>,
    /// The address of the next page; nothing on the last one.
    pub(crate) next: Option<String>,
}

/// The first page of a feed.
pub(crate) async fn feed(source: &Source) -> Answer<Page> {
    let request = match source {
        Source::Home => Request::get("/api/activities/home"),
        Source::Notifications => Request::get("/api/activities/notifications"),
        Source::User(handle) => Request::get(&format!("/api/activities/@{}", encode(handle))),
        Source::Status(uuid) => Request::get(&format!("/api/activities/{uuid}")),
        Source::Search(term) => Request::get("/api/activities/search").query([("term", term)]),
    };
    page(request.url_template(template(source))).await
}

/// The page after one that named it in `next`.
pub(crate) async fn next_page(source: &Source, next: &str) -> Answer<Page> {
    page(Request::get(next).url_template(template(source))).await
}

/// Writes a crud. With the same key it is written once, however often it is sent.
pub(crate) async fn create(activity: &NewActivity, key: &str) -> Answer<Activity> {
    let request = Request::post("/api/activities").url_template("/api/activities");
    json(body(with_key(request, key), activity)?.send()).await
}

/// Answers a crud, once for each key as [`create`] does.
pub(crate) async fn reply(uuid: &str, reply: &NewReply, key: &str) -> Answer<Activity> {
    let request = Request::post(&format!("/api/activities/{uuid}/reply"));
    let request = request.url_template("/api/activities/{uuid}/reply");
    json(body(with_key(request, key), reply)?.send()).await
}

/// Marks what happened until then as read.
pub(crate) async fn read_notifications(until: Timestamp) -> Answer<()> {
    let read = NotificationsRead { until: Some(until) };
    let request = Request::post("/api/activities/notifications/read")
        .url_template("/api/activities/notifications/read");
    success(body(request, &read)?.send()).await.map(drop)
}

/// Leaves or takes back a like or a repost; the answer has the counts after it.
pub(crate) async fn mark(uuid: &str, mark: Mark, on: bool) -> Answer<Counts> {
    let (resource, template) = match mark {
        Mark::Like => ("like", "/api/activities/{uuid}/like"),
        Mark::Repost => ("repost", "/api/activities/{uuid}/repost"),
    };
    let path = format!("/api/activities/{uuid}/{resource}");
    let request = if on {
        Request::put(&path)
    } else {
        Request::delete(&path)
    };
    json(request.url_template(template).send()).await
}

/// Deletes a crud. One that is gone already is no failure: the first answer may have been lost.
pub(crate) async fn delete(uuid: &str) -> Answer<()> {
    let request = Request::delete(&format!("/api/activities/{uuid}"));
    match success(request.url_template("/api/activities/{uuid}").send()).await {
        Ok(_) | Err(Failure::NotFound) => Ok(()),
        Err(failure) => Err(failure),
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

async fn page(request: RequestBuilder) -> Answer<Page> {
    let response = success(request.send()).await?;
    let link = response.headers().get("link");
    let next = link.as_deref().and_then(next_from_link).map(str::to_owned);
    Ok(Page {
        activities: read(&response).await?,
        next,
    })
}
