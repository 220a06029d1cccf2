//! References to spans in addresses.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use trace_model::{SpanId, Trace};

/// A reference to one span of a trace, written `{span id}` or `{span id}.{occurrence}`.
///
/// A span id alone may be ambiguous: under Zipkin's B3 propagation, the client's and the server's
/// span of a call share it. A reference stays valid while the trace grows, unlike an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SpanRef {
    pub(crate) id: SpanId,
    /// How many spans with this id precede the span in the trace.
    occurrence: usize,
}

impl SpanRef {
    /// Refers to the first span with this id.
    pub(crate) const fn first(id: SpanId) -> Self {
        Self { id, occurrence: 0 }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (id, occurrence) = text.split_once('.').unwrap_or((text, "0"));
        Some(Self {
            id: id.parse().ok()?,
            occurrence: occurrence.parse().ok()?,
        })
    }

    /// Refers to the node at `index` of a trace.
    pub(crate) fn of(trace: &Trace, index: usize) -> Self {
        let id = trace.nodes()[index].span.span_id;
        let earlier = trace.nodes()[..index].iter();
        Self {
            id,
            occurrence: earlier.filter(|node| node.span.span_id == id).count(),
        }
    }

    /// Returns the index of the span's node, if the trace has it.
    pub(crate) fn index_in(self, trace: &Trace) -> Option<usize> {
        let nodes = trace.nodes().iter().enumerate();
        let mut same_id = nodes.filter(|(_, node)| node.span.span_id == self.id);
        same_id.nth(self.occurrence).map(|(index, _)| index)
    }
}

/// Returns the indices of all referenced spans that the trace has.
pub(crate) fn indices(trace: &Trace, spans: &BTreeSet<SpanRef>) -> BTreeSet<usize> {
    if spans.is_empty() {
        return BTreeSet::new();
    }
    let mut occurrences: HashMap<SpanId, usize> = spans.iter().map(|span| (span.id, 0)).collect();
    let mut found = BTreeSet::new();
    for (index, node) in trace.nodes().iter().enumerate() {
        let id = node.span.span_id;
        if let Some(next) = occurrences.get_mut(&id) {
            let occurrence = *next;
            *next += 1;
            if spans.contains(&SpanRef { id, occurrence }) {
                found.insert(index);
            }
        }
    }
    found
}

impl fmt::Display for SpanRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.occurrence {
            0 => write!(f, "{}", self.id),
            occurrence => write!(f, "{}.{occurrence}", self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use trace_model::{Span, SpanKind};

    use super::*;

    /// The client's and the server's span of a call share an id.
    fn call() -> Trace {
        let trace_id = "00000000000000000000000000000001".parse().unwrap();
        let span = |id: &str, kind, start| {
            let mut span = Span::new(trace_id, id.parse().unwrap(), "call");
            (span.kind, span.start_unix_nano) = (kind, start);
            span
        };
        let spans = vec![
            span("0000000000000001", SpanKind::Internal, 1),
            span("0000000000000002", SpanKind::Client, 2),
            span("0000000000000002", SpanKind::Server, 3),
        ];
        Trace::from_spans(trace_id, spans)
    }

    #[test]
    fn spans_with_one_id_have_different_references() {
        let trace = call();
        for index in 0..3 {
            assert_eq!(SpanRef::of(&trace, index).index_in(&trace), Some(index));
        }
        let texts: Vec<_> = (0..3)
            .map(|index| SpanRef::of(&trace, index).to_string())
            .collect();
        assert_eq!(
            texts,
            ["0000000000000001", "0000000000000002", "0000000000000002.1"]
        );
    }

    #[test]
    fn indices_contain_exactly_the_referenced_spans() {
        let trace = call();
        let check = |texts: &[&str], expected: &[usize]| {
            let spans = texts.iter().map(|text| SpanRef::parse(text).unwrap());
            let found = indices(&trace, &spans.collect());
            assert_eq!(found.into_iter().collect::<Vec<_>>(), expected, "{texts:?}");
        };
        check(&[], &[]);
        check(&["0000000000000002.1"], &[2]);
        check(&["0000000000000002", "0000000000000002.2"], &[1]);
    }

    #[test]
    fn invalid_references_are_ignored() {
        for text in ["", "xyz", "0000000000000002.", "0000000000000002.x", ".1"] {
            assert_eq!(SpanRef::parse(text), None, "{text}");
        }
    }
}
