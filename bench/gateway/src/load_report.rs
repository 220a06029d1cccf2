//! `cargo xtask bench gateway-load`: measures the latency of a steady client, alone and among hostile clients, and
//! compares builds of the gateway.

use std::time::Duration;

use anyhow::{Context as _, Result};
use bench_runner::{
    builds::{Build, Options},
    proc,
    program::raise_file_limit,
    report,
};
use serde_json::{Value, json};

use crate::{
    figures::tenths,
    hostile::{FloodBodies, FloodFrom, HostileClients, flood_bodies},
    one_trace, peers,
    server::Server,
    steady_client,
    table::table,
    throughput::{self, Load},
};

/// The limit of this program, which has the connections of all clients. The gateway has the usual limit.
const MAX_OPEN_FILES: u64 = 8192;

/// The time between the start of the hostile clients and the measurement.
const WARM_UP: Duration = Duration::from_secs(3);

/// Builds take turns, so a change of the machine's speed affects all of them.
const THROUGHPUT_ROUNDS: usize = 2;

/// The gateway's default, so the flood can fill the store.
const STORE_BOUND: (&str, &str) = ("OTEL_WEB_GATEWAY_KEEP_MB", "1024");

const SCENARIOS: [(&str, Option<FloodFrom>); 3] = [
    ("alone", None),
    ("hostile clients", Some(FloodFrom::OtherMachines)),
    (
        "hostile clients, flood of this machine",
        Some(FloodFrom::ThisMachine),
    ),
];

const LOAD_COLUMNS: [&str; 8] = [
    "build", "clients", "answered", "failed", "reasons", "p50_ms", "p99_ms", "peak_mb",
];
const THROUGHPUT_COLUMNS: [&str; 5] = [
    "build",
    "round",
    "spans_per_request",
    "spans_per_core_s",
    "requests_per_s",
];

pub(crate) async fn run(arguments: impl Iterator<Item = String>) -> Result<()> {
    let command = "cargo xtask bench gateway-load";
    let options = Options::read(arguments, "CRUDDUR_GATEWAY_BIN", command)?;
    raise_file_limit(MAX_OPEN_FILES)?;
    let flood = flood_bodies()?;
    let (mut load, mut traces) = (Vec::new(), Vec::new());
    for (name, flood_from) in SCENARIOS {
        for build in &options.builds {
            let row = under_load(build, name, &flood, flood_from, options.phase).await;
            load.push(logged(row.with_context(|| build.name.clone())?));
        }
    }
    for build in &options.builds {
        traces.push(logged(one_trace::measure(build).await?));
    }
    let throughput = throughput_in_turn(&options.builds).await?;
    println!("50 requests a second, 50 spans each:");
    print!("{}", table(&LOAD_COLUMNS, &load));
    println!("\n3,000 requests of one span into a trace of 1,500 spans:");
    print!("{}", table(&one_trace::COLUMNS, &traces));
    println!("\nRequests without a pause:");
    print!("{}", table(&THROUGHPUT_COLUMNS, &throughput));
    let report = json!({ "rows": load, "one_trace": traces, "throughput": throughput });
    println!(
        "{}",
        report::write("bench-gateway-load", &report)?.display()
    );
    Ok(())
}

/// Starts a gateway for each scenario, because its memory peak is that of its lifetime.
async fn under_load(
    build: &Build,
    clients: &str,
    flood: &FloodBodies,
    flood_from: Option<FloodFrom>,
    phase: Duration,
) -> Result<Value> {
    let server = Server::start(&peers::gateway(build.program.clone()), Some(STORE_BOUND)).await?;
    let hostile = match flood_from {
        Some(from) => Some(HostileClients::start(server.port, flood, from)?),
        None => None,
    };
    tokio::time::sleep(WARM_UP).await;
    let mut outcomes = steady_client::measure(server.port, phase).await?;
    let hostile = match hostile {
        Some(hostile) => Some(hostile.stop().await.to_string()),
        None => None,
    };
    Ok(json!({
        "build": build.name,
        "clients": clients,
        "answered": outcomes.answered(),
        "failed": outcomes.failed(),
        "reasons": outcomes.reasons(),
        "p50_ms": outcomes.percentile_ms(50),
        "p99_ms": outcomes.percentile_ms(99),
        "peak_mb": tenths(proc::peak_rss_mb(server.pid())?),
        "hostile": hostile,
    }))
}

async fn throughput_in_turn(builds: &[Build]) -> Result<Vec<Value>> {
    let mut rows = Vec::new();
    for spans_per_request in [1, 50, 512] {
        for round in 1..=THROUGHPUT_ROUNDS {
            for build in builds {
                let peer = peers::gateway(build.program.clone());
                let measured = throughput::measure(&peer, Load::plain(spans_per_request)).await?;
                rows.push(logged(json!({
                    "build": build.name,
                    "round": round,
                    "spans_per_request": spans_per_request,
                    "spans_per_core_s": measured.spans_per_core_s().round(),
                    "requests_per_s": measured.requests_per_s.round(),
                })));
            }
        }
    }
    Ok(rows)
}

fn logged(row: Value) -> Value {
    eprintln!("{row}");
    row
}
