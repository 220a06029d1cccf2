//! The log records of a trace, in the order of their times on the trace's axis.

use std::collections::HashMap;

use trace_model::{
    Log, SpanId, Trace,
    query::{LogMatcher, Query},
};

/// The log records of a trace, as far as they are loaded.
#[derive(Debug, Default)]
pub(crate) struct TraceLogs {
    pub(crate) logs: Vec<Log>,
    /// There are older records, which are not loaded.
    pub(crate) is_cut: bool,
    by_span: HashMap<SpanId, Vec<usize>>,
}

impl TraceLogs {
    pub(crate) fn new(logs: Vec<Log>, is_cut: bool) -> Self {
        let mut by_span = HashMap::<_, Vec<_>>::new();
        for (index, log) in logs.iter().enumerate() {
            if let Some(id) = log.span_id {
                by_span.entry(id).or_default().push(index);
            }
        }
        Self {
            logs,
            is_cut,
            by_span,
        }
    }

    /// Returns the indices of the records that were written in a span.
    pub(crate) fn of_span(&self, id: SpanId) -> &[usize] {
        self.by_span.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Returns whether a record of a span matches a query. Queries that do not apply to log records
    /// match none.
    pub(crate) fn span_matches(&self, id: SpanId, query: &Query) -> bool {
        let indices = self.of_span(id);
        if indices.is_empty() {
            return false;
        }
        let matcher = LogMatcher::new(query);
        matcher.is_ok_and(|matcher| {
            let mut logs = indices.iter().map(|index| &self.logs[*index]);
            logs.any(|log| matcher.matches(log))
        })
    }
}

/// A log record of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogRow {
    /// The index among the records of the trace.
    pub(crate) log: usize,
    /// The span in which it was written, if the trace has it.
    pub(crate) node: Option<usize>,
    /// The time on the trace's axis, to which the clock of the span's service was aligned.
    pub(crate) time: u64,
}

/// Returns the records in the order of their times. With `query`, only those that match it.
pub(crate) fn rows(trace: &Trace, logs: &TraceLogs, query: Option<&Query>) -> Vec<LogRow> {
    let matcher = query.map(LogMatcher::new);
    let is_shown = |log: &Log| match &matcher {
        None => true,
        Some(matcher) => matcher.as_ref().is_ok_and(|matcher| matcher.matches(log)),
    };
    let nodes = trace.nodes().iter().enumerate();
    // Of several spans with one id, the first is the client's, in which the call was made.
    let nodes: HashMap<_, _> = nodes
        .rev()
        .map(|(index, node)| (node.span.span_id, index))
        .collect();
    let shown = logs
        .logs
        .iter()
        .enumerate()
        .filter(|(_, log)| is_shown(log));
    let mut rows: Vec<_> = shown
        .map(|(index, log)| {
            let node = log.span_id.and_then(|id| nodes.get(&id).copied());
            LogRow {
                log: index,
                node,
                time: time(trace, node, log),
            }
        })
        .collect();
    // Stable: records of one time stay in the order of their arrival.
    rows.sort_by_key(|row| row.time);
    rows
}

/// Returns the records of one span in the order of their times.
pub(crate) fn rows_of_span(trace: &Trace, logs: &TraceLogs, index: usize) -> Vec<LogRow> {
    let indices = logs.of_span(trace.nodes()[index].span.span_id).iter();
    let mut rows: Vec<_> = indices
        .map(|log| LogRow {
            log: *log,
            node: Some(index),
            time: time(trace, Some(index), &logs.logs[*log]),
        })
        .collect();
    rows.sort_by_key(|row| row.time);
    rows
}

fn time(trace: &Trace, node: Option<usize>, log: &Log) -> u64 {
    let shift = node.map_or(0, |index| trace.nodes()[index].clock_shift_nano);
    log.unix_nano().saturating_add_signed(shift)
}

#[cfg(test)]
mod tests {
    use trace_model::{Span, query::parse};

    use super::*;

    fn trace() -> Trace {
        let trace_id = "00000000000000000000000000000001".parse().unwrap();
        let span = |id: &str, start: u64| {
            let mut span = Span::new(trace_id, id.parse().unwrap(), "span");
            span.start_unix_nano = start;
            span.end_unix_nano = start + 100;
            span
        };
        let mut child = span("0000000000000002", 1_010);
        child.parent_span_id = "0000000000000001".parse().ok();
        Trace::from_spans(trace_id, vec![span("0000000000000001", 1_000), child])
    }

    fn log(span: &str, time: u64, body: &str) -> Log {
        Log {
            span_id: span.parse().ok(),
            time_unix_nano: time,
            severity_number: 9,
            body: body.into(),
            ..Log::default()
        }
    }

    #[test]
    fn records_are_chronological_and_belong_to_their_spans() {
        let logs = TraceLogs::new(
            vec![
                log("0000000000000002", 1_030, "third"),
                log("0000000000000001", 1_020, "second"),
                log("", 1_005, "first"),
                log("00000000000000ff", 1_040, "of a missing span"),
            ],
            false,
        );
        let trace = trace();
        let all = rows(&trace, &logs, None);
        let found: Vec<_> = all.iter().map(|row| (row.log, row.node)).collect();
        assert_eq!(found, [(2, None), (1, Some(0)), (0, Some(1)), (3, None)]);
        let own: Vec<_> = rows_of_span(&trace, &logs, 1);
        assert_eq!(own, [all[2]]);
    }

    #[test]
    fn query_selects_records_and_the_spans_that_wrote_them() {
        let logs = vec![
            log("0000000000000002", 1_030, "payment failed"),
            log("0000000000000001", 1_020, "began"),
        ];
        let (logs, trace) = (TraceLogs::new(logs, false), trace());
        let found = |text: &str| rows(&trace, &logs, Some(&parse(text).query)).len();
        assert_eq!(found("payment"), 1);
        assert_eq!(found("severity>=warn"), 0);
        assert_eq!(found("kind:server"), 0);
        let matches = |index: usize, text: &str| {
            let id = trace.nodes()[index].span.span_id;
            logs.span_matches(id, &parse(text).query)
        };
        assert!(matches(1, "payment") && !matches(0, "payment"));
        assert!(!matches(1, "kind:server"));
    }
}
