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
mod throughput;

use anyhow::{Result, bail};

use self::{peers::Peer, report::Row};

#[tokio::main]
async fn main() -> Result<()> {
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    for peer in peers::present() {
        if let Err(error) = measure(&peer, &mut rows).await {
            failed.push(format!("{}: {error:#}", peer.name));
        }
    }
    print!("{}", report::table(&rows));
    println!("{}", report::write(&rows)?.display());
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("not all was measured: {}", failed.join("; "))
    }
}

/// The rows that were measured before a failure count as well.
async fn measure(peer: &Peer, rows: &mut Vec<Row>) -> Result<()> {
    for spans_per_request in [1, 50, 512] {
        let row = throughput::measure(peer, spans_per_request).await?;
        eprint!("{}", report::table(std::slice::from_ref(&row)));
        rows.push(row);
    }
    if let Some(keeps) = peer.keeps {
        eprintln!("{}: a million spans kept", peer.name);
        rows.push(kept::measure(peer, keeps).await?);
    }
    Ok(())
}
