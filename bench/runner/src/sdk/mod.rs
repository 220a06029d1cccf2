//! Measures the cost of an SDK: time of a span, time of a span that is not sampled, start, bytes on the wire.
//!
//! Each run of each SDK has a fresh browser. The order changes with each run, so other load on the machine affects all
//! SDKs alike.

mod clock;
mod mix;
mod options;
mod run;
mod start;
mod summary;

use std::path::Path;

use anyhow::Result;
use bench_runner::{chromium::Chromium, report};

use options::Options;
use run::{Figures, measure};

pub(crate) async fn run(pages: &Path, arguments: &[&str]) -> Result<()> {
    let options = Options::parse(pages, arguments)?;
    let mut measured: Vec<(String, Vec<Figures>)> = Vec::new();
    measured.extend(options.sdks.iter().map(|sdk| (sdk.clone(), Vec::new())));
    for number in 0..options.runs {
        measured.rotate_left(1);
        for (sdk, runs) in &mut measured {
            let figures = measure_with_retry(pages, sdk).await?;
            println!(
                "run {} of {}  {sdk:<14} {figures}",
                number + 1,
                options.runs
            );
            runs.push(figures);
        }
    }
    measured.sort_by_key(|(sdk, _)| options.sdks.iter().position(|known| known == sdk));
    let browser = Chromium::start().await?;
    let report = summary::report(&measured, &browser.version().await?);
    println!("\n{}\n{}", summary::table(&report), summary::LEGEND);
    let path = report::write("bench-sdk", &report)?;
    println!("written to {}", path.display());
    Ok(())
}

/// Retries once, so a browser that does not start on a busy machine does not end the whole measurement.
async fn measure_with_retry(pages: &Path, sdk: &str) -> Result<Figures> {
    match measure(pages, sdk).await {
        Ok(figures) => Ok(figures),
        Err(error) => {
            println!("{sdk}: retrying after an error: {error:#}");
            measure(pages, sdk).await
        }
    }
}
