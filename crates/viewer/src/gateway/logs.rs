//! Requests for log records.

use serde::Deserialize;
use trace_model::{Log, TraceId, otlp_json};

use super::{Document, Error, Initiator, overview::overview};

/// The most records of one response.
const PAGE_LOGS: usize = 1_000;

/// A page of log records, newest first.
#[derive(Debug)]
pub(crate) struct LogPage {
    pub(crate) logs: Vec<Log>,
    /// The cursor of the next page; `None` at the end.
    pub(crate) next: Option<String>,
    /// The time limit or the size limit was reached before the page was full.
    pub(crate) cut_short: bool,
}

#[derive(Deserialize)]
struct Members {
    next: Option<String>,
    cut_short: bool,
}

impl Document for LogPage {
    fn read(document: &str) -> Result<Self, serde_json::Error> {
        let Members { next, cut_short } = serde_json::from_str(document)?;
        let logs = otlp_json::decode_logs(document)?;
        Ok(Self {
            logs,
            next,
            cut_short,
        })
    }
}

/// Requests the newest log records of a trace, or those after a cursor.
pub(crate) async fn trace_logs(id: TraceId, cursor: Option<&str>) -> Result<LogPage, Error> {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}"));
    let cursor = cursor.unwrap_or_default();
    let path = format!("api/logs?trace={id}&limit={PAGE_LOGS}{cursor}");
    // Requested with the trace, which is what the user asked for.
    overview(&path, "/api/logs", Initiator::Background).await
}
