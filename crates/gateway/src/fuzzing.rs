//! The gateway's inputs as functions of bytes: for the fuzzer, and for the tests below, which
//! mutate valid requests at random.
//!
//! With [cargo-fuzz](https://rust-fuzz.github.io/book/cargo-fuzz.html), in `fuzz/`, for each of its targets:
//! `cargo +nightly fuzz run json corpus/json seeds/json -- -max_total_time=600`.

use bytes::Bytes;
use opentelemetry_proto::tonic::{logs::v1::LogsData, trace::v1::TracesData};
use prost::Message;

use crate::{
    decode::{Decoded, Encoding, Malformed, ReceivedLog, ReceivedSpan, Record, decode},
    edge, store, wire,
};

/// Decodes protobuf.
///
/// # Panics
/// If accepted spans cannot be read again.
pub fn protobuf(bytes: &[u8]) {
    check_accepted(Encoding::Protobuf, Bytes::copy_from_slice(bytes));
}

/// Decodes OTLP JSON.
///
/// # Panics
/// If accepted spans cannot be read again.
pub fn json(bytes: &[u8]) {
    check_accepted(Encoding::Json, Bytes::copy_from_slice(bytes));
}

/// Decodes log records: OTLP JSON if the first byte is that of an object, else protobuf.
///
/// # Panics
/// If accepted records cannot be read again.
pub fn logs(bytes: &[u8]) {
    let encoding = match bytes.first() {
        Some(b'{') => Encoding::Json,
        _ => Encoding::Protobuf,
    };
    let Some(encoded) = accepted::<ReceivedLog>(encoding, Bytes::copy_from_slice(bytes)) else {
        return;
    };
    let logs = LogsData::decode(&*encoded).expect("accepted log records");
    let json = serde_json::to_vec(&logs).expect("their JSON");
    assert_all_accepted::<ReceivedLog>(json);
}

/// Checks that accepted spans can be read as a trace, exported as JSON and imported again.
fn check_accepted(encoding: Encoding, body: Bytes) {
    let Some(encoded) = accepted::<ReceivedSpan>(encoding, body) else {
        return;
    };
    let trace = TracesData::decode(&*encoded);
    let trace = trace.expect("a trace of accepted spans");
    let json = serde_json::to_vec(&trace).expect("the trace's JSON");
    assert_all_accepted::<ReceivedSpan>(json);
}

/// Decodes a request, and returns its accepted records as another one.
fn accepted<R: Record>(encoding: Encoding, body: Bytes) -> Option<Vec<u8>> {
    let decoded: Decoded<R> = decode::<_, Malformed>(encoding, body, |_| Ok(())).ok()?;
    let groups = decoded.batch.into_iter();
    let groups = groups.map(|(origin, records)| {
        let bodies = records.into_iter().map(Record::into_body);
        (origin, bodies.collect())
    });
    Some(wire::request(groups).encode_to_vec())
}

fn assert_all_accepted<R: Record>(json: Vec<u8>) {
    let again = decode::<R, Malformed>(Encoding::Json, json.into(), |_| Ok(()));
    assert_eq!(again.expect("the same records").rejections.total(), 0);
}

/// Decompresses a body of at most one MiB.
///
/// # Panics
/// If the result is larger.
pub fn gzip(bytes: &[u8]) {
    const LIMIT: usize = 1 << 20;
    let inflated = edge::inflated(bytes, LIMIT);
    assert!(inflated <= LIMIT, "{inflated} bytes are over the limit");
}

/// Parses the query string of the list of traces, and runs its SQL statement.
///
/// # Panics
/// If the statement fails.
pub fn query(bytes: &[u8]) {
    store::try_query(&String::from_utf8_lossy(bytes));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mutates a seed 3,000 times, or as often as OTEL_WEB_GATEWAY_TEST_MUTATIONS says.
    fn mutate(seed: &[u8], target: fn(&[u8])) {
        let times = std::env::var("OTEL_WEB_GATEWAY_TEST_MUTATIONS");
        let times: u64 = times.map_or(3000, |times| times.parse().unwrap());
        for number in 0..times {
            let mut random = fastrand::Rng::with_seed(number);
            let mut bytes = seed.to_vec();
            for _ in 0..random.usize(1..8) {
                mutate_bytes(&mut bytes, &mut random);
            }
            target(&bytes);
        }
    }

    fn mutate_bytes(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
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
    fn seeds_are_valid_requests() {
        let protobuf = include_bytes!("../fuzz/seeds/protobuf/request");
        let json = include_bytes!("../fuzz/seeds/json/request");
        for (encoding, body) in [
            (Encoding::Protobuf, &protobuf[..]),
            (Encoding::Json, &json[..]),
        ] {
            let decoded =
                decode::<ReceivedSpan, Malformed>(encoding, Bytes::from_static(body), |_| Ok(()));
            let decoded = decoded.unwrap();
            assert_eq!((decoded.batch.len(), decoded.rejections.total()), (1, 0));
        }
    }

    #[test]
    fn mutated_requests_are_accepted_or_rejected() {
        mutate(include_bytes!("../fuzz/seeds/protobuf/request"), protobuf);
        mutate(include_bytes!("../fuzz/seeds/json/request"), json);
    }

    #[test]
    fn mutated_log_records_are_accepted_or_rejected() {
        for seed in [
            &include_bytes!("../fuzz/seeds/logs/protobuf")[..],
            &include_bytes!("../fuzz/seeds/logs/json")[..],
        ] {
            let encoding = match seed[0] {
                b'{' => Encoding::Json,
                _ => Encoding::Protobuf,
            };
            let body = Bytes::from_static(seed);
            let decoded = decode::<ReceivedLog, Malformed>(encoding, body, |_| Ok(())).unwrap();
            assert_eq!((decoded.records(), decoded.rejections.total()), (2, 0));
            mutate(seed, logs);
        }
    }

    #[test]
    fn mutated_gzip_is_decompressed_up_to_the_limit() {
        mutate(include_bytes!("../fuzz/seeds/gzip/zeros"), gzip);
        mutate(include_bytes!("../fuzz/seeds/gzip/members"), gzip);
    }

    #[test]
    fn mutated_queries_are_executed_or_rejected() {
        mutate(include_bytes!("../fuzz/seeds/query/all"), query);
    }
}
