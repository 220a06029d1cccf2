//! An hour of somebody who clicks each 200 ms, as fast as the page can: what does the page hold in the end?
//!
//! The page is that of the fifty interleaved actions, so each click does whatever an action can do. Most of the
//! clicks are with a receiver that works, the last ones with one that is down.

mod sample;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use axum::http::{Method, StatusCode};
use bench_runner::chromium::Chromium;
use bench_runner::collector::{Answer, Collector};
use bench_runner::page::Page;
use bench_runner::report;
use bench_runner::server::Server;
use serde_json::json;

use sample::{Sample, growth};

/// An action each 200 ms, for an hour.
const ACTIONS: u32 = 18_000;
/// Samples that are taken on the way.
const SAMPLES: u32 = 9;
/// Clicks that are under way together.
const AT_ONCE: u32 = 50;

/// After an outage the page may wait a while before it asks again.
const LONGEST: Duration = Duration::from_secs(90);

const START: &str = r#"
new Promise((loaded) => {
  const look = () => (globalThis.app ? loaded(globalThis.app) : setTimeout(look, 5));
  look();
}).then((app) => app.start({ endpoint: "/otlp" }))
"#;

/// Clicks every button once, and waits until what it does is done.
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
        _ => bail!("`{}` is not understood: --actions N", arguments.join(" ")),
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
        Some(what) => bail!("the page grows: {what}"),
    }
}

struct Soak {
    page: Page,
    collector: Arc<Collector>,
    is_down: Arc<AtomicBool>,
    /// For as long as there is a page.
    _server: Server,
}

impl Soak {
    async fn start(browser: &Chromium, pages: &Path) -> Result<Self> {
        let collector = Arc::new(Collector::default());
        let is_down = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&is_down);
        collector.answer_with(move |asked| {
            let is_export = asked.method == Method::POST;
            match is_export && flag.load(Ordering::Relaxed) {
                true => Answer::status(StatusCode::SERVICE_UNAVAILABLE),
                false => Answer::ok(),
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
        let stretch = (actions / SAMPLES / AT_ONCE).max(1);
        let mut samples = Vec::new();
        for number in 1..=SAMPLES {
            self.collector.forget();
            self.click(stretch).await?;
            let missing = self.missing(stretch).await;
            let what = format!("{} actions", number * stretch * AT_ONCE);
            samples.push(self.sample(what, missing).await?);
        }
        for number in 1..=2 {
            self.collector.forget();
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

    /// So many waves of clicks.
    async fn click(&self, waves: u32) -> Result<()> {
        for _ in 0..waves {
            let pieces = self.page.number(WAVE).await?;
            if pieces < 100.0 {
                bail!("only {pieces} of 100 pieces of work were done");
            }
        }
        Ok(())
    }

    /// How many handlers of so many waves did not arrive.
    async fn missing(&self, waves: u32) -> usize {
        let expected = (waves * AT_ONCE) as usize;
        let is_enough = |seen: &_| sample::handlers(seen) >= expected;
        self.collector.until(LONGEST, is_enough).await;
        expected.saturating_sub(sample::handlers(&self.collector.seen()))
    }

    async fn sample(&self, what: String, missing: usize) -> Result<Sample> {
        let sample = Sample::take(&self.page, what, missing).await?;
        println!("{sample}");
        Ok(sample)
    }
}
