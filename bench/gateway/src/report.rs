//! What was measured: a table for people, and `target/reports/bench-gateway.json` for programs.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// One measurement; what it did not look at is absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) server: &'static str,
    pub(crate) spans_per_request: Option<u64>,
    pub(crate) spans_kept: Option<u64>,
    pub(crate) spans_per_core_s: Option<f64>,
    pub(crate) requests_per_core_s: Option<f64>,
    /// By the clock, with the sender on the same machine.
    pub(crate) requests_per_s: Option<f64>,
    pub(crate) rss_mb: Option<f64>,
    /// Without the pages of files that it maps, its database for instance.
    pub(crate) rss_anon_mb: Option<f64>,
    pub(crate) disk_mb: Option<f64>,
    /// Over all queries of the mix.
    pub(crate) list_p95_ms: Option<f64>,
    pub(crate) list_p95_ms_slowest_query: Option<f64>,
}

const COLUMNS: [&str; 11] = [
    "server",
    "spans_per_request",
    "spans_kept",
    "spans_per_core_s",
    "requests_per_core_s",
    "requests_per_s",
    "rss_mb",
    "rss_anon_mb",
    "disk_mb",
    "list_p95_ms",
    "list_p95_ms_slowest_query",
];

impl Row {
    pub(crate) fn of(server: &'static str) -> Self {
        Self {
            server,
            ..Self::default()
        }
    }

    fn json(&self) -> Value {
        let tenths = |figure: Option<f64>| figure.map(|figure| (figure * 10.0).round() / 10.0);
        json!({
            "server": self.server,
            "spans_per_request": self.spans_per_request,
            "spans_kept": self.spans_kept,
            "spans_per_core_s": self.spans_per_core_s.map(f64::round),
            "requests_per_core_s": self.requests_per_core_s.map(f64::round),
            "requests_per_s": self.requests_per_s.map(f64::round),
            "rss_mb": tenths(self.rss_mb),
            "rss_anon_mb": tenths(self.rss_anon_mb),
            "disk_mb": tenths(self.disk_mb),
            "list_p95_ms": tenths(self.list_p95_ms),
            "list_p95_ms_slowest_query": tenths(self.list_p95_ms_slowest_query),
        })
    }
}

pub(crate) fn table(rows: &[Row]) -> String {
    let head = COLUMNS
        .iter()
        .map(|name| format!("{:>20}", name.replace("list_p95_ms_", "")));
    let mut table = head.collect::<String>() + "\n";
    for row in rows.iter().map(Row::json) {
        let cells = COLUMNS
            .iter()
            .map(|name| format!("{:>20}", cell(&row[*name])));
        table += &(cells.collect::<String>() + "\n");
    }
    table
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

pub(crate) fn write(rows: &[Row]) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/reports");
    std::fs::create_dir_all(&folder)?;
    let path = folder.canonicalize()?.join("bench-gateway.json");
    let rows: Vec<_> = rows.iter().map(Row::json).collect();
    std::fs::write(&path, format!("{:#}\n", json!({ "rows": rows })))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
