//! One trace: whole, or what it got since it was last asked for.

use trace_model::{Span, TraceId, otlp_json};

use super::{Cause, Error, request};

/// An answer.
#[derive(Debug)]
pub(crate) struct Spans {
    pub(crate) spans: Vec<Span>,
    /// What to ask the next time.
    pub(crate) revision: Option<String>,
    /// Only what came since the revision that was asked for.
    pub(crate) is_new_only: bool,
}

pub(crate) async fn trace(id: TraceId, since: Option<&str>, cause: Cause) -> Result<Spans, Error> {
    let since = since.map(|since| format!("?since={since}"));
    let path = format!("api/traces/{id}{}", since.unwrap_or_default());
    let response = request::get(&path, "/api/traces/{trace_id}", cause).await?;
    let headers = response.headers();
    let is_new_only = headers.get("x-trace-spans").as_deref() == Some("new");
    let revision = headers.get("x-trace-revision");
    let decoded = otlp_json::decode(&request::text(&response).await?);
    match decoded.skipped.first() {
        Some(skipped) if decoded.spans.is_empty() => Err(Error::Unreadable(skipped.reason.clone())),
        _ => Ok(Spans {
            spans: decoded.spans,
            revision,
            is_new_only,
        }),
    }
}
