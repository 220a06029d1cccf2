//! Stable links to a trace for pages and log lines that do not know where it is shown.

use axum::{
    extract::{Path, Query, State},
    response::Redirect,
};
use serde::Deserialize;
use trace_model::{SpanId, TraceId};

use super::{Api, Failure};

/// Also for a trace that is not here yet: the viewer waits for it.
pub(super) async fn open(
    State(api): State<Api>,
    Path(trace_id): Path<String>,
    Query(parameters): Query<OpenParameters>,
) -> Result<Redirect, Failure> {
    let id: TraceId = trace_id.parse().map_err(Failure::trace_id)?;
    let span = match parameters.span.as_deref().map(str::parse::<SpanId>) {
        None => String::new(),
        Some(Ok(span)) => format!("?span={span}"),
        Some(Err(error)) => {
            let error = format!("span: {error}: a span id has 16 hex digits");
            return Err(Failure::BadRequest(error));
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

/// Honeycomb has to be told when the trace was, and in whose dataset to look.
pub(super) async fn in_honeycomb(
    State(api): State<Api>,
    Path(trace_id): Path<String>,
) -> Result<Redirect, Failure> {
    let id: TraceId = trace_id.parse().map_err(Failure::trace_id)?;
    let off = || Failure::NotFound("Honeycomb is off, or has not said yet whose key it is".into());
    let gone = || Failure::NotFound(format!("no span of trace {id} is here any more"));
    let links = api.links.as_ref().ok_or_else(off)?;
    let summary = api.store.summary(id).await?.ok_or_else(gone)?;
    let end = summary
        .start_unix_nano
        .saturating_add(summary.duration_nano);
    let link = links.to(id, &summary.service, summary.start_unix_nano, end);
    Ok(Redirect::temporary(&link.ok_or_else(off)?))
}
