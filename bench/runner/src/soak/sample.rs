//! The memory of a page after a garbage collection.

use std::fmt;

use anyhow::{Context as _, Result};
use bench_runner::collector::Observed;
use bench_runner::page::Page;
use bench_runner::report;
use serde_json::{Value, json};

/// The growth that is not a leak: allocators fragment, and engines optimize code and collect profiles. In half an hour
/// that is less than this. A leak of thirty bytes for each action is more.
const MAX_GROWTH: f64 = 1.1;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sample {
    pub(crate) what: String,
    wasm_bytes: f64,
    js_heap_bytes: f64,
    listeners: f64,
    nodes: f64,
    /// Click handlers of which no span arrived.
    missing: usize,
}

impl Sample {
    pub(crate) async fn take(page: &Page, what: String, missing: usize) -> Result<Self> {
        // Finalizers of the first round may release more objects.
        for _ in 0..3 {
            page.call("HeapProfiler.collectGarbage", json!({})).await?;
        }
        let metrics = page.call("Performance.getMetrics", json!({})).await?;
        let metric = |name: &str| {
            let all = metrics["metrics"].as_array().into_iter().flatten();
            let mut found = all.filter(|metric| metric["name"] == name);
            let value = found.next().and_then(|metric| metric["value"].as_f64());
            value.with_context(|| format!("the browser does not report {name}"))
        };
        Ok(Self {
            what,
            wasm_bytes: page.number("app.memory()").await?,
            js_heap_bytes: metric("JSHeapUsedSize")?,
            listeners: metric("JSEventListeners")?,
            nodes: metric("Nodes")?,
            missing,
        })
    }

    fn exceeds(&self, first: &Self) -> bool {
        self.wasm_bytes > first.wasm_bytes * MAX_GROWTH
            || self.js_heap_bytes > first.js_heap_bytes * MAX_GROWTH
            || self.listeners > first.listeners
            || self.nodes > first.nodes
            || self.missing > 0
    }

    pub(crate) fn row(&self) -> Value {
        json!({
            "sdk": "otel-web",
            "case": self.what,
            "wasm_bytes": self.wasm_bytes,
            "js_heap_bytes": self.js_heap_bytes,
            "event_listeners": self.listeners,
            "nodes": self.nodes,
            "actions_missing": self.missing,
        })
    }
}

/// Compares the memory at the end with that at half time, when buffers have reached their size. An outage fills the
/// queue, so outages are compared with each other.
pub(crate) fn growth(samples: &[Sample]) -> Option<String> {
    let (outages, usual): (Vec<&Sample>, Vec<&Sample>) = samples
        .iter()
        .partition(|sample| sample.what.contains("outage"));
    let half_time = usual.get(usual.len() / 2).copied();
    let pairs = [
        (half_time, usual.last()),
        (outages.first().copied(), outages.last()),
    ];
    pairs.into_iter().find_map(|pair| {
        let (first, last) = (pair.0?, pair.1?);
        last.exceeds(first)
            .then(|| format!("\n  {first}\n  {last}"))
    })
}

/// Counts the spans of click handlers, of which each action has one.
pub(crate) fn handlers(observed: &Observed) -> usize {
    let spans = observed.received.iter().flat_map(|request| &request.spans);
    spans
        .filter(|span| span.name.starts_with("m.handler "))
        .count()
}

pub(crate) fn table(samples: &[Sample]) -> String {
    let heads = ["after", "wasm KiB", "js heap KiB", "listeners", "nodes"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    rows.extend(samples.iter().map(|sample| {
        let kib = |bytes: f64| format!("{:.0}", bytes / 1024.0);
        vec![
            sample.what.clone(),
            kib(sample.wasm_bytes),
            kib(sample.js_heap_bytes),
            sample.listeners.to_string(),
            sample.nodes.to_string(),
        ]
    }));
    report::table(&rows)
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            wasm_bytes,
            js_heap_bytes,
            listeners,
            nodes,
            missing,
        } = self;
        write!(
            f,
            "{what}: {wasm_bytes} B of WebAssembly memory, {js_heap_bytes} B on the JavaScript heap, {listeners} listeners, {nodes} nodes, {missing} actions missing"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(what: &str, wasm_bytes: f64, js_heap_bytes: f64) -> Sample {
        Sample {
            what: what.to_owned(),
            wasm_bytes,
            js_heap_bytes,
            ..Sample::default()
        }
    }

    #[test]
    fn outages_are_compared_with_each_other() {
        let usual = [sample("a", 10.0, 100.0), sample("b", 10.0, 105.0)];
        let outages = [
            sample("outage 1", 20.0, 90.0),
            sample("outage 2", 20.0, 90.0),
        ];
        let samples = [usual, outages].concat();
        assert_eq!(growth(&samples), None);
        let again = [samples, vec![sample("outage 3", 23.0, 90.0)]].concat();
        assert!(growth(&again).unwrap().contains("outage 3"));
    }

    #[test]
    fn growth_after_half_time_is_detected() {
        let heaps = |heaps: [f64; 4]| heaps.map(|heap| sample("a", 1.0, heap));
        assert!(growth(&heaps([50.0, 99.0, 100.0, 111.0])).is_some());
        assert_eq!(growth(&heaps([50.0, 99.0, 100.0, 109.0])), None);
    }
}
