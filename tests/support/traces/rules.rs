//! What holds for every trace of every journey. Each rule returns the sentences it has to complain with.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use super::span::Span;
use super::trace::Trace;

pub(crate) const PAGE: &str = "cruddur-frontend";
pub(crate) const BACK_END: &str = "cruddur";

/// How far a child may stick out of its parent where the two were timed by different programs, in nanoseconds.
const CLOCKS_MEET: u64 = 2_000_000;

pub(crate) fn broken(trace: &Trace) -> Vec<String> {
    const RULES: [fn(&Trace) -> Vec<String>; 8] = [
        exactly_one_root_and_it_is_the_page_s,
        every_span_is_reachable_from_the_root,
        no_span_is_stored_twice,
        no_two_siblings_are_the_same_work,
        no_span_ends_before_it_starts,
        children_are_inside_their_parents,
        server_spans_answer_a_request_of_the_page,
        the_exporter_s_own_requests_leave_no_span,
    ];
    RULES.iter().flat_map(|rule| rule(trace)).collect()
}

fn exactly_one_root_and_it_is_the_page_s(trace: &Trace) -> Vec<String> {
    match trace.roots().collect::<Vec<_>>()[..] {
        [root] if root.service == PAGE => vec![],
        [root] => vec![format!(
            "the root {:?} is of service {:?}",
            root.name, root.service
        )],
        ref roots => vec![format!("{} roots", roots.len())],
    }
}

fn every_span_is_reachable_from_the_root(trace: &Trace) -> Vec<String> {
    let mut reached: BTreeSet<&str> = trace.roots().map(|root| root.span_id.as_str()).collect();
    for root in trace.roots() {
        reached.extend(
            trace
                .descendants(root)
                .iter()
                .map(|span| span.span_id.as_str()),
        );
    }
    let lost = |span: &&Span| !reached.contains(span.span_id.as_str());
    complain(
        trace.spans.iter().filter(lost),
        "is not reachable from a root",
    )
}

fn no_span_is_stored_twice(trace: &Trace) -> Vec<String> {
    let mut seen = BTreeSet::new();
    complain(
        trace
            .spans
            .iter()
            .filter(|span| !seen.insert(&span.span_id)),
        "is there twice",
    )
}

fn no_two_siblings_are_the_same_work(trace: &Trace) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let again = trace.spans.iter().filter(|span| {
        let work = (&span.parent_id, &span.name, span.start, span.end);
        !seen.insert(work)
    });
    complain(again, "has a twin beside it")
}

fn no_span_ends_before_it_starts(trace: &Trace) -> Vec<String> {
    complain(
        trace.spans.iter().filter(|span| span.end < span.start),
        "ends before it starts",
    )
}

fn children_are_inside_their_parents(trace: &Trace) -> Vec<String> {
    let sticks_out = |child: &&Span| {
        trace
            .parent(child)
            .is_some_and(|parent| !contains(parent, child))
    };
    complain(
        trace.spans.iter().filter(sticks_out),
        "sticks out of its parent",
    )
}

fn contains(parent: &Span, child: &Span) -> bool {
    let tolerance = if parent.service == child.service {
        0
    } else {
        CLOCKS_MEET
    };
    parent.start <= child.start + tolerance && child.end <= parent.end + tolerance
}

fn server_spans_answer_a_request_of_the_page(trace: &Trace) -> Vec<String> {
    let asked = |span: &Span| {
        trace
            .parent(span)
            .is_some_and(|p| p.service == PAGE && p.kind == SpanKind::Client)
    };
    let unasked = |span: &&Span| span.kind == SpanKind::Server && !asked(span);
    complain(
        trace.spans.iter().filter(unasked),
        "is not below a request of the page",
    )
}

fn the_exporter_s_own_requests_leave_no_span(trace: &Trace) -> Vec<String> {
    let own = |text: &str| text.contains("/v1/traces") || text.contains("/otlp");
    let of_exporter =
        |s: &&Span| own(&s.name) || own(s.attribute("url.full")) || own(s.attribute("url.path"));
    complain(
        trace.spans.iter().filter(of_exporter),
        "is the exporter's own request",
    )
}

fn complain<'a>(spans: impl Iterator<Item = &'a Span>, what: &str) -> Vec<String> {
    spans
        .map(|span| format!("{:?} ({}) {what}", span.name, span.service))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::{like, request_of, sample};
    use super::*;

    /// The sample is sound, and breaks exactly the rule that `change` is about.
    fn check(change: impl FnOnce(&mut Vec<Span>), complaint: &str) {
        assert_eq!(broken(&like()), Vec::<String>::new());
        let mut spans = like().spans;
        change(&mut spans);
        let complaints = broken(&Trace::new(spans));
        assert!(
            complaints.iter().any(|text| text.contains(complaint)),
            "{complaints:?}"
        );
    }

    #[test]
    fn a_second_root_is_noticed() {
        check(
            |spans| spans.push(sample("extra", "", "crud.like", PAGE)),
            "2 roots",
        );
    }

    #[test]
    fn a_missing_root_is_noticed() {
        check(|spans| drop(spans.remove(0)), "0 roots");
    }

    #[test]
    fn a_root_that_is_not_the_page_s_is_noticed() {
        check(
            |spans| spans[0].service = BACK_END.to_owned(),
            "is of service \"cruddur\"",
        );
    }

    #[test]
    fn a_span_whose_parent_is_nowhere_is_noticed() {
        check(
            |spans| spans[2].parent_id = Some("nowhere".to_owned()),
            "is not reachable",
        );
    }

    #[test]
    fn spans_that_are_each_other_s_parents_are_noticed() {
        check(
            |spans| spans[1].parent_id = Some(spans[3].span_id.clone()),
            "is not reachable",
        );
    }

    #[test]
    fn a_span_stored_twice_is_noticed() {
        check(|spans| spans.push(spans[1].clone()), "is there twice");
    }

    #[test]
    fn the_same_work_under_two_ids_is_noticed() {
        let twin = |spans: &mut Vec<Span>| {
            spans.push(Span {
                span_id: "b2".into(),
                ..spans[1].clone()
            })
        };
        check(twin, "has a twin beside it");
    }

    #[test]
    fn a_span_that_ends_before_it_starts_is_noticed() {
        check(
            |spans| spans[3].end = spans[3].start - 1,
            "ends before it starts",
        );
    }

    #[test]
    fn a_child_may_stick_out_by_two_milliseconds_only_where_clocks_meet() {
        let by = |nanos: u64| move |spans: &mut Vec<Span>| spans[2].start = spans[1].start - nanos;
        let mut tolerated = like().spans;
        by(CLOCKS_MEET)(&mut tolerated);
        assert_eq!(broken(&Trace::new(tolerated)), Vec::<String>::new());
        check(by(CLOCKS_MEET + 1), "sticks out");
        check(|spans| spans[1].end = spans[0].end + 1, "sticks out");
    }

    #[test]
    fn a_server_span_below_something_else_than_a_request_is_noticed() {
        check(
            |spans| spans[2].parent_id = Some(spans[0].span_id.clone()),
            "not below a request",
        );
    }

    #[test]
    fn a_request_of_the_exporter_is_noticed() {
        let export =
            |spans: &mut Vec<Span>| spans.push(request_of("e", "http://127.0.0.1/otlp/v1/traces"));
        check(export, "exporter's own request");
    }
}
