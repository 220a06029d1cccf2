//! What strangers can send, as functions of bytes: for the fuzzer, and for the tests below,
//! which change good requests at random.
//!
//! With [cargo-fuzz](https://rust-fuzz.github.io/book/cargo-fuzz.html), in `fuzz/`, for each of its targets:
//! `cargo +nightly fuzz run json corpus/json seeds/json -- -max_total_time=600`.

use bytes::Bytes;
use opentelemetry_proto::tonic::trace::v1::TracesData;
use prost::Message;

use crate::{
    decode::{Encoding, Malformed, decode},
    edge, store, wire,
};

/// An `ExportTraceServiceRequest`, or something like it.
pub fn protobuf(bytes: &[u8]) {
    taken(Encoding::Protobuf, Bytes::copy_from_slice(bytes));
}

/// The same as OTLP JSON.
pub fn json(bytes: &[u8]) {
    taken(Encoding::Json, Bytes::copy_from_slice(bytes));
}

/// What is taken can be read as a trace by those who read it later, and exported and
/// imported elsewhere.
fn taken(encoding: Encoding, body: Bytes) {
    let Ok(decoded) = decode::<Malformed>(encoding, body, |_| Ok(())) else {
        return;
    };
    let groups = decoded.batch.into_iter();
    let groups = groups.map(|(origin, spans)| {
        let bodies = spans.into_iter().map(|span| span.body);
        (origin, bodies.collect())
    });
    let encoded = wire::request(groups).encode_to_vec();
    let trace = TracesData::decode(&*encoded);
    let trace = trace.expect("a trace of accepted spans");
    let json = serde_json::to_vec(&trace).expect("the trace's JSON");
    let again = decode::<Malformed>(Encoding::Json, json.into(), |_| Ok(()));
    assert_eq!(again.expect("the same trace").rejections.total(), 0);
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
    use super::*;

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

    #[test]
    fn the_seeds_are_requests_that_are_taken() {
        let protobuf = include_bytes!("../fuzz/seeds/protobuf/request");
        let json = include_bytes!("../fuzz/seeds/json/request");
        for (encoding, body) in [
            (Encoding::Protobuf, &protobuf[..]),
            (Encoding::Json, &json[..]),
        ] {
            let decoded =
                decode::<Malformed>(encoding, Bytes::from_static(body), |_| Ok(())).unwrap();
            assert_eq!((decoded.batch.len(), decoded.rejections.total()), (1, 0));
        }
    }

    #[test]
    fn changed_requests_are_taken_or_refused() {
        check(include_bytes!("../fuzz/seeds/protobuf/request"), protobuf);
        check(include_bytes!("../fuzz/seeds/json/request"), json);
    }

    #[test]
    fn changed_gzip_is_inflated_no_further_than_the_limit() {
        check(include_bytes!("../fuzz/seeds/gzip/zeros"), gzip);
        check(include_bytes!("../fuzz/seeds/gzip/members"), gzip);
    }

    #[test]
    fn changed_queries_are_statements_or_refused() {
        check(include_bytes!("../fuzz/seeds/query/all"), query);
    }
}
