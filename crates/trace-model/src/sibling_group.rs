//! Groups of identical siblings.

use std::collections::HashMap;

use crate::{Interval, Lane, Parent, Trace, interval::covered};

/// Spans with one parent, one service and one name, and without children: often the statements of
/// a loop.
///
/// [`Trace::sibling_groups`](crate::Trace::sibling_groups) finds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiblingGroup {
    /// The indices of the spans, ascending.
    pub nodes: Vec<usize>,
    /// From the first start to the last end.
    pub interval: Interval,
    /// The sum of their durations.
    pub total_nano: u64,
    /// Whether a loop may have made one database call for each row: the spans are database calls
    /// that hardly overlap.
    pub is_loop_of_statements: bool,
}

/// If spans overlap for more than this part of their time, they are not made one after the other.
const MAX_OVERLAP: f64 = 0.1;

impl SiblingGroup {
    pub(crate) fn all_of(trace: &Trace, min_spans: usize) -> Vec<Self> {
        let mut groups: HashMap<(usize, &str, &str), Vec<usize>> = HashMap::new();
        for (index, node) in trace.nodes().iter().enumerate() {
            if let (Parent::Node(parent), 0) = (node.parent, node.descendants) {
                let key = (parent, node.span.service(), node.span.name.as_str());
                groups.entry(key).or_default().push(index);
            }
        }
        let large = groups
            .into_values()
            .filter(|nodes| nodes.len() >= min_spans.max(2));
        let mut all: Vec<Self> = large.map(|nodes| Self::of(trace, nodes)).collect();
        all.sort_by_key(|group| group.nodes[0]);
        all
    }

    fn of(trace: &Trace, nodes: Vec<usize>) -> Self {
        let intervals = || nodes.iter().map(|&index| trace.nodes()[index].interval());
        let hull = intervals().reduce(Interval::hull);
        let interval = hull.unwrap_or(Interval::new(0, 0));
        let total_nano = intervals().fold(0, |sum: u64, own| sum.saturating_add(own.duration()));
        let overlap = total_nano.saturating_sub(covered(interval, intervals()));
        let is_sequential = overlap as f64 <= total_nano as f64 * MAX_OVERLAP;
        let is_database = trace.nodes()[nodes[0]].lane == Lane::Database;
        Self {
            interval,
            total_nano,
            is_loop_of_statements: is_database && is_sequential,
            nodes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::trace;

    #[test]
    fn identical_siblings_without_children_are_a_group() {
        let trace = trace(
            "
backend server feed 0..100
  db client SELECT 10..20
  db client count 20..22
  db client SELECT 22..30
  db client SELECT 40..55
  backend internal load 60..90
    db client SELECT 60..70
  backend internal load 90..95
",
        );
        let groups = trace.sibling_groups(3);
        let expected = SiblingGroup {
            nodes: vec![1, 3, 4],
            interval: Interval::new(10, 55),
            total_nano: 33,
            is_loop_of_statements: true,
        };
        assert_eq!(groups, [expected]);
        assert_eq!(trace.sibling_groups(4), []);
    }

    #[test]
    fn parallel_statements_and_other_spans_are_no_loop() {
        let check = |drawing: &str| {
            let groups = trace(drawing).sibling_groups(2);
            assert_eq!(groups.len(), 1);
            assert!(!groups[0].is_loop_of_statements, "{drawing}");
        };
        check("backend server a 0..9\n  db client S 1..5\n  db client S 1..5");
        check("backend server a 0..9\n  backend internal S 1..3\n  backend internal S 4..5");
    }
}
