//! What free text is searched in: one line of text per trace.

use std::collections::BTreeSet;

use trace_model::{Span, SpanStatus, TraceId};

/// Enough for what makes a trace different from others, and a bound for one that names
/// each of its thousand spans anew.
const MAX_BYTES: usize = 2048;

/// The trace's id, and every service, span name and error message once.
pub(super) fn text(id: TraceId, spans: &[Span]) -> String {
    let mut text = id.to_string();
    let mut seen = BTreeSet::new();
    for part in spans.iter().flat_map(parts) {
        if text.len() + part.len() < MAX_BYTES && seen.insert(part) {
            text.push('\n');
            text.push_str(part);
        }
    }
    text
}

fn parts(span: &Span) -> impl Iterator<Item = &str> {
    let error = match &span.status {
        SpanStatus::Error(message) => message.as_str(),
        SpanStatus::Unset | SpanStatus::Ok => "",
    };
    [span.service(), &span.name, error].into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_once_and_a_long_one_makes_no_long_text() {
        let id: TraceId = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
        let span = |name: &str| Span::new(id, "00f067aa0ba902b7".parse().unwrap(), name);
        let spans = [
            span("crud.like"),
            span("crud.like"),
            span(&"x".repeat(3000)),
        ];
        let expected = "6a2b7c1e98038103d269b633813fc60c\nunknown_service\ncrud.like\n";
        assert_eq!(text(id, &spans), expected);
    }
}
