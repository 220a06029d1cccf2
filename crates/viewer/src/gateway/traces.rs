//! The list of traces under a filter.

use serde::Deserialize;
use trace_model::TraceSummary;
use web_sys::UrlSearchParams;

use super::{Cause, Error, request};
use crate::query::Filter;

/// How many the list asks for, and keeps.
pub(crate) const LIMIT: usize = 1_000;

#[derive(Deserialize)]
struct Answer {
    traces: Vec<TraceSummary>,
}

pub(crate) async fn traces(filter: &Filter, cause: Cause) -> Result<Vec<TraceSummary>, Error> {
    let url = format!("/api/traces?{}", search_params(filter)?);
    let document = request::get(&url, "/api/traces", cause).await?;
    let answer: Answer =
        serde_json::from_str(&document).map_err(|error| Error::Unreadable(error.to_string()))?;
    Ok(answer.traces)
}

fn search_params(filter: &Filter) -> Result<String, Error> {
    let params = UrlSearchParams::new().map_err(|_| Error::Unreachable)?;
    params.append("limit", &LIMIT.to_string());
    let min_duration = filter.min_duration_ms.map(|ms| ms.to_string());
    let terms = [
        ("service", filter.service.as_deref()),
        ("name", filter.name.as_deref()),
        ("status", filter.status.map(|status| status.as_str())),
        ("min_duration_ms", min_duration.as_deref()),
        ("q", Some(filter.text.as_str())),
    ];
    for (name, value) in terms {
        // An empty value is a term still being typed.
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            params.append(name, value);
        }
    }
    Ok(String::from(params.to_string()))
}
