//! A million spans kept: memory, disk, and the time that lists of traces take.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use reqwest::Client;
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    figures::{Kept, List},
    load::{self, Until},
    peers::{Keeps, Peer},
    proc,
    server::Server,
    spans::{Shape, Traces},
};

const SPANS: u64 = 1_000_000;

/// As they come from pages and back ends, but for gzip.
const SHAPE: Shape = Shape {
    spans_per_request: 50,
    traces: Traces::Halves,
    gzip: false,
};

/// Who has not taken all spans by then is measured with those that it has.
const SENDING: Duration = Duration::from_secs(240);

/// Requests for each query, and how long they may take together.
const EACH: usize = 40;
const ASKING: Duration = Duration::from_secs(8);

pub(crate) async fn measure(peer: &Peer, keeps: Keeps) -> Result<Kept> {
    let server = Server::start(peer, None).await?;
    let until = Until::Sent(SPANS / SHAPE.spans_per_request, SENDING);
    let sent = load::send(server.port, SHAPE, 1, until).await?;
    let client = Client::builder().no_proxy().build()?;
    let url = format!("http://127.0.0.1:{}", server.api);
    let spans_kept = when_kept(&client, &url, keeps, sent * SHAPE.spans_per_request).await?;
    let (list_p95_ms, lists) = lists(&client, &url, keeps).await?;
    Ok(Kept {
        server: peer.name,
        spans_kept,
        rss_mb: proc::rss_mb(server.pid())?,
        rss_anon_mb: proc::rss_anon_mb(server.pid())?,
        disk_mb: server.disk_bytes()? as f64 / 1e6,
        list_p95_ms,
        lists,
    })
}

/// The p95 of all queries together, and each of them.
async fn lists(client: &Client, url: &str, keeps: Keeps) -> Result<(f64, Vec<List>)> {
    let (mut all, mut lists) = (Vec::new(), Vec::new());
    for query in keeps.queries {
        let (mut times, bytes) = times(client, url, query, keeps).await?;
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
        // A query that was too slow to be asked as often counts as much.
        all.extend(times.into_iter().cycle().take(EACH));
    }
    Ok((p95(&mut all), lists))
}

/// How many spans it keeps, when those are all that it acknowledged.
async fn when_kept(client: &Client, url: &str, keeps: Keeps, sent: u64) -> Result<u64> {
    let since = Instant::now();
    loop {
        let kept = spans_kept(client, url, keeps).await?;
        if kept >= sent {
            return Ok(kept);
        }
        let waited = since.elapsed();
        ensure!(
            waited < Duration::from_secs(60),
            "{kept} of {sent} spans are kept"
        );
        sleep(Duration::from_millis(100)).await;
    }
}

pub(crate) async fn spans_kept(client: &Client, url: &str, keeps: Keeps) -> Result<u64> {
    let url = format!("{url}{}", keeps.status);
    let status: Value = client.get(&url).send().await?.json().await?;
    let kept = status[keeps.spans].as_u64();
    kept.with_context(|| format!("no {} in {status}", keeps.spans))
}

/// Milliseconds from the request to the last byte, and how many bytes the last answer has.
async fn times(client: &Client, url: &str, query: &str, keeps: Keeps) -> Result<(Vec<f64>, usize)> {
    let (mut times, mut bytes, since) = (Vec::with_capacity(EACH), 0, Instant::now());
    while times.len() < EACH && since.elapsed() < ASKING {
        let mut url = format!("{url}/api/traces?{query}");
        if keeps.caches {
            url += &format!("&offset={}", times.len());
        }
        let started = Instant::now();
        let answer = client.get(url).send().await?;
        bytes = answer.error_for_status()?.bytes().await?.len();
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    Ok((times, bytes))
}

fn p95(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    let index = (times.len() * 95).div_ceil(100).saturating_sub(1);
    times.get(index).copied().unwrap_or_default()
}
