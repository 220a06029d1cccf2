//! An outage of a receiver: the gateway keeps accepting spans, and delivers all of them afterwards.
//!
//! By default the outage takes seconds. `OTEL_WEB_GATEWAY_TEST_OUTAGE_SECONDS` and
//! `OTEL_WEB_GATEWAY_TEST_OUTAGE_SPANS` set its duration and the number of spans. With the first one set, the test
//! is a measurement and also checks the response times, which depend on what else runs on the machine.

use std::{
    ops::Range,
    str::FromStr,
    time::{Duration, Instant},
};

use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use reqwest::Client;
use tokio::{task::JoinSet, time::interval};

use crate::support::{Manner, PROTOBUF, Process, Receiver, client, command, request, span};

const OUTAGE_SECONDS: &str = "OTEL_WEB_GATEWAY_TEST_OUTAGE_SECONDS";

/// Each request is one trace, about as large as that of a click.
const SPANS_PER_REQUEST: u64 = 20;

/// Longer than the gateway waits for a response.
const MAX_FAILURE: Duration = Duration::from_secs(40);

/// Longer than the longest delay between two retries.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(180);

/// The tolerated difference between two measurements of the same load.
const MEDIAN_TOLERANCE: Duration = Duration::from_millis(10);
const P99_TOLERANCE: Duration = Duration::from_millis(300);

/// Far less than a million spans would take in memory.
const MAX_MEMORY_GROWTH_KIB: u64 = 64 << 10;

fn setting<T: FromStr<Err: std::fmt::Debug>>(name: &str, default: T) -> T {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// A steady stream of requests, which does not wait for the responses to earlier ones.
struct Load {
    client: Client,
    url: String,
    every: Duration,
}

impl Load {
    /// Sends requests with these numbers, and returns the sorted response times.
    async fn send(&self, numbers: Range<u64>) -> Vec<Duration> {
        let (mut ticks, mut sending) = (interval(self.every), JoinSet::new());
        for number in numbers {
            ticks.tick().await;
            let post = self.client.post(&self.url).header("content-type", PROTOBUF);
            let post = post.body(body(number));
            sending.spawn(async {
                let started = Instant::now();
                let response = post.send().await.unwrap();
                assert_eq!(response.status(), 200);
                started.elapsed()
            });
        }
        let mut times = sending.join_all().await;
        times.sort();
        times
    }
}

/// Returns a request with one trace. The trace ids are scattered, as random ones are.
fn body(number: u64) -> Vec<u8> {
    let scattered = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let trace_id = u128::from(scattered) << 64 | u128::from(number);
    let ids = number * SPANS_PER_REQUEST..(number + 1) * SPANS_PER_REQUEST;
    let spans = ids.map(|id| Span {
        trace_id: trace_id.to_be_bytes().to_vec(),
        span_id: (id + 1).to_be_bytes().to_vec(),
        ..span(1, 1, "PUT /api/activities/{uuid}/like")
    });
    request("shop", spans.collect()).encode_to_vec()
}

fn at(percent: usize, sorted: &[Duration]) -> Duration {
    sorted[sorted.len() * percent / 100]
}

/// Sends the requests while the receiver fails in different ways, and returns the sorted response times.
async fn send_during_outage(
    receiver: &mut Receiver,
    load: &Load,
    requests: Range<u64>,
) -> Vec<Duration> {
    let per_failure = MAX_FAILURE.as_nanos() / load.every.as_nanos();
    let third = (requests.end - requests.start).div_ceil(3);
    let step = third.min(u64::try_from(per_failure).unwrap());
    let mut times = Vec::new();
    for (failure, start) in requests.clone().step_by(step as usize).enumerate() {
        match failure % 3 {
            0 => receiver.listen(Manner::Silent).await,
            1 => receiver.listen(Manner::Unavailable).await,
            _ => receiver.refuse().await,
        }
        times.extend(load.send(start..requests.end.min(start + step)).await);
    }
    times.sort();
    times
}

/// Waits until all spans are delivered, and returns the duration.
async fn wait_for_delivery(process: &Process) -> Duration {
    let started = Instant::now();
    while process.sink("otlp").await.waiting > 0 {
        assert!(
            started.elapsed() < DELIVERY_TIMEOUT,
            "spans are still queued"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    started.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_of_a_receiver_does_not_block_ingest_and_spans_arrive_once() {
    let seconds = setting(OUTAGE_SECONDS, 8);
    let spans = setting("OTEL_WEB_GATEWAY_TEST_OUTAGE_SPANS", 20_000_u64);
    let down = spans.div_ceil(SPANS_PER_REQUEST);
    let before = down / 2;

    let dir = tempfile::tempdir().unwrap();
    let mut receiver = Receiver::new();
    receiver.listen(Manner::Takes(Duration::ZERO)).await;
    let mut command = command(&dir);
    // Large enough that retention deletes no spans.
    command.env("OTEL_WEB_GATEWAY_KEEP_MB", "16384");
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url());
    let process = Process::start(&mut command);
    let load = Load {
        client: client(),
        url: format!("{}/v1/traces", process.url),
        every: Duration::from_secs(seconds) / u32::try_from(down).unwrap(),
    };

    let up = load.send(0..before).await;
    wait_for_delivery(&process).await;
    // Zero on systems that do not report it.
    let memory = || process.peak_memory_kib().unwrap_or_default();
    let memory_up = memory();
    let while_down = send_during_outage(&mut receiver, &load, before..before + down).await;
    let waiting = process.sink("otlp").await.waiting;
    assert_eq!(waiting, down * SPANS_PER_REQUEST);
    let memory_down = memory();
    receiver.listen(Manner::Takes(Duration::ZERO)).await;
    let took = wait_for_delivery(&process).await;
    let memory_after = memory();

    println!(
        "{waiting} spans in an outage of {seconds} s: p50 {:?} and p99 {:?}, before it {:?} and {:?}; \
         all delivered {took:?} after it; peak memory {memory_up} KiB before, {memory_down} KiB at the \
         end of the outage, {memory_after} KiB after the delivery",
        at(50, &while_down),
        at(99, &while_down),
        at(50, &up),
        at(99, &up),
    );
    let sink = process.sink("otlp").await;
    let sent = (before + down) * SPANS_PER_REQUEST;
    assert_eq!((receiver.taken() as u64, sink.sent), (sent, sent));
    // Every response arrived, so the gateway repeats no batch.
    assert_eq!(receiver.repeated(), [0; 0]);
    assert!(sink.dropped.is_empty(), "{sink:?}");
    assert!(memory_after <= memory_up + MAX_MEMORY_GROWTH_KIB);
    if std::env::var_os(OUTAGE_SECONDS).is_some() {
        assert!(at(50, &while_down) <= at(50, &up) * 2 + MEDIAN_TOLERANCE);
        assert!(at(99, &while_down) <= at(99, &up) * 3 + P99_TOLERANCE);
    }
}
