//! Acknowledged spans are stored once, even if the process is killed or the disk fails.

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

use crate::support::{PROTOBUF, Process, client, decode_spans, request, span};

const SENDERS: u32 = 8;
const SPANS_PER_TRACE: u32 = 5;

const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Senders of traces, or of log records. Each retries a request until it is acknowledged, as exporters
/// do.
struct Load {
    shared: Arc<Shared>,
    /// Each returns its number and the number of sent requests.
    senders: JoinSet<(u32, u32)>,
}

/// The current URL of the gateway, and the number of acknowledged requests.
struct Shared {
    path: &'static str,
    /// Returns a request, by the number of its sender and its own number.
    body: fn(u32, u32) -> Vec<u8>,
    url: watch::Sender<String>,
    acknowledged: AtomicU64,
    is_over: AtomicBool,
}

impl Load {
    fn start(process: &Process) -> Self {
        let body = |sender, number| trace(sender, number).encode_to_vec();
        Self::of_requests(process, "/v1/traces", body)
    }

    fn of_requests(process: &Process, path: &'static str, body: fn(u32, u32) -> Vec<u8>) -> Self {
        let shared = Arc::new(Shared {
            path,
            body,
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

    fn redirect_to(&self, process: &Process) {
        self.shared.url.send_replace(process.url.clone());
    }

    /// Waits until this many more traces are acknowledged.
    async fn wait_for_acknowledged(&self, more: u64) {
        let acknowledged = || self.shared.acknowledged.load(Ordering::Relaxed);
        let enough = acknowledged() + more;
        while acknowledged() < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Stops sending. Returns sender and number of every trace; all are acknowledged.
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
            let body = (self.body)(sender, number);
            while !self.is_acknowledged(&client, &body).await {
                tokio::task::yield_now().await;
            }
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
            number += 1;
        }
        (sender, number)
    }

    async fn is_acknowledged(&self, client: &reqwest::Client, body: &[u8]) -> bool {
        let url = self.url.borrow().clone() + self.path;
        let post = client.post(url).header("content-type", PROTOBUF);
        // The client sometimes misses that the process was killed, and waits forever.
        let post = post.timeout(RESPONSE_TIMEOUT);
        let answer = post.body(body.to_owned()).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }
}

/// Returns a trace whose span ids are unique among all traces.
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

/// Asserts that all traces are stored, with each span once.
async fn assert_stored(process: &Process, traces: &[(u32, u32)]) {
    let spans = traces.len() as u64 * u64::from(SPANS_PER_TRACE);
    assert_eq!(process.spans_kept().await, spans);
    for (sender, number) in traces {
        let id: String = trace_id(*sender, *number)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let trace = process.get(&format!("/api/traces/{id}")).await;
        let spans = decode_spans(trace.to_string().as_bytes());
        assert_eq!(spans.len(), SPANS_PER_TRACE as usize);
    }
}

/// Returns the `unshare` command that runs another one with its own mounts, and other namespaces
/// by these letters: as an ordinary user if possible, else as root.
#[cfg(target_os = "linux")]
fn own_mounts(letters: &str) -> Option<[String; 2]> {
    let flags = [format!("-r{letters}"), format!("-{letters}")];
    let can_mount = |flags: &String| {
        let mut command = std::process::Command::new("unshare");
        command.arg(flags).args(["mount", "-t", "tmpfs", "tmpfs"]);
        let output = command.arg(std::env::temp_dir()).output();
        output.is_ok_and(|output| output.status.success())
    };
    let flags = flags.into_iter().find(can_mount)?;
    Some(["unshare".to_owned(), flags])
}
