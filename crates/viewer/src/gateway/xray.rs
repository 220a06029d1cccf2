//! The request for a trace's X-Ray segment documents.

use serde::Deserialize;
use serde_json::Value;
use trace_model::{SpanId, TraceId};

use super::{Error, Initiator, request};

/// The segment document of a span, as the gateway's X-Ray sink sends it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct XRayDocument {
    pub(crate) span_id: SpanId,
    /// `null` if it is too large to be sent.
    pub(crate) document: Value,
}

#[derive(Deserialize)]
struct Body {
    documents: Vec<XRayDocument>,
}

pub(crate) async fn xray_documents(
    id: TraceId,
    initiator: Initiator,
) -> Result<Vec<XRayDocument>, Error> {
    let path = format!("api/traces/{id}/xray");
    let reply = request::get(&path, "/api/traces/{trace_id}/xray", initiator).await?;
    let body: Result<Body, _> = serde_json::from_str(&reply.text().await?);
    let body = body.map_err(|error| Error::InvalidResponse(error.to_string()))?;
    Ok(body.documents)
}
