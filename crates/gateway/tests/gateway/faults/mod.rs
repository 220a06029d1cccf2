//! What is acknowledged is kept once, whatever happens to the process and to its disk.

#[cfg(target_os = "linux")]
mod disk;
mod killed;
mod log;
#[cfg(target_os = "linux")]
mod names;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::{sync::watch, task::JoinSet};

use crate::support::{PROTOBUF, Process, client, request, span};

const SENDERS: u32 = 8;
const SPANS_PER_TRACE: u32 = 5;

/// Programs that send traces, each until it is acknowledged, as exporters do.
struct Load {
    shared: Arc<Shared>,
    /// Each gives its number and how many traces it sent.
    senders: JoinSet<(u32, u32)>,
}

/// Where the gateway is now, and what it has acknowledged.
struct Shared {
    url: watch::Sender<String>,
    acknowledged: AtomicU64,
    is_over: AtomicBool,
}

impl Load {
    fn start(process: &Process) -> Self {
        let shared = Arc::new(Shared {
            url: watch::Sender::new(process.url.clone()),
            acknowledged: AtomicU64::default(),
            is_over: AtomicBool::default(),
        });
        let mut senders = JoinSet::new();
        for sender in 0..SENDERS {
            senders.spawn(Arc::clone(&shared).send(sender));
        }
        Self { shared, senders }
    }

    fn go_on_at(&self, process: &Process) {
        self.shared.url.send_replace(process.url.clone());
    }

    async fn acknowledges(&self, more: u64) {
        let acknowledged = || self.shared.acknowledged.load(Ordering::Relaxed);
        let enough = acknowledged() + more;
        while acknowledged() < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Sender and number of every trace that there was; all are acknowledged.
    async fn finish(self) -> Vec<(u32, u32)> {
        self.shared.is_over.store(true, Ordering::Relaxed);
        let sent = self.senders.join_all().await.into_iter();
        let numbered = |(sender, traces)| (0..traces).map(move |number| (sender, number));
        sent.flat_map(numbered).collect()
    }
}

impl Shared {
    async fn send(self: Arc<Self>, sender: u32) -> (u32, u32) {
        let (client, mut number) = (client(), 0);
        while !self.is_over.load(Ordering::Relaxed) {
            let body = trace(sender, number).encode_to_vec();
            while !self.is_acknowledged(&client, &body).await {
                tokio::task::yield_now().await;
            }
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
            number += 1;
        }
        (sender, number)
    }

    async fn is_acknowledged(&self, client: &reqwest::Client, body: &[u8]) -> bool {
        let url = self.url.borrow().clone() + "/v1/traces";
        let post = client.post(url).header("content-type", PROTOBUF);
        let answer = post.body(body.to_owned()).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }
}

/// No two spans have the same id.
fn trace(sender: u32, number: u32) -> impl Message {
    let first = u64::from(number * SENDERS + sender) * u64::from(SPANS_PER_TRACE);
    let spans = (1..=SPANS_PER_TRACE).map(|id| Span {
        trace_id: trace_id(sender, number),
        span_id: (first + u64::from(id)).to_be_bytes().to_vec(),
        ..span(1, 1, "a")
    });
    request("shop", spans.collect())
}

fn trace_id(sender: u32, number: u32) -> Vec<u8> {
    let id = 1 << 127 | u128::from(sender) << 64 | u128::from(number);
    id.to_be_bytes().to_vec()
}

/// Insists that all traces are there, with each span once.
async fn assert_kept(process: &Process, traces: &[(u32, u32)]) {
    let spans = traces.len() as u64 * u64::from(SPANS_PER_TRACE);
    assert_eq!(process.spans_kept().await, spans);
    for (sender, number) in traces {
        let id: String = trace_id(*sender, *number)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let trace = process.get(&format!("/api/traces/{id}")).await;
        let spans = trace["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array();
        assert_eq!(spans.unwrap().len(), SPANS_PER_TRACE as usize);
    }
}

/// How a command gets a file system of its own, and what else `unshare` calls by these
/// letters: as an ordinary user, else as root.
#[cfg(target_os = "linux")]
fn own_mounts(letters: &str) -> Option<[String; 2]> {
    let ways = [format!("-r{letters}"), format!("-{letters}")];
    let mounts = |way: &String| {
        let mut command = std::process::Command::new("unshare");
        command.arg(way).args(["mount", "-t", "tmpfs", "tmpfs"]);
        let outcome = command.arg(std::env::temp_dir()).output();
        outcome.is_ok_and(|output| output.status.success())
    };
    let way = ways.into_iter().find(mounts)?;
    Some(["unshare".to_owned(), way])
}
