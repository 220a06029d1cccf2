//! Spans and requests per CPU second of the server.

use std::time::Duration;

use anyhow::Result;

use crate::{
    load::{self, Until},
    peers::Peer,
    proc,
    report::Throughput,
    server::Server,
};

const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);

pub(crate) async fn measure(peer: &Peer, spans_per_request: u64) -> Result<Throughput> {
    let server = Server::start(peer).await?;
    load::send(server.port, spans_per_request, 1, Until::Elapsed(WARM_UP)).await?;
    let before = proc::cpu_seconds(server.pid())?;
    let requests = load::send(server.port, spans_per_request, 2, Until::Elapsed(MEASURED)).await?;
    let cpu = proc::cpu_seconds(server.pid())? - before;
    Ok(Throughput {
        server: peer.name,
        spans_per_request,
        requests_per_core_s: requests as f64 / cpu,
        requests_per_s: requests as f64 / MEASURED.as_secs_f64(),
        rss_mb: proc::rss_mb(server.pid())?,
        rss_anon_mb: proc::rss_anon_mb(server.pid())?,
    })
}
