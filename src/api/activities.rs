//! Cruds: feeds of them, sending, answering, marking, deleting.

use api_types::{Activity, Counts, NewActivity, NewReply, page::next_from_link};
use otel_web::fetch::{Request, RequestBuilder};
use urlencoding::encode;

use super::Answer;
use super::answer::{body, json, read, success};
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

pub(crate) async fn create(activity: &NewActivity) -> Answer<Activity> {
    json(
        body(
            Request::post("/api/activities").url_template("/api/activities"),
            activity,
        )?
        .send(),
    )
    .await
}

pub(crate) async fn reply(uuid: &str, reply: &NewReply) -> Answer<Activity> {
    let request = Request::post(&format!("/api/activities/{uuid}/reply"));
    json(body(request.url_template("/api/activities/{uuid}/reply"), reply)?.send()).await
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

pub(crate) async fn delete(uuid: &str) -> Answer<()> {
    let request = Request::delete(&format!("/api/activities/{uuid}"));
    success(request.url_template("/api/activities/{uuid}").send())
        .await
        .map(drop)
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
