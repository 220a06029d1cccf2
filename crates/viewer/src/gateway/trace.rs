//! The request for one trace, or for its new spans.

use trace_model::{Span, TraceId, otlp_json};

use super::{Error, Initiator, request};

#[derive(Debug)]
pub(crate) struct TraceResponse {
    pub(crate) spans: Vec<Span>,
    /// The `since` of the next request.
    pub(crate) revision: Option<String>,
    /// Whether `spans` contains only the spans since the requested revision.
    pub(crate) is_delta: bool,
}

/// Requests the spans of a trace, if possible only those after the revision `since`.
pub(crate) async fn trace(
    id: TraceId,
    since: Option<&str>,
    initiator: Initiator,
) -> Result<TraceResponse, Error> {
    let since = since.map(|since| format!("?since={since}"));
    let path = format!("api/traces/{id}{}", since.unwrap_or_default());
    let reply = request::get(&path, "/api/traces/{trace_id}", initiator).await?;
    let is_delta = reply.header("x-trace-spans").as_deref() == Some("new");
    let revision = reply.header("x-trace-revision");
    let decoded = otlp_json::decode(&reply.text().await?);
    match decoded.skipped.first() {
        Some(skipped) if decoded.spans.is_empty() => {
            Err(Error::InvalidResponse(skipped.reason.clone()))
        }
        _ => Ok(TraceResponse {
            spans: decoded.spans,
            revision,
            is_delta,
        }),
    }
}
