//! What a receiver of spans costs: CPU seconds for spans and requests taken, memory for a
//! million spans kept, time for a list of traces. Ours, and its peers as far as they are here.
//!
//! `cargo xtask bench gateway` builds the gateway and runs this. The CPU time is that of the
//! server's process alone, so the sender beside it on the same machine does not count.

mod answer;
mod kept;
mod load;
mod peers;
mod proc;
mod report;
mod server;
mod spans;
mod table;
mod throughput;

use anyhow::{Result, bail};

use self::{peers::Peer, report::Report};

#[tokio::main]
async fn main() -> Result<()> {
    let (mut report, mut failed) = (Report::default(), Vec::new());
    for peer in peers::present() {
        if let Err(error) = measure(&peer, &mut report).await {
            failed.push(format!("{}: {error:#}", peer.name));
        }
    }
    print!("{}", report.tables());
    println!("{}", report.write()?.display());
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("not all was measured: {}", failed.join("; "))
    }
}

/// What was measured before a failure counts as well.
async fn measure(peer: &Peer, report: &mut Report) -> Result<()> {
    for spans_per_request in [1, 50, 512] {
        let load = throughput::measure(peer, spans_per_request).await?;
        let spans = load.spans_per_core_s();
        eprintln!(
            "{}: {spans:.0} spans per core-second, {spans_per_request} a request",
            peer.name
        );
        report.throughput.push(load);
    }
    if let Some(keeps) = peer.keeps {
        eprintln!("{}: a million spans kept", peer.name);
        report.kept.push(kept::measure(peer, keeps).await?);
    }
    Ok(())
}
