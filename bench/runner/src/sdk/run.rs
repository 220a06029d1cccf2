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

/// Spans of one round: as many as fit into every SDK's queue.
const ROUND: u32 = 2000;

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

struct Subject {
    page: Page,
    collector: Arc<Collector>,
}

impl Subject {
    async fn measure(&self, ns_sampled_out: f64) -> Result<Spans> {
        let asking = self.asking_ms().await?;
        self.collector.until_quiet(QUIET).await;
        let (ns_cold, _) = self.rounds(1, asking).await?;
        self.rounds(WARM_UP, asking).await?;
        let (ns_per_span, ns_in_loop) = self.rounds(ROUNDS, asking).await?;
        Ok(Spans {
            ns_per_span,
            ns_in_loop,
            ns_cold,
            ns_sampled_out,
            bytes_per_span: self.bytes_per_span().await?,
        })
    }

    /// What each question costs the page, which is no SDK's fault.
    async fn asking_ms(&self) -> Result<f64> {
        const QUESTIONS: u32 = 20;
        let before = clock::main_thread_ms(&self.page).await?;
        for _ in 0..QUESTIONS {
            self.page.number("performance.now()").await?;
        }
        let after = clock::main_thread_ms(&self.page).await?;
        Ok((after - before) / f64::from(QUESTIONS))
    }

    /// Nanoseconds for each span: all of the main thread's, and those within the loop.
    async fn rounds(&self, count: u32, asking_ms: f64) -> Result<(f64, f64)> {
        let mut in_loop = 0.0;
        let before = clock::main_thread_ms(&self.page).await?;
        for _ in 0..count {
            self.collector.forget();
            in_loop += self.page.number(&format!("sdk.run({ROUND})")).await?;
            self.arrive("m.run", ROUND as usize).await?;
        }
        let all = clock::main_thread_ms(&self.page).await? - before;
        let per_span = |ms: f64| ms * 1e6 / f64::from(ROUND * count);
        Ok((
            per_span(all - asking_ms * f64::from(count)),
            per_span(in_loop),
        ))
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

    /// Waits for all these spans, or where spans cannot be counted, until no more comes.
    async fn arrive(&self, prefix: &str, count: usize) -> Result<()> {
        let enough = |seen: &Seen| spans(seen, prefix) >= count;
        if !self.collector.until(LONGEST, enough).await {
            self.collector.until_quiet(QUIET).await;
        }
        let nothing = self.collector.seen().received.is_empty();
        ensure!(!nothing, "nothing arrived within {LONGEST:?}");
        Ok(())
    }
}

fn spans(seen: &Seen, prefix: &str) -> usize {
    let all = seen.received.iter().flat_map(|request| &request.spans);
    all.filter(|span| span.name.starts_with(prefix)).count()
}

async fn sampled_out(page: &Page) -> Result<f64> {
    let expression = format!("sdk.run_unsampled({UNSAMPLED})");
    page.number(&expression).await?;
    let ms = page.number(&expression).await?;
    Ok(ms * 1e6 / f64::from(UNSAMPLED))
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
