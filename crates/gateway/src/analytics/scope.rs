//! The traces that a question is about.

use trace_model::{
    overview::{RootRow, Window},
    query::Query,
};

/// An action: a root name of a service, and its route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ActionKey {
    pub(crate) name: Option<String>,
    pub(crate) route: Option<String>,
    pub(crate) service: Option<String>,
}

/// The traces that a question is about, and the size of the answer.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// Nanoseconds since 1970. `None`: from the first trace on.
    pub(crate) since: Option<u64>,
    /// Not included. `None`: up to the last trace.
    pub(crate) until: Option<u64>,
    pub(crate) action: ActionKey,
    /// Other conditions. All traces match an empty query.
    pub(crate) query: Query,
    /// Whether traces of the viewer itself belong to it.
    pub(crate) includes_own: bool,
    /// The most rows of the answer.
    pub(crate) limit: usize,
    /// Columns of a heatmap.
    pub(crate) columns: u32,
}

impl ActionKey {
    /// Whether a trace is one of the action.
    pub(crate) fn matches(&self, row: &RootRow<'_>) -> bool {
        let is = |expected: &Option<String>, found: &str| {
            expected.as_deref().is_none_or(|text| text == found)
        };
        is(&self.name, row.name) && is(&self.route, row.route) && is(&self.service, row.service)
    }
}

impl Scope {
    /// Returns the window of time. `stored` is the time of the first and the last trace.
    pub(crate) fn window(&self, stored: Option<(u64, u64)>, now: u64) -> Window {
        let (first, last) = stored.unwrap_or((now, now));
        let end = last.saturating_add(1);
        // A window of "the last 15 minutes" ends now, although the last trace may be older.
        let until = match self.since {
            Some(_) => end.max(now),
            None => end,
        };
        let since = self.since.unwrap_or(first);
        Window {
            since,
            until: self.until.unwrap_or(until).max(since),
        }
    }
}
