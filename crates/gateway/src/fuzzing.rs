//! What strangers can send, as functions of bytes: for `cargo fuzz run <name>` in `fuzz/`,
//! and for the tests below, which change good requests at random.

use bytes::Bytes;

use crate::{
    decode::{Encoding, decode},
    edge, store,
};

/// An `ExportTraceServiceRequest`, or something like it.
pub fn protobuf(bytes: &[u8]) {
    let _ = decode(Encoding::Protobuf, Bytes::copy_from_slice(bytes));
}

/// The same as OTLP JSON.
pub fn json(bytes: &[u8]) {
    let _ = decode(Encoding::Json, Bytes::copy_from_slice(bytes));
}

/// A compressed body, inflated to a mebibyte at most.
pub fn gzip(bytes: &[u8]) {
    const LIMIT: usize = 1 << 20;
    let inflated = edge::inflated(bytes, LIMIT);
    assert!(inflated <= LIMIT, "{inflated} bytes are over the limit");
}

/// The query string of the list of traces, up to the statement that SQLite compiles and runs.
pub fn query(bytes: &[u8]) {
    store::try_query(&String::from_utf8_lossy(bytes));
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use opentelemetry_proto::tonic::{
        collector::trace::v1::ExportTraceServiceRequest,
        trace::v1::{ResourceSpans, ScopeSpans, Span},
    };
    use prost::Message;

    use super::*;

    const JSON: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name",
        "value":{"stringValue":"a"}}]},"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c",
        "spanId":"eee19b7ec3c1b174","kind":2,"startTimeUnixNano":"1790000000000000000","attributes":[{"key":"b",
        "value":{"arrayValue":{"values":[{"bytesValue":"AP8="},{"doubleValue":1e2}]}}}]}]}]}]}"#;

    const QUERY: &str =
        "service=a&name=%25_b&min_duration_ms=1.5&status=error&q=word%20other&since=1&limit=7";

    /// Changes of each seed: many more when OTEL_WEB_GATEWAY_TEST_MUTATIONS says so.
    fn check(seed: &[u8], target: fn(&[u8])) {
        let times = std::env::var("OTEL_WEB_GATEWAY_TEST_MUTATIONS");
        let times: u64 = times.map_or(3000, |times| times.parse().unwrap());
        for number in 0..times {
            let mut random = fastrand::Rng::with_seed(number);
            let mut bytes = seed.to_vec();
            for _ in 0..random.usize(1..8) {
                change(&mut bytes, &mut random);
            }
            target(&bytes);
        }
    }

    fn change(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
        let (from, to) = (random.usize(..=bytes.len()), random.usize(..=bytes.len()));
        let range = from.min(to)..from.max(to);
        match random.u8(..5) {
            0 => drop(bytes.drain(range)),
            1 => bytes.extend_from_within(range),
            2 => bytes.insert(from, random.u8(..)),
            3 => bytes.truncate(from),
            _ => bytes
                .iter_mut()
                .skip(from)
                .take(1)
                .for_each(|byte| *byte = random.u8(..)),
        }
    }

    fn request() -> Vec<u8> {
        let span = Span {
            trace_id: vec![1; 16],
            span_id: vec![2; 8],
            name: "GET /".to_owned(),
            ..Span::default()
        };
        let scope_spans = ScopeSpans {
            spans: vec![span],
            ..ScopeSpans::default()
        };
        let resource_spans = ResourceSpans {
            scope_spans: vec![scope_spans],
            ..ResourceSpans::default()
        };
        let resource_spans = vec![resource_spans];
        ExportTraceServiceRequest { resource_spans }.encode_to_vec()
    }

    #[test]
    fn changed_requests_are_taken_or_refused() {
        check(&request(), protobuf);
        check(JSON.as_bytes(), json);
    }

    #[test]
    fn changed_gzip_is_inflated_no_further_than_the_limit() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&vec![0; 2 << 20]).unwrap();
        check(&encoder.finish().unwrap()[..512], gzip);
    }

    #[test]
    fn changed_queries_are_statements_or_refused() {
        check(QUERY.as_bytes(), query);
    }
}
