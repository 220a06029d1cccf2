//! Stable links to a trace, for pages and log lines that do not know the viewer's URL.

use axum::{
    extract::{Path, Query, State},
    response::Redirect,
};
use serde::Deserialize;
use trace_model::{SpanId, TraceId};

use super::{Api, ApiError};

/// Redirects to the viewer, also for a trace that has not arrived yet: the viewer waits for it.
pub(super) async fn open(
    State(api): State<Api>,
    Path(trace_id): Path<String>,
    Query(parameters): Query<OpenParameters>,
) -> Result<Redirect, ApiError> {
    let id: TraceId = trace_id.parse().map_err(ApiError::trace_id)?;
    let span = match parameters.span.as_deref().map(str::parse::<SpanId>) {
        None => String::new(),
        Some(Ok(span)) => format!("?span={span}"),
        Some(Err(error)) => {
            let error = format!("span: {error}: a span id has 16 hex digits");
            return Err(ApiError::BadRequest(error));
        }
    };
    let url = &api.public_url;
    Ok(Redirect::temporary(&format!("{url}/trace/{id}{span}")))
}

/// The query string of `GET /open/{trace_id}`.
#[derive(Debug, Deserialize)]
pub(super) struct OpenParameters {
    /// The span to show.
    span: Option<String>,
}

/// Redirects to Honeycomb. The link has the dataset and the time range of the trace.
pub(super) async fn in_honeycomb(
    State(api): State<Api>,
    Path(trace_id): Path<String>,
) -> Result<Redirect, ApiError> {
    let id: TraceId = trace_id.parse().map_err(ApiError::trace_id)?;
    let off = || {
        ApiError::NotFound(
            "the Honeycomb sink is off, or the account of its key is not known yet".into(),
        )
    };
    let unknown = || ApiError::NotFound(format!("trace {id} is not in the store"));
    let links = api.links.as_ref().ok_or_else(off)?;
    let summary = api.store.summary(id).await?.ok_or_else(unknown)?;
    let end = summary
        .start_unix_nano
        .saturating_add(summary.duration_nano);
    let link = links.to(id, &summary.service, summary.start_unix_nano, end);
    Ok(Redirect::temporary(&link.ok_or_else(off)?))
}
