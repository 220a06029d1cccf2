//! What becomes of spans when things go wrong: the page is left, the network fails, the receiver is down.
//!
//! Each run of a case has an origin, a collector and so a storage of its own. After what the case is about comes the
//! next visit to the same origin, for an SDK may complete there what it could not before. Then what arrived is held
//! against what had ended.

mod case;
mod crash;
mod gateway;
mod options;
mod outage;
mod outcome;
mod scene;
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
use scene::Scene;

/// Runs mostly wait, so some of them can do so together.
const AT_ONCE: usize = 8;

/// Pages that are left are gone, as they are in most browsers for some reason or other.
const FORGETFUL: &str = "--disable-back-forward-cache";

/// What one run of one case came to.
#[derive(Debug)]
pub(crate) struct Run {
    sdk: String,
    case: Case,
    outcome: Outcome,
}

pub(crate) async fn run(pages: &Path, arguments: &[&str]) -> Result<()> {
    let options = Arc::new(Options::parse(pages, arguments)?);
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut chains = JoinSet::new();
    for number in 0..options.runs {
        for sdk in &options.sdks {
            let chain = chain(pages.to_owned(), sdk.clone(), number, Arc::clone(&options));
            let places = Arc::clone(&places);
            chains.spawn(async move {
                let _place = places.acquire().await?;
                chain.await
            });
        }
    }
    let mut runs = Vec::new();
    while let Some(chain) = chains.join_next().await {
        runs.extend(chain.map_err(|panicked| anyhow!(panicked))??);
    }
    let report = summary::report(&options, &runs);
    println!("\n{}", summary::table(&report));
    let path = report::write("delivery", &report)?;
    println!("written to {}", path.display());
    Ok(())
}

/// All cases of one SDK, one after the other in one browser.
async fn chain(
    pages: std::path::PathBuf,
    sdk: String,
    number: usize,
    options: Arc<Options>,
) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    let browser = Chromium::start_with(&[FORGETFUL]).await?;
    let keeping = Chromium::start().await?;
    for case in &options.cases {
        let browser = match case {
            Case::Kept(_) => &keeping,
            _ => &browser,
        };
        let scene = Scene::new(browser, &pages, &sdk).await?;
        let played = scene.play(case).await;
        let outcome = played.with_context(|| format!("{sdk}, {case}"))?;
        println!("run {}  {sdk:<10} {case:<42} {outcome}", number + 1);
        let (sdk, case) = (sdk.clone(), case.clone());
        runs.push(Run { sdk, case, outcome });
    }
    keeping.end().await?;
    browser.end().await?;
    Ok(runs)
}
