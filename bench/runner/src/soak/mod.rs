//! Measures the memory that a page retains after as many clicks as an hour has at 200 ms each.
//!
//! The page is that of the fifty interleaved actions. The receiver is available for most of the clicks, and unavailable
//! for the last ones.

mod sample;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use axum::http::{Method, StatusCode};
use bench_runner::chromium::Chromium;
use bench_runner::collector::{Collector, PlannedResponse};
use bench_runner::page::Page;
use bench_runner::report;
use bench_runner::server::Server;
use serde_json::json;

use sample::{Sample, growth};

/// One action each 200 ms, for an hour.
const ACTIONS: u32 = 18_000;
/// Samples before the outages.
const SAMPLES: u32 = 9;
/// The page has this number of buttons, which are clicked at the same time.
const CONCURRENT_CLICKS: u32 = 50;

/// After an outage the page may wait before it retries.
const ARRIVAL_TIMEOUT: Duration = Duration::from_secs(90);

const START: &str = r#"
new Promise((loaded) => {
  const look = () => (globalThis.app ? loaded(globalThis.app) : setTimeout(look, 5));
  look();
}).then((app) => app.start({ endpoint: "/otlp" }))
"#;

/// Clicks every button once, and waits until all work is done.
const WAVE: &str = r#"
(async () => {
  const pause = (ms) => new Promise((later) => setTimeout(later, ms));
  const before = app.done();
  for (const button of document.querySelectorAll("button")) button.click();
  const began = performance.now();
  while (app.done() < before + 100 && performance.now() - began < 30000) await pause(5);
  return app.done() - before;
})()
"#;

pub(crate) async fn run(pages: &Path, arguments: &[&str]) -> Result<()> {
    let actions = match arguments {
        [] => ACTIONS,
        ["--actions", number] => number.parse().context("--actions takes a number")?,
        _ => bail!(
            "unknown option `{}`; the option is --actions N",
            arguments.join(" ")
        ),
    };
    let browser = Chromium::start().await?;
    let soak = Soak::start(&browser, pages).await?;
    let samples = soak.samples(actions).await?;
    browser.end().await?;
    println!("\n{}", sample::table(&samples));
    let rows: Vec<_> = samples.iter().map(Sample::row).collect();
    let path = report::write("soak", &json!({ "actions": actions, "rows": rows }))?;
    println!("written to {}", path.display());
    match growth(&samples) {
        None => Ok(()),
        Some(samples) => bail!("the page's memory grows: {samples}"),
    }
}

struct Soak {
    page: Page,
    collector: Arc<Collector>,
    is_down: Arc<AtomicBool>,
    /// Dropped after the page.
    _server: Server,
}

impl Soak {
    async fn start(browser: &Chromium, pages: &Path) -> Result<Self> {
        let collector = Arc::new(Collector::default());
        let is_down = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&is_down);
        collector.respond_with(move |request| {
            let is_export = request.method == Method::POST;
            match is_export && flag.load(Ordering::Relaxed) {
                true => PlannedResponse::status(StatusCode::SERVICE_UNAVAILABLE),
                false => PlannedResponse::ok(),
            }
        });
        let server = Server::start(pages.to_owned(), &collector).await?;
        let page = browser.page().await?;
        page.call("Performance.enable", json!({})).await?;
        page.goto(&format!("{}/causality-otel-web/", server.origin()))
            .await?;
        page.evaluate(START).await?;
        Ok(Self {
            page,
            collector,
            is_down,
            _server: server,
        })
    }

    async fn samples(&self, actions: u32) -> Result<Vec<Sample>> {
        let stretch = (actions / SAMPLES / CONCURRENT_CLICKS).max(1);
        let mut samples = Vec::new();
        for number in 1..=SAMPLES {
            self.collector.clear();
            self.click(stretch).await?;
            let missing = self.missing(stretch).await;
            let what = format!("{} actions", number * stretch * CONCURRENT_CLICKS);
            samples.push(self.sample(what, missing).await?);
        }
        for number in 1..=2 {
            self.collector.clear();
            self.is_down.store(true, Ordering::Relaxed);
            self.click(stretch).await?;
            self.is_down.store(false, Ordering::Relaxed);
            self.click(1).await?;
            let missing = self.missing(stretch + 1).await;
            let what = format!("outage {number} is over");
            samples.push(self.sample(what, missing).await?);
        }
        Ok(samples)
    }

    /// Clicks every button `waves` times.
    async fn click(&self, waves: u32) -> Result<()> {
        for _ in 0..waves {
            let pieces = self.page.number(WAVE).await?;
            if pieces < 100.0 {
                bail!("only {pieces} of 100 work items were completed");
            }
        }
        Ok(())
    }

    /// Returns how many handler spans of this number of waves did not arrive.
    async fn missing(&self, waves: u32) -> usize {
        let expected = (waves * CONCURRENT_CLICKS) as usize;
        let is_enough = |observed: &_| sample::handlers(observed) >= expected;
        self.collector.wait_until(ARRIVAL_TIMEOUT, is_enough).await;
        expected.saturating_sub(sample::handlers(&self.collector.observed()))
    }

    async fn sample(&self, what: String, missing: usize) -> Result<Sample> {
        let sample = Sample::take(&self.page, what, missing).await?;
        println!("{sample}");
        Ok(sample)
    }
}
