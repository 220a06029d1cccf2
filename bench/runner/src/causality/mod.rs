//! Fifty user actions at once: does each span, and each request, land in the trace of its action?
//!
//! The pages are `bench/causality-page` and the same in JavaScript, `bench/peers/causality`. They have a button for
//! each action; what an action does carries its number.

mod tally;
mod verdict;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use axum::http::{Method, StatusCode};
use bench_runner::chromium::Chromium;
use bench_runner::collector::{Answer, Asked, Collector};
use bench_runner::page::Page;
use bench_runner::report;
use bench_runner::server::Server;
use serde_json::json;

use verdict::Verdict;

/// Our page, then the same page in JavaScript: as browsers run it today, and with `async` compiled away, which is
/// the only form that zones can follow.
const PAGES: [(&str, &str); 3] = [
    ("otel-web", "causality-otel-web"),
    ("otel-js with zone", "causality-otel-js"),
    (
        "otel-js with zone, async compiled away",
        "causality-otel-js-es2016",
    ),
];

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

/// The first twenty in one go, the others while those work; then until all have done everything.
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

const LONGEST: Duration = Duration::from_secs(12);
const QUIET: Duration = Duration::from_millis(1500);

/// Each page so often, except where it is only checked.
const RUNS: usize = 5;

/// `--check`: fails unless ours, alone, is without fault.
pub(crate) async fn run(pages: &Path, arguments: &[&str]) -> Result<()> {
    let is_check = arguments.contains(&"--check");
    let runs = if is_check { 1 } else { RUNS };
    let browser = Chromium::start().await?;
    let mut rows = Vec::new();
    for (sdk, page) in PAGES {
        let is_there = pages.join(page).join("index.html").is_file();
        if is_there && (sdk == "otel-web" || !is_check) {
            let mut verdict = Verdict::default();
            for _ in 0..runs {
                verdict.add(subject(&browser, pages, page).await?);
            }
            println!("{sdk:<40} {verdict}");
            rows.push((sdk, verdict));
        }
    }
    browser.end().await?;
    if is_check {
        return check(&rows);
    }
    let report =
        json!({ "rows": rows.iter().map(|(sdk, verdict)| verdict.row(sdk)).collect::<Vec<_>>() });
    println!(
        "written to {}",
        report::write("causality", &report)?.display()
    );
    Ok(())
}

fn check(rows: &[(&str, Verdict)]) -> Result<()> {
    match rows {
        [(_, verdict)] if verdict.is_perfect() => Ok(()),
        [(_, verdict)] => bail!(
            "spans are not where they belong: {verdict}\n{}",
            verdict.faults.join("\n")
        ),
        _ => bail!("there is no page to check"),
    }
}

async fn subject(browser: &Chromium, pages: &Path, page: &str) -> Result<Verdict> {
    let collector = Arc::new(Collector::default());
    collector.answer_with(answer);
    let server = Server::start(pages.to_owned(), &collector).await?;
    let tab = browser.page().await?;
    tab.goto(&format!("{}/{page}/", server.origin())).await?;
    tab.evaluate(START)
        .await
        .with_context(|| format!("{page} does not start"))?;
    // The page's load is an action of its own; it is over when its spans have arrived.
    collector
        .until(LONGEST, |seen| {
            seen.received
                .iter()
                .any(|request| !request.spans.is_empty())
        })
        .await;
    click(&tab, &collector).await?;
    tab.close().await?;
    collector.until_quiet(QUIET).await;
    Ok(Verdict::of(&collector.seen()))
}

async fn click(tab: &Page, collector: &Collector) -> Result<()> {
    let done = tab.number(CLICK).await?;
    if done < 153.0 {
        eprintln!("only {done} of 153 pieces of work were done");
    }
    collector
        .until(LONGEST, |seen| Verdict::of(seen).is_complete())
        .await;
    Ok(())
}

/// Answers come in another order than requests.
fn answer(asked: &Asked<'_>) -> Answer {
    let Some(number) = verdict::number(asked.path).filter(|_| asked.method == Method::GET) else {
        return Answer::ok();
    };
    let delay = match () {
        () if asked.path.contains("/slow/") => 5000,
        () if asked.path.contains("/one/") => 50 - number % 50,
        () if asked.path.contains("/other/") => number % 11,
        () => number % 6,
    };
    Answer::status(StatusCode::OK).after(Duration::from_millis(delay))
}
