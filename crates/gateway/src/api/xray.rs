//! A trace as the X-Ray sink sends it.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use trace_model::TraceId;

use super::{Api, ApiError};
use crate::store;

/// Responds with the segment document of each span, in the order of the store. `null` stands for a
/// document that is too large to be sent.
pub(super) async fn documents(
    State(api): State<Api>,
    Path(trace_id): Path<String>,
) -> Result<Response, ApiError> {
    let id: TraceId = trace_id.parse().map_err(ApiError::trace_id)?;
    let permit = api.memory.acquire().await?;
    let trace = api.store.trace(id, None).await?;
    let trace = trace.ok_or_else(|| ApiError::unknown_trace(id))?;
    let named = api.symbols.name_functions(store::trace_spans(trace.data));
    let spans = named.await.map_err(store::ReadError::from)?;
    let documents = spans.into_iter().map(|span| {
        let document = api.xray.document(&span);
        let document = document.as_deref().unwrap_or("null");
        // The document is already JSON.
        format!(r#"{{"span_id":"{}","document":{document}}}"#, span.span_id)
    });
    let documents = documents.collect::<Vec<_>>().join(",");
    let body = permit
        .body(format!(r#"{{"documents":[{documents}]}}"#))
        .await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}
