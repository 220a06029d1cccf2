//! Statistics of the spans of a trace by service and name.

use std::{cmp::Reverse, collections::HashMap};

use crate::{Lane, Trace};

/// The spans of a trace with one service and name, added up.
///
/// [`Trace::statistics`](crate::Trace::statistics) computes them. Over all names, `count` adds up
/// to the number of spans, and `self_nano` to the time in which spans worked by themselves: where
/// spans overlap neither each other nor the end of their parent, that is the duration of the trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameStatistics {
    pub service: String,
    pub name: String,
    /// The index of the first such span.
    pub node: usize,
    pub lane: Lane,
    pub count: usize,
    /// The number of failed spans.
    pub errors: usize,
    /// The sum of the durations. Overlapping spans count several times.
    pub total_nano: u64,
    /// The sum of the times in which no child ran.
    pub self_nano: u64,
    /// The median: the shortest duration that at least half of the spans do not exceed.
    pub p50_nano: u64,
    /// The shortest duration that at least 95 % of the spans do not exceed.
    pub p95_nano: u64,
    pub max_nano: u64,
}

impl NameStatistics {
    pub(crate) fn of(trace: &Trace, top: Option<usize>) -> Vec<Self> {
        let mut by_name: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for index in trace.subtree(top) {
            let span = &trace.nodes()[index].span;
            let key = (span.service(), span.name.as_str());
            by_name.entry(key).or_default().push(index);
        }
        let nodes = by_name.into_values();
        let mut all: Vec<Self> = nodes.map(|nodes| Self::of_nodes(trace, &nodes)).collect();
        all.sort_by_key(|name| (Reverse(name.total_nano), name.node));
        all
    }

    fn of_nodes(trace: &Trace, indices: &[usize]) -> Self {
        let first = &trace.nodes()[indices[0]];
        let nodes = || indices.iter().map(|&index| &trace.nodes()[index]);
        let mut durations: Vec<u64> = nodes().map(|node| node.interval().duration()).collect();
        durations.sort_unstable();
        Self {
            service: first.span.service().to_owned(),
            name: first.span.name.clone(),
            node: indices[0],
            lane: first.lane,
            count: indices.len(),
            errors: nodes().filter(|node| node.span.is_error()).count(),
            total_nano: durations
                .iter()
                .fold(0, |sum, nanos| sum.saturating_add(*nanos)),
            self_nano: indices.iter().fold(0, |sum: u64, &index| {
                sum.saturating_add(trace.self_time_nano(index))
            }),
            p50_nano: percentile(&durations, 50),
            p95_nano: percentile(&durations, 95),
            max_nano: percentile(&durations, 100),
        }
    }
}

/// Returns the nearest rank of a sorted list.
fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        SpanStatus,
        drawing::{TRACE, random_spans, spans, trace},
    };

    #[test]
    fn spans_of_one_name_are_added_up() {
        let mut like = spans(
            "
backend server like 0..100
  db client SELECT 10..20
  db client SELECT 20..50
  db client INSERT 60..90
",
        );
        like[2].status = SpanStatus::Error(String::new());
        let trace = Trace::from_spans(TRACE.parse().unwrap(), like);
        let texts = trace.statistics(None).into_iter().map(|name| {
            format!(
                "{} ×{} total {} self {} p50 {} p95 {} errors {}",
                name.name,
                name.count,
                name.total_nano,
                name.self_nano,
                name.p50_nano,
                name.p95_nano,
                name.errors
            )
        });
        assert_eq!(
            texts.collect::<Vec<_>>(),
            [
                "like ×1 total 100 self 30 p50 100 p95 100 errors 0",
                "SELECT ×2 total 40 self 40 p50 10 p95 30 errors 1",
                "INSERT ×1 total 30 self 30 p50 30 p95 30 errors 0",
            ]
        );
    }

    #[test]
    fn one_name_in_two_services_is_two_names() {
        let trace = trace("browser client GET 0..10\n  backend server GET 2..8");
        assert_eq!(trace.statistics(None).len(), 2);
        assert_eq!(trace.statistics(Some(1))[0].total_nano, 6);
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        let sorted: Vec<u64> = (1..=20).collect();
        let ranks = [50, 95, 100].map(|percent| percentile(&sorted, percent));
        assert_eq!(ranks, [10, 19, 20]);
        assert_eq!(percentile(&[7], 50), 7);
    }

    proptest! {
        #[test]
        fn statistics_add_up(spans in random_spans()) {
            let trace = Trace::from_spans(TRACE.parse().unwrap(), spans);
            let all = trace.statistics(None);
            let count: usize = all.iter().map(|name| name.count).sum();
            prop_assert_eq!(count, trace.nodes().len());
            let total: u64 = all.iter().map(|name| name.total_nano).sum();
            let durations = trace.nodes().iter().map(|node| node.interval().duration());
            prop_assert_eq!(total, durations.sum::<u64>());
            // In each nanosecond, every span counts that is active without an active child.
            let mut expected = 0;
            for instant in trace.extent().start..trace.extent().end {
                let is_active = |index: usize| {
                    let own = trace.nodes()[index].interval();
                    own.start <= instant && instant < own.end
                };
                let works = |&index: &usize| is_active(index) && !trace.children(index).any(is_active);
                expected += (0..trace.nodes().len()).filter(works).count() as u64;
            }
            prop_assert_eq!(all.iter().map(|name| name.self_nano).sum::<u64>(), expected);
            for name in &all {
                prop_assert!(name.self_nano <= name.total_nano);
                prop_assert!(name.p50_nano <= name.p95_nano && name.p95_nano <= name.max_nano);
            }
        }
    }
}
