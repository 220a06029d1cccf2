//! The list of log records, as OTLP JSON.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::header,
    response::{IntoResponse, Response},
};
use tokio::task::spawn_blocking;
use trace_model::otlp_json;

use super::{Api, ApiError};
use crate::{
    clock,
    store::{LogPage, LogQuery, ReadError},
};

pub(super) async fn list(
    State(api): State<Api>,
    query: Result<Query<LogQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(query) = query.map_err(|error| ApiError::BadRequest(error.body_text()))?;
    let filter = query.validate().map_err(ApiError::BadRequest)?;
    let permit = api.memory.acquire().await?;
    let page = api.store.logs(filter, clock::now()).await?;
    let text = spawn_blocking(move || text(&page)).await;
    let body = permit.body(text.map_err(ReadError::from)?).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// Returns the records as OTLP JSON, with two members of the list.
fn text(page: &LogPage) -> String {
    let logs = otlp_json::encode_logs(&page.logs);
    let next = page.next.as_ref();
    let next = next.map_or_else(|| "null".to_owned(), |next| format!("\"{next}\""));
    let cut_short = page.cut_short;
    format!(r#"{{"resourceLogs":{logs},"next":{next},"cut_short":{cut_short}}}"#)
}
