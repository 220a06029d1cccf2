//! What a receiver of spans costs: CPU seconds for spans and requests taken, memory for a
//! million spans kept, time for a list of traces. Ours, and its peers as far as they are here.
//!
//! `cargo xtask bench gateway` builds the gateway and runs this. The CPU time is that of the
//! server's process alone, so the sender beside it on the same machine does not count.

mod kept;
mod load;
mod proc;
mod report;
mod server;
mod spans;
mod throughput;

use anyhow::Result;

use self::{report::Row, server::Peer};

#[tokio::main]
async fn main() -> Result<()> {
    let mut rows = Vec::new();
    for peer in server::present() {
        rows.extend(measure(&peer).await?);
    }
    print!("{}", report::table(&rows));
    println!("{}", report::write(&rows)?.display());
    Ok(())
}

async fn measure(peer: &Peer) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for spans_per_request in [1, 50, 512] {
        let row = throughput::measure(peer, spans_per_request).await?;
        eprint!("{}", report::table(std::slice::from_ref(&row)));
        rows.push(row);
    }
    if peer.keeps {
        eprintln!("{}: a million spans kept", peer.name);
        rows.push(kept::measure(peer).await?);
    }
    Ok(rows)
}
