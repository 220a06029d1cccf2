//! Measures which spans arrive when the page is left, the network fails, or the receiver is unavailable.
//!
//! Each run of a case has its own origin, and therefore its own storage, and its own collector. After the case comes
//! another visit to the same origin, in which an SDK may deliver the rest. Then the received spans are compared with
//! those that have ended.

mod case;
mod crash;
mod gateway;
mod options;
mod outage;
mod outcome;
mod run_case;
mod scenario;
mod storage;
mod summary;
mod tab;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use bench_runner::chromium::Chromium;
use bench_runner::report;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use case::Case;
use options::Options;
use outcome::Outcome;
use scenario::Scenario;

/// Runs mostly wait, so several can run at the same time.
const CONCURRENT_BROWSERS: usize = 8;

/// Browsers do not cache most pages for going back, for various reasons.
const NO_BACK_FORWARD_CACHE: &str = "--disable-back-forward-cache";

/// The result of one run of one case.
#[derive(Debug)]
pub(crate) struct Run {
    sdk: String,
    case: Case,
    outcome: Outcome,
}

pub(crate) async fn run(pages: &Path, arguments: &[&str]) -> Result<()> {
    let options = Arc::new(Options::parse(pages, arguments)?);
    let permits = Arc::new(Semaphore::new(CONCURRENT_BROWSERS));
    let mut batches = JoinSet::new();
    for number in 0..options.runs {
        for sdk in &options.sdks {
            let batch = batch(pages.to_owned(), sdk.clone(), number, Arc::clone(&options));
            let permits = Arc::clone(&permits);
            batches.spawn(async move {
                let _permit = permits.acquire().await?;
                batch.await
            });
        }
    }
    let mut runs = Vec::new();
    while let Some(batch) = batches.join_next().await {
        runs.extend(batch.map_err(|panicked| anyhow!(panicked))??);
    }
    let report = summary::report(&options, &runs);
    println!("\n{}", summary::table(&report));
    let path = report::write("delivery", &report)?;
    println!("written to {}", path.display());
    Ok(())
}

/// Runs all cases of one SDK, one after the other in one browser.
async fn batch(
    pages: std::path::PathBuf,
    sdk: String,
    number: usize,
    options: Arc<Options>,
) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    let browser = Chromium::start_with(&[NO_BACK_FORWARD_CACHE]).await?;
    let caching_browser = Chromium::start().await?;
    for case in &options.cases {
        let browser = match case {
            Case::BackForwardCache(_) => &caching_browser,
            _ => &browser,
        };
        let scenario = Scenario::new(browser, &pages, &sdk).await?;
        let outcome = run_case::run(&scenario, case).await;
        let outcome = outcome.with_context(|| format!("{sdk}, {case}"))?;
        println!("run {}  {sdk:<10} {case:<42} {outcome}", number + 1);
        let (sdk, case) = (sdk.clone(), case.clone());
        runs.push(Run { sdk, case, outcome });
    }
    caching_browser.end().await?;
    browser.end().await?;
    Ok(runs)
}
