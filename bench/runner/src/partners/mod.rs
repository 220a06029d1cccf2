//! Whether servers that others have made continue the traces of a page.
//!
//! Each server of `bench/partners` runs as its documentation sets it up. The page is that of otel-web, in Chromium, behind
//! one origin with the servers, and all spans go to a gateway.

mod partner;
mod site;
mod trace;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use bench_runner::chromium::Chromium;
use bench_runner::page::Page;
use bench_runner::program::free_port;
use bench_runner::report;
use bench_runner::service::{Process, Program, temporary_folder};
use serde_json::{Value, json};
use tokio::time::sleep;

use partner::{PARTNERS, Partner, Receivers};
use site::Site;
use trace::Trace;

/// Requests to each server. The first also loads its code.
const REQUESTS: usize = 5;

const ARRIVAL_TIMEOUT: Duration = Duration::from_secs(20);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

const START: &str = r#"
new Promise((loaded) => {
  const look = () => (globalThis.sdk ? loaded(globalThis.sdk) : setTimeout(look, 5));
  look();
}).then((sdk) => sdk.init({ endpoint: "/otlp" }))
"#;

pub(crate) async fn run(pages: &Path, servers: &Path) -> Result<()> {
    let folder = temporary_folder()?;
    let xray = format!("127.0.0.1:{}", free_port()?);
    let built = || bench_runner::target().join("debug/otel-web-gateway");
    let program = std::env::var_os("CRUDDUR_GATEWAY_BIN").map_or_else(built, PathBuf::from);
    let database = folder.path().join("traces.db");
    let gateway = Program::new(&program)
        .env("OTEL_WEB_GATEWAY_DB", database.display().to_string())
        .env("OTEL_WEB_GATEWAY_XRAY_LISTEN", xray.clone())
        .start("OTEL_WEB_GATEWAY_LISTEN")
        .await?;
    let receivers = Receivers {
        otlp: gateway.origin(),
        xray,
    };
    let browser = Chromium::start().await?;
    let mut rows = Vec::new();
    for partner in PARTNERS {
        let server = partner.start(servers, &receivers).await?;
        let origins = (gateway.origin(), server.origin());
        let site = Site::start(pages.join("otel-web"), origins).await?;
        let tab = browser.page().await?;
        tab.goto(site.origin()).await?;
        tab.evaluate(START)
            .await
            .context("the page does not start")?;
        rows.push(measure(&partner, &tab, &gateway).await?);
        tab.close().await?;
    }
    browser.end().await?;
    print(&rows);
    let path = report::write("partners", &json!({ "rows": rows }))?;
    println!("written to {}", path.display());
    Ok(())
}

/// Sends the requests, and looks at the trace of each.
async fn measure(partner: &Partner, tab: &Page, gateway: &Process) -> Result<Value> {
    let client = http_client::builder().no_proxy().build()?;
    let (mut complete, mut seen) = (0, Vec::new());
    for number in 0..REQUESTS {
        let name = format!("{} {number}", partner.name);
        let request = format!("sdk.request({}, '/api/items/{number}')", json!(name));
        let spans = tab.number(&request).await?;
        anyhow::ensure!(spans == 2.0, "{name} failed");
        let trace = wait_for(&client, gateway, &name).await?;
        complete += usize::from(trace.is_continued());
        seen = trace.describe();
    }
    Ok(json!({
        "server": partner.name, "needs": partner.needs, "requests": REQUESTS,
        "one trace, one root, below the request": complete, "spans": seen,
    }))
}

/// Waits until the trace has a server's span or the time is over.
async fn wait_for(client: &reqwest::Client, gateway: &Process, name: &str) -> Result<Trace> {
    let began = Instant::now();
    loop {
        let found = Trace::find(client, &gateway.origin(), name).await?;
        match found {
            Some(trace) if trace.is_continued() => return Ok(trace),
            found if began.elapsed() > ARRIVAL_TIMEOUT => match found {
                Some(trace) => return Ok(trace),
                None => bail!("the page's spans of {name} did not arrive"),
            },
            _ => sleep(POLL_INTERVAL).await,
        }
    }
}

fn print(rows: &[Value]) {
    let text = |row: &Value, key: &str| {
        let value = &row[key];
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let keys = [
        "server",
        "requests",
        "one trace, one root, below the request",
    ];
    let heading = keys.map(str::to_owned).to_vec();
    let lines = rows
        .iter()
        .map(|row| keys.map(|key| text(row, key)).to_vec());
    let table: Vec<_> = std::iter::once(heading).chain(lines).collect();
    println!("{}", report::table(&table));
    for row in rows {
        println!("{}: {}", text(row, "server"), row["spans"]);
    }
}
