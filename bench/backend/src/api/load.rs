//! Requests by oha.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use bench_runner::program::isolated;
use futures_util::future::try_join_all;
use serde_json::Value;
use tokio::process::Command;

/// The open connections to all back ends together.
const CONNECTIONS: usize = 32;
const WARM_UP: Duration = Duration::from_secs(2);

/// One run of oha for each URL, at the same time.
#[derive(Debug)]
pub(crate) struct Load<'a> {
    oha: &'a Path,
    /// Requests per second of all runs together. Without a rate, each connection sends as soon as it has a response.
    rate: Option<u32>,
    time: Duration,
}

/// The results of all runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) successful: f64,
    pub(crate) failed: f64,
    pub(crate) requests_per_s: f64,
    /// The largest of all runs.
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

impl<'a> Load<'a> {
    /// Fills the connection pools and caches.
    pub(crate) fn warm_up(oha: &'a Path) -> Self {
        Self::unlimited(oha, WARM_UP)
    }

    pub(crate) fn at_rate(oha: &'a Path, rate: u32, time: Duration) -> Self {
        let rate = Some(rate);
        Self { oha, rate, time }
    }

    pub(crate) fn unlimited(oha: &'a Path, time: Duration) -> Self {
        let rate = None;
        Self { oha, rate, time }
    }

    /// Sends the requests and returns their results.
    pub(crate) async fn run(&self, urls: &[String]) -> Result<Outcome> {
        let runs = urls.iter().map(|url| self.run_one(url, urls.len()));
        let outcomes = try_join_all(runs).await?;
        let outcome = outcomes.into_iter().reduce(Outcome::add);
        outcome.context("no back end to send requests to")
    }

    async fn run_one(&self, url: &str, runs: usize) -> Result<Outcome> {
        let mut oha = Command::from(isolated(self.oha));
        oha.args(["--no-tui", "--output-format", "json"]);
        oha.args(["-z", &format!("{}s", self.time.as_secs())]);
        oha.args(["-c", &(CONNECTIONS / runs).to_string()]);
        if let Some(rate) = self.rate {
            let rate = rate / u32::try_from(runs)?;
            oha.args(["-q", &rate.to_string(), "--latency-correction"]);
        }
        let output = oha.arg(url).stdin(Stdio::null()).output().await;
        let output = output.with_context(|| format!("cannot start {}", self.oha.display()))?;
        if !output.status.success() {
            bail!("oha: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let report = serde_json::from_slice(&output.stdout).context("oha's report is not JSON")?;
        Outcome::of(&report)
    }
}

impl Outcome {
    /// Reads oha's report. Its times are in seconds.
    fn of(report: &Value) -> Result<Self> {
        let number = |value: &Value, name: &str| {
            let number = value[name].as_f64();
            number.with_context(|| format!("oha's report has no {name}"))
        };
        let statuses = report["statusCodeDistribution"].as_object();
        let statuses = statuses.context("oha's report has no statusCodeDistribution")?;
        let count = |(_, count): (&String, &Value)| count.as_f64().unwrap_or_default();
        let all: f64 = statuses.iter().map(count).sum();
        let successful: f64 = statuses
            .iter()
            .filter(|(status, _)| *status == "200")
            .map(count)
            .sum();
        ensure!(successful > 0.0, "no request succeeded: {report}");
        let percentiles = &report["latencyPercentiles"];
        Ok(Self {
            successful,
            failed: all - successful + errors(report),
            requests_per_s: number(&report["summary"], "requestsPerSec")?,
            p50_ms: number(percentiles, "p50")? * 1e3,
            p99_ms: number(percentiles, "p99")? * 1e3,
        })
    }

    fn add(self, other: Self) -> Self {
        Self {
            successful: self.successful + other.successful,
            failed: self.failed + other.failed,
            requests_per_s: self.requests_per_s + other.requests_per_s,
            p50_ms: self.p50_ms.max(other.p50_ms),
            p99_ms: self.p99_ms.max(other.p99_ms),
        }
    }
}

/// Counts requests without a response. Those that the end of the run cuts off are no failures.
fn errors(report: &Value) -> f64 {
    let errors = report["errorDistribution"]
        .as_object()
        .into_iter()
        .flatten();
    let errors = errors.filter(|(kind, _)| !kind.contains("aborted due to deadline"));
    errors.filter_map(|(_, count)| count.as_f64()).sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> Value {
        json!({
            "summary": { "requestsPerSec": 499.0 },
            "latencyPercentiles": { "p50": 0.002, "p99": 0.0125 },
            "statusCodeDistribution": { "200": 4900, "503": 40 },
            "errorDistribution": { "connection closed": 3, "aborted due to deadline": 7 },
        })
    }

    #[test]
    fn error_statuses_and_lost_connections_are_failures() {
        let outcome = Outcome::of(&report()).unwrap();
        assert_eq!((outcome.successful, outcome.failed), (4900.0, 43.0));
        assert_eq!((outcome.p50_ms, outcome.p99_ms), (2.0, 12.5));
    }

    #[test]
    fn run_without_successes_is_an_error() {
        let mut report = report();
        report["statusCodeDistribution"] = json!({ "503": 10 });
        assert!(Outcome::of(&report).is_err());
    }

    #[test]
    fn back_ends_together_have_the_sum_of_requests_and_the_worst_latency() {
        let one = Outcome::of(&report()).unwrap();
        let slow = Outcome {
            p99_ms: 30.0,
            ..one
        };
        let both = one.add(slow);
        assert_eq!((both.requests_per_s, both.p99_ms), (998.0, 30.0));
    }
}
