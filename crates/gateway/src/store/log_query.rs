//! The query of the list of log records: its query string, and its validated form.

use serde::Deserialize;
use trace_model::query::{self, LogMatcher, Query};

const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 1_000;

/// The query string of `GET /api/logs`. Every log record meets an absent condition.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LogQuery {
    /// In the query language, `trace_model::query`.
    query: Option<String>,
    /// The trace that the records belong to, as `trace:` of the query.
    trace: Option<String>,
    /// The earliest time, in nanoseconds since 1970.
    since: Option<i64>,
    /// The time that all records are before, in nanoseconds since 1970.
    until: Option<i64>,
    /// The maximum number of records: 100 by default, and at most 1000.
    limit: Option<u32>,
    /// Continues a list: the `next` of an earlier response.
    cursor: Option<String>,
}

/// A validated query.
#[derive(Clone, Debug)]
pub(crate) struct LogFilter {
    pub(super) query: Query,
    pub(super) since: i64,
    pub(super) until: i64,
    pub(super) limit: usize,
    /// The time and the number of the last record of the page before.
    pub(super) after: (i64, i64),
}

/// Before the first record of the list.
const START: (i64, i64) = (i64::MAX, i64::MAX);

impl LogQuery {
    /// Validates the query.
    ///
    /// # Errors
    /// Returns a message for the client if the query, the trace id or the cursor is invalid.
    pub(crate) fn validate(&self) -> Result<LogFilter, String> {
        let parsed = query::parse(self.query.as_deref().unwrap_or_default());
        if let Some(problem) = parsed.problems.into_iter().next() {
            return Err(format!("query: {}", problem.message));
        }
        let mut query = parsed.query;
        let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if let Some(id) = text(&self.trace) {
            let id = id.parse();
            let id = id.map_err(|error| format!("trace: {error}; a trace id has 32 hex digits"))?;
            query.terms.push(query::Condition::Trace(id).into());
        }
        LogMatcher::new(&query).map_err(|message| format!("query: {message}"))?;
        let after = text(&self.cursor).map(|text| cursor(&text)).transpose()?;
        Ok(LogFilter {
            query,
            since: self.since.unwrap_or(i64::MIN),
            until: self.until.unwrap_or(i64::MAX),
            limit: self.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT) as usize,
            after: after.unwrap_or(START),
        })
    }
}

fn cursor(text: &str) -> Result<(i64, i64), String> {
    let parsed = text
        .rsplit_once('-')
        .and_then(|(time, number)| Some((time.parse().ok()?, number.parse().ok()?)));
    parsed.ok_or_else(|| "cursor must be the \"next\" of an earlier response".to_owned())
}
