//! How long visitors of the back end wait: the home feed, a crud's page, posting, signing in and
//! the health check, at 100,000 cruds and many replies to one of them; alone, and while hostile
//! clients search, connect without a word, and guess passwords.
//!
//! `cargo xtask bench backend` builds the back end and runs this. Everything is on loopback, and
//! each load ends by itself. Another build of the back end is measured in the same run with
//! `--other PATH`.

mod crowd;
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
    crowd::Crowd,
    server::Server,
    visitor::{Figures, Visitor},
};

/// Replies to the newest crud.
const REPLIES: [u32; 2] = [10_000, 100_000];
/// How long hostile clients have until the measurement among them begins.
const WARM_UP: Duration = Duration::from_secs(2);
/// Of this program: the connections of the crowd, and those of the visitor. The server gets the
/// usual limit.
const MAX_OPEN_FILES: u64 = 8192;
const COLUMNS: [&str; 9] = [
    "build", "replies", "clients", "request", "answers", "failed", "p50_ms", "p99_ms", "max_ms",
];

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::read(
        std::env::args().skip(1),
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
    print!("{}", report::table(&table(&rows)));
    let path = report::write("bench-backend", &json!({ "rows": rows }))?;
    println!("{}", path.display());
    Ok(())
}

/// The figures of one build, with this many replies to the newest crud.
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
    let crowd = Crowd::start(&server)?;
    tokio::time::sleep(WARM_UP).await;
    add("among hostile", visitor.measure(phase).await);
    let crowd = crowd.stop().await;
    eprintln!("{}, {replies} replies: {crowd}", build.name);
    add("afterwards", visitor.measure(phase / 4).await);
    Ok(rows)
}

fn table(rows: &[Value]) -> Vec<Vec<String>> {
    let cell = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let head = COLUMNS.map(str::to_owned).to_vec();
    let cells = rows
        .iter()
        .map(|row| COLUMNS.map(|name| cell(&row[name])).to_vec());
    std::iter::once(head).chain(cells).collect()
}
