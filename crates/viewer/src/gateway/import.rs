//! The request that imports a file.

use serde::Deserialize;
use trace_model::TraceId;
use web_sys::File;

use super::{Error, request};

/// What the gateway imported of a file, and what it skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct ImportReport {
    /// Such as `jaeger`.
    pub(crate) format: String,
    pub(crate) traces: u64,
    pub(crate) spans: u64,
    pub(crate) skipped: u64,
    /// The first skipped or changed parts.
    pub(crate) problems: Vec<ImportProblem>,
    /// The first traces, in the order of the file.
    pub(crate) trace_ids: Vec<TraceId>,
}

/// A part of a file that was skipped or changed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct ImportProblem {
    /// Such as `line 3`. Empty: the file as a whole.
    pub(crate) at: String,
    pub(crate) reason: String,
}

pub(crate) async fn import(file: &File) -> Result<ImportReport, Error> {
    let reply = request::post_file("api/import", "/api/import", file).await?;
    let document = reply.text().await?;
    serde_json::from_str(&document).map_err(|error| Error::InvalidResponse(error.to_string()))
}
