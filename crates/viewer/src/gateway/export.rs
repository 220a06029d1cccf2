//! The request for the traces that match a query, as a file.

use web_sys::UrlSearchParams;

use super::{Error, Initiator, request};

/// A file with traces as OTLP JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExportFile {
    pub(crate) text: String,
    pub(crate) traces: u64,
    /// Why older traces are left out.
    pub(crate) cut: Option<String>,
}

pub(crate) async fn export(query: &str) -> Result<ExportFile, Error> {
    let parameters = UrlSearchParams::new().map_err(|_| Error::Unreachable)?;
    if !query.is_empty() {
        parameters.append("query", query);
    }
    let path = format!("api/export?{}", String::from(parameters.to_string()));
    let reply = request::get(&path, "/api/export", Initiator::User).await?;
    let traces = reply.header("x-export-traces");
    let cut = reply.header("x-export-cut");
    Ok(ExportFile {
        traces: traces
            .and_then(|traces| traces.parse().ok())
            .unwrap_or_default(),
        cut,
        text: reply.text().await?,
    })
}
