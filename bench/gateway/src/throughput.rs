//! Spans and requests per second of the server's processor time.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bench_runner::proc;

use crate::{
    figures::Throughput,
    load::{self, StopCondition},
    peers::{Peer, StoreApi},
    retained,
    server::Server,
    spans::{Shape, Traces},
};

const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);

/// Whole traces, and a store that does not get full.
pub(crate) const PLAIN: &str = "plain";

/// The shape of the requests, and the state of the store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    full: bool,
}

impl Load {
    /// Returns a load that every server is measured with.
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

    /// Returns more realistic loads, each with one change to the one before.
    pub(crate) const fn realistic() -> [Self; 3] {
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

/// Small enough to be full soon, and so large that its index does not fit into the cache.
const BOUND_MB: &str = "256";

/// More spans than fit into the store.
const FILL_SPANS: u64 = 600_000;
const MAX_FILL_TIME: Duration = Duration::from_secs(60);

pub(crate) async fn measure(peer: &Peer, load: Load) -> Result<Throughput> {
    let shape = load.shape;
    let bound = peer.store.and_then(|store| store.bound);
    let bound = bound.filter(|_| load.full).map(|name| (name, BOUND_MB));
    let server = Server::start(peer, bound).await?;
    if let Some(store) = peer.store.filter(|_| load.full) {
        fill(&server, store, shape).await?;
    }
    load::send(server.port, shape, 1, StopCondition::Elapsed(WARM_UP)).await?;
    let before = proc::cpu_seconds(server.pid())?;
    let requests = load::send(server.port, shape, 2, StopCondition::Elapsed(MEASURED)).await?;
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

/// Fills the store until it deletes old spans.
async fn fill(server: &Server, store: StoreApi, shape: Shape) -> Result<()> {
    let until = StopCondition::Sent(FILL_SPANS / shape.spans_per_request, MAX_FILL_TIME);
    let sent = load::send(server.port, shape, 3, until).await? * shape.spans_per_request;
    let client = http_client::builder().no_proxy().build()?;
    let url = format!("http://127.0.0.1:{}", server.api);
    let stored = retained::spans_stored(&client, &url, store).await;
    let stored = stored.context("cannot determine whether the store is full")?;
    ensure!(stored < sent, "the store is not full with {stored} spans");
    Ok(())
}
