//! What is acknowledged is kept once, whatever happens to the process and to its disk.
//!
//! `OTEL_WEB_GATEWAY_TEST_KILLS` says how often the process is killed; a few times otherwise.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::sync::watch;

use crate::support::{PROTOBUF, Process, client, command, request, span};

const SENDERS: u32 = 8;
const SPANS_PER_REQUEST: u32 = 5;

/// Where the gateway is now, and what it has acknowledged.
struct Load {
    url: watch::Sender<String>,
    acknowledged: AtomicU64,
    is_over: AtomicBool,
}

impl Load {
    /// Sends traces one after the other, each until it is acknowledged, as exporters do.
    /// How many there were.
    async fn send(self: Arc<Self>, sender: u32) -> u32 {
        let (client, mut number) = (client(), 0);
        while !self.is_over.load(Ordering::Relaxed) {
            let body = trace(sender, number).encode_to_vec();
            let is_acknowledged = async || {
                let url = self.url.borrow().clone();
                let post = client
                    .post(url + "/v1/traces")
                    .header("content-type", PROTOBUF);
                let answer = post.body(body.clone()).send().await;
                answer.is_ok_and(|answer| answer.status() == 200)
            };
            while !is_acknowledged().await {
                tokio::task::yield_now().await;
            }
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
            number += 1;
        }
        number
    }

    async fn acknowledges(&self, more: u64) {
        let enough = self.acknowledged.load(Ordering::Relaxed) + more;
        while self.acknowledged.load(Ordering::Relaxed) < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn trace(sender: u32, number: u32) -> impl Message {
    let spans = (1..=SPANS_PER_REQUEST).map(|id| Span {
        trace_id: trace_id(sender, number),
        span_id: u64::from(id).to_be_bytes().to_vec(),
        ..span(1, 1, "a")
    });
    request("shop", spans.collect())
}

fn trace_id(sender: u32, number: u32) -> Vec<u8> {
    let id = 1 << 127 | u128::from(sender) << 64 | u128::from(number);
    id.to_be_bytes().to_vec()
}

fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_moments_it_loses_nothing_acknowledged_and_keeps_nothing_twice() {
    let kills =
        std::env::var("OTEL_WEB_GATEWAY_TEST_KILLS").map_or(3, |kills| kills.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let mut process = Process::start(&mut command(&dir));
    let load = Arc::new(Load {
        url: watch::Sender::new(process.url.clone()),
        acknowledged: AtomicU64::default(),
        is_over: AtomicBool::default(),
    });
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| tokio::spawn(Arc::clone(&load).send(sender)))
        .collect();
    for _ in 0..kills {
        load.acknowledges(fastrand::u64(1..60)).await;
        // The process gets no chance to write anything more: this is SIGKILL.
        drop(process);
        process = Process::start(&mut command(&dir));
        load.url.send_replace(process.url.clone());
    }
    load.is_over.store(true, Ordering::Relaxed);
    let mut sent = Vec::new();
    for sender in senders {
        sent.push(sender.await.unwrap());
    }
    let traces: u32 = sent.iter().sum();
    assert_eq!(
        process.spans_kept().await,
        u64::from(traces * SPANS_PER_REQUEST)
    );
    for (sender, traces) in (0..).zip(sent) {
        for number in 0..traces {
            assert_eq!(
                kept(&process, &trace_id(sender, number)).await,
                SPANS_PER_REQUEST
            );
        }
    }
    println!("{kills} kills, {traces} traces acknowledged, all there once");
}

/// Spans of a trace, counted one by one.
async fn kept(process: &Process, id: &[u8]) -> u32 {
    let trace = process.get(&format!("/api/traces/{}", hex(id))).await;
    let spans = trace["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array();
    u32::try_from(spans.unwrap().len()).unwrap()
}

/// A limit on the size of files stands in for the disk: writing fails in the same place.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_503_with_retry_after_and_when_there_is_room_all_goes_on() {
    use std::process::Command;

    use crate::support::command_after;

    let dir = tempfile::tempdir().unwrap();
    let full = "trap '' XFSZ; ulimit -S -f 1000";
    let process = Process::start(&mut command_after(full, &dir));
    let post = async |number| {
        let url = format!("{}/v1/traces", process.url);
        let post = client().post(url).header("content-type", PROTOBUF);
        post.body(trace(0, number).encode_to_vec())
            .send()
            .await
            .unwrap()
    };
    let mut taken = 0;
    let refused = loop {
        let answer = post(taken).await;
        if answer.status() != 200 {
            break answer;
        }
        taken += 1;
        assert!(taken < 10_000, "the limit is never reached");
    };
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "1");
    // It still answers and shows what it has.
    assert_eq!(
        process.spans_kept().await,
        u64::from(taken * SPANS_PER_REQUEST)
    );

    let pid = process.child.id().to_string();
    let room = Command::new("prlimit")
        .args(["--fsize=unlimited", "--pid", &pid])
        .status();
    assert!(room.unwrap().success());
    for number in taken..taken + 10 {
        assert_eq!(post(number).await.status(), 200);
    }
    assert_eq!(
        process.spans_kept().await,
        u64::from((taken + 10) * SPANS_PER_REQUEST)
    );
}
