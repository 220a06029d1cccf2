//! Ids and names in X-Ray's form.

use trace_model::{Span, SpanKind, TraceId};

/// Returns the trace id in X-Ray's form: `1-`, 8 and 24 hex digits of the same id.
pub(super) fn trace_id(id: TraceId) -> String {
    let hex = id.to_string();
    let (time, unique) = hex.split_at(8);
    format!("1-{time}-{unique}")
}

/// Returns the name of a segment: the service. A call has the name of the called service, because
/// X-Ray's service map is drawn from it. The span's own name is in the metadata.
pub(super) fn of(span: &Span) -> String {
    if is_segment(span) {
        return allowed(span.service());
    }
    let keys = [
        "peer.service",
        "server.address",
        "db.system.name",
        "db.system",
    ];
    let peer = keys.iter().find_map(|key| span.attributes.text(key));
    match (is_call(span.kind), peer) {
        (true, Some(peer)) => allowed(peer),
        _ => allowed(&span.name),
    }
}

/// Returns whether a span is a segment: a SERVER span, or one without a parent, such as a page's
/// action.
pub(super) const fn is_segment(span: &Span) -> bool {
    matches!(span.kind, SpanKind::Server) || span.parent_span_id.is_none()
}

pub(super) const fn is_call(kind: SpanKind) -> bool {
    matches!(kind, SpanKind::Client | SpanKind::Producer)
}

/// Keeps letters, digits, blanks and `_.:/%&#=+\-@`, at most 200 characters.
fn allowed(name: &str) -> String {
    let is_allowed = |char: &char| {
        char.is_alphanumeric() || char.is_whitespace() || "_.:/%&#=+\\-@".contains(*char)
    };
    let name: String = name.chars().filter(is_allowed).take(200).collect();
    if name.trim().is_empty() {
        return "unnamed".to_owned();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(name: &str) -> Span {
        let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
        Span::new(trace_id, "00f067aa0ba902b7".parse().unwrap(), name)
    }

    #[test]
    fn trace_id_has_the_same_digits() {
        let id = trace_id(span("a").trace_id);
        assert_eq!(id, "1-6a2b7c1e-98038103d269b633813fc60c");
    }

    #[test]
    fn names_have_only_characters_that_x_ray_allows() {
        assert_eq!(allowed("PUT /like/{id} «x»"), "PUT /like/id x");
        assert_eq!(allowed("{}"), "unnamed");
        assert_eq!(allowed(&"x".repeat(300)).len(), 200);
    }
}
