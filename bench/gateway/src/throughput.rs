//! Spans and requests per CPU second of the server.

use std::time::Duration;

use anyhow::Result;

use crate::{
    load::{self, Until},
    peers::Peer,
    proc,
    report::Row,
    server::Server,
};

const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);

pub(crate) async fn measure(peer: &Peer, spans_per_request: u64) -> Result<Row> {
    let server = Server::start(peer).await?;
    load::send(server.port, spans_per_request, 1, Until::Elapsed(WARM_UP)).await?;
    let before = proc::cpu_seconds(server.pid())?;
    let requests = load::send(server.port, spans_per_request, 2, Until::Elapsed(MEASURED)).await?;
    let cpu = proc::cpu_seconds(server.pid())? - before;
    let requests_per_core_s = requests as f64 / cpu;
    Ok(Row {
        spans_per_request: Some(spans_per_request),
        requests_per_core_s: Some(requests_per_core_s),
        spans_per_core_s: Some(requests_per_core_s * spans_per_request as f64),
        requests_per_s: Some(requests as f64 / MEASURED.as_secs_f64()),
        rss_mb: Some(proc::rss_mb(server.pid())?),
        rss_anon_mb: Some(proc::rss_anon_mb(server.pid())?),
        ..Row::of(peer.name)
    })
}
