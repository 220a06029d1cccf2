//! Removes traces: all, those of a service, or those before a time.

use std::time::{Duration, Instant};

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use serde::{Deserialize, Serialize};
use tracing::info;

use super::{Api, ApiError};
use crate::{hub::Hub, store::ClearFilter};

/// How long a request removes traces. The client repeats it until the response is complete.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The query string. A misspelled condition is an error: it must not remove all traces.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClearParameters {
    service: Option<String>,
    /// Nanoseconds since 1970.
    before: Option<i64>,
}

#[derive(Debug, Serialize)]
pub(super) struct ClearedTraces {
    traces: u64,
    spans: u64,
    logs: u64,
    complete: bool,
}

/// Tells the viewers at the end, also if the client hung up before.
struct Announcement<'a>(&'a Hub);

impl Drop for Announcement<'_> {
    fn drop(&mut self) {
        self.0.publish_removal();
    }
}

pub(super) async fn clear(
    State(api): State<Api>,
    parameters: Result<Query<ClearParameters>, QueryRejection>,
) -> Result<Json<ClearedTraces>, ApiError> {
    let Query(parameters) = parameters.map_err(|error| ApiError::BadRequest(error.body_text()))?;
    if parameters.service.as_deref() == Some("") {
        let error = "service is empty: leave it out to remove the traces of all services";
        return Err(ApiError::BadRequest(error.to_owned()));
    }
    let filter = ClearFilter {
        service: parameters.service,
        before: parameters.before,
    };
    let _announcement = Announcement(&api.hub);
    let cleared = api.store.clear(filter, Instant::now() + TIME_LIMIT).await?;
    let (traces, spans, logs) = (cleared.traces, cleared.spans, cleared.logs);
    info!(traces, spans, logs, "removed traces by request");
    Ok(Json(ClearedTraces {
        traces,
        spans,
        logs,
        complete: cleared.is_complete,
    }))
}
