//! What a receiver of spans costs: CPU seconds for spans and requests taken, memory for a
//! million spans kept, time for a list of traces. Ours, and its peers as far as they are here.
//!
//! `cargo xtask bench gateway` builds the gateway and runs this. The CPU time is that of the
//! server's process alone, so the sender beside it on the same machine does not count.
//!
//! With the argument `load`, which `cargo xtask bench gateway-load` gives: how long a steady
//! sender waits, alone and among hostile clients, and builds of the gateway beside each other.

mod answer;
mod figures;
mod hostile;
mod kept;
mod load;
mod load_report;
mod one_trace;
mod outcomes;
mod peers;
mod proc;
mod report;
mod server;
mod span;
mod spans;
mod steady_client;
mod table;
mod texts;
mod throughput;

use anyhow::{Result, bail};

use self::{
    peers::Peer,
    report::Report,
    throughput::{Load, measure as throughput},
};

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if_eq("load").is_some() {
        return load_report::run(arguments).await;
    }
    compare_with_peers().await
}

async fn compare_with_peers() -> Result<()> {
    let (mut report, mut failed) = (Report::on(server::file_system()?), Vec::new());
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
    for load in loads(peer) {
        let measured = throughput(peer, load).await?;
        let (name, size) = (load.name, load.shape.spans_per_request);
        let spans = measured.spans_per_core_s();
        eprintln!(
            "{}: {spans:.0} spans per core-second, {name}, {size} a request",
            peer.name
        );
        report.throughput.push(measured);
    }
    if let Some(keeps) = peer.keeps {
        eprintln!("{}: a million spans kept", peer.name);
        report.kept.push(kept::measure(peer, keeps).await?);
    }
    Ok(())
}

/// Those of all servers, and those of one whose store has a bound.
fn loads(peer: &Peer) -> Vec<Load> {
    let mut loads = [1, 50, 512].map(Load::plain).to_vec();
    if peer.keeps.is_some_and(|keeps| keeps.bound.is_some()) {
        loads.extend(Load::as_sent());
    }
    loads
}
