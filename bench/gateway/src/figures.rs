//! One measurement each, with its details as JSON.

use serde_json::{Value, json};

/// What spans cost that come in one way.
#[derive(Clone, Debug)]
pub(crate) struct Throughput {
    pub(crate) server: &'static str,
    pub(crate) load: &'static str,
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
    pub(crate) lists: Vec<List>,
}

/// How long one query takes.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) query: &'static str,
    pub(crate) requests: usize,
    /// Of the last answer.
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

impl Kept {
    pub(crate) fn details(&self) -> Value {
        let lists: Vec<_> = self.lists.iter().map(List::json).collect();
        let slowest = self.lists.iter().map(|list| list.p95_ms);
        json!({
            "server": self.server,
            "spans_kept": self.spans_kept,
            "rss_mb": tenths(self.rss_mb),
            "rss_anon_mb": tenths(self.rss_anon_mb),
            "disk_mb": tenths(self.disk_mb),
            "list_p95_ms": tenths(self.list_p95_ms),
            "slowest_query_p95_ms": tenths(slowest.fold(0.0, f64::max)),
            "lists": lists,
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
