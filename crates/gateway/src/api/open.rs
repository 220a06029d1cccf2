//! A stable link to a trace for pages and log lines that do not know where the viewer is.

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
