//! Spans and requests per CPU second of the server.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use reqwest::Client;

use crate::{
    figures::Throughput,
    kept,
    load::{self, Until},
    peers::{Keeps, Peer},
    proc,
    server::Server,
    spans::{Shape, Traces},
};

const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);

/// Whole traces and a store with room.
pub(crate) const PLAIN: &str = "plain";

/// How spans come, and into what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    full: bool,
}

impl Load {
    /// What every server is measured with.
    pub(crate) const fn plain(spans_per_request: u64) -> Self {
        let shape = Shape {
            spans_per_request,
            traces: Traces::Whole,
            gzip: false,
        };
        Self {
            name: PLAIN,
            shape,
            full: false,
        }
    }

    /// What senders do and a store comes to, each with one thing more than the one before.
    pub(crate) const fn as_sent() -> [Self; 3] {
        let plain = Self::plain(50);
        let gzip = Shape {
            gzip: true,
            ..plain.shape
        };
        let halves = Shape {
            traces: Traces::Halves,
            ..gzip
        };
        [
            Self {
                name: "gzip",
                shape: gzip,
                ..plain
            },
            Self {
                name: "halves",
                shape: halves,
                ..plain
            },
            Self {
                name: "full store",
                shape: halves,
                full: true,
            },
        ]
    }
}

/// Small enough to be full soon, and large enough that its index is no longer in memory alone.
const BOUND_MB: &str = "256";

/// More spans than fit, and how long they may take.
const FILLING: u64 = 600_000;
const FILLED_WITHIN: Duration = Duration::from_secs(60);

pub(crate) async fn measure(peer: &Peer, load: Load) -> Result<Throughput> {
    let shape = load.shape;
    let bound = peer.keeps.and_then(|keeps| keeps.bound);
    let bound = bound.filter(|_| load.full).map(|name| (name, BOUND_MB));
    let server = Server::start(peer, bound).await?;
    if let Some(keeps) = peer.keeps.filter(|_| load.full) {
        fill(&server, keeps, shape).await?;
    }
    load::send(server.port, shape, 1, Until::Elapsed(WARM_UP)).await?;
    let before = proc::cpu_seconds(server.pid())?;
    let requests = load::send(server.port, shape, 2, Until::Elapsed(MEASURED)).await?;
    let cpu = proc::cpu_seconds(server.pid())? - before;
    Ok(Throughput {
        server: peer.name,
        load: load.name,
        spans_per_request: shape.spans_per_request,
        requests_per_core_s: requests as f64 / cpu,
        requests_per_s: requests as f64 / MEASURED.as_secs_f64(),
        rss_mb: proc::rss_mb(server.pid())?,
        rss_anon_mb: proc::rss_anon_mb(server.pid())?,
    })
}

/// Until spans have gone to make room for others.
async fn fill(server: &Server, keeps: Keeps, shape: Shape) -> Result<()> {
    let until = Until::Sent(FILLING / shape.spans_per_request, FILLED_WITHIN);
    let sent = load::send(server.port, shape, 3, until).await? * shape.spans_per_request;
    let client = Client::builder().no_proxy().build()?;
    let url = format!("http://127.0.0.1:{}", server.api);
    let kept = kept::spans_kept(&client, &url, keeps).await;
    let kept = kept.context("whether the store is full is not known")?;
    ensure!(kept < sent, "the store is not full with {kept} spans");
    Ok(())
}
