//! The query of the list of traces: its query string, and its validated form.

use serde::Deserialize;
use trace_model::{
    VIEWER_SERVICE,
    query::{self, Comparison, Condition, Query, StatusFilter, Term},
};

use super::cursor::Cursor;

const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 1000;

/// The query string of `GET /api/traces`. Every trace meets an absent condition.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TraceQuery {
    /// In the query language, `trace_model::query`.
    pub(super) query: Option<String>,
    /// A service of the trace.
    pub(super) service: Option<String>,
    /// Part of the trace's name, ignoring case.
    pub(super) name: Option<String>,
    /// The minimum duration, in milliseconds.
    pub(super) min_duration_ms: Option<f64>,
    pub(super) status: Option<StatusParameter>,
    /// Words that must all occur in the trace, ignoring case.
    pub(super) q: Option<String>,
    /// The earliest start, in nanoseconds since 1970.
    pub(super) since: Option<i64>,
    /// The maximum number of traces: 100 by default, and at most 1000.
    pub(super) limit: Option<u32>,
    /// Continues a list: the `next` of an earlier response.
    pub(super) cursor: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StatusParameter {
    Error,
    Ok,
}

/// A validated query.
#[derive(Clone, Debug)]
pub(crate) struct TraceFilter {
    pub(super) query: Query,
    pub(super) since: i64,
    pub(super) limit: usize,
    pub(super) cursor: Option<Cursor>,
    pub(super) includes_own: bool,
}

impl TraceQuery {
    /// Whether the list shows a trace with the root service `root` when it is filtered by
    /// `service`.
    pub(crate) fn shows_service(service: Option<&str>, root: &str) -> bool {
        root != VIEWER_SERVICE || service == Some(VIEWER_SERVICE)
    }

    /// Validates the query.
    ///
    /// # Errors
    /// Returns a message for the client if the query or the cursor is invalid.
    pub(crate) fn validate(&self) -> Result<TraceFilter, String> {
        let parsed = query::parse(self.query.as_deref().unwrap_or_default());
        if let Some(problem) = parsed.problems.into_iter().next() {
            return Err(format!("query: {}", problem.message));
        }
        let mut query = parsed.query;
        query.terms.extend(self.conditions().map(Term::from));
        let cursor = non_empty(self.cursor.as_deref()).map(|text| Cursor::parse(&text));
        let own = |condition: &Condition| matches!(condition, Condition::Service(name) if name == VIEWER_SERVICE);
        let includes_own = query.conditions().any(own);
        Ok(TraceFilter {
            query,
            includes_own,
            since: self.since.unwrap_or(i64::MIN),
            limit: self.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT) as usize,
            cursor: cursor.transpose()?,
        })
    }

    /// Returns the conditions that have a parameter of their own.
    fn conditions(&self) -> impl Iterator<Item = Condition> {
        let words = non_empty(self.q.as_deref()).unwrap_or_default();
        let words: Vec<_> = words.split_whitespace().map(str::to_owned).collect();
        let duration = self.min_duration_ms.map(|milliseconds| {
            let nanos = (milliseconds * 1e6).ceil().max(0.0) as u64;
            Condition::Duration(Comparison::GreaterOrEqual, nanos)
        });
        let status = self.status.map(|status| {
            Condition::Status(match status {
                StatusParameter::Error => StatusFilter::Error,
                StatusParameter::Ok => StatusFilter::Ok,
            })
        });
        let service = non_empty(self.service.as_deref()).map(Condition::Service);
        let name = non_empty(self.name.as_deref()).map(Condition::Name);
        let conditions = [service, name, duration, status];
        let words = words.into_iter().map(Condition::Text);
        conditions.into_iter().flatten().chain(words)
    }
}

impl TraceFilter {
    /// Returns the filter of all traces that match a query and started at or after `since`.
    pub(super) const fn all_since(query: Query, since: i64, includes_own: bool) -> Self {
        Self {
            query,
            since,
            limit: usize::MAX,
            cursor: None,
            includes_own,
        }
    }
}

/// Trims a text. An empty field of a form is an absent one.
fn non_empty(text: Option<&str>) -> Option<String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}
