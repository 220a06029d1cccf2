//! `cargo xtask bench api`: the latency of the home feed at a fixed rate, and the throughput with and without tracing,
//! with 100,000 cruds of 10,000 users.
//!
//! The load comes from [oha](https://crates.io/crates/oha), which corrects latencies for requests that had to wait
//! behind a slow one. Back ends have one processor for themselves, and everything else has the others, so the
//! throughput is that of the back end and not that of oha.

mod deployment;
mod load;
mod options;

use anyhow::{Context as _, Result};
use bench_runner::report::{self, Summary};
use serde_json::{Value, json};

use self::{
    deployment::{Deployment, Running},
    load::Load,
    options::Options,
};

/// The requests per second while the latency is measured.
const RATE: u32 = 500;
/// With and without tracing take turns, so a change of the machine's speed affects both.
const ROUNDS: usize = 3;
const COLUMNS: [&str; 9] = [
    "database",
    "back_ends",
    "tracing",
    "p50_ms",
    "p99_ms",
    "failed",
    "requests_per_s",
    "cpu_us_per_request",
    "throughput_ratio",
];

/// Measures all deployments and writes the report.
pub(crate) async fn run(arguments: impl Iterator<Item = String>) -> Result<()> {
    let options = Options::read(arguments)?;
    let mut rows = Vec::new();
    for deployment in deployment::all(&options).await? {
        rows.extend(compare(&deployment, &options).await?);
    }
    print!("{}", report::table(&crate::table(&COLUMNS, &rows)));
    let path = report::write("bench-api", &json!({ "rate": RATE, "rows": rows }))?;
    println!("{}", path.display());
    Ok(())
}

/// Measures one deployment without and with tracing. Returns a row for each.
async fn compare(deployment: &Deployment, options: &Options) -> Result<[Value; 2]> {
    let mut measured = [Vec::new(), Vec::new()];
    for round in 1..=ROUNDS {
        for (tracing, rounds) in [false, true].into_iter().zip(&mut measured) {
            let running = deployment.start(tracing).await?;
            let figures = measure(&running, options).await?;
            eprintln!("{deployment}, tracing {tracing}, round {round}: {figures:?}");
            rounds.push(figures);
        }
    }
    let [off, on] = measured.map(|rounds| Figures::median(&rounds));
    let (off, on) = (off.context("no rounds")?, on.context("no rounds")?);
    let ratio = on.requests_per_s / off.requests_per_s;
    Ok([
        off.row(deployment, "off", 1.0),
        on.row(deployment, "on", ratio),
    ])
}

async fn measure(running: &Running, options: &Options) -> Result<Figures> {
    let home = running.urls("/api/activities/home");
    Load::warm_up(&options.oha).run(&home).await?;
    let steady = Load::at_rate(&options.oha, RATE, options.phase)
        .run(&home)
        .await?;
    let cpu = running.cpu_seconds()?;
    let full = Load::unlimited(&options.oha, options.phase)
        .run(&home)
        .await?;
    let cpu = running.cpu_seconds()? - cpu;
    Ok(Figures {
        p50_ms: steady.p50_ms,
        p99_ms: steady.p99_ms,
        failed: steady.failed + full.failed,
        requests_per_s: full.requests_per_s,
        cpu_us_per_request: cpu * 1e6 / full.successful,
    })
}

/// The results of one round.
#[derive(Clone, Copy, Debug)]
struct Figures {
    p50_ms: f64,
    p99_ms: f64,
    failed: f64,
    requests_per_s: f64,
    cpu_us_per_request: f64,
}

impl Figures {
    /// Returns the median of each figure, and the sum of the failures.
    fn median(rounds: &[Self]) -> Option<Self> {
        let of = |figure: fn(&Self) -> f64| {
            let figures: Vec<f64> = rounds.iter().map(figure).collect();
            Summary::of(&figures).map(|summary| summary.median)
        };
        Some(Self {
            p50_ms: of(|round| round.p50_ms)?,
            p99_ms: of(|round| round.p99_ms)?,
            failed: rounds.iter().map(|round| round.failed).sum(),
            requests_per_s: of(|round| round.requests_per_s)?,
            cpu_us_per_request: of(|round| round.cpu_us_per_request)?,
        })
    }

    fn row(self, deployment: &Deployment, tracing: &str, throughput_ratio: f64) -> Value {
        let rounded = |figure: f64| (figure * 100.0).round() / 100.0;
        json!({
            "database": deployment.database,
            "back_ends": deployment.back_ends,
            "tracing": tracing,
            "p50_ms": rounded(self.p50_ms),
            "p99_ms": rounded(self.p99_ms),
            "failed": self.failed,
            "requests_per_s": self.requests_per_s.round(),
            "cpu_us_per_request": self.cpu_us_per_request.round(),
            "throughput_ratio": rounded(throughput_ratio),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_all_rounds_are_added() {
        let round = |p99_ms, failed| Figures {
            p50_ms: 1.0,
            p99_ms,
            failed,
            requests_per_s: 100.0,
            cpu_us_per_request: 10.0,
        };
        let median = Figures::median(&[round(3.0, 0.0), round(9.0, 2.0), round(4.0, 1.0)]).unwrap();
        assert_eq!((median.p99_ms, median.failed), (4.0, 3.0));
        assert!(Figures::median(&[]).is_none());
    }
}
