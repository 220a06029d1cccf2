//! The results of the measurements, and their JSON.

use serde_json::{Value, json};

/// The cost of spans with one load.
#[derive(Clone, Debug)]
pub(crate) struct Throughput {
    pub(crate) server: &'static str,
    pub(crate) load: &'static str,
    pub(crate) spans_per_request: u64,
    pub(crate) requests_per_core_s: f64,
    /// Per second of wall-clock time, with the sender on the same machine.
    pub(crate) requests_per_s: f64,
    pub(crate) rss_mb: f64,
    /// Without the pages of mapped files, such as the database.
    pub(crate) rss_anon_mb: f64,
}

/// The memory and disk space of a million stored spans, and the latency of lists of traces.
#[derive(Clone, Debug)]
pub(crate) struct Retained {
    pub(crate) server: &'static str,
    pub(crate) spans_kept: u64,
    pub(crate) rss_mb: f64,
    pub(crate) rss_anon_mb: f64,
    pub(crate) rss_anon_after_overviews_mb: f64,
    pub(crate) disk_mb: f64,
    /// How long the server worked in the background after the last span.
    pub(crate) settling_s: f64,
    /// Over all queries.
    pub(crate) list_p95_ms: f64,
    pub(crate) lists: Vec<List>,
    /// Overviews of all traces, while spans arrive.
    pub(crate) overviews: Vec<List>,
}

/// The latency of one query.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) query: &'static str,
    pub(crate) requests: usize,
    /// The size of the last response.
    pub(crate) bytes: usize,
    pub(crate) p95_ms: f64,
}

impl Throughput {
    pub(crate) fn spans_per_core_s(&self) -> f64 {
        self.requests_per_core_s * self.spans_per_request as f64
    }

    pub(crate) fn details(&self) -> Value {
        json!({
            "server": self.server,
            "load": self.load,
            "spans_per_request": self.spans_per_request,
            "spans_per_core_s": self.spans_per_core_s().round(),
            "requests_per_s": self.requests_per_s.round(),
            "rss_mb": tenths(self.rss_mb),
            "rss_anon_mb": tenths(self.rss_anon_mb),
        })
    }
}

impl Retained {
    pub(crate) fn details(&self) -> Value {
        let lists: Vec<_> = self.lists.iter().map(List::json).collect();
        let overviews: Vec<_> = self.overviews.iter().map(List::json).collect();
        let slowest = self.lists.iter().map(|list| list.p95_ms);
        json!({
            "server": self.server,
            "spans_kept": self.spans_kept,
            "rss_mb": tenths(self.rss_mb),
            "rss_anon_mb": tenths(self.rss_anon_mb),
            "rss_anon_after_overviews_mb": tenths(self.rss_anon_after_overviews_mb),
            "disk_mb": tenths(self.disk_mb),
            "settling_s": tenths(self.settling_s),
            "list_p95_ms": tenths(self.list_p95_ms),
            "slowest_query_p95_ms": tenths(slowest.fold(0.0, f64::max)),
            "lists": lists,
            "overviews": overviews,
        })
    }
}

impl List {
    fn json(&self) -> Value {
        json!({
            "query": self.query,
            "requests": self.requests,
            "bytes": self.bytes,
            "p95_ms": tenths(self.p95_ms),
        })
    }
}

pub(crate) fn tenths(figure: f64) -> f64 {
    (figure * 10.0).round() / 10.0
}
