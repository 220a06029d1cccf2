//! The query string of overviews.

use serde::Deserialize;
use trace_model::{
    VIEWER_SERVICE,
    query::{self, Condition},
};

use super::{ActionKey, RankedSpan, Scope, Selection};

const DEFAULT_LIMIT: usize = 200;
const MAX_LIMIT: usize = 1_000;

const DEFAULT_COLUMNS: u32 = 60;
const MAX_COLUMNS: u32 = 240;

/// The query string of overviews. All traces meet an absent condition.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OverviewParameters {
    /// The earliest start, in nanoseconds since 1970.
    since: Option<u64>,
    /// The time before which traces started.
    until: Option<u64>,
    /// The root's name.
    name: Option<String>,
    /// The root's route template.
    route: Option<String>,
    /// The root's service.
    service: Option<String>,
    /// In the query language, `trace_model::query`.
    query: Option<String>,
    limit: Option<usize>,
    columns: Option<u32>,
    /// The selection of an explanation: the range of starts.
    from: Option<u64>,
    to: Option<u64>,
    /// The range of durations, in nanoseconds.
    min_nano: Option<u64>,
    max_nano: Option<u64>,
    /// Only failed traces.
    failed: Option<bool>,
    /// The attribute whose values are requested.
    key: Option<String>,
    /// The span that is compared with others of its name.
    span_service: Option<String>,
    span_name: Option<String>,
    span_nano: Option<u64>,
}

impl OverviewParameters {
    /// Returns the key whose values are requested. `None`: the keys.
    pub(crate) fn key(&self) -> Option<String> {
        self.key.clone().filter(|key| !key.is_empty())
    }

    /// Returns the span that is compared with others of its name.
    ///
    /// # Errors
    /// Returns a message for the client if a part of it is missing.
    pub(crate) fn ranked_span(&self) -> Result<RankedSpan, String> {
        let span = (
            self.span_service.clone(),
            self.span_name.clone(),
            self.span_nano,
        );
        let (Some(service), Some(name), Some(duration_nano)) = span else {
            return Err("name a span with span_service, span_name and span_nano".to_owned());
        };
        Ok(RankedSpan {
            service,
            name,
            duration_nano,
        })
    }

    /// Returns the selection of an explanation.
    ///
    /// # Errors
    /// Returns a message for the client if nothing limits the selection.
    pub(crate) fn selection(&self) -> Result<Selection, String> {
        let selection = Selection {
            from: self.from,
            to: self.to,
            min_nano: self.min_nano,
            max_nano: self.max_nano,
            failed: self.failed.unwrap_or_default(),
        };
        if selection == Selection::default() {
            return Err(
                "select traces with from, to, min_nano, max_nano or failed=true".to_owned(),
            );
        }
        Ok(selection)
    }

    /// Validates the parameters.
    ///
    /// # Errors
    /// Returns a message for the client if the query is invalid, or the window is empty.
    pub(crate) fn validate(self) -> Result<Scope, String> {
        let parsed = query::parse(self.query.as_deref().unwrap_or_default());
        if let Some(problem) = parsed.problems.into_iter().next() {
            return Err(format!("query: {}", problem.message));
        }
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since >= until
        {
            return Err("since must be before until".to_owned());
        }
        if self.columns == Some(0) {
            return Err("columns must be at least 1".to_owned());
        }
        let own = |condition: &Condition| matches!(condition, Condition::Service(name) if name == VIEWER_SERVICE);
        let includes_own =
            self.service.as_deref() == Some(VIEWER_SERVICE) || parsed.query.conditions().any(own);
        Ok(Scope {
            since: self.since,
            until: self.until,
            action: ActionKey {
                name: self.name,
                route: self.route,
                service: self.service,
            },
            query: parsed.query,
            includes_own,
            limit: self.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT),
            columns: self.columns.unwrap_or(DEFAULT_COLUMNS).min(MAX_COLUMNS),
        })
    }
}
