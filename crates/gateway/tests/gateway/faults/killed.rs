//! `kill -9` at random moments.
//!
//! `OTEL_WEB_GATEWAY_TEST_KILLS` sets how often the process is killed: 3 times by default.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use prost::Message;
use trace_model::otlp_json;

use super::{Load, SPANS_PER_TRACE, assert_stored, log::log_backups};
use crate::support::{INFO, Manner, Process, Receiver, command, log, logs_request};

const DELIVERY_TIMEOUT: Duration = Duration::from_secs(120);

fn kills() -> u32 {
    std::env::var("OTEL_WEB_GATEWAY_TEST_KILLS").map_or(3, |kills| kills.parse().unwrap())
}

/// Kills and restarts the process repeatedly under load. Returns the last process.
async fn killed(load: &Load, mut process: Process, start: impl Fn() -> Process) -> Process {
    for _ in 0..kills() {
        load.wait_for_acknowledged(fastrand::u64(1..60)).await;
        // Dropping sends SIGKILL, so the process cannot write anything more.
        drop(process);
        process = start();
        load.redirect_to(&process);
    }
    process
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_gateway_stores_each_acknowledged_span_once() {
    let dir = tempfile::tempdir().unwrap();
    let start = || Process::start(&mut command(&dir));
    let process = start();
    let load = Load::start(&process);
    let process = killed(&load, process, start).await;
    let traces = load.finish().await;
    assert_stored(&process, &traces).await;
    // An unfinished write is not damage.
    assert_eq!(log_backups(&dir).len(), 0);
    let (kills, traces) = (kills(), traces.len());
    println!("{kills} kills, {traces} traces acknowledged, each is stored once");
}

/// Returns a request of one record, whose text no other has. All records of a sender have the same
/// time, as those of a coarse clock.
fn log_request(sender: u32, number: u32) -> Vec<u8> {
    let text = format!("{sender}-{number}");
    let record = log(1, sender.into(), INFO, &text);
    logs_request("shop", vec![record]).encode_to_vec()
}

/// Returns the texts of all stored log records.
async fn stored_texts(process: &Process) -> Vec<String> {
    let (mut texts, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/logs?limit=1000&cursor={cursor}");
        let page = process.get(&path).await;
        let logs = otlp_json::decode_logs(&page.to_string()).unwrap();
        texts.extend(logs.iter().map(|log| log.body.to_string()));
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return texts,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_gateway_stores_each_acknowledged_log_record_once() {
    let dir = tempfile::tempdir().unwrap();
    let start = || Process::start(&mut command(&dir));
    let process = start();
    let load = Load::of_requests(&process, "/v1/logs", log_request);
    let process = killed(&load, process, start).await;
    let sent = load.finish().await;
    let mut expected: Vec<_> = sent.iter().map(|(a, b)| format!("{a}-{b}")).collect();
    let mut stored = stored_texts(&process).await;
    expected.sort_unstable();
    stored.sort_unstable();
    assert_eq!(stored, expected);
    assert_eq!(process.status().await.logs.kept, expected.len() as u64);
    let (kills, records) = (kills(), expected.len());
    println!("{kills} kills, {records} log records acknowledged, each is stored once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_gateway_repeats_only_the_batch_in_flight() {
    let dir = tempfile::tempdir().unwrap();
    let mut receiver = Receiver::new();
    receiver
        .listen(Manner::Takes(Duration::from_millis(20)))
        .await;
    let url = receiver.url();
    let start = || Process::start(command(&dir).env("OTEL_EXPORTER_OTLP_ENDPOINT", &url));
    let process = start();
    let load = Load::start(&process);
    let process = killed(&load, process, start).await;
    let traces = load.finish().await;
    let spans = traces.len() * SPANS_PER_TRACE as usize;
    let deadline = Instant::now() + DELIVERY_TIMEOUT;
    while receiver.taken() < spans {
        assert!(Instant::now() < deadline, "{} of {spans}", receiver.taken());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(receiver.taken(), spans);

    // Each process has its own connection, whose last batch may have had no response.
    let batches = receiver.last_batches();
    let largest = batches.iter().map(Vec::len).max().unwrap_or_default();
    let in_flight: HashSet<_> = batches.into_iter().flatten().collect();
    let repeated = receiver.repeated();
    let kills = kills();
    println!(
        "{kills} kills, {spans} spans all delivered, {} of them more than once; \
         batches in flight had up to {largest}",
        repeated.len()
    );
    let unexpected = repeated.iter().filter(|number| !in_flight.contains(number));
    assert_eq!(unexpected.count(), 0);
    drop(process);
}
