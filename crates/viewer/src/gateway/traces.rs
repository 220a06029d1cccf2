//! A page of the list of traces that match a query.

use serde::Deserialize;
use trace_model::TraceSummary;
use web_sys::UrlSearchParams;

use super::{Cause, Error, request};
use crate::query::Query;

/// How many traces a page has at most.
pub(crate) const LIMIT: usize = 1_000;

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Page {
    /// Newest first.
    pub(crate) traces: Vec<TraceSummary>,
    /// Where the next page begins; none at the end.
    #[serde(default)]
    pub(crate) next: Option<String>,
    /// The gateway's time was up before it had looked at enough traces.
    #[serde(default)]
    pub(crate) cut_short: bool,
}

pub(crate) async fn traces(
    query: &Query,
    cursor: Option<&str>,
    cause: Cause,
) -> Result<Page, Error> {
    let params = search_params(query, cursor).ok_or(Error::Unreachable)?;
    let path = format!("api/traces?{params}");
    let response = request::get(&path, "/api/traces", cause).await?;
    let document = request::text(&response).await?;
    serde_json::from_str(&document).map_err(|error| Error::Unreadable(error.to_string()))
}

fn search_params(query: &Query, cursor: Option<&str>) -> Option<String> {
    let params = UrlSearchParams::new().ok()?;
    params.append("limit", &LIMIT.to_string());
    if !query.is_empty() {
        params.append("query", &query.to_string());
    }
    if let Some(cursor) = cursor {
        params.append("cursor", cursor);
    }
    Some(String::from(params.to_string()))
}
