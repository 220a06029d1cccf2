//! The project's own gateway is killed while a page sends spans to it, and restarted.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use axum::http::HeaderMap;
use bench_runner::otlp::{self, Span};
use bench_runner::program::{free_port, isolated};
use serde_json::Value;
use tokio::process::{Child, Command};

use super::case::Exit;
use super::outcome::Outcome;
use super::scenario::{Scenario, is_measured};

const DOWNTIME: Duration = Duration::from_secs(5);
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(12);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Spans end before and during the downtime. The gateway stores a span once however often it arrives, so duplicates
/// are not detected here.
pub(crate) async fn restarted(scenario: &Scenario<'_>) -> Result<Outcome> {
    let mut gateway = Gateway::new(scenario.origin())?;
    gateway.start().await?;
    let tab = scenario.visit(&gateway.url).await?;
    let mut ended = tab.spans(150).await?;
    gateway.arrive(ended, RECOVERY_TIMEOUT).await?;
    gateway.kill().await?;
    ended += tab.spans(150).await?;
    tokio::time::sleep(DOWNTIME).await;
    gateway.start().await?;
    gateway.arrive(ended, RECOVERY_TIMEOUT).await?;
    tab.work_and_exit("0", Exit::Close).await?;
    let next = scenario.visit(&gateway.url).await?;
    gateway.arrive(ended, RECOVERY_TIMEOUT).await?;
    next.page.close().await?;
    Ok(Outcome::of(ended, &gateway.spans().await?))
}

struct Gateway {
    url: String,
    address: String,
    page: String,
    database: PathBuf,
    process: Option<Child>,
    client: reqwest::Client,
}

impl Gateway {
    /// Chooses an address that is free now and after a restart.
    fn new(page: &str) -> Result<Self> {
        let address = format!("127.0.0.1:{}", free_port()?);
        let folder = bench_runner::target().join("tmp");
        std::fs::create_dir_all(&folder)?;
        let name = format!("delivery-{}.db", address.replace(['.', ':'], "-"));
        Ok(Self {
            url: format!("http://{address}"),
            address,
            page: page.to_owned(),
            database: folder.join(name),
            process: None,
            client: http_client::builder().no_proxy().build()?,
        })
    }

    async fn start(&mut self) -> Result<()> {
        let built = || bench_runner::target().join("debug/otel-web-gateway");
        let program = std::env::var_os("CRUDDUR_GATEWAY_BIN").map_or_else(built, PathBuf::from);
        let child = Command::from(isolated(&program))
            .env("OTEL_WEB_GATEWAY_LISTEN", &self.address)
            .env("OTEL_WEB_GATEWAY_DB", &self.database)
            .env("OTEL_WEB_GATEWAY_CORS_ORIGINS", &self.page)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let missing = || {
            format!(
                "cannot start {}: run `cargo build -p otel-web-gateway`",
                program.display()
            )
        };
        self.process = Some(child.with_context(missing)?);
        let began = Instant::now();
        while self.traces().await.is_err() {
            if began.elapsed() > RECOVERY_TIMEOUT {
                bail!("the gateway does not respond at {}", self.url);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    async fn kill(&mut self) -> Result<()> {
        match self.process.take() {
            Some(mut process) => process.kill().await.context("cannot kill the gateway"),
            None => Ok(()),
        }
    }

    async fn arrive(&self, ended: usize, limit: Duration) -> Result<()> {
        let began = Instant::now();
        while self.spans().await?.len() < ended && began.elapsed() < limit {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    async fn spans(&self) -> Result<Vec<Span>> {
        let mut spans = Vec::new();
        let mut list = self.traces().await?;
        for trace in list["traces"].as_array_mut().into_iter().flatten() {
            let id = trace["trace_id"].as_str().unwrap_or_default();
            let path = format!("/api/traces/{id}");
            spans.extend(otlp::spans(
                &HeaderMap::new(),
                self.get(&path).await?.as_bytes(),
            )?);
        }
        spans.retain(is_measured);
        Ok(spans)
    }

    async fn traces(&self) -> Result<Value> {
        let list = self.get("/api/traces?limit=1000").await?;
        serde_json::from_str(&list).context("the gateway's list is not JSON")
    }

    async fn get(&self, path: &str) -> Result<String> {
        let url = format!("{}{path}", self.url);
        let response = self.client.get(url).send().await?;
        Ok(response.error_for_status()?.text().await?)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-lock"] {
            let mut file = self.database.clone().into_os_string();
            file.push(suffix);
            drop(std::fs::remove_file(file));
        }
    }
}
