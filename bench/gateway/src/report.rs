//! The report: tables for people, and `target/reports/bench-gateway.json` for programs.
//!
//! `rows` has an object for each server and request size. `details` has the other figures.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use bench_runner::target;
use serde_json::{Value, json};

use crate::{
    figures::{Retained, Throughput, tenths},
    table::table,
    throughput::PLAIN,
};

/// All measurements, in their order.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The file system of the stores.
    file_system: String,
    pub(crate) throughput: Vec<Throughput>,
    pub(crate) retained: Vec<Retained>,
}

const ROW: [&str; 6] = [
    "server",
    "spans_per_request",
    "spans_per_core_s",
    "requests_per_core_s",
    "rss_mb",
    "list_p95_ms",
];

const THROUGHPUT: [&str; 7] = [
    "server",
    "load",
    "spans_per_request",
    "spans_per_core_s",
    "requests_per_s",
    "rss_mb",
    "rss_anon_mb",
];

const RETAINED: [&str; 7] = [
    "server",
    "spans_kept",
    "rss_anon_mb",
    "disk_mb",
    "settling_s",
    "list_p95_ms",
    "slowest_query_p95_ms",
];

impl Report {
    pub(crate) fn on(file_system: String) -> Self {
        Self {
            file_system,
            ..Self::default()
        }
    }

    /// Memory and lists are those with a million stored spans, and null for a server that stores nothing.
    fn rows(&self) -> Vec<Value> {
        let plain = self.throughput.iter().filter(|load| load.load == PLAIN);
        plain.map(|load| self.row(load)).collect()
    }

    fn row(&self, load: &Throughput) -> Value {
        let retained = self
            .retained
            .iter()
            .find(|retained| retained.server == load.server);
        json!({
            "server": load.server,
            "spans_per_request": load.spans_per_request,
            "spans_per_core_s": load.spans_per_core_s().round(),
            "requests_per_core_s": load.requests_per_core_s.round(),
            "rss_mb": retained.map(|retained| tenths(retained.rss_mb)),
            "list_p95_ms": retained.map(|retained| tenths(retained.list_p95_ms)),
        })
    }

    fn json(&self) -> Value {
        let throughput: Vec<_> = self.throughput.iter().map(Throughput::details).collect();
        let retained: Vec<_> = self.retained.iter().map(Retained::details).collect();
        json!({
            "rows": self.rows(),
            "details": {
                "file_system": self.file_system,
                "throughput": throughput,
                "kept": retained,
            },
        })
    }

    pub(crate) fn tables(&self) -> String {
        let report = self.json();
        let rows = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let details = &report["details"];
        [
            table(&ROW, &rows(&report["rows"])),
            table(&THROUGHPUT, &rows(&details["throughput"])),
            table(&RETAINED, &rows(&details["kept"])),
            format!("The stores were on {}.\n", self.file_system),
        ]
        .join("\n")
    }

    pub(crate) fn write(&self) -> Result<PathBuf> {
        let folder = target().join("reports");
        std::fs::create_dir_all(&folder)?;
        let path = folder.canonicalize()?.join("bench-gateway.json");
        std::fs::write(&path, format!("{:#}\n", self.json()))
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::figures::List;

    fn throughput(server: &'static str, load: &'static str) -> Throughput {
        Throughput {
            server,
            load,
            spans_per_request: 50,
            requests_per_core_s: 1234.5,
            requests_per_s: 2345.6,
            rss_mb: 123.45,
            rss_anon_mb: 12.34,
        }
    }

    fn report() -> Report {
        let retained = Retained {
            server: "otel-web-gateway",
            spans_kept: 1_000_000,
            rss_mb: 16.04,
            rss_anon_mb: 8.0,
            rss_anon_after_overviews_mb: 9.0,
            settling_s: 0.0,
            disk_mb: 591.0,
            list_p95_ms: 9.84,
            overviews: Vec::new(),
            lists: vec![List {
                query: "limit=1000",
                requests: 40,
                bytes: 123_456,
                p95_ms: 12.0,
            }],
        };
        let loads = [
            ("otel-web-gateway", PLAIN),
            ("otel-web-gateway", "full store"),
            ("rotel", PLAIN),
        ];
        Report {
            file_system: "ext2/ext3".to_owned(),
            throughput: loads.map(|(server, load)| throughput(server, load)).into(),
            retained: vec![retained],
        }
    }

    #[test]
    fn row_has_exactly_its_columns() {
        let json = report().json();
        assert_eq!(json["rows"].as_array().unwrap().len(), 2);
        for row in json["rows"].as_array().unwrap() {
            let keys: BTreeSet<_> = row
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            assert_eq!(keys, BTreeSet::from(ROW));
        }
        let parts: BTreeSet<_> = json.as_object().unwrap().keys().collect();
        assert!(parts.into_iter().eq(["details", "rows"]));
    }

    #[test]
    fn memory_and_lists_are_null_for_a_server_without_a_store() {
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
    fn tables_have_at_most_120_columns() {
        let tables = report().tables();
        assert!(tables.lines().count() > 8);
        assert!(tables.lines().all(|line| line.len() <= 120), "{tables}");
    }
}
