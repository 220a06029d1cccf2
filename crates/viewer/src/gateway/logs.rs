//! The request for the log records of a trace.

use serde::Deserialize;
use trace_model::{Log, TraceId, otlp_json};

use super::{Error, Initiator, request};

/// The most records of one response.
const PAGE_LOGS: usize = 1_000;

/// A page of log records, newest first.
#[derive(Debug)]
pub(crate) struct LogPage {
    pub(crate) logs: Vec<Log>,
    /// The cursor of the next page; `None` at the end.
    pub(crate) next: Option<String>,
}

#[derive(Deserialize)]
struct Members {
    next: Option<String>,
}

/// Requests the newest log records of a trace, or those after a cursor.
pub(crate) async fn trace_logs(id: TraceId, cursor: Option<&str>) -> Result<LogPage, Error> {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}"));
    let cursor = cursor.unwrap_or_default();
    let path = format!("api/logs?trace={id}&limit={PAGE_LOGS}{cursor}");
    // Requested with the trace, which is what the user asked for.
    let reply = request::get(&path, "/api/logs", Initiator::Background).await?;
    let document = reply.text().await?;
    let invalid = |error: serde_json::Error| Error::InvalidResponse(error.to_string());
    let members: Members = serde_json::from_str(&document).map_err(invalid)?;
    Ok(LogPage {
        logs: otlp_json::decode_logs(&document).map_err(invalid)?,
        next: members.next,
    })
}
