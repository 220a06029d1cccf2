//! Measures whether the spans and requests of fifty interleaved user actions are in the trace of their action.
//!
//! The pages are `bench/causality-page`, the same with other frameworks, `bench/causality-*`, and the same in
//! JavaScript, `bench/peers/causality`. They have a button for each action. Each span and request carries the number of its action.

mod assessment;
mod trace_tally;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use axum::http::{Method, StatusCode};
use bench_runner::chromium::Chromium;
use bench_runner::collector::{Collector, PlannedResponse, RequestInfo};
use bench_runner::page::Page;
use bench_runner::report;
use bench_runner::server::Server;
use serde_json::json;

use assessment::Assessment;

/// The pages with otel-web, then the page in JavaScript: as browsers run it, and with `async` compiled to promises, which
/// is the only form in which zones can propagate the context.
const PAGES: [(&str, &str); 5] = [
    (OTEL_WEB, "causality-otel-web"),
    ("otel-web with Leptos", "causality-leptos"),
    ("otel-web with Dioxus", "causality-dioxus"),
    ("otel-js with zone", "causality-otel-js"),
    (
        "otel-js with zone, async compiled away",
        "causality-otel-js-es2016",
    ),
];

const OTEL_WEB: &str = "otel-web";

const START: &str = r#"
new Promise((loaded) => {
  const look = () => (globalThis.app ? loaded(globalThis.app) : setTimeout(look, 5));
  look();
}).then(async (app) => {
  await app.start({ endpoint: "/otlp" });
  const buttons = () => document.querySelectorAll("button").length === 50;
  while (!buttons()) await new Promise((later) => setTimeout(later, 5));
})
"#;

/// Clicks the first twenty buttons at once and the others with pauses, then waits until all work is done.
const CLICK: &str = r#"
(async () => {
  const pause = (ms) => new Promise((later) => setTimeout(later, ms));
  for (const [number, button] of [...document.querySelectorAll("button")].entries()) {
    if (number > 20) await pause(number % 4);
    button.click();
  }
  const began = performance.now();
  while (app.done() < 153 && performance.now() - began < 30000) await pause(20);
  return app.done();
})()
"#;

const ARRIVAL_TIMEOUT: Duration = Duration::from_secs(12);
const QUIET_PERIOD: Duration = Duration::from_millis(1500);

/// Runs of each page, except with `--check`.
const RUNS: usize = 5;

/// Runs the measurement. `--check` measures otel-web only, and fails if a span is in a wrong trace.
pub(crate) async fn run(pages: &Path, arguments: &[&str]) -> Result<()> {
    let is_check = arguments.contains(&"--check");
    let runs = if is_check { 1 } else { RUNS };
    let browser = Chromium::start().await?;
    let mut rows = Vec::new();
    for (sdk, page) in PAGES {
        let is_there = pages.join(page).join("index.html").is_file();
        if is_there && (sdk.starts_with(OTEL_WEB) || !is_check) {
            let mut assessment = Assessment::default();
            for _ in 0..runs {
                assessment.add(measure(&browser, pages, page).await?);
            }
            println!("{sdk:<40} {assessment}");
            rows.push((sdk, assessment));
        }
    }
    browser.end().await?;
    if is_check {
        return check(&rows);
    }
    let report = json!({ "rows": rows.iter().map(|(sdk, assessment)| assessment.row(sdk)).collect::<Vec<_>>() });
    println!(
        "written to {}",
        report::write("causality", &report)?.display()
    );
    Ok(())
}

fn check(rows: &[(&str, Assessment)]) -> Result<()> {
    if rows.is_empty() {
        bail!("no page of otel-web was built");
    }
    for (sdk, assessment) in rows {
        if !assessment.is_perfect() {
            bail!(
                "{sdk}: spans are not in the traces of their actions: {assessment}\n{}",
                assessment.mismatches.join("\n")
            );
        }
    }
    Ok(())
}

async fn measure(browser: &Chromium, pages: &Path, page: &str) -> Result<Assessment> {
    let collector = Arc::new(Collector::default());
    collector.respond_with(response);
    let server = Server::start(pages.to_owned(), &collector).await?;
    let tab = browser.page().await?;
    tab.goto(&format!("{}/{page}/", server.origin())).await?;
    tab.evaluate(START)
        .await
        .with_context(|| format!("{page} does not start"))?;
    // Loading the page is an action of its own. It is over when its spans have arrived.
    collector
        .wait_until(ARRIVAL_TIMEOUT, |observed| {
            observed
                .received
                .iter()
                .any(|request| !request.spans.is_empty())
        })
        .await;
    click(&tab, &collector).await?;
    tab.close().await?;
    collector.wait_until_quiet(QUIET_PERIOD).await;
    Ok(Assessment::of(&collector.observed()))
}

async fn click(tab: &Page, collector: &Collector) -> Result<()> {
    let done = tab.number(CLICK).await?;
    if done < 153.0 {
        eprintln!("only {done} of 153 work items were completed");
    }
    collector
        .wait_until(ARRIVAL_TIMEOUT, |observed| {
            Assessment::of(observed).is_complete()
        })
        .await;
    Ok(())
}

/// Delays responses so that their order differs from that of the requests.
fn response(request: &RequestInfo<'_>) -> PlannedResponse {
    let Some(number) = assessment::number(request.path).filter(|_| request.method == Method::GET)
    else {
        return PlannedResponse::ok();
    };
    let delay = match () {
        () if request.path.contains("/slow/") => 5000,
        () if request.path.contains("/one/") => 50 - number % 50,
        () if request.path.contains("/other/") => number % 11,
        () => number % 6,
    };
    PlannedResponse::status(StatusCode::OK).after(Duration::from_millis(delay))
}
