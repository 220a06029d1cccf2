//! The list of traces, and one trace as OTLP JSON.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::headers::{HeaderMapExt, IfNoneMatch};
use opentelemetry_proto::tonic::trace::v1::TracesData;
use serde::Deserialize;
use tokio::task::spawn_blocking;
use trace_model::TraceId;

use super::{Api, ApiError, otlp_json};
use crate::{
    clock,
    store::{ReadError, Revision, TraceQuery},
};

pub(super) async fn list(
    State(api): State<Api>,
    query: Result<Query<TraceQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(query) = query.map_err(|error| ApiError::BadRequest(error.body_text()))?;
    let filter = query.validate().map_err(ApiError::BadRequest)?;
    let permit = api.memory.acquire().await?;
    let page = api.store.list(filter, clock::now()).await?;
    let next = page
        .next
        .map_or("null".to_owned(), |next| format!("\"{next}\""));
    let (traces, cut_short) = (page.summaries.join(","), page.cut_short);
    // The summaries are already JSON.
    let body = format!(r#"{{"traces":[{traces}],"next":{next},"cut_short":{cut_short}}}"#);
    Ok(json(permit.body(body).await?))
}

/// The query string of `GET /api/traces/{trace_id}`.
#[derive(Debug, Deserialize)]
pub(super) struct TraceParameters {
    /// Requests only the spans that arrived after this revision.
    since: Option<String>,
}

/// The revision of the trace, for `since` of the next request.
const REVISION: HeaderName = HeaderName::from_static("x-trace-revision");
/// Whether the response has `all` spans or only `new` ones.
const SPANS: HeaderName = HeaderName::from_static("x-trace-spans");

pub(super) async fn one(
    State(api): State<Api>,
    Path(trace_id): Path<String>,
    Query(parameters): Query<TraceParameters>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = trace_id.parse().map_err(ApiError::trace_id)?;
    let since = parameters.since.map(|since| since.parse());
    let since = since.transpose().map_err(ApiError::BadRequest)?;
    if let Some(unchanged) = unchanged(&api, id, &headers).await? {
        return Ok(unchanged);
    }
    let permit = api.memory.acquire().await?;
    let Some(trace) = api.store.trace(id, since).await? else {
        return Err(ApiError::unknown_trace(id));
    };
    let spans = if trace.is_new_only { "new" } else { "all" };
    let headers = [
        (header::ETAG, etag(&api, trace.revision)),
        (REVISION, trace.revision.to_string()),
        (SPANS, spans.to_owned()),
    ];
    // Only the text occupies memory while it waits.
    let text = text(&api, trace.data).await?;
    let body = permit.body(text).await?;
    Ok((headers, json(body)).into_response())
}

/// Returns 304 if the client has the current revision of the trace.
async fn unchanged(
    api: &Api,
    id: TraceId,
    headers: &HeaderMap,
) -> Result<Option<Response>, ApiError> {
    let Some(known) = headers.typed_get::<IfNoneMatch>() else {
        return Ok(None);
    };
    let Some(tag) = api.store.revision(id).await? else {
        return Ok(None);
    };
    let tag = etag(api, tag);
    let is_known = tag
        .parse()
        .is_ok_and(|tag| !known.precondition_passes(&tag));
    let not_modified = || (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    Ok(is_known.then(not_modified))
}

/// Returns a weak tag, because a compressed response has other bytes. It changes with the function names that are known.
fn etag(api: &Api, revision: Revision) -> String {
    match api.symbols.revision() {
        Some(symbols) => format!("W/\"{revision}-{symbols}\""),
        None => format!("W/\"{revision}\""),
    }
}

/// Returns the trace as JSON, with function names in its stack traces.
pub(super) async fn text(api: &Api, mut data: TracesData) -> Result<String, ReadError> {
    if !api.symbols.is_on() {
        return Ok(otlp_json::text(&data));
    }
    let symbols = Arc::clone(&api.symbols);
    // Reads files.
    let text = spawn_blocking(move || {
        symbols.name_functions_in(&mut data);
        otlp_json::text(&data)
    });
    Ok(text.await?)
}

fn json(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
