//! The request that removes traces.

use serde::Deserialize;
use web_sys::UrlSearchParams;

use super::{Error, request};

/// The traces to remove. An empty service, and no time, are no condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClearFilter {
    pub(crate) service: String,
    /// Nanoseconds since 1970.
    pub(crate) before: Option<u64>,
}

/// What a request removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Cleared {
    pub(crate) traces: u64,
    pub(crate) spans: u64,
    pub(crate) logs: u64,
    /// Whether all matching traces are removed. Otherwise the same request continues.
    pub(crate) complete: bool,
}

pub(crate) async fn clear(filter: &ClearFilter) -> Result<Cleared, Error> {
    let parameters = UrlSearchParams::new().map_err(|_| Error::Unreachable)?;
    if !filter.service.is_empty() {
        parameters.append("service", &filter.service);
    }
    if let Some(before) = filter.before {
        parameters.append("before", &before.to_string());
    }
    let path = format!("api/traces?{}", String::from(parameters.to_string()));
    let reply = request::delete(&path, "/api/traces").await?;
    let document = reply.text().await?;
    serde_json::from_str(&document).map_err(|error| Error::InvalidResponse(error.to_string()))
}
