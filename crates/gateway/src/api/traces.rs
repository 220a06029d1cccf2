//! The list of traces, and one trace as OTLP JSON.

use axum::{
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};

use serde::Deserialize;
use trace_model::TraceId;

use super::{Api, Failure, otlp_json};
use crate::{
    clock,
    store::{Revision, TraceQuery},
};

pub(super) async fn list(
    State(api): State<Api>,
    query: Result<Query<TraceQuery>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(query) = query.map_err(|error| Failure::BadRequest(error.body_text()))?;
    let filter = query.validate().map_err(Failure::BadRequest)?;
    let making = api.answers.make().await?;
    let page = api.store.list(filter, clock::now()).await?;
    let next = page
        .next
        .map_or("null".to_owned(), |next| format!("\"{next}\""));
    let (traces, cut_short) = (page.summaries.join(","), page.cut_short);
    // The summaries are JSON already.
    let body = format!(r#"{{"traces":[{traces}],"next":{next},"cut_short":{cut_short}}}"#);
    Ok(json(making.body(body).await?))
}

/// The query string of `GET /api/traces/{trace_id}`.
#[derive(Debug, Deserialize)]
pub(super) struct TraceParameters {
    /// Only spans that came after this revision are wanted.
    since: Option<String>,
}

/// A revision, as the next question's `since`.
const REVISION: HeaderName = HeaderName::from_static("x-trace-revision");
/// `all` spans, or the `new` ones since the revision asked for.
const SPANS: HeaderName = HeaderName::from_static("x-trace-spans");

pub(super) async fn one(
    State(api): State<Api>,
    Path(trace_id): Path<String>,
    Query(parameters): Query<TraceParameters>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let id = trace_id.parse().map_err(Failure::trace_id)?;
    let since = parameters.since.map(|since| since.parse());
    let since = since.transpose().map_err(Failure::BadRequest)?;
    if let Some(unchanged) = unchanged(&api, id, &headers).await? {
        return Ok(unchanged);
    }
    let making = api.answers.make().await?;
    let Some(trace) = api.store.trace(id, since).await? else {
        let error = format!("no span of trace {id} is here: not yet, or not any more");
        return Err(Failure::NotFound(error));
    };
    let spans = if trace.is_new_only { "new" } else { "all" };
    let headers = [
        (header::ETAG, etag(trace.revision)),
        (REVISION, trace.revision.to_string()),
        (SPANS, spans.to_owned()),
    ];
    let text = otlp_json::text(&trace.data);
    // The text is all that is left while it waits.
    drop(trace);
    let body = making.body(text).await?;
    Ok((headers, json(body)).into_response())
}

/// 304 for a caller who has the trace as it is.
async fn unchanged(
    api: &Api,
    id: TraceId,
    headers: &HeaderMap,
) -> Result<Option<Response>, Failure> {
    let Some(known) = headers.get(header::IF_NONE_MATCH) else {
        return Ok(None);
    };
    let revision = api.store.revision(id).await?;
    let tag = revision.map(etag);
    let is_known = tag.filter(|tag| {
        known
            .to_str()
            .is_ok_and(|known| known.contains(tag.as_str()))
    });
    Ok(is_known.map(|tag| (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response()))
}

/// Weak: an encoded answer has other bytes.
fn etag(revision: Revision) -> String {
    format!("W/\"{revision}\"")
}

fn json(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
