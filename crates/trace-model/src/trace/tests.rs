//! The tree of a trace, clock shifts and span times.

mod requests;
mod timings;

use std::sync::Arc;

use super::*;
use crate::{
    Attribute, Resource, SpanKind,
    drawing::{TRACE, span_id, spans, trace},
};

const LIKE: &str = "
browser action crud.like 0..100
  browser client PUT 10..80
    backend server PUT 30..60
      db client INSERT 35..45
      db client UPDATE 50..55
  browser internal render 85..100
";

fn outline(trace: &Trace) -> String {
    let lines = trace.nodes().iter().map(|node| {
        let mark = if node.parent == Parent::Missing {
            "?"
        } else {
            ""
        };
        format!(
            "{}{mark}{}+{}",
            "  ".repeat(node.depth),
            node.span.name,
            node.descendants
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn spans_are_ordered_depth_first_by_start_time() {
    let expected = "crud.like+5\n  PUT+3\n    PUT+2\n      INSERT+0\n      UPDATE+0\n  render+0";
    assert_eq!(outline(&trace(LIKE)), expected);
}

#[test]
fn orphans_follow_the_roots_with_their_own_descendants() {
    let drawing = "
?backend server early 1..9
  db client SELECT 2..3
browser action root 5..6
?backend server late 7..8
";
    assert_eq!(
        outline(&trace(drawing)),
        "root+0\n?early+1\n  SELECT+0\n?late+0"
    );
}

#[test]
fn a_cycle_of_parents_is_cut_at_its_earliest_span() {
    let mut cycle =
        spans("browser internal a 5..9\nbrowser internal b 1..9\nbrowser internal own 3..4");
    cycle[0].parent_span_id = Some(span_id(2));
    cycle[1].parent_span_id = Some(span_id(1));
    cycle[2].parent_span_id = Some(span_id(3));
    let trace = Trace::from_spans(TRACE.parse().unwrap(), cycle);
    assert_eq!(outline(&trace), "?b+1\n  a+0\n?own+0");
}

#[test]
fn duplicates_and_spans_of_other_traces_are_ignored() {
    let mut all = spans(LIKE);
    all.extend(spans(LIKE));
    all.push(Span::new(
        "00000000000000000000000000000001".parse().unwrap(),
        span_id(99),
        "x",
    ));
    assert_eq!(
        Trace::from_spans(TRACE.parse().unwrap(), all).nodes().len(),
        6
    );
}

#[test]
fn a_chain_of_a_hundred_thousand_spans_does_not_overflow_the_stack() {
    let chain = (1..=100_000).map(|number| {
        let mut span = Span::new(TRACE.parse().unwrap(), span_id(number), "deep");
        span.parent_span_id = (number > 1).then(|| span_id(number - 1));
        span
    });
    let trace = Trace::from_spans(TRACE.parse().unwrap(), chain.collect());
    assert_eq!(trace.nodes()[99_999].depth, 99_999);
    assert_eq!(trace.nodes()[0].descendants, 99_999);
}

#[test]
fn a_call_is_on_the_network_except_while_its_server_works() {
    let phases = trace(LIKE).request_phases(1).unwrap();
    assert_eq!(phases.network_before, 0..20);
    assert_eq!((phases.server, phases.network_after), (20..50, 50..70));
    assert_eq!(phases.page_after, 70..70);
    assert_eq!(trace(LIKE).request_phases(0), None);
    assert_eq!(trace(LIKE).request_phases(3), None);
}

#[test]
fn a_server_span_with_the_id_of_its_client_is_its_child() {
    let mut shared = spans(
        "
browser client PUT 10..80
backend server PUT 30..60
  db client INSERT 35..45
",
    );
    shared[1].span_id = shared[0].span_id;
    shared[2].parent_span_id = Some(shared[0].span_id);
    shared.reverse();
    let trace = Trace::from_spans(TRACE.parse().unwrap(), shared);
    assert_eq!(outline(&trace), "PUT+2\n  PUT+1\n    INSERT+0");
    assert_eq!(trace.nodes()[1].span.kind, SpanKind::Server);
}

#[test]
fn spans_of_two_services_with_one_id_are_separate_nodes() {
    let mut same = spans("browser internal a 1..2\nbackend internal b 1..2");
    same[1].span_id = same[0].span_id;
    let trace = Trace::from_spans(TRACE.parse().unwrap(), same);
    assert_eq!(outline(&trace), "a+0\nb+0");
}

#[test]
fn self_time_excludes_children() {
    assert_eq!(trace(LIKE).self_time_nano(0), 15);
    assert_eq!(trace(LIKE).self_time_nano(2), 15);
    assert_eq!(trace(LIKE).self_time_nano(5), 15);
}

#[test]
fn a_server_with_a_wrong_clock_is_shifted_with_its_descendants() {
    let skewed = trace(
        "
browser client PUT 10..80
  backend server PUT 1030..1060
    db client INSERT 1035..1045
",
    );
    let shifts: Vec<_> = skewed
        .nodes()
        .iter()
        .map(|node| node.clock_shift_nano)
        .collect();
    assert_eq!(shifts, [0, -980, -980]);
    assert_eq!(skewed.extent(), Interval::new(10, 80));
}

#[test]
fn the_extent_covers_spans_outside_the_root() {
    let asynchronous =
        trace("browser action order.place 10..60\n  backend consumer consume 50..500");
    assert_eq!(asynchronous.extent(), Interval::new(10, 500));
    assert_eq!(asynchronous.root().unwrap().interval().duration(), 50);
    let summary = asynchronous.summary();
    assert_eq!((summary.start_unix_nano, summary.duration_nano), (10, 490));
    assert_eq!(summary.root_duration_nano, Some(50));
    assert_eq!(trace(LIKE).summary().root_duration_nano, None);
    let early = trace("browser action load 10..20\n  backend server GET 5..8");
    assert_eq!(early.extent(), Interval::new(5, 20));
}

#[test]
fn a_span_without_a_start_does_not_extend_the_trace_to_1970() {
    let today = 1_790_000_000_000_000_000;
    let mut all =
        spans("browser action open 0..0\n  backend server GET 0..0\n  backend server GET 0..0");
    (all[0].start_unix_nano, all[0].end_unix_nano) = (today, today + 50);
    all[1].end_unix_nano = today + 20;
    let trace = Trace::from_spans(TRACE.parse().unwrap(), all);
    assert_eq!(trace.extent(), Interval::new(today, today + 50));
    assert_eq!(trace.breakdown().total(), 50);
}

#[test]
fn backwards_nano_is_set_for_spans_that_end_before_they_start() {
    let all = spans("browser action a 10..3\nbrowser action b 10..10\nbrowser action c 10..0");
    let backwards: Vec<_> = all.iter().map(Span::backwards_nano).collect();
    assert_eq!(backwards, [Some(7), None, None]);
}

/// A call whose client and server spans share one id, with children on both sides.
fn shared_id() -> Vec<Span> {
    let mut spans = spans(
        "
gateway server root 0..100
  gateway client call 10..80
    stock server call 30..60
    stock client SELECT 35..45
    gateway internal retry 70..75
",
    );
    let stock = [Attribute::new("service.name", "stock")];
    let stock = Arc::new(Resource {
        attributes: stock.into_iter().collect(),
    });
    for span in &mut spans[2..4] {
        span.resource = stock.clone();
    }
    let client = spans[1].span_id;
    spans[2].span_id = client;
    spans[2].parent_span_id = spans[1].parent_span_id;
    for child in &mut spans[3..] {
        child.parent_span_id = Some(client);
    }
    spans
}

#[test]
fn children_of_a_shared_id_belong_to_the_side_with_their_service() {
    let expected = "root+4\n  call+3\n    call+1\n      SELECT+0\n    retry+0";
    let mut spans = shared_id();
    for _ in 0..spans.len() {
        spans.rotate_left(1);
        let trace = Trace::from_spans(TRACE.parse().unwrap(), spans.clone());
        assert_eq!(outline(&trace), expected);
    }
}

#[test]
fn spans_with_one_id_that_are_not_a_call_are_siblings() {
    let mut spans = spans("shop internal a 0..9\nshop internal b 1..8\nshop internal c 2..7");
    for span in &mut spans[1..] {
        span.span_id = span_id(1);
    }
    // A span that names its own id as its parent belongs to the other span with that id.
    spans[2].parent_span_id = Some(span_id(1));
    let trace = Trace::from_spans(TRACE.parse().unwrap(), spans);
    assert_eq!(outline(&trace), "a+1\n  c+0\nb+0");
}

#[test]
fn an_ended_version_of_a_span_replaces_an_active_one_in_any_order() {
    let finished = spans("shop internal job 5..9").remove(0);
    let mut open = finished.clone();
    open.end_unix_nano = 0;
    "job …".clone_into(&mut open.name);
    let mut before_its_start = open.clone();
    before_its_start.end_unix_nano = 4;
    let mut longer = finished.clone();
    longer.end_unix_nano = 12;
    for (versions, end) in [
        (vec![open.clone(), finished.clone()], 9),
        (vec![finished.clone(), open.clone()], 9),
        (vec![before_its_start, finished.clone(), open.clone()], 9),
        (vec![finished.clone(), longer.clone(), finished.clone()], 12),
        (vec![open.clone(), open], 0),
        (vec![longer, finished], 12),
    ] {
        let trace = Trace::from_spans(TRACE.parse().unwrap(), versions);
        assert_eq!(trace.nodes().len(), 1);
        assert_eq!(trace.nodes()[0].span.end_unix_nano, end);
    }
}
