//! Overviews of many traces. Each response has an `etag`, which changes with the stored traces.

use axum::{
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::headers::{HeaderMapExt, IfNoneMatch};
use serde::Serialize;

use super::{Api, ApiError};
use crate::analytics::{Analytics, AnalyticsError, OverviewParameters, Scope, Selection};

const UNKNOWN_SESSION: &str = "no trace of this session is in the store: none has arrived yet, all have expired, or all are outside of the time range";

type Parameters = Result<Query<OverviewParameters>, QueryRejection>;

pub(super) async fn actions(
    State(api): State<Api>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let answer = async |scope| Ok(api.store.actions(scope).await?);
    respond(&api, &headers, parameters, answer).await
}

pub(super) async fn heatmap(
    State(api): State<Api>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let answer = async |scope| Ok(api.store.heatmap(scope).await?);
    respond(&api, &headers, parameters, answer).await
}

pub(super) async fn sessions(
    State(api): State<Api>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let answer = async |scope| Ok(api.store.sessions(scope).await?);
    respond(&api, &headers, parameters, answer).await
}

pub(super) async fn session(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let answer = async |scope| {
        let session = api.store.session(id, scope).await?;
        session.ok_or_else(|| ApiError::NotFound(UNKNOWN_SESSION.to_owned()))
    };
    respond(&api, &headers, parameters, answer).await
}

pub(super) async fn map(
    State(api): State<Api>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let answer = async |scope| Ok(api.store.map(scope).await?);
    respond(&api, &headers, parameters, answer).await
}

pub(super) async fn vitals(
    State(api): State<Api>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let answer = async |scope| Ok(api.store.vitals(scope).await?);
    respond(&api, &headers, parameters, answer).await
}

pub(super) async fn explain(
    State(api): State<Api>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let selection = parameters.as_ref().map(|parameters| parameters.selection());
    // An invalid query string is reported by `respond`.
    let selection = selection.unwrap_or_else(|_| Ok(Selection::default()));
    let selection = selection.map_err(ApiError::BadRequest)?;
    let answer = async |scope| Ok(api.store.explain(scope, selection).await?);
    respond(&api, &headers, parameters, answer).await
}

pub(super) async fn span_rank(
    State(api): State<Api>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let Query(known) = parameters
        .as_ref()
        .map_err(|error| ApiError::BadRequest(error.body_text()))?;
    let span = known.ranked_span().map_err(ApiError::BadRequest)?;
    let answer = async |scope| Ok(api.store.span_rank(scope, span).await?);
    respond(&api, &headers, parameters, answer).await
}

pub(super) async fn attributes(
    State(api): State<Api>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let key = parameters.as_ref().ok().and_then(|query| query.key());
    let answer = async |scope| Ok(api.store.attributes(key, scope).await?);
    respond(&api, &headers, parameters, answer).await
}

/// Responds with the answer as JSON, or 304 if the client has it.
async fn respond<T: Serialize>(
    api: &Api,
    headers: &HeaderMap,
    parameters: Parameters,
    answer: impl AsyncFnOnce(Scope) -> Result<T, ApiError>,
) -> Result<Response, ApiError> {
    let Query(parameters) = parameters.map_err(|error| ApiError::BadRequest(error.body_text()))?;
    let scope = parameters.validate().map_err(ApiError::BadRequest)?;
    // Weak, because a compressed response has other bytes.
    let tag = format!("W/\"{}\"", api.store.data_revision());
    if is_known(headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let permit = api.memory.acquire().await?;
    let text = json(&answer(scope).await?)?;
    let body: Body = permit.body(text).await?;
    let headers = [
        (header::ETAG, tag),
        (header::CONTENT_TYPE, "application/json".to_owned()),
    ];
    Ok((headers, body).into_response())
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.typed_get::<IfNoneMatch>();
    let tag = tag.parse();
    known
        .zip(tag.ok())
        .is_some_and(|(known, tag)| !known.precondition_passes(&tag))
}

fn json(answer: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_string(answer).map_err(|error| AnalyticsError::new(error).into())
}
