//! Stable links to a trace for pages and log lines that do not know where it is shown.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use trace_model::TraceId;

use super::{Api, Failure};

/// Also for a trace that is not here yet: the viewer waits for it.
pub(super) async fn open(
    State(api): State<Api>,
    Path(trace_id): Path<String>,
) -> Result<Redirect, Failure> {
    let id: TraceId = trace_id.parse().map_err(Failure::trace_id)?;
    Ok(Redirect::temporary(&format!(
        "{}/trace/{id}",
        api.public_url
    )))
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
