//! All runs in one report: a row for each SDK, and how many times ours each figure is.

use bench_runner::report::{self, Summary};
use serde_json::{Value, json};

use super::run::Figures;

/// To which the others are compared.
const REFERENCE: &str = "otel-js";

/// A figure's name in the report, its column, and where it is found.
type Figure = (&'static str, &'static str, Find);
type Find = fn(&Figures) -> Option<f64>;

const FIGURES: [Figure; 7] = [
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
];

type Measured = [(String, Vec<Figures>)];

pub(crate) fn report(measured: &Measured, browser: &str) -> Value {
    let reference = measured.iter().find(|(sdk, _)| sdk == REFERENCE);
    let reference = reference.map(|(_, runs)| runs.as_slice());
    let rows = measured.iter().map(|(sdk, runs)| row(sdk, runs, reference));
    json!({ "browser": browser, "rows": rows.collect::<Vec<_>>() })
}

fn row(sdk: &str, runs: &[Figures], reference: Option<&[Figures]>) -> Value {
    let mut row = json!({ "sdk": sdk, "case": "bench", "runs": runs.len(), "spread": {}, "times_otel_js": {} });
    for (name, _, figure) in FIGURES {
        let Some(summary) = summarise(runs, figure) else {
            continue;
        };
        row[name] = summary.median.into();
        row["spread"][name] = json!([summary.min, summary.max]);
        if let Some(theirs) = reference.and_then(|runs| summarise(runs, figure)) {
            row["times_otel_js"][name] = (summary.median / theirs.median).into();
        }
    }
    row
}

fn summarise(runs: &[Figures], find: Find) -> Option<Summary> {
    Summary::of(&runs.iter().filter_map(find).collect::<Vec<_>>())
}

/// Medians, and below them the extremes.
pub(crate) fn table(report: &Value) -> String {
    let heads = FIGURES.iter().map(|(_, head, _)| (*head).to_owned());
    let mut rows = vec![std::iter::once("sdk".to_owned()).chain(heads).collect()];
    for row in report["rows"].as_array().into_iter().flatten() {
        let sdk = row["sdk"].as_str().unwrap_or_default().to_owned();
        let medians = FIGURES.iter().map(|(name, ..)| number(&row[name]));
        let spreads = FIGURES.iter().map(|(name, ..)| {
            let spread = row["spread"][name].as_array()?;
            let ends: Vec<_> = spread.iter().map(number).collect();
            Some(ends.join("–"))
        });
        rows.push(std::iter::once(sdk).chain(medians).collect());
        let spreads = spreads.map(Option::unwrap_or_default);
        rows.push(std::iter::once(String::new()).chain(spreads).collect());
    }
    report::table(&rows)
}

fn number(value: &Value) -> String {
    match value.as_f64() {
        Some(value) if value.abs() >= 100.0 => format!("{value:.0}"),
        Some(value) => format!("{value:.1}"),
        None => String::new(),
    }
}
