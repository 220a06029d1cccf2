//! Measures how soon Cruddur's home page is shown, and how far the contents of all pages move, on a processor that is
//! slowed down four times.
//!
//! The page is served by the back end, compressed as in production. Every run has a fresh browser, so nothing is cached.

mod layout_shift;
mod observers;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use bench_runner::builds::built_program;
use bench_runner::chromium::Chromium;
use bench_runner::page::Page;
use bench_runner::report::{self, Summary};
use bench_runner::service::{Process, Program, temporary_folder};
use serde_json::{Value, json};
use tempfile::TempDir;

const RUNS: usize = 5;
/// Lighthouse's slowdown for a mid-range phone.
const CPU_SLOWDOWN: u32 = 4;
/// Fewer cruds than the demo data has in its first page.
const MIN_CRUDS: u32 = 3;

pub(crate) async fn run(page: &Path, arguments: &[&str]) -> Result<()> {
    let runs = match arguments {
        [] => RUNS,
        ["--runs", number] => number.parse().context("--runs takes a number")?,
        _ => bail!(
            "unknown option `{}`; the option is --runs N",
            arguments.join(" ")
        ),
    };
    let servers = Servers::start(page).await?;
    let mut visits = Vec::new();
    for run in 1..=runs {
        let visit = Visit::measure(&servers.origin()).await?;
        eprintln!("run {run}: {visit:?}");
        visits.push(visit);
    }
    let (mut report, table) = summarize(&visits)?;
    print!("{}", report::table(&table));
    let (shifts, table) = layout_shift::measure(&servers.origin()).await?;
    report["layout_shifts"] = shifts;
    print!("\n{}", report::table(&table));
    println!("{}", report::write("bench-page", &report)?.display());
    Ok(())
}

/// The back end, which serves the page, and the gateway, which receives its spans.
struct Servers {
    back_end: Process,
    _gateway: Process,
    _folder: TempDir,
}

impl Servers {
    async fn start(page: &Path) -> Result<Self> {
        let folder = temporary_folder()?;
        let file = |name: &str| folder.path().join(name).display().to_string();
        let gateway = Program::new(&program("CRUDDUR_GATEWAY_BIN")?)
            .env("OTEL_WEB_GATEWAY_DB", file("traces.db"))
            .start("OTEL_WEB_GATEWAY_LISTEN")
            .await?;
        let back_end = Program::new(&program("CRUDDUR_BACKEND_BIN")?)
            .env("DATABASE_URL", format!("sqlite:{}", file("cruddur.db")))
            .env("CRUDDUR_PAGE", page.display().to_string())
            .env("CRUDDUR_PAGE_OTLP_ENDPOINT", gateway.origin())
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", gateway.origin())
            .start("CRUDDUR_API_LISTEN")
            .await?;
        Ok(Self {
            back_end,
            _gateway: gateway,
            _folder: folder,
        })
    }

    fn origin(&self) -> String {
        self.back_end.origin()
    }
}

async fn slow_down(page: &Page) -> Result<()> {
    let slowdown = json!({ "rate": CPU_SLOWDOWN });
    page.call("Emulation.setCPUThrottlingRate", slowdown)
        .await
        .map(drop)
}

fn program(variable: &str) -> Result<PathBuf> {
    built_program(variable, "cargo xtask bench page")
}

/// The figures of one visit.
#[derive(Clone, Copy, Debug)]
struct Visit {
    /// The bytes of scripts and Wasm, as transferred.
    code_bytes: f64,
    fcp_ms: f64,
    lcp_ms: f64,
    /// The sum of the parts of long tasks above 50 ms, after the first contentful paint.
    tbt_ms: f64,
    layout_shift: f64,
    /// Until the feed is in the document.
    feed_ms: f64,
}

impl Visit {
    async fn measure(origin: &str) -> Result<Self> {
        let chromium = Chromium::start().await?;
        let page = chromium.page().await?;
        slow_down(&page).await?;
        page.run_first(observers::OBSERVE).await?;
        page.goto(origin).await?;
        let figures = page.evaluate(&observers::read(MIN_CRUDS)).await?;
        chromium.end().await?;
        Self::of(&figures)
    }

    fn of(figures: &Value) -> Result<Self> {
        let figure = |name: &str| {
            let figure = figures[name].as_f64();
            figure.with_context(|| format!("the browser reported no {name}: {figures}"))
        };
        let uncompressed = &figures["uncompressed"];
        ensure!(
            uncompressed.as_array().is_some_and(Vec::is_empty),
            "not compressed: {uncompressed}"
        );
        Ok(Self {
            code_bytes: figure("code_bytes")?,
            fcp_ms: figure("fcp_ms")?,
            lcp_ms: figure("lcp_ms")?,
            tbt_ms: figure("tbt_ms")?,
            layout_shift: figure("layout_shift")?,
            feed_ms: figure("feed_ms")?,
        })
    }
}

/// The names of the figures in the report, and where they come from.
const FIGURES: [(&str, fn(&Visit) -> f64); 6] = [
    ("page_brotli_bytes", |visit| visit.code_bytes),
    ("fcp_ms", |visit| visit.fcp_ms),
    ("lcp_ms", |visit| visit.lcp_ms),
    ("tbt_ms", |visit| visit.tbt_ms),
    ("layout_shift", |visit| visit.layout_shift),
    ("feed_ms", |visit| visit.feed_ms),
];

/// Returns the report and the table. The report has the median of each figure under its name, and all ranges.
fn summarize(visits: &[Visit]) -> Result<(Value, Vec<Vec<String>>)> {
    let mut report = json!({ "runs": visits.len(), "cpu_slowdown": CPU_SLOWDOWN });
    let mut table = vec![
        ["figure", "median", "min", "max"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (name, figure) in FIGURES {
        let figures: Vec<f64> = visits.iter().map(figure).collect();
        let summary = Summary::of(&figures).context("no runs")?;
        let [median, min, max] = [summary.median, summary.min, summary.max].map(rounded);
        report[name] = median.into();
        report["ranges"][name] = json!([min, max]);
        let cells = [median, min, max].map(|figure| figure.to_string());
        table.push([vec![name.to_owned()], cells.to_vec()].concat());
    }
    Ok((report, table))
}

/// Rounds to a thousandth, which a layout shift needs.
fn rounded(figure: f64) -> f64 {
    (figure * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Value {
        json!({
            "code_bytes": 190_000, "fcp_ms": 100.0, "lcp_ms": 900.0, "tbt_ms": 120.0, "layout_shift": 0.0104,
            "feed_ms": 850.0, "uncompressed": [],
        })
    }

    #[test]
    fn report_has_medians_and_ranges() {
        let visit = Visit::of(&figures()).unwrap();
        let slow = Visit {
            lcp_ms: 5000.0,
            ..visit
        };
        let (report, table) = summarize(&[visit, slow, visit]).unwrap();
        assert_eq!(report["lcp_ms"], 900.0);
        assert_eq!(report["ranges"]["lcp_ms"], json!([900.0, 5000.0]));
        assert_eq!(report["layout_shift"], 0.01);
        assert_eq!(table.len(), 1 + FIGURES.len());
    }

    #[test]
    fn uncompressed_code_and_missing_figures_are_errors() {
        let mut uncompressed = figures();
        uncompressed["uncompressed"] = json!(["/cruddur.wasm"]);
        assert!(Visit::of(&uncompressed).is_err());
        let mut missing = figures();
        missing["lcp_ms"] = Value::Null;
        assert!(Visit::of(&missing).is_err());
    }
}
