//! A million spans kept: memory, disk, and the time that lists of traces take.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    load::{self, Until},
    proc,
    report::Row,
    server::{Peer, Server},
};

const SPANS: u64 = 1_000_000;
const SPANS_PER_REQUEST: u64 = 50;
const EACH: usize = 40;

/// What people look for. The last two find nothing, which is the most work.
const QUERIES: [&str; 8] = [
    "",
    "service=service-3",
    "name=like",
    "min_duration_ms=95",
    "status=error",
    "q=page%3D517",
    "q=nothing-is-called-that",
    "q=two%20words-of-which-none-occurs",
];

pub(crate) async fn measure(peer: &Peer) -> Result<Row> {
    let server = Server::start(peer).await?;
    let requests = SPANS / SPANS_PER_REQUEST;
    load::send(server.port, SPANS_PER_REQUEST, 1, Until::Sent(requests)).await?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("http://127.0.0.1:{}/api/", server.port);
    when_kept(&client, &url).await?;
    let (mut all, mut slowest) = (Vec::new(), (0.0, ""));
    for query in QUERIES {
        let mut times = times(&client, &format!("{url}traces?{query}")).await?;
        let p95 = p95(&mut times);
        eprintln!("  list p95 {p95:6.1} ms  ?{query}");
        if p95 > slowest.0 {
            slowest = (p95, query);
        }
        all.extend(times);
    }
    Ok(Row {
        spans_kept: Some(SPANS),
        rss_mb: Some(proc::rss_mb(server.pid())?),
        disk_mb: Some(server.disk_bytes()? as f64 / 1e6),
        list_p95_ms: Some(p95(&mut all)),
        list_p95_ms_slowest_query: Some(slowest.0),
        ..Row::of(peer.name)
    })
}

async fn when_kept(client: &reqwest::Client, url: &str) -> Result<()> {
    loop {
        let status: Value = client
            .get(format!("{url}status"))
            .send()
            .await?
            .json()
            .await?;
        if status["spans_kept"].as_u64().context("no spans_kept")? >= SPANS {
            return Ok(());
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Milliseconds from the request to the last byte.
async fn times(client: &reqwest::Client, url: &str) -> Result<Vec<f64>> {
    let mut times = Vec::with_capacity(EACH);
    for _ in 0..EACH {
        let started = Instant::now();
        client
            .get(url)
            .send()
            .await?
            .error_for_status()?
            .bytes()
            .await?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}

fn p95(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    let index = (times.len() * 95).div_ceil(100).saturating_sub(1);
    times.get(index).copied().unwrap_or_default()
}
