//! Responses in the encoding of the request: success, partial success, or a `google.rpc.Status`.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use serde_json::json;

use super::{encoding::MediaType, rpc_status::truncated};
use crate::{
    decode::{Encoding, Rejections, Signal, Warnings},
    headers::secure_uncached,
};

/// Rejections and warnings of an accepted request.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) signal: Signal,
    pub(super) rejections: Rejections,
    pub(super) warnings: Warnings,
}

impl Accepted {
    /// Returns `None` without rejections and warnings. Warnings alone come with zero rejected records,
    /// as the specification requires. The message is the same for both signals, except for a name in
    /// JSON.
    fn partial_success(&self) -> Option<ExportTracePartialSuccess> {
        self.loss().map(|loss| ExportTracePartialSuccess {
            rejected_spans: i64::try_from(self.rejections.total()).unwrap_or(i64::MAX),
            error_message: truncated(loss),
        })
    }

    /// Returns a text about the records that were rejected or repaired, if there are any.
    pub(super) fn loss(&self) -> Option<String> {
        if self.rejections.total() == 0 && self.warnings.is_empty() {
            return None;
        }
        let texts = [
            self.rejections.describe(self.signal),
            self.warnings.describe(self.signal),
        ];
        let texts = texts.iter().filter(|text| !text.is_empty());
        Some(texts.map(String::as_str).collect::<Vec<_>>().join("; "))
    }
}

/// Returns 200, with `partial_success` for rejections and warnings.
pub(super) fn success(media_type: MediaType, accepted: &Accepted) -> Response<Body> {
    let partial = accepted.partial_success();
    let json = partial.as_ref();
    let json = json.map_or_else(
        || json!({}),
        |partial| partial_json(accepted.signal, partial),
    );
    let message = ExportTraceServiceResponse {
        partial_success: partial,
    };
    render(media_type, StatusCode::OK, &message, &json)
}

/// In ProtoJSON, a 64-bit count is a string.
fn partial_json(signal: Signal, partial: &ExportTracePartialSuccess) -> serde_json::Value {
    let rejected = match signal {
        Signal::Traces => "rejectedSpans",
        Signal::Logs => "rejectedLogRecords",
    };
    json!({ "partialSuccess": {
        rejected: partial.rejected_spans.to_string(),
        "errorMessage": partial.error_message,
    }})
}

pub(super) fn render(
    media_type: MediaType,
    status: StatusCode,
    message: &impl Message,
    json: &serde_json::Value,
) -> Response<Body> {
    let body = match media_type.encoding {
        Encoding::Protobuf => message.encode_to_vec(),
        Encoding::Json | Encoding::JsonLines => json.to_string().into_bytes(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let media_type = HeaderValue::from_static(media_type.name);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type);
    secure_uncached(headers);
    response
}
