//! The list of traces: filters turned into SQL over the summary rows.

use rusqlite::{Connection, ToSql, params_from_iter};
use serde::Deserialize;

/// The viewer's own traces are not what people look for.
const OWN_SERVICE: &str = "trace-viewer";

const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 1000;

/// The query string of `GET /api/traces`. Conditions that are absent hold for every trace.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TraceQuery {
    /// A service that took part.
    service: Option<String>,
    /// Part of the trace's name, in any case.
    name: Option<String>,
    /// The trace took at least so many milliseconds.
    min_duration_ms: Option<f64>,
    status: Option<StatusFilter>,
    /// Words that all occur among the trace's id, services, span names, errors and attributes, in any case.
    q: Option<String>,
    /// The trace started at or after this time, in nanoseconds since 1970.
    since: Option<i64>,
    /// At most so many traces: 100, or up to 1000.
    limit: Option<u32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StatusFilter {
    Error,
    Ok,
}

/// Summaries as stored: JSON objects.
pub(super) fn list(connection: &Connection, query: &TraceQuery) -> rusqlite::Result<Vec<String>> {
    let conditions = query.conditions();
    let sql = conditions.sql();
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(conditions.values), |row| row.get(0))?;
    rows.collect()
}

#[derive(Default)]
struct Conditions {
    texts: Vec<&'static str>,
    values: Vec<Box<dyn ToSql>>,
}

impl Conditions {
    fn add(&mut self, text: &'static str, value: impl ToSql + 'static) {
        self.texts.push(text);
        self.values.push(Box::new(value));
    }

    /// The limit's value is the last one.
    fn sql(&self) -> String {
        let conditions = self.texts.join(" AND ");
        format!(
            "SELECT summary FROM trace INDEXED BY trace_by_start WHERE {conditions} ORDER BY start DESC LIMIT ?"
        )
    }
}

impl TraceQuery {
    /// Only what was asked for becomes part of the statement.
    fn conditions(&self) -> Conditions {
        let mut conditions = Conditions::default();
        match given(self.service.as_deref()) {
            Some(service) => {
                conditions.add("may_come_from(words, ?)", service.clone());
                let takes_part = "EXISTS (SELECT 1 FROM json_each(services) WHERE value = ?)";
                conditions.add(takes_part, service);
            }
            None => conditions.add("service <> ?", OWN_SERVICE),
        }
        if let Some(name) = given(self.name.as_deref()) {
            conditions.add("name LIKE ? ESCAPE '\\'", containing(&name));
        }
        if let Some(milliseconds) = self.min_duration_ms {
            conditions.add("duration >= ?", milliseconds * 1e6);
        }
        match self.status {
            Some(StatusFilter::Error) => conditions.add("error_count >= ?", 1),
            Some(StatusFilter::Ok) => conditions.add("error_count < ?", 1),
            None => {}
        }
        if let Some(words) = given(self.q.as_deref()) {
            let words = words.to_lowercase();
            conditions.add("may_contain(words, ?)", words.clone());
            conditions.add("contains(search, ?)", words);
        }
        if let Some(since) = self.since {
            conditions.add("start >= ?", since);
        }
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
        conditions.values.push(Box::new(limit));
        conditions
    }

    /// Whether a live update of a trace with this root service belongs to the same view.
    pub(crate) fn shows_service(service: Option<&str>, root: &str) -> bool {
        root != OWN_SERVICE || service == Some(OWN_SERVICE)
    }
}

/// An empty field of a form is a field not filled in.
fn given(text: Option<&str>) -> Option<String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// A LIKE pattern for `text` anywhere, taken literally.
fn containing(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

/// Parses a query string and lists an empty store with it, for the fuzzer.
#[cfg(any(test, fuzzing))]
pub(crate) fn try_query(text: &str) {
    let uri = format!("/api/traces?{text}").parse();
    let query = uri.map(|uri| axum::extract::Query::<TraceQuery>::try_from_uri(&uri));
    let Ok(Ok(query)) = query else { return };
    let listed = super::schema::in_memory().and_then(|connection| list(&connection, &query));
    assert!(listed.is_ok(), "{text:?}: {listed:?}");
}
