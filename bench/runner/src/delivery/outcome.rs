//! The received spans compared with those that have ended.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::AddAssign;

use bench_runner::otlp::Span;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) ended: usize,
    /// Distinct spans.
    pub(crate) received: usize,
    /// Repeated spans.
    pub(crate) duplicated: usize,
    /// Traces of which spans arrived, but not the root.
    pub(crate) rootless: usize,
}

impl Outcome {
    pub(crate) fn of(ended: usize, arrived: &[Span]) -> Self {
        let mut distinct = HashSet::new();
        let mut has_root: HashMap<&str, bool> = HashMap::new();
        for span in arrived {
            distinct.insert((&span.trace_id, &span.span_id));
            *has_root.entry(&span.trace_id).or_default() |= span.parent_span_id.is_empty();
        }
        Self {
            ended,
            received: distinct.len(),
            duplicated: arrived.len() - distinct.len(),
            rootless: has_root.values().filter(|has_root| !**has_root).count(),
        }
    }

    pub(crate) fn lost(&self) -> usize {
        self.ended.saturating_sub(self.received)
    }

    pub(crate) fn is_perfect(&self) -> bool {
        self.received == self.ended && self.duplicated == 0 && self.rootless == 0
    }
}

impl AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.ended += other.ended;
        self.received += other.received;
        self.duplicated += other.duplicated;
        self.rootless += other.rootless;
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            ended,
            received,
            duplicated,
            rootless,
        } = self;
        write!(f, "{received:>5} of {ended:>5}")?;
        match (duplicated, rootless) {
            (0, 0) => Ok(()),
            _ => write!(f, ", {duplicated} twice, {rootless} traces without root"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(trace: &str, id: &str, parent: &str) -> Span {
        Span {
            trace_id: trace.to_owned(),
            span_id: id.to_owned(),
            parent_span_id: parent.to_owned(),
            ..Span::default()
        }
    }

    #[test]
    fn duplicate_span_is_received_once() {
        let arrived = [
            span("t", "root", ""),
            span("t", "child", "root"),
            span("t", "root", ""),
        ];
        let outcome = Outcome::of(3, &arrived);
        assert_eq!(
            (outcome.received, outcome.duplicated, outcome.lost()),
            (2, 1, 1)
        );
        assert!(!outcome.is_perfect());
    }

    #[test]
    fn rootless_counts_traces_with_received_spans_only() {
        let arrived = [span("a", "root", ""), span("b", "child", "lost")];
        assert_eq!(Outcome::of(4, &arrived).rootless, 1);
    }

    #[test]
    fn equal_span_ids_in_two_traces_are_two_spans() {
        let outcome = Outcome::of(2, &[span("a", "1", ""), span("b", "1", "")]);
        assert!(outcome.is_perfect());
    }
}
