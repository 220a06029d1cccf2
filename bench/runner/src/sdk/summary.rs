//! The report of all runs: a row for each SDK, with ratios to OpenTelemetry JS.

use bench_runner::report::{self, Summary};
use serde_json::{Value, json};

use super::run::Figures;

/// The SDK that the others are compared with.
const REFERENCE: &str = "otel-js";

/// A figure's name in the report, its column in the table, and its value.
type Figure = (&'static str, &'static str, Find);
type Find = fn(&Figures) -> Option<f64>;

const FIGURES: [Figure; 8] = [
    ("ns_per_span", "ns/span", |run| {
        Some(run.spans.as_ref()?.ns_per_span)
    }),
    ("ns_in_loop", "in the loop", |run| {
        Some(run.spans.as_ref()?.ns_in_loop)
    }),
    ("ns_cold", "cold", |run| Some(run.spans.as_ref()?.ns_cold)),
    ("ns_sampled_out", "sampled out", |run| {
        Some(run.spans.as_ref()?.ns_sampled_out)
    }),
    ("init_ms", "init ms", |run| Some(run.init_ms)),
    ("ready_ms", "ready ms", |run| Some(run.ready_ms)),
    ("bytes_per_span", "bytes/span", |run| {
        Some(run.spans.as_ref()?.bytes_per_span)
    }),
    ("arrived", "arrived", |run| run.spans.as_ref()?.arrived),
];

type Measured = [(String, Vec<Figures>)];

pub(crate) fn report(measured: &Measured, browser: &str) -> Value {
    let reference = measured.iter().find(|(sdk, _)| sdk == REFERENCE);
    let reference = reference.map(|(_, runs)| runs.as_slice());
    let rows = measured.iter().map(|(sdk, runs)| row(sdk, runs, reference));
    let cpus = std::thread::available_parallelism().map_or(0, usize::from);
    json!({ "browser": browser, "cpus": cpus, "rows": rows.collect::<Vec<_>>() })
}

fn row(sdk: &str, runs: &[Figures], reference: Option<&[Figures]>) -> Value {
    let mut row = json!({ "sdk": sdk, "case": "bench", "runs": runs.len(), "spread": {}, "times_otel_js": {} });
    for (name, _, figure) in FIGURES {
        let Some(summary) = summarize(runs, figure) else {
            continue;
        };
        row[name] = summary.median.into();
        row["spread"][name] = json!([summary.min, summary.max]);
        if let Some(theirs) = reference.and_then(|runs| summarize(runs, figure)) {
            row["times_otel_js"][name] = (summary.median / theirs.median).into();
        }
    }
    row
}

fn summarize(runs: &[Figures], find: Find) -> Option<Summary> {
    Summary::of(&runs.iter().filter_map(find).collect::<Vec<_>>())
}

pub(crate) const LEGEND: &str = "\
ns/span      processor time of the page's main thread for a span: started, 5 attributes, ended, batched, serialized, sent
in the loop  the part of it in the loop that makes the spans
cold         ns/span of the first 2048 spans of a page
sampled out  the same loop with sampling at 0
init ms      processor time of the main thread until the SDK is ready and its page is idle, minus an empty page's
ready ms     from the last byte of the code until the SDK is ready
bytes/span   of a realistic mix, as sent
arrived      the share of the spans that arrived, if the collector can count them
";

/// Formats the medians of each SDK, their range, and their ratios to the reference.
pub(crate) fn table(report: &Value) -> String {
    let heads = FIGURES.map(|(_, head, _)| head.to_owned());
    let mut rows = vec![line("sdk", heads)];
    for row in report["rows"].as_array().into_iter().flatten() {
        let sdk = row["sdk"].as_str().unwrap_or_default();
        let times = &row["times_otel_js"];
        rows.push(line(sdk, FIGURES.map(|(name, ..)| number(&row[name]))));
        rows.push(line(
            "",
            FIGURES.map(|(name, ..)| range(&row["spread"][name])),
        ));
        if sdk != REFERENCE && times.get("init_ms").is_some() {
            let title = format!("  × {REFERENCE}");
            rows.push(line(&title, FIGURES.map(|(name, ..)| ratio(&times[name]))));
        }
    }
    report::table(&rows)
}

fn line(title: &str, cells: [String; FIGURES.len()]) -> Vec<String> {
    std::iter::once(title.to_owned()).chain(cells).collect()
}

fn range(ends: &Value) -> String {
    let ends: Vec<_> = ends.as_array().into_iter().flatten().map(number).collect();
    ends.join("–")
}

fn ratio(times: &Value) -> String {
    times
        .as_f64()
        .map_or_else(String::new, |times| format!("{times:.2}"))
}

fn number(value: &Value) -> String {
    match value.as_f64() {
        Some(value) if value.abs() >= 100.0 => format!("{value:.0}"),
        Some(value) => format!("{value:.1}"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::run::Spans;

    fn run(ns_per_span: f64) -> Figures {
        let spans = Spans {
            ns_per_span,
            ns_in_loop: 1.0,
            ns_cold: 1.0,
            ns_sampled_out: 1.0,
            bytes_per_span: 1.0,
            arrived: None,
        };
        Figures {
            init_ms: 1.0,
            ready_ms: 1.0,
            spans: Some(spans),
        }
    }

    #[test]
    fn row_has_median_range_and_ratio() {
        let runs = |all: [f64; 3]| all.map(run).to_vec();
        let measured = [
            ("otel-web".to_owned(), runs([90.0, 100.0, 900.0])),
            (REFERENCE.to_owned(), runs([1000.0, 800.0, 700.0])),
        ];
        let report = report(&measured, "Chromium");
        let row = &report["rows"][0];
        assert_eq!(row["ns_per_span"], 100.0);
        assert_eq!(row["spread"]["ns_per_span"], json!([90.0, 900.0]));
        assert_eq!(row["times_otel_js"]["ns_per_span"], 0.125);
        assert_eq!(row.get("arrived"), None);
    }

    #[test]
    fn missing_figure_is_left_out() {
        let start_only = Figures {
            spans: None,
            ..run(1.0)
        };
        let report = report(&[("elastic".to_owned(), vec![start_only])], "Chromium");
        assert_eq!(report["rows"][0].get("ns_per_span"), None);
        assert!(table(&report).contains("elastic"));
    }
}
