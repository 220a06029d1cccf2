//! A million stored spans: memory, disk space, and the latency of lists of traces.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bench_runner::proc;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    figures::{List, Retained},
    load::{self, StopCondition},
    peers::{Peer, StoreApi},
    server::Server,
    spans::{Shape, Traces},
    steady_client,
};

const SPANS: u64 = 1_000_000;

/// Spans as pages and back ends send them, but without gzip.
const SHAPE: Shape = Shape {
    spans_per_request: 50,
    traces: Traces::Halves,
    gzip: false,
};

/// A server that has not received all spans by then is measured with those that it has.
const MAX_SENDING_TIME: Duration = Duration::from_secs(240);

/// The maximum number of requests for each query.
const MAX_REQUESTS: usize = 40;

/// A server whose background work takes longer is measured during that work.
const MAX_SETTLING_TIME: Duration = Duration::from_secs(60);

/// A server is idle if it uses less of a core than this for the time of [`IDLE_TIME`].
const IDLE_CORES: f64 = 0.03;

const IDLE_TIME: Duration = Duration::from_secs(1);

/// Longer than all overviews take.
const MAX_OVERVIEWS_TIME: Duration = Duration::from_secs(600);

/// No request for a query begins later.
const MAX_QUERY_TIME: Duration = Duration::from_secs(8);

pub(crate) async fn measure(peer: &Peer, store: StoreApi) -> Result<Retained> {
    let server = Server::start(peer, None).await?;
    let until = StopCondition::Sent(SPANS / SHAPE.spans_per_request, MAX_SENDING_TIME);
    let sent = load::send(server.port, SHAPE, 1, until).await?;
    let client = http_client::builder().no_proxy().build()?;
    let url = format!("http://127.0.0.1:{}", server.api);
    let spans_kept =
        wait_until_stored(&client, &url, store, sent * SHAPE.spans_per_request).await?;
    let settling_s = settle(server.pid()).await?;
    let (list_p95_ms, lists) = lists(&client, &url, store).await?;
    let disk_mb = server.disk_bytes()? as f64 / 1e6;
    // Before the overviews, which not all servers have.
    let rss_mb = proc::rss_mb(server.pid())?;
    let rss_anon_mb = proc::rss_anon_mb(server.pid())?;
    let overviews = overviews(&client, &url, (store, server.port)).await?;
    Ok(Retained {
        server: peer.name,
        spans_kept,
        rss_mb,
        rss_anon_mb,
        rss_anon_after_overviews_mb: proc::rss_anon_mb(server.pid())?,
        settling_s,
        disk_mb,
        list_p95_ms,
        lists,
        overviews,
    })
}

/// Waits until the server is idle, because a server may summarize and index spans after it has
/// acknowledged them. Returns the time that this took, in seconds.
async fn settle(pid: u32) -> Result<f64> {
    let since = Instant::now();
    loop {
        let before = proc::cpu_seconds(pid)?;
        sleep(IDLE_TIME).await;
        let cores = (proc::cpu_seconds(pid)? - before) / IDLE_TIME.as_secs_f64();
        let waited = since.elapsed();
        if cores < IDLE_CORES || waited > MAX_SETTLING_TIME {
            return Ok(waited.saturating_sub(IDLE_TIME).as_secs_f64());
        }
    }
}

/// Measures each query. Returns the p95 of all requests, and the figures of each query.
async fn lists(client: &Client, url: &str, store: StoreApi) -> Result<(f64, Vec<List>)> {
    let (mut all, mut lists) = (Vec::new(), Vec::new());
    for query in store.queries {
        let address = format!("{url}/api/traces?{query}");
        let (mut times, bytes) = times(client, &address, store).await?;
        let p95_ms = p95(&mut times);
        eprintln!(
            "  {p95_ms:6.1} ms (p95 of {}), {bytes:6} bytes  {query:.60}",
            times.len()
        );
        lists.push(List {
            query,
            requests: times.len(),
            bytes,
            p95_ms,
        });
        // A slow query has fewer requests, but the same weight.
        all.extend(times.into_iter().cycle().take(MAX_REQUESTS));
    }
    Ok((p95(&mut all), lists))
}

/// Measures each overview while 2,500 spans per second arrive. A former build may have none.
async fn overviews(
    client: &Client,
    url: &str,
    (store, port): (StoreApi, u16),
) -> Result<Vec<List>> {
    if let Some(first) = store.overviews.first()
        && client.get(format!("{url}/{first}")).send().await?.status() == StatusCode::NOT_FOUND
    {
        eprintln!("  no overviews");
        return Ok(Vec::new());
    }
    let load = tokio::spawn(steady_client::measure(port, MAX_OVERVIEWS_TIME));
    let mut overviews = Vec::new();
    for path in store.overviews {
        let (mut times, bytes) = times(client, &format!("{url}/{path}"), store).await?;
        let p95_ms = p95(&mut times);
        eprintln!(
            "  {p95_ms:6.1} ms (p95 of {}), {bytes:6} bytes  {path}",
            times.len()
        );
        overviews.push(List {
            query: path,
            requests: times.len(),
            bytes,
            p95_ms,
        });
    }
    load.abort();
    Ok(overviews)
}

/// Waits until the server has stored all acknowledged spans, and returns their number.
async fn wait_until_stored(client: &Client, url: &str, store: StoreApi, sent: u64) -> Result<u64> {
    let since = Instant::now();
    loop {
        let stored = spans_stored(client, url, store).await?;
        if stored >= sent {
            return Ok(stored);
        }
        let waited = since.elapsed();
        ensure!(
            waited < Duration::from_secs(60),
            "the server has stored {stored} of {sent} spans"
        );
        sleep(Duration::from_millis(100)).await;
    }
}

pub(crate) async fn spans_stored(client: &Client, url: &str, store: StoreApi) -> Result<u64> {
    let url = format!("{url}{}", store.status);
    let status: Value = client.get(&url).send().await?.json().await?;
    let stored = status[store.spans].as_u64();
    stored.with_context(|| format!("no {} in {status}", store.spans))
}

/// Returns the times from the request to the last byte, in milliseconds, and the size of the last response.
async fn times(client: &Client, address: &str, store: StoreApi) -> Result<(Vec<f64>, usize)> {
    let (mut times, mut bytes, since) = (Vec::with_capacity(MAX_REQUESTS), 0, Instant::now());
    while times.len() < MAX_REQUESTS && since.elapsed() < MAX_QUERY_TIME {
        let mut url = address.to_owned();
        if store.caches {
            url += &format!("&offset={}", times.len());
        }
        let started = Instant::now();
        let response = client.get(url).send().await?;
        bytes = response.error_for_status()?.bytes().await?.len();
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    Ok((times, bytes))
}

fn p95(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    let index = (times.len() * 95).div_ceil(100).saturating_sub(1);
    times.get(index).copied().unwrap_or_default()
}
