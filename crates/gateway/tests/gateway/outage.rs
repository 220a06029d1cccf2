//! A receiver is down for a while: the edge does not notice, and everything arrives after.
//!
//! `OTEL_WEB_GATEWAY_TEST_OUTAGE_SECONDS` and `OTEL_WEB_GATEWAY_TEST_OUTAGE_SPANS` say how
//! long, and how many spans come meanwhile; some seconds otherwise.

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

/// A trace each, about as large as what a click makes.
const SPANS_PER_REQUEST: u64 = 20;

/// Longer than the time in which the gateway expects an answer.
const LONGEST_FAILURE: Duration = Duration::from_secs(40);

/// Longer than the longest pause between two tries.
const DELIVERED_WITHIN: Duration = Duration::from_secs(180);

/// What the machine may do to one measurement and not to the other.
const NOISE_OF_MEDIAN: Duration = Duration::from_millis(10);
const NOISE_OF_P99: Duration = Duration::from_millis(300);

/// An outage of ten minutes with a million spans in memory would take far more.
const MORE_MEMORY_KIB: u64 = 64 << 10;

fn setting<T: FromStr<Err: std::fmt::Debug>>(name: &str, default: T) -> T {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// A steady stream of requests, sent on time whether or not earlier ones were answered.
struct Load {
    client: Client,
    url: String,
    every: Duration,
}

impl Load {
    /// Sends requests with these numbers. How long each took, shortest first.
    async fn send(&self, numbers: Range<u64>) -> Vec<Duration> {
        let (mut ticks, mut sending) = (interval(self.every), JoinSet::new());
        for number in numbers {
            ticks.tick().await;
            let post = self.client.post(&self.url).header("content-type", PROTOBUF);
            let post = post.body(body(number));
            sending.spawn(async {
                let started = Instant::now();
                let answer = post.send().await.unwrap();
                assert_eq!(answer.status(), 200);
                started.elapsed()
            });
        }
        let mut took = sending.join_all().await;
        took.sort();
        took
    }
}

/// One trace. Its id is far from that of the next, as with real ones.
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

/// Fails in each manner in turn while the requests are sent.
async fn sent_while_down(
    receiver: &mut Receiver,
    load: &Load,
    requests: Range<u64>,
) -> Vec<Duration> {
    let per_failure = LONGEST_FAILURE.as_nanos() / load.every.as_nanos();
    let third = (requests.end - requests.start).div_ceil(3);
    let step = third.min(u64::try_from(per_failure).unwrap());
    let mut took = Vec::new();
    for (failure, start) in requests.clone().step_by(step as usize).enumerate() {
        match failure % 3 {
            0 => receiver.listen(Manner::Silent).await,
            1 => receiver.listen(Manner::Unavailable).await,
            _ => receiver.refuse().await,
        }
        took.extend(load.send(start..requests.end.min(start + step)).await);
    }
    took.sort();
    took
}

/// Waits until nothing waits. How long that took.
async fn delivered(process: &Process) -> Duration {
    let started = Instant::now();
    while process.sink("otlp").await.waiting > 0 {
        assert!(started.elapsed() < DELIVERED_WITHIN, "spans still wait");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    started.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_receiver_is_down_the_edge_is_as_fast_and_after_it_everything_arrives_once() {
    let seconds = setting("OTEL_WEB_GATEWAY_TEST_OUTAGE_SECONDS", 8);
    let spans = setting("OTEL_WEB_GATEWAY_TEST_OUTAGE_SPANS", 20_000_u64);
    let down = spans.div_ceil(SPANS_PER_REQUEST);
    let before = down / 2;

    let dir = tempfile::tempdir().unwrap();
    let mut receiver = Receiver::new();
    receiver.listen(Manner::Takes(Duration::ZERO)).await;
    let mut command = command(&dir);
    // Retention forgets what is too much, forwarded or not: that is another test's matter.
    command.env("OTEL_WEB_GATEWAY_KEEP_MB", "16384");
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url());
    let process = Process::start(&mut command);
    let load = Load {
        client: client(),
        url: format!("{}/v1/traces", process.url),
        every: Duration::from_secs(seconds) / u32::try_from(down).unwrap(),
    };

    let up = load.send(0..before).await;
    delivered(&process).await;
    // Nothing is said of memory where the system does not tell.
    let memory = || process.peak_memory_kib().unwrap_or_default();
    let memory_up = memory();
    let while_down = sent_while_down(&mut receiver, &load, before..before + down).await;
    let waiting = process.sink("otlp").await.waiting;
    assert_eq!(waiting, down * SPANS_PER_REQUEST);
    let memory_down = memory();
    receiver.listen(Manner::Takes(Duration::ZERO)).await;
    let took = delivered(&process).await;
    let memory_after = memory();

    println!(
        "{waiting} spans in {seconds} s without a receiver: p50 {:?} and p99 {:?}, with one \
         {:?} and {:?}; all delivered {took:?} after its return; peak of memory {memory_up} \
         KiB before, {memory_down} at the end of the outage, {memory_after} after delivery",
        at(50, &while_down),
        at(99, &while_down),
        at(50, &up),
        at(99, &up),
    );
    let sink = process.sink("otlp").await;
    let sent = (before + down) * SPANS_PER_REQUEST;
    assert_eq!((receiver.taken() as u64, sink.sent), (sent, sent));
    // Each answer was heard, so not even at-least-once repeats any.
    assert_eq!(receiver.repeated(), [0; 0]);
    assert!(sink.dropped.is_empty(), "{sink:?}");
    assert!(at(50, &while_down) <= at(50, &up) * 2 + NOISE_OF_MEDIAN);
    assert!(at(99, &while_down) <= at(99, &up) * 3 + NOISE_OF_P99);
    assert!(memory_after <= memory_up + MORE_MEMORY_KIB);
}
