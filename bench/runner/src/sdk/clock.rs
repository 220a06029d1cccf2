//! How long a page's main thread worked, by the browser's own account of processor time.
//!
//! Not by a clock in the page: what an SDK does later, in timers and promises, would be missed, and
//! what other programs do meanwhile would count.

use anyhow::{Context as _, Result};
use bench_runner::page::Page;
use serde_json::json;

/// Switches the account on: it begins with the document that is loaded next.
pub(crate) async fn enable(page: &Page) -> Result<()> {
    page.call("Performance.enable", json!({})).await.map(drop)
}

/// Since the document began to load.
pub(crate) async fn main_thread_ms(page: &Page) -> Result<f64> {
    let answer = page.call("Performance.getMetrics", json!({})).await?;
    let metrics = answer["metrics"].as_array().map(Vec::as_slice);
    let mut metrics = metrics.unwrap_or_default().iter();
    let seconds = metrics
        .find(|metric| metric["name"] == "ThreadTime")
        .and_then(|metric| metric["value"].as_f64())
        .context("this browser does not say how long a page worked")?;
    Ok(seconds * 1e3)
}
