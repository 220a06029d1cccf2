//! The request for a page of the traces that match a query.

use serde::Deserialize;
use trace_model::TraceSummary;
use web_sys::UrlSearchParams;

use super::{Error, Initiator, request};
use crate::query::Query;

/// The maximum number of traces in a page.
pub(crate) const MAX_PAGE_TRACES: usize = 1_000;

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Page {
    /// Newest first.
    pub(crate) traces: Vec<TraceSummary>,
    /// The cursor of the next page; `None` on the last page.
    #[serde(default)]
    pub(crate) next: Option<String>,
    /// The gateway's time limit ended the search before it had found a full page.
    #[serde(default)]
    pub(crate) cut_short: bool,
}

pub(crate) async fn traces(
    query: &Query,
    cursor: Option<&str>,
    initiator: Initiator,
) -> Result<Page, Error> {
    let params = search_params(query, cursor).ok_or(Error::Unreachable)?;
    let path = format!("api/traces?{params}");
    let reply = request::get(&path, "/api/traces", initiator).await?;
    let document = reply.text().await?;
    serde_json::from_str(&document).map_err(|error| Error::InvalidResponse(error.to_string()))
}

fn search_params(query: &Query, cursor: Option<&str>) -> Option<String> {
    let params = UrlSearchParams::new().ok()?;
    params.append("limit", &MAX_PAGE_TRACES.to_string());
    if !query.is_empty() {
        params.append("query", &query.to_string());
    }
    if let Some(cursor) = cursor {
        params.append("cursor", cursor);
    }
    Some(String::from(params.to_string()))
}
