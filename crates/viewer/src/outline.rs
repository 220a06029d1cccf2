//! A trace as plain text, for mails and issues.

use trace_model::{Parent, Trace};

use crate::format;

/// Deeper spans are not indented further.
const MAX_INDENT: usize = 40;

/// Returns a line for each span, indented below its parent, with its duration. The service is named
/// where it changes.
pub(crate) fn outline(trace: &Trace) -> String {
    let mut text = String::new();
    for node in trace.nodes() {
        let span = &node.span;
        let parent = match node.parent {
            Parent::Node(parent) => Some(trace.nodes()[parent].span.service()),
            Parent::None | Parent::Missing => None,
        };
        let service = if parent == Some(span.service()) {
            String::new()
        } else {
            format!(" ({})", span.service())
        };
        let error = if span.is_error() { " ERROR" } else { "" };
        let indent = "  ".repeat(node.depth.min(MAX_INDENT));
        let duration = format::duration(span.duration_nano());
        text.push_str(&format!(
            "{indent}{} {duration}{service}{error}\n",
            span.name
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use trace_model::{Span, SpanStatus};

    use super::*;

    #[test]
    fn spans_are_indented_lines_with_durations() {
        let trace_id = "00000000000000000000000000000001".parse().unwrap();
        let id = |number: u8| format!("{number:016x}").parse().unwrap();
        let mut root = Span::new(trace_id, id(1), "like");
        root.end_unix_nano = 20_000_000;
        let mut child = Span::new(trace_id, id(2), "INSERT");
        child.parent_span_id = Some(root.span_id);
        child.end_unix_nano = 5_000_000;
        child.status = SpanStatus::Error(String::new());
        let trace = Trace::from_spans(trace_id, vec![root, child]);
        assert_eq!(
            outline(&trace),
            "like 20 ms (unknown_service)\n  INSERT 5 ms ERROR\n"
        );
    }
}
