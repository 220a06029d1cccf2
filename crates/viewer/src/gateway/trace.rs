//! One whole trace.

use trace_model::{Trace, TraceId, otlp_json};

use super::{Cause, Error, request};

pub(crate) async fn trace(id: TraceId, cause: Cause) -> Result<Trace, Error> {
    let url = format!("/api/traces/{id}");
    let document = request::get(&url, "/api/traces/{trace_id}", cause).await?;
    let decoded = otlp_json::decode(&document);
    match decoded.skipped.first() {
        Some(skipped) if decoded.spans.is_empty() => Err(Error::Unreadable(skipped.reason.clone())),
        _ => Ok(Trace::from_spans(id, decoded.spans)),
    }
}
