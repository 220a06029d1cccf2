//! Whether an answer with status 200 says that all spans were taken.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use serde_json::Value;

/// Protobuf without a partial success, or otelite's JSON without a rejected span.
pub(crate) fn took_all(body: &[u8]) -> bool {
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        return json["rejected_spans"] == 0;
    }
    ExportTraceServiceResponse::decode(body).is_ok_and(|answer| answer.partial_success.is_none())
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTracePartialSuccess;

    use super::*;

    fn answer(rejected_spans: i64) -> Vec<u8> {
        let partial_success = Some(ExportTracePartialSuccess {
            rejected_spans,
            error_message: String::new(),
        });
        ExportTraceServiceResponse { partial_success }.encode_to_vec()
    }

    #[test]
    fn an_empty_message_and_json_without_rejections_are_all_that_counts() {
        assert!(took_all(b""));
        assert!(took_all(br#"{"accepted_spans":50,"rejected_spans":0}"#));
        for body in [&answer(1)[..], br#"{"rejected_spans":1}"#, b"{}", b"ok"] {
            assert!(!took_all(body), "{body:?}");
        }
    }
}
