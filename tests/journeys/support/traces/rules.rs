//! Rules that every trace must satisfy. Each rule returns its violations as text.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use super::span::Span;
use super::trace::Trace;

pub(crate) const PAGE: &str = "cruddur-frontend";
pub(crate) const BACK_END: &str = "cruddur";

/// How far a child may exceed its parent if they are of different services, whose clocks may differ, in nanoseconds.
const CLOCK_TOLERANCE_NANOS: u64 = 2_000_000;

pub(crate) fn violations(trace: &Trace) -> Vec<String> {
    const RULES: [fn(&Trace) -> Vec<String>; 8] = [
        has_one_root_of_the_page,
        spans_are_reachable_from_the_root,
        spans_are_stored_once,
        siblings_are_distinct,
        spans_end_after_they_start,
        children_are_within_their_parents,
        server_spans_have_a_client_parent_in_the_page,
        exporter_requests_are_not_traced,
    ];
    RULES.iter().flat_map(|rule| rule(trace)).collect()
}

fn has_one_root_of_the_page(trace: &Trace) -> Vec<String> {
    match trace.roots().collect::<Vec<_>>()[..] {
        [root] if root.service == PAGE => vec![],
        [root] => vec![format!(
            "the root {:?} is of service {:?}",
            root.name, root.service
        )],
        ref roots => vec![format!("{} roots", roots.len())],
    }
}

fn spans_are_reachable_from_the_root(trace: &Trace) -> Vec<String> {
    let mut reached: BTreeSet<&str> = trace.roots().map(|root| root.span_id.as_str()).collect();
    for root in trace.roots() {
        reached.extend(
            trace
                .descendants(root)
                .iter()
                .map(|span| span.span_id.as_str()),
        );
    }
    let unreachable = |span: &&Span| !reached.contains(span.span_id.as_str());
    describe(
        trace.spans.iter().filter(unreachable),
        "is not reachable from a root",
    )
}

fn spans_are_stored_once(trace: &Trace) -> Vec<String> {
    let mut seen = BTreeSet::new();
    describe(
        trace
            .spans
            .iter()
            .filter(|span| !seen.insert(&span.span_id)),
        "is stored twice",
    )
}

fn siblings_are_distinct(trace: &Trace) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let repeated = trace.spans.iter().filter(|span| {
        let work = (&span.parent_id, &span.name, span.start, span.end);
        !seen.insert(work)
    });
    describe(repeated, "has an identical sibling")
}

fn spans_end_after_they_start(trace: &Trace) -> Vec<String> {
    describe(
        trace.spans.iter().filter(|span| span.end < span.start),
        "ends before it starts",
    )
}

/// A CONSUMER is exempt: it continues in the background, after the response.
fn children_are_within_their_parents(trace: &Trace) -> Vec<String> {
    let exceeds = |child: &&Span| {
        let parent = trace.parent(child);
        child.kind != SpanKind::Consumer && parent.is_some_and(|parent| !contains(parent, child))
    };
    describe(trace.spans.iter().filter(exceeds), "exceeds its parent")
}

fn contains(parent: &Span, child: &Span) -> bool {
    let tolerance = if parent.service == child.service {
        0
    } else {
        CLOCK_TOLERANCE_NANOS
    };
    parent.start <= child.start + tolerance && child.end <= parent.end + tolerance
}

fn server_spans_have_a_client_parent_in_the_page(trace: &Trace) -> Vec<String> {
    let has_client_parent = |span: &Span| {
        trace
            .parent(span)
            .is_some_and(|p| p.service == PAGE && p.kind == SpanKind::Client)
    };
    let misplaced = |span: &&Span| span.kind == SpanKind::Server && !has_client_parent(span);
    describe(
        trace.spans.iter().filter(misplaced),
        "is not the child of a request of the page",
    )
}

fn exporter_requests_are_not_traced(trace: &Trace) -> Vec<String> {
    let is_export_url = |text: &str| text.contains("/v1/traces") || text.contains("/otlp");
    let of_exporter = |s: &&Span| {
        is_export_url(&s.name)
            || is_export_url(s.attribute("url.full"))
            || is_export_url(s.attribute("url.path"))
    };
    describe(
        trace.spans.iter().filter(of_exporter),
        "is a request of the exporter",
    )
}

fn describe<'a>(spans: impl Iterator<Item = &'a Span>, what: &str) -> Vec<String> {
    spans
        .map(|span| format!("{:?} ({}) {what}", span.name, span.service))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::{like, request_of, sample};
    use super::*;

    /// Checks that the sample is valid, and that it violates a rule after `change`.
    fn check(change: impl FnOnce(&mut Vec<Span>), violation: &str) {
        assert_eq!(violations(&like()), Vec::<String>::new());
        let mut spans = like().spans;
        change(&mut spans);
        let violations = violations(&Trace::new(spans));
        assert!(
            violations.iter().any(|text| text.contains(violation)),
            "{violations:?}"
        );
    }

    #[test]
    fn second_root_is_reported() {
        check(
            |spans| spans.push(sample("extra", "", "crud.like", PAGE)),
            "2 roots",
        );
    }

    #[test]
    fn missing_root_is_reported() {
        check(|spans| drop(spans.remove(0)), "0 roots");
    }

    #[test]
    fn root_of_another_service_is_reported() {
        check(
            |spans| spans[0].service = BACK_END.to_owned(),
            "is of service \"cruddur\"",
        );
    }

    #[test]
    fn missing_parent_is_reported() {
        check(
            |spans| spans[2].parent_id = Some("missing".to_owned()),
            "is not reachable",
        );
    }

    #[test]
    fn cyclic_parents_are_reported() {
        check(
            |spans| spans[1].parent_id = Some(spans[3].span_id.clone()),
            "is not reachable",
        );
    }

    #[test]
    fn span_stored_twice_is_reported() {
        check(|spans| spans.push(spans[1].clone()), "is stored twice");
    }

    #[test]
    fn identical_siblings_are_reported() {
        let twin = |spans: &mut Vec<Span>| {
            spans.push(Span {
                span_id: "b2".into(),
                ..spans[1].clone()
            })
        };
        check(twin, "has an identical sibling");
    }

    #[test]
    fn negative_duration_is_reported() {
        check(
            |spans| spans[3].end = spans[3].start - 1,
            "ends before it starts",
        );
    }

    #[test]
    fn child_may_exceed_its_parent_by_two_milliseconds_across_services() {
        let by = |nanos: u64| move |spans: &mut Vec<Span>| spans[2].start = spans[1].start - nanos;
        let mut tolerated = like().spans;
        by(CLOCK_TOLERANCE_NANOS)(&mut tolerated);
        assert_eq!(violations(&Trace::new(tolerated)), Vec::<String>::new());
        check(by(CLOCK_TOLERANCE_NANOS + 1), "exceeds");
        check(|spans| spans[1].end = spans[0].end + 1, "exceeds");
    }

    #[test]
    fn server_span_without_a_client_parent_is_reported() {
        check(
            |spans| spans[2].parent_id = Some(spans[0].span_id.clone()),
            "not the child of a request",
        );
    }

    #[test]
    fn request_of_the_exporter_is_reported() {
        let export =
            |spans: &mut Vec<Span>| spans.push(request_of("e", "http://127.0.0.1/otlp/v1/traces"));
        check(export, "a request of the exporter");
    }
}
