//! The spans of a trace that a query finds.

use std::ops::Range;

use trace_model::{Trace, query::SpanMatcher};

use super::log_rows::TraceLogs;
use crate::query;

/// The result of a search in a trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Found {
    /// The indices of the spans, ascending.
    pub(crate) spans: Vec<usize>,
    /// The first invalid term, if any.
    pub(crate) problem: Option<String>,
}

impl Found {
    /// Searches among some nodes and their log records. `None` if the text has no terms.
    pub(crate) fn of(
        trace: &Trace,
        logs: &TraceLogs,
        nodes: Range<usize>,
        text: &str,
    ) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        let parsed = query::parse(text);
        let problem = query::problem(&parsed, text);
        let matcher = SpanMatcher::new(&parsed.query);
        let is_found = |index: &usize| {
            let span = &trace.nodes()[*index].span;
            matcher.matches(span) || logs.span_matches(span.span_id, &parsed.query)
        };
        // Only invalid terms: they do not find everything.
        let is_searched = !parsed.query.is_empty();
        Some(Self {
            spans: nodes
                .filter(|index| is_searched && is_found(index))
                .collect(),
            problem,
        })
    }

    pub(crate) fn contains(&self, index: usize) -> bool {
        self.spans.binary_search(&index).is_ok()
    }
}

/// Returns the position of the next one of `spans` after a selected span, or before it. It continues
/// at the other end.
pub(crate) fn next(spans: &[usize], selected: Option<usize>, is_backward: bool) -> Option<usize> {
    let last = spans.len().checked_sub(1)?;
    let Some(selected) = selected else {
        return Some(if is_backward { last } else { 0 });
    };
    let before = spans.partition_point(|&index| index < selected);
    if is_backward {
        return Some(before.checked_sub(1).unwrap_or(last));
    }
    let after = spans.partition_point(|&index| index <= selected);
    Some(if after > last { 0 } else { after })
}

#[cfg(test)]
mod tests {
    use trace_model::Span;

    use super::*;

    #[test]
    fn a_query_finds_spans_of_the_subtree() {
        let trace_id = "00000000000000000000000000000001".parse().unwrap();
        let span = |number: u64| {
            let id = format!("{number:016x}").parse().unwrap();
            let name = if number.is_multiple_of(2) {
                "SELECT likes"
            } else {
                "GET"
            };
            let mut span = Span::new(trace_id, id, name);
            span.start_unix_nano = number;
            span
        };
        let trace = Trace::from_spans(trace_id, (1..=6).map(span).collect());
        let logs = TraceLogs::default();
        let find = |text: &str| Found::of(&trace, &logs, 0..6, text).map(|found| found.spans);
        assert_eq!(find("likes"), Some(vec![1, 3, 5]));
        assert_eq!(find("-likes"), Some(vec![0, 2, 4]));
        assert_eq!(find("  "), None);
        assert_eq!(Found::of(&trace, &logs, 2..4, "likes").unwrap().spans, [3]);
        let invalid = Found::of(&trace, &logs, 0..6, "duration>soon").unwrap();
        assert!(invalid.spans.is_empty() && invalid.problem.is_some());
    }

    #[test]
    fn the_next_span_continues_at_the_other_end() {
        let spans = [2, 5, 9];
        let check = |selected, is_backward, expected| {
            assert_eq!(next(&spans, selected, is_backward), expected);
        };
        check(None, false, Some(0));
        check(None, true, Some(2));
        check(Some(2), false, Some(1));
        check(Some(3), false, Some(1));
        check(Some(9), false, Some(0));
        check(Some(2), true, Some(2));
        check(Some(5), true, Some(0));
        assert_eq!(next(&[], Some(1), false), None);
    }
}
