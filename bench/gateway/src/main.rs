//! Measures receivers of spans: processor time of spans and requests, memory of a million stored spans, latency of lists
//! of traces. Compares the gateway with the peers that are installed.
//!
//! `cargo xtask bench gateway` builds the gateway and runs this. The processor time is that of the server's process
//! alone, without the sender's.
//!
//! With the argument `load`, which `cargo xtask bench gateway-load` passes, it measures the latency of a steady sender,
//! alone and among hostile clients, and compares builds of the gateway.

mod figures;
mod hostile;
mod load;
mod load_report;
mod one_trace;
mod outcomes;
mod peers;
mod report;
mod response;
mod retained;
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
    for peer in peers::configured() {
        if let Err(error) = measure(&peer, &mut report).await {
            failed.push(format!("{}: {error:#}", peer.name));
        }
    }
    print!("{}", report.tables());
    println!("{}", report.write()?.display());
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("some measurements failed: {}", failed.join("; "))
    }
}

/// Measurements before a failure stay in the report.
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
    if let Some(store) = peer.store {
        eprintln!("{}: a million stored spans", peer.name);
        report.retained.push(retained::measure(peer, store).await?);
    }
    Ok(())
}

/// Returns the loads of all servers, and more for a server whose store has a bound.
fn loads(peer: &Peer) -> Vec<Load> {
    let mut loads = [1, 50, 512].map(Load::plain).to_vec();
    if peer.store.is_some_and(|store| store.bound.is_some()) {
        loads.extend(Load::realistic());
    }
    loads
}
