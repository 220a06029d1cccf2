//! Checks whether a response with status 200 says that all spans were accepted.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use serde_json::Value;

/// Returns true for protobuf without a partial success, and for otelite's JSON without a rejected span.
pub(crate) fn is_complete(body: &[u8]) -> bool {
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        return json["rejected_spans"] == 0;
    }
    ExportTraceServiceResponse::decode(body)
        .is_ok_and(|response| response.partial_success.is_none())
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTracePartialSuccess;

    use super::*;

    fn response(rejected_spans: i64) -> Vec<u8> {
        let partial_success = Some(ExportTracePartialSuccess {
            rejected_spans,
            error_message: String::new(),
        });
        ExportTraceServiceResponse { partial_success }.encode_to_vec()
    }

    #[test]
    fn only_responses_without_rejections_are_complete() {
        assert!(is_complete(b""));
        assert!(is_complete(br#"{"accepted_spans":50,"rejected_spans":0}"#));
        for body in [&response(1)[..], br#"{"rejected_spans":1}"#, b"{}", b"ok"] {
            assert!(!is_complete(body), "{body:?}");
        }
    }
}
