//! What was measured: tables for people, and `target/reports/bench-gateway.json` for programs.
//!
//! `rows` has one object for each server and size of request. `details` has the rest.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::table::table;

/// Everything that was measured, the first first.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) throughput: Vec<Throughput>,
    pub(crate) kept: Vec<Kept>,
}

/// What spans cost that come in requests of one size.
#[derive(Clone, Debug)]
pub(crate) struct Throughput {
    pub(crate) server: &'static str,
    pub(crate) spans_per_request: u64,
    pub(crate) requests_per_core_s: f64,
    /// By the clock, with the sender on the same machine.
    pub(crate) requests_per_s: f64,
    pub(crate) rss_mb: f64,
    /// Without the pages of files that it maps, its database for instance.
    pub(crate) rss_anon_mb: f64,
}

/// What a million kept spans take, and how fast traces are listed then.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) server: &'static str,
    pub(crate) spans_kept: u64,
    pub(crate) rss_mb: f64,
    pub(crate) rss_anon_mb: f64,
    pub(crate) disk_mb: f64,
    /// Over all queries of the mix.
    pub(crate) list_p95_ms: f64,
    pub(crate) slowest_query_p95_ms: f64,
}

const ROW: [&str; 6] = [
    "server",
    "spans_per_request",
    "spans_per_core_s",
    "requests_per_core_s",
    "rss_mb",
    "list_p95_ms",
];

const THROUGHPUT: [&str; 5] = [
    "server",
    "spans_per_request",
    "requests_per_s",
    "rss_mb",
    "rss_anon_mb",
];

const KEPT: [&str; 6] = [
    "server",
    "spans_kept",
    "rss_anon_mb",
    "disk_mb",
    "list_p95_ms",
    "slowest_query_p95_ms",
];

impl Report {
    /// Memory and lists are those of the server with a million spans; one that keeps nothing has neither.
    fn rows(&self) -> Vec<Value> {
        self.throughput.iter().map(|load| self.row(load)).collect()
    }

    fn row(&self, load: &Throughput) -> Value {
        let kept = self.kept.iter().find(|kept| kept.server == load.server);
        json!({
            "server": load.server,
            "spans_per_request": load.spans_per_request,
            "spans_per_core_s": load.spans_per_core_s().round(),
            "requests_per_core_s": load.requests_per_core_s.round(),
            "rss_mb": kept.map(|kept| tenths(kept.rss_mb)),
            "list_p95_ms": kept.map(|kept| tenths(kept.list_p95_ms)),
        })
    }

    fn json(&self) -> Value {
        let throughput: Vec<_> = self.throughput.iter().map(Throughput::details).collect();
        let kept: Vec<_> = self.kept.iter().map(Kept::details).collect();
        json!({
            "rows": self.rows(),
            "details": { "throughput": throughput, "kept": kept },
        })
    }

    pub(crate) fn tables(&self) -> String {
        let report = self.json();
        let rows = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let details = &report["details"];
        [
            table(&ROW, &rows(&report["rows"])),
            table(&THROUGHPUT, &rows(&details["throughput"])),
            table(&KEPT, &rows(&details["kept"])),
        ]
        .join("\n")
    }

    pub(crate) fn write(&self) -> Result<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/reports");
        std::fs::create_dir_all(&folder)?;
        let path = folder.canonicalize()?.join("bench-gateway.json");
        std::fs::write(&path, format!("{:#}\n", self.json()))
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}

impl Throughput {
    pub(crate) fn spans_per_core_s(&self) -> f64 {
        self.requests_per_core_s * self.spans_per_request as f64
    }

    fn details(&self) -> Value {
        json!({
            "server": self.server,
            "spans_per_request": self.spans_per_request,
            "requests_per_s": self.requests_per_s.round(),
            "rss_mb": tenths(self.rss_mb),
            "rss_anon_mb": tenths(self.rss_anon_mb),
        })
    }
}

impl Kept {
    fn details(&self) -> Value {
        json!({
            "server": self.server,
            "spans_kept": self.spans_kept,
            "rss_mb": tenths(self.rss_mb),
            "rss_anon_mb": tenths(self.rss_anon_mb),
            "disk_mb": tenths(self.disk_mb),
            "list_p95_ms": tenths(self.list_p95_ms),
            "slowest_query_p95_ms": tenths(self.slowest_query_p95_ms),
        })
    }
}

fn tenths(figure: f64) -> f64 {
    (figure * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn throughput(server: &'static str) -> Throughput {
        Throughput {
            server,
            spans_per_request: 50,
            requests_per_core_s: 1234.5,
            requests_per_s: 2345.6,
            rss_mb: 123.45,
            rss_anon_mb: 12.34,
        }
    }

    fn report() -> Report {
        let kept = Kept {
            server: "otel-web-gateway",
            spans_kept: 1_000_000,
            rss_mb: 16.04,
            rss_anon_mb: 8.0,
            disk_mb: 591.0,
            list_p95_ms: 9.84,
            slowest_query_p95_ms: 12.0,
        };
        Report {
            throughput: ["otel-web-gateway", "rotel"].map(throughput).into(),
            kept: vec![kept],
        }
    }

    #[test]
    fn each_row_has_the_six_figures_and_nothing_else() {
        let json = report().json();
        for row in json["rows"].as_array().unwrap() {
            let keys: BTreeSet<_> = row
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            assert_eq!(keys, BTreeSet::from(ROW));
        }
        let of_json: Vec<_> = json.as_object().unwrap().keys().collect();
        assert_eq!(of_json, ["details", "rows"]);
    }

    #[test]
    fn memory_and_lists_are_those_with_a_million_spans_and_absent_where_none_are_kept() {
        let rows = report().rows();
        assert_eq!(
            (&rows[0]["rss_mb"], &rows[0]["list_p95_ms"]),
            (&json!(16.0), &json!(9.8))
        );
        assert_eq!(
            (&rows[1]["rss_mb"], &rows[1]["list_p95_ms"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(rows[0]["spans_per_core_s"], 61_725.0);
    }

    #[test]
    fn the_tables_fit_on_a_screen() {
        let tables = report().tables();
        assert!(tables.lines().count() > 8);
        assert!(tables.lines().all(|line| line.len() <= 120), "{tables}");
    }
}
