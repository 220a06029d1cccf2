//! `kill -9` at random moments.
//!
//! `OTEL_WEB_GATEWAY_TEST_KILLS` says how often the process is killed; a few times otherwise.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use super::{Load, SPANS_PER_TRACE, assert_kept, log::kept_logs};
use crate::support::{Manner, Process, Receiver, command};

const DELIVERED_WITHIN: Duration = Duration::from_secs(120);

fn kills() -> u32 {
    std::env::var("OTEL_WEB_GATEWAY_TEST_KILLS").map_or(3, |kills| kills.parse().unwrap())
}

/// Kills the process again and again while the load goes on. The process that is left.
async fn killed(load: &Load, mut process: Process, start: impl Fn() -> Process) -> Process {
    for _ in 0..kills() {
        load.acknowledges(fastrand::u64(1..60)).await;
        // The process gets no chance to write anything more: this is SIGKILL.
        drop(process);
        process = start();
        load.go_on_at(&process);
    }
    process
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_moments_it_loses_nothing_acknowledged_and_keeps_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let start = || Process::start(&mut command(&dir));
    let process = start();
    let load = Load::start(&process);
    let process = killed(&load, process, start).await;
    let traces = load.finish().await;
    assert_kept(&process, &traces).await;
    // What it had not finished is no damage.
    assert_eq!(kept_logs(&dir).len(), 0);
    let (kills, traces) = (kills(), traces.len());
    println!("{kills} kills, {traces} traces acknowledged, all there once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_it_forwards_it_repeats_nothing_but_the_batch_that_was_under_way() {
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
    let deadline = Instant::now() + DELIVERED_WITHIN;
    while receiver.taken() < spans {
        assert!(Instant::now() < deadline, "{} of {spans}", receiver.taken());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(receiver.taken(), spans);

    // Each process has a connection of its own, whose last batch may have had no answer.
    let batches = receiver.last_batches();
    let largest = batches.iter().map(Vec::len).max().unwrap_or_default();
    let under_way: HashSet<_> = batches.into_iter().flatten().collect();
    let repeated = receiver.repeated();
    let kills = kills();
    println!(
        "{kills} kills, {spans} spans all delivered, {} of them more than once; \
         batches under way had up to {largest}",
        repeated.len()
    );
    let for_no_reason = repeated.iter().filter(|number| !under_way.contains(number));
    assert_eq!(for_no_reason.count(), 0);
    drop(process);
}
