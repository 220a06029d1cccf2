//! How the duration of a span compares with those of other spans of its name.

use serde::{Deserialize, Serialize};

use super::quantile::quantiles;
use crate::Span;

/// The rank of a duration among the spans of one service and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanRank {
    /// The number of compared spans.
    pub spans: u64,
    /// Those that took less time.
    pub faster: u64,
    pub p50_nano: u64,
    pub p95_nano: u64,
    /// The number of traces that were read: the newest ones.
    pub traces: u64,
    /// The time limit was reached before all of them were read.
    pub cut_short: bool,
}

/// Collects the durations of the spans of one service and name.
#[derive(Debug)]
pub struct SpanRankTable {
    service: String,
    name: String,
    duration_nano: u64,
    durations: Vec<u64>,
    traces: u64,
}

impl SpanRankTable {
    /// Creates a table for the duration of a span.
    #[must_use]
    pub const fn new(service: String, name: String, duration_nano: u64) -> Self {
        Self {
            service,
            name,
            duration_nano,
            durations: Vec::new(),
            traces: 0,
        }
    }

    /// Adds the spans of a trace.
    pub fn add(&mut self, spans: &[Span]) {
        let is_same = |span: &&Span| span.name == self.name && span.service() == self.service;
        let durations = spans.iter().filter(is_same).map(Span::duration_nano);
        self.durations.extend(durations);
        self.traces += 1;
    }

    /// Returns the rank.
    #[must_use]
    pub fn finish(mut self) -> SpanRank {
        let is_faster = |duration: &&u64| **duration < self.duration_nano;
        let faster = self.durations.iter().filter(is_faster).count() as u64;
        let [p50_nano, p95_nano] = quantiles(&mut self.durations, [0.5, 0.95]);
        SpanRank {
            spans: self.durations.len() as u64,
            faster,
            p50_nano,
            p95_nano,
            traces: self.traces,
            cut_short: false,
        }
    }
}
