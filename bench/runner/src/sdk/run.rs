//! One run: an SDK's page in a fresh browser.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use bench_runner::chromium::Chromium;
use bench_runner::collector::{Collector, Observed};
use bench_runner::page::Page;
use bench_runner::server::Server;

use super::mix::Mix;
use super::{clock, start};

/// Spans of one round. They fit into every SDK's queue and fill batches of every SDK.
const ROUND: u32 = 2048;

/// Rounds in which the compilers of JavaScript and WebAssembly optimize the code.
const WARM_UP: u32 = 3;
const ROUNDS: u32 = 5;

/// Spans of the unsampled loop, which fills no queue.
const UNSAMPLED: u32 = 100_000;

/// Longer than any SDK delays spans that it could send.
const QUIET_PERIOD: Duration = Duration::from_millis(1500);
const ARRIVAL_TIMEOUT: Duration = Duration::from_secs(10);

/// The figures of one run.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// The main thread's processor time until the start is complete, minus that of an empty page.
    pub(crate) init_ms: f64,
    /// The time from the last byte of the code until the SDK is ready.
    pub(crate) ready_ms: f64,
    /// `None` if only the start can be measured.
    pub(crate) spans: Option<Spans>,
}

/// The figures of a span. Times are processor times of the main thread.
#[derive(Clone, Debug)]
pub(crate) struct Spans {
    /// From the start of the span to the response to its export.
    pub(crate) ns_per_span: f64,
    /// The part of it in the loop that makes the spans.
    pub(crate) ns_in_loop: f64,
    /// In the first round, while little is compiled.
    pub(crate) ns_cold: f64,
    pub(crate) ns_sampled_out: f64,
    pub(crate) bytes_per_span: f64,
    /// The share of the spans that arrived, if they can be counted. Dropped spans cost little.
    pub(crate) arrived: Option<f64>,
}

pub(crate) async fn measure(pages: &Path, sdk: &str) -> Result<Figures> {
    let collector = Arc::new(Collector::default());
    let server = Server::start(pages.to_owned(), &collector).await?;
    let browser = Chromium::start().await?;
    let started = start::measure(&browser, &server, sdk).await?;
    let mut figures = Figures {
        init_ms: started.init_ms,
        ready_ms: started.ready_ms,
        spans: None,
    };
    let page = started.page;
    if page.evaluate("'run' in sdk").await? == true {
        let not_sampled = start::open(&browser, &server, sdk, "?ratio=0").await?;
        let ns_sampled_out = sampled_out(&not_sampled).await?;
        not_sampled.close().await?;
        let subject = Subject { page, collector };
        figures.spans = Some(subject.measure(ns_sampled_out).await?);
    }
    browser.end().await?;
    Ok(figures)
}

struct Rounds {
    ns_per_span: f64,
    ns_in_loop: f64,
    arrived: Option<f64>,
}

struct Subject {
    page: Page,
    collector: Arc<Collector>,
}

impl Subject {
    async fn measure(&self, ns_sampled_out: f64) -> Result<Spans> {
        let query_ms = self.query_ms().await?;
        self.collector.wait_until_quiet(QUIET_PERIOD).await;
        let cold = self.rounds(1, query_ms).await?;
        self.rounds(WARM_UP, query_ms).await?;
        let warm = self.rounds(ROUNDS, query_ms).await?;
        Ok(Spans {
            ns_per_span: warm.ns_per_span,
            ns_in_loop: warm.ns_in_loop,
            ns_cold: cold.ns_per_span,
            ns_sampled_out,
            bytes_per_span: self.bytes_per_span().await?,
            arrived: warm.arrived,
        })
    }

    /// Measures the cost of reading the metric, which is subtracted from the figures.
    async fn query_ms(&self) -> Result<f64> {
        const QUERIES: u32 = 20;
        let before = clock::main_thread_ms(&self.page).await?;
        for _ in 0..QUERIES {
            evaluate_timed(&self.page, "0").await?;
        }
        let after = clock::main_thread_ms(&self.page).await?;
        Ok((after - before) / f64::from(QUERIES))
    }

    async fn rounds(&self, count: u32, query_ms: f64) -> Result<Rounds> {
        let (mut in_loop, mut all, mut arrived) = (0.0, 0.0, 0);
        for _ in 0..count {
            self.collector.clear();
            let before = clock::main_thread_ms(&self.page).await?;
            let made = evaluate_timed(&self.page, &format!("sdk.run({ROUND})")).await?;
            arrived += self.arrive("m.run", ROUND as usize).await?;
            let done = clock::main_thread_ms(&self.page).await?;
            in_loop += made - before - query_ms;
            all += done - before - query_ms;
        }
        let spans = f64::from(ROUND * count);
        Ok(Rounds {
            ns_per_span: all * 1e6 / spans,
            ns_in_loop: in_loop * 1e6 / spans,
            arrived: (arrived > 0).then_some(arrived as f64 / spans),
        })
    }

    async fn bytes_per_span(&self) -> Result<f64> {
        self.collector.wait_until_quiet(QUIET_PERIOD).await;
        self.collector.clear();
        let mix = Mix::of_actions(128);
        let ended = self
            .page
            .number(&format!("sdk.record({})", mix.json()))
            .await?;
        self.arrive("mix.", mix.len()).await?;
        let received = self.collector.observed().received;
        let bytes: usize = received.iter().map(|request| request.bytes).sum();
        Ok(bytes as f64 / ended)
    }

    /// Waits for `count` spans, or until no more arrive. Returns the number that arrived.
    async fn arrive(&self, prefix: &str, count: usize) -> Result<usize> {
        let all = |observed: &Observed| spans(observed, prefix) >= count;
        let cannot_be_counted =
            |observed: &Observed| !observed.received.is_empty() && spans(observed, "") == 0;
        let enough = |observed: &Observed| all(observed) || cannot_be_counted(observed);
        self.collector.wait_until(ARRIVAL_TIMEOUT, enough).await;
        if !all(&self.collector.observed()) {
            self.collector.wait_until_quiet(QUIET_PERIOD).await;
        }
        let observed = self.collector.observed();
        let nothing = observed.received.is_empty();
        ensure!(!nothing, "nothing arrived within {ARRIVAL_TIMEOUT:?}");
        Ok(spans(&observed, prefix))
    }
}

fn spans(observed: &Observed, prefix: &str) -> usize {
    let all = observed.received.iter().flat_map(|request| &request.spans);
    all.filter(|span| span.name.starts_with(prefix)).count()
}

async fn sampled_out(page: &Page) -> Result<f64> {
    let expression = format!("sdk.run_unsampled({UNSAMPLED})");
    let before = evaluate_timed(page, &expression).await?;
    let after = evaluate_timed(page, &expression).await?;
    Ok((after - before) * 1e6 / f64::from(UNSAMPLED))
}

/// Evaluates an expression, and returns the main thread's processor time since the page was loaded.
async fn evaluate_timed(page: &Page, expression: &str) -> Result<f64> {
    page.evaluate(expression).await?;
    clock::main_thread_ms(page).await
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "init {:>5.1} ms", self.init_ms)?;
        let Some(spans) = &self.spans else {
            return Ok(());
        };
        write!(
            f,
            ", {:>7.0} ns a span, {:>5.0} ns sampled out, {:>6.1} bytes a span",
            spans.ns_per_span, spans.ns_sampled_out, spans.bytes_per_span
        )
    }
}
