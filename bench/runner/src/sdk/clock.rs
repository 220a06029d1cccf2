//! The processor time of a page's main thread, as the browser reports it.
//!
//! A clock in the page would miss the work of timers and promises, and would include the time of other programs.

use anyhow::{Context as _, Result};
use bench_runner::page::Page;
use serde_json::json;

/// Enables the metric for the documents that are loaded from now on.
pub(crate) async fn enable(page: &Page) -> Result<()> {
    page.call("Performance.enable", json!({})).await.map(drop)
}

/// Returns the processor time since the document began to load.
pub(crate) async fn main_thread_ms(page: &Page) -> Result<f64> {
    let result = page.call("Performance.getMetrics", json!({})).await?;
    let metrics = result["metrics"].as_array().map(Vec::as_slice);
    let mut metrics = metrics.unwrap_or_default().iter();
    let seconds = metrics
        .find(|metric| metric["name"] == "ThreadTime")
        .and_then(|metric| metric["value"].as_f64())
        .context("this browser does not report the main thread's processor time")?;
    Ok(seconds * 1e3)
}
