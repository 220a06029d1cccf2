//! The spans of one trace, and their tree for the messages of failed tests.

use std::fmt;

use opentelemetry::trace::{SpanKind, TraceId};

use crate::testing::span::Span;

/// The recorded spans with one trace id.
///
/// Returned by [`Recorder::trace`](super::Recorder::trace), [`find`](super::Recorder::find) and
/// [`traces`](super::Recorder::traces). It contains the spans of this page; those of servers are not
/// known here. [`Display`](fmt::Display) prints the spans as a tree with their durations.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    spans: Vec<Span>,
}

impl Trace {
    /// Creates a trace of all these spans, sorted by start time.
    pub(super) fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_by_key(|span| span.start);
        Self { spans }
    }

    /// Groups spans by trace id, in the order in which the first span of each was recorded.
    pub(super) fn group(spans: &[Span]) -> Vec<Self> {
        let mut ids: Vec<TraceId> = Vec::new();
        for span in spans {
            if !ids.contains(&span.trace_id) {
                ids.push(span.trace_id);
            }
        }
        let of_id = |id| spans.iter().filter(move |span| span.trace_id == id);
        ids.into_iter()
            .map(|id| Self::new(of_id(id).cloned().collect()))
            .collect()
    }

    /// Returns all spans, sorted by start time.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Returns the span without a parent. `None` if it has not ended.
    #[must_use]
    pub fn root(&self) -> Option<&Span> {
        self.spans.iter().find(|span| span.parent_span_id.is_none())
    }

    /// Returns the direct children of `parent`, sorted by start time.
    pub fn children<'a>(&'a self, parent: &Span) -> impl Iterator<Item = &'a Span> {
        let id = parent.span_id;
        self.spans
            .iter()
            .filter(move |span| span.parent_span_id == Some(id))
    }

    /// Returns the spans whose parent is not in the trace.
    pub(super) fn orphans(&self) -> impl Iterator<Item = &Span> {
        self.spans.iter().filter(|span| {
            let parent = span.parent_span_id;
            parent.is_some() && self.spans.iter().all(|other| Some(other.span_id) != parent)
        })
    }

    fn draw(&self, f: &mut fmt::Formatter<'_>, span: &Span, depth: usize) -> fmt::Result {
        let Span { name, kind, .. } = span;
        write!(f, "{:indent$}{name}", "", indent = 2 * depth)?;
        if *kind != SpanKind::Internal {
            write!(f, " ({})", kind_name(kind))?;
        }
        if let Some(error) = &span.error {
            write!(f, " ERROR {error:?}")?;
        }
        let duration = span.end.saturating_sub(span.start);
        writeln!(f, ", {:.1} ms", duration.as_secs_f64() * 1_000.0)?;
        self.children(span)
            .try_for_each(|child| self.draw(f, child, depth + 1))
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roots = self
            .spans
            .iter()
            .filter(|span| span.parent_span_id.is_none());
        for root in roots {
            self.draw(f, root, 1)?;
        }
        for orphan in self.orphans() {
            writeln!(f, "  (a parent that has not ended)")?;
            self.draw(f, orphan, 2)?;
        }
        Ok(())
    }
}

/// Returns the name in the spelling of the specification.
pub(super) fn kind_name(kind: &SpanKind) -> &'static str {
    match kind {
        SpanKind::Client => "CLIENT",
        SpanKind::Server => "SERVER",
        SpanKind::Producer => "PRODUCER",
        SpanKind::Consumer => "CONSUMER",
        SpanKind::Internal => "INTERNAL",
    }
}
