//! One run: an SDK's page in a fresh browser.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use bench_runner::chromium::Chromium;
use bench_runner::collector::{Collector, Seen};
use bench_runner::page::Page;
use bench_runner::server::Server;

use super::mix::Mix;
use super::{clock, start};

/// Spans of one round: as many as fit into every SDK's queue, and fill batches of every SDK.
const ROUND: u32 = 2048;

/// Rounds until the compilers of JavaScript and WebAssembly have done their best.
const WARM_UP: u32 = 3;
const ROUNDS: u32 = 5;

/// Without export there is no queue to fill.
const UNSAMPLED: u32 = 100_000;

/// Longer than any SDK holds spans back that it could send.
const QUIET: Duration = Duration::from_millis(1500);
const LONGEST: Duration = Duration::from_secs(10);

/// What one run gave. Times of a start in milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// The main thread's, beyond that of an empty page.
    pub(crate) init_ms: f64,
    /// From the code's last byte until the SDK traces.
    pub(crate) ready_ms: f64,
    /// Nothing where only the start can be measured.
    pub(crate) spans: Option<Spans>,
}

/// Times of a span in nanoseconds.
#[derive(Clone, Debug)]
pub(crate) struct Spans {
    /// The main thread's, from the start of the span to the answer to its export.
    pub(crate) ns_per_span: f64,
    /// Of this, what the code that makes spans waits for.
    pub(crate) ns_in_loop: f64,
    /// The main thread's in the first round, while little is compiled.
    pub(crate) ns_cold: f64,
    pub(crate) ns_sampled_out: f64,
    pub(crate) bytes_per_span: f64,
    /// The share of the spans that arrived, where they can be counted: what is given up costs little.
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
        let asking = self.asking_ms().await?;
        self.collector.until_quiet(QUIET).await;
        let cold = self.rounds(1, asking).await?;
        self.rounds(WARM_UP, asking).await?;
        let warm = self.rounds(ROUNDS, asking).await?;
        Ok(Spans {
            ns_per_span: warm.ns_per_span,
            ns_in_loop: warm.ns_in_loop,
            ns_cold: cold.ns_per_span,
            ns_sampled_out,
            bytes_per_span: self.bytes_per_span().await?,
            arrived: warm.arrived,
        })
    }

    /// What each question costs the page, which is no SDK's fault.
    async fn asking_ms(&self) -> Result<f64> {
        const QUESTIONS: u32 = 20;
        let before = clock::main_thread_ms(&self.page).await?;
        for _ in 0..QUESTIONS {
            ask(&self.page, "0").await?;
        }
        let after = clock::main_thread_ms(&self.page).await?;
        Ok((after - before) / f64::from(QUESTIONS))
    }

    async fn rounds(&self, count: u32, asking_ms: f64) -> Result<Rounds> {
        let (mut in_loop, mut all, mut arrived) = (0.0, 0.0, 0);
        for _ in 0..count {
            self.collector.forget();
            let before = clock::main_thread_ms(&self.page).await?;
            let made = ask(&self.page, &format!("sdk.run({ROUND})")).await?;
            arrived += self.arrive("m.run", ROUND as usize).await?;
            let done = clock::main_thread_ms(&self.page).await?;
            in_loop += made - before - asking_ms;
            all += done - before - asking_ms;
        }
        let spans = f64::from(ROUND * count);
        Ok(Rounds {
            ns_per_span: all * 1e6 / spans,
            ns_in_loop: in_loop * 1e6 / spans,
            arrived: (arrived > 0).then_some(arrived as f64 / spans),
        })
    }

    async fn bytes_per_span(&self) -> Result<f64> {
        self.collector.until_quiet(QUIET).await;
        self.collector.forget();
        let mix = Mix::of_actions(128);
        let ended = self
            .page
            .number(&format!("sdk.record({})", mix.json()))
            .await?;
        self.arrive("mix.", mix.len()).await?;
        let received = self.collector.seen().received;
        let bytes: usize = received.iter().map(|request| request.bytes).sum();
        Ok(bytes as f64 / ended)
    }

    /// Waits for all these spans, or until no more comes; how many did.
    async fn arrive(&self, prefix: &str, count: usize) -> Result<usize> {
        let all = |seen: &Seen| spans(seen, prefix) >= count;
        let cannot_be_counted = |seen: &Seen| !seen.received.is_empty() && spans(seen, "") == 0;
        let enough = |seen: &Seen| all(seen) || cannot_be_counted(seen);
        self.collector.until(LONGEST, enough).await;
        if !all(&self.collector.seen()) {
            self.collector.until_quiet(QUIET).await;
        }
        let seen = self.collector.seen();
        let nothing = seen.received.is_empty();
        ensure!(!nothing, "nothing arrived within {LONGEST:?}");
        Ok(spans(&seen, prefix))
    }
}

fn spans(seen: &Seen, prefix: &str) -> usize {
    let all = seen.received.iter().flat_map(|request| &request.spans);
    all.filter(|span| span.name.starts_with(prefix)).count()
}

async fn sampled_out(page: &Page) -> Result<f64> {
    let expression = format!("sdk.run_unsampled({UNSAMPLED})");
    let before = ask(page, &expression).await?;
    let after = ask(page, &expression).await?;
    Ok((after - before) * 1e6 / f64::from(UNSAMPLED))
}

/// Evaluates, and hands back how long the page's main thread has worked since it was loaded.
async fn ask(page: &Page, expression: &str) -> Result<f64> {
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
