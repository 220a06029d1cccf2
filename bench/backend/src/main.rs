//! Measures the latency of the back end: the home feed, a crud's page, search, posting, signing in and the health
//! check, with 100,000 cruds and many replies to one of them; alone, and while hostile clients search, open idle
//! connections, and guess passwords.
//!
//! `cargo xtask bench backend` builds the back end and runs this. Everything is on loopback, and each load ends by
//! itself. `--other PATH` measures another build of the back end in the same run.
//!
//! The argument `api` starts another measurement: see [`api`].

mod api;
mod hostile_clients;
mod seed;
mod server;
mod visitor;

use std::time::Duration;

use anyhow::{Context as _, Result};
use bench_runner::{
    builds::{Build, Options},
    program::raise_file_limit,
    report,
};
use serde_json::{Value, json};

use self::{
    hostile_clients::HostileClients,
    server::Server,
    visitor::{Figures, Visitor},
};

/// Replies to the newest crud.
const REPLIES: [u32; 2] = [10_000, 100_000];
/// The time between the start of the hostile clients and the measurement.
const WARM_UP: Duration = Duration::from_secs(2);
/// The limit of this program, which has the connections of all clients. The server has the usual limit.
const MAX_OPEN_FILES: u64 = 8192;
const COLUMNS: [&str; 9] = [
    "build", "replies", "clients", "request", "answers", "failed", "p50_ms", "p99_ms", "max_ms",
];

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if_eq("api").is_some() {
        return api::run(arguments).await;
    }
    let options = Options::read(
        arguments,
        "CRUDDUR_BACKEND_BIN",
        "cargo xtask bench backend",
    )?;
    raise_file_limit(MAX_OPEN_FILES)?;
    let mut rows = Vec::new();
    for replies in REPLIES {
        for build in &options.builds {
            rows.extend(measure(build, replies, options.phase).await?);
        }
    }
    print!("{}", report::table(&table(&COLUMNS, &rows)));
    let path = report::write("bench-backend", &json!({ "rows": rows }))?;
    println!("{}", path.display());
    Ok(())
}

/// Measures one build with this number of replies to the newest crud.
async fn measure(build: &Build, replies: u32, phase: Duration) -> Result<Vec<Value>> {
    let server = Server::start(build, replies)
        .await
        .with_context(|| format!("the build {} does not start", build.name))?;
    let mut rows = Vec::new();
    let visitor = Visitor::sign_in(&server).await?;
    let mut add = |clients: &str, figures: Vec<Figures>| {
        for figures in figures {
            eprintln!("{}, {replies} replies, {clients}: {figures}", build.name);
            rows.push(figures.row(&build.name, replies, clients));
        }
    };
    add("alone", visitor.measure(phase).await);
    let hostile = HostileClients::start(&server)?;
    tokio::time::sleep(WARM_UP).await;
    add("among hostile", visitor.measure(phase).await);
    let responses = hostile.stop().await;
    eprintln!("{}, {replies} replies: {responses}", build.name);
    add("afterwards", visitor.measure(phase / 4).await);
    Ok(rows)
}

/// Returns the rows as cells, with the names of the columns above them.
fn table(columns: &[&str], rows: &[Value]) -> Vec<Vec<String>> {
    let cell = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let head = columns.iter().map(|name| (*name).to_owned()).collect();
    let cells = rows
        .iter()
        .map(|row| columns.iter().map(|name| cell(&row[name])).collect());
    std::iter::once(head).chain(cells).collect()
}
